"""Requests that two servers in a row might read differently, and those at their limits."""
import socket
import unittest

from faults_test import Served


class Http(Served):
    """What two servers in a row might read differently."""

    def exchange(self, raw):
        """All that comes back for these bytes, after which the client says that it has nothing more."""
        with self.connect() as connection:
            connection.sendall(raw)
            try:
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            answer = b""
            try:
                while more := connection.recv(65536):
                    answer += more
            except ConnectionResetError:
                pass
            return answer

    def statuses(self, raw):
        return [int(part[:3]) for part in self.exchange(raw).split(b"HTTP/1.1 ")[1:]]

    def test_what_could_be_read_in_two_ways_is_refused_and_the_connection_ends(self):
        self.serve()
        smuggled = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
        line, host = b"POST /v1/register/begin HTTP/1.1\r\n", b"Host: x\r\n"
        refused = {
            "two lengths that differ": line + host + b"Content-Length: 0\r\nContent-Length: 36\r\n\r\n",
            "two lengths in one": line + host + b"Content-Length: 0, 36\r\n\r\n",
            "a length with a sign": line + host + b"Content-Length: +36\r\n\r\n",
            "a negative length": line + host + b"Content-Length: -1\r\n\r\n",
            "a length in hex": line + host + b"Content-Length: 0x24\r\n\r\n",
            "a length beyond all numbers": line + host + b"Content-Length: 99999999999999999999999\r\n\r\n",
            "length and chunks": line + host + b"Content-Length: 36\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "chunks and length": line + host + b"Transfer-Encoding: chunked\r\nContent-Length: 36\r\n\r\n0\r\n\r\n",
            "a space before the colon": line + host + b"Content-Length : 36\r\n\r\n",
            "a length that goes on": line + host + b"Content-Length: 3\r\n 6\r\n\r\n",
            "chunks in an older version": line.replace(b"1.1", b"1.0") + host + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "a first line that goes on": line + b" X: a\r\n" + host + b"\r\n",
            "a bare line feed": line + host + b"X: a\nContent-Length: 0\r\n\r\n",
            "only line feeds": (line + host + b"\r\n").replace(b"\r", b""),
            "a bare carriage return": line + host + b"X: a\rContent-Length: 36\r\n\r\n",
            "a zero byte": line + host + b"X: a\0b\r\n\r\n",
            "a chunk size that is none": line + host + b"Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
            "a chunk size with a sign": line + host + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
            "a chunk size beyond all numbers": line + host + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 20 + b"\r\n\r\n",
            "a chunk without its end": line + host + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
            "no version": b"POST /v1/register/begin\r\n" + host + b"\r\n",
            "another version": b"POST /v1/register/begin HTTP/3.7\r\n" + host + b"\r\n",
            "a space in the target": b"POST /v1/register /begin HTTP/1.1\r\n" + host + b"\r\n",
            "another coding": line + host + b"Transfer-Encoding: gzip\r\n\r\n",
            "chunks twice": line + host + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
            "chunks under another name": line + host + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "two hosts": line + host + b"Host: y\r\n\r\n",
            "no host": line + b"\r\n",
        }
        for name, raw in refused.items():
            with self.subTest(name):
                self.assertEqual(self.statuses(raw + smuggled), [400])
        self.expect_clean_end()

    def test_what_can_be_read_in_one_way_only_is_read_so(self):
        self.serve()
        next_one = b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n"
        line, host = b"POST /v1/register/begin HTTP/1.1\r\n", b"Host: x\r\n"
        self.assertEqual(self.statuses(line + host + b"Content-Length: 0\r\n\r\n" + next_one), [200, 404])
        self.assertEqual(self.statuses(line + host + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + next_one), [200, 404])
        folded = line + host + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n"  # one line, as RFC 9112 says (5.2)
        self.assertEqual(self.statuses(folded + next_one), [200, 404])
        absolute = b"POST http://elsewhere/v1/register/begin HTTP/1.1\r\n" + host + b"\r\n"
        self.assertEqual(self.statuses(absolute + next_one), [404, 404])  # no such route: nothing is passed on
        self.assertEqual(self.statuses(b"OPTIONS * HTTP/1.1\r\n" + host + b"\r\n"), [404])
        self.assertEqual(self.statuses(b"CONNECT elsewhere:443 HTTP/1.1\r\n" + host + b"\r\n"), [404])
        self.assertEqual(self.statuses(b"POST /v1/../v1/register/begin HTTP/1.1\r\n" + host + b"\r\n"), [404])
        self.assertEqual(self.statuses(b"POST /v1/register%2fbegin HTTP/1.1\r\n" + host + b"\r\n"), [404])
        self.assertEqual(self.statuses(b"post /v1/register/begin HTTP/1.1\r\n" + host + b"\r\n"), [405])
        self.expect_clean_end()

    def test_headers_and_bodies_are_taken_up_to_their_limit(self):
        self.serve()

        def header_of(size):
            begin = b"POST /v1/register/begin HTTP/1.1\r\nHost: x\r\nX: "
            return begin + b"a" * (size - len(begin) - 4) + b"\r\n\r\n"

        def body_of(size):
            return b"POST /v1/register/begin HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size + b"\x01" * size

        self.assertEqual(self.statuses(header_of((16 << 10) - 64)), [200])
        self.assertEqual(self.statuses(header_of((16 << 10) + 64)), [431])
        self.assertEqual(self.statuses(header_of(1 << 20)), [431])
        self.assertEqual(self.statuses(body_of(4 << 10)), [400])  # read as a whole, and no message
        self.assertEqual(self.statuses(body_of((4 << 10) + 1)), [413])
        many = b"".join(b"X%d: a\r\n" % i for i in range(4_000))
        self.assertEqual(self.statuses(b"POST /v1/register/begin HTTP/1.1\r\nHost: x\r\n" + many + b"\r\n"), [431])
        self.expect_clean_end()


if __name__ == "__main__":
    unittest.main()
