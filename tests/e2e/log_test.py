"""A whole conversation, and the server's log of it: nothing in it names anybody (A-43)."""
import base64
import json
import re
import signal
import socket
import sqlite3
import ssl
import threading
import unittest
import uuid

from world import UNREACHABLE, Person, World


class Proxy:
    """Does TLS in front of the server's plain port, as a reverse proxy would, and keeps what clients said."""

    def __init__(self, server, plain_port):
        self.said = bytearray()
        self.plain_port = plain_port
        self.ca = server.ca
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(server.data / "tls" / "server.pem", server.data / "tls" / "server-key.pem")
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                accepted, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.converse, args=(accepted,), daemon=True).start()

    def converse(self, accepted):
        try:
            with self.context.wrap_socket(accepted, server_side=True) as front, \
                    socket.create_connection(("127.0.0.1", self.plain_port)) as back:
                back_to_front = threading.Thread(target=self.carry, args=(back, front, None), daemon=True)
                back_to_front.start()
                self.carry(front, back, self.said)
                back_to_front.join()
        except OSError:
            pass

    @staticmethod
    def carry(source, sink, heard):
        try:
            while got := source.recv(65536):
                if heard is not None:
                    heard += got
                sink.sendall(got)
            sink.shutdown(socket.SHUT_WR)
        except (OSError, ValueError):
            pass

    def close(self):
        self.listening.close()


def spellings(value):
    """How bytes might be written."""
    yield value.hex()
    yield base64.b64encode(value).decode().rstrip("=")
    yield base64.urlsafe_b64encode(value).decode().rstrip("=")
    if len(value) == 16:
        yield str(uuid.UUID(bytes=value))


def words_of_store(database):
    """All ids, hashes, keys and names that the server holds; of a long value its beginning."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as opened:
        for (table,) in opened.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            for row in opened.execute(f"SELECT * FROM {table}").fetchall():
                for value in row:
                    if isinstance(value, bytes) and len(value) >= 12:
                        yield from spellings(value[:32])
                    elif isinstance(value, str) and len(value) >= 3:
                        yield value


class Log(unittest.TestCase):
    def converse(self, format):
        """Everything that can happen to two people; gives the log, and all words that must not be in it."""
        options = ("--listen-plain", "127.0.0.1:0", "--operations-listen", "127.0.0.1:0", "--log-format", format)
        with World(server_options=options) as world:
            plain_port = int(next(m for line in world.server.lines if (m := re.match(r".*without TLS.*:(\d+)$", line))).group(1))
            proxy = Proxy(world.server, plain_port)
            self.addCleanup(proxy.close)
            ana, ben = people = [Person(name, world.folder) for name in ("ana-of-the-log", "ben-of-the-log")]
            for person in people:
                person.register(proxy)
            ana.meet(ben)
            ana.send(ben, "hello")
            ben.receive()
            ben.run("contact", "add", "nobody-of-that-name", expect=None)
            ben.send(ana, "and waiting")
            following = ana.start("receive", "--follow")
            try:
                following.stdout.readline()
                world.server.process.send_signal(signal.SIGHUP)
                ben.send(ana, "while she listens")
            finally:
                following.kill()
                following.communicate()
            ana.send(ben, "one that stays in the store")
            world.server.stop()
            ana.send(ben, "to nobody", expect=UNREACHABLE)
            tokens = set(re.findall(rb"Bearer ([A-Za-z0-9_-]{43})", bytes(proxy.said)))
            permits = set(re.findall(rb"Sotto-Permit: *([A-Za-z0-9_-]{40,})", bytes(proxy.said), re.IGNORECASE))
            self.assertTrue(permits, "the proxy heard a permit")
            self.assertGreaterEqual(len(tokens), 2, "the proxy heard both devices")
            words = {"127.0.0.1", "::1", "localhost"} | {person.name for person in people}
            for token in tokens:
                words |= {token.decode(), *spellings(base64.urlsafe_b64decode(token + b"="))}
            for permit in permits:
                raw = base64.urlsafe_b64decode(permit + b"==")
                words |= {permit.decode(), *spellings(raw[:16]), *spellings(raw[16:])}
            for person in people:
                account = person.json("status")[0]["account"]
                words |= {account, *spellings(uuid.UUID(account).bytes)}
            held = set(words_of_store(world.server.data / "server.db"))
            self.assertIn(ana.json("status")[0]["account"], held, "the store was read")
            return world.server.log.read_text(), words | held

    def test_a_whole_conversation_leaves_no_address_name_id_or_token_in_the_log(self):
        log, words = self.converse("text")
        self.assertIn("draining", log)
        for word in words:
            self.assertNotIn(word.lower(), log.lower())
        self.assertNotRegex(log, r"\d+\.\d+\.\d+\.\d+")

    def test_nor_in_the_log_for_programs_each_line_of_which_is_an_object(self):
        log, words = self.converse("json")
        events = [json.loads(line) for line in log.splitlines()]
        self.assertIn("draining", [event["event"] for event in events])
        for event in events:
            self.assertLessEqual(set(event), {"time", "level", "event", "fields"})
        for word in words:
            self.assertNotIn(word.lower(), log.lower())


if __name__ == "__main__":
    unittest.main()
