"""What goes wrong around a server: it stays up, answers the others as ever, and its memory stays within its bound."""
import os
import pathlib
import resource
import shutil
import socket
import ssl
import struct
import subprocess
import time
import unittest

from errors_test import fill
from operations_test import BEGIN, Programs, is_sanitized, said, status_of, trusting
from world import BIN, DONE, PATIENCE, REFUSED, UNREACHABLE, World

import http.client

SOON = 10 if is_sanitized else 3  # seconds: what others wait at most, on a machine that does much else
HALF_OPEN = 300 if is_sanitized else 2_000


class Small:
    """A file system of a few MiB, of its own."""

    def __init__(self, folder, size="8m"):
        self.path = pathlib.Path(folder) / "small"
        self.path.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", self.path], check=True)

    def remount(self, how):
        subprocess.run(["mount", "-o", f"remount,{how}", self.path], check=True)

    def end(self):
        subprocess.run(["umount", "-l", self.path], check=True)


def resident(process):
    """Bytes of memory that a process holds."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("it is gone")


def processor_time(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Served(Programs):
    """A server with a TLS and a plain port, and the question whether it serves."""

    def serve(self, *options, **more):
        self.server = self.start("--listen", "127.0.0.1:0", "--listen-plain", "127.0.0.1:0", *options, listen=(), **more)
        self.context = trusting(said(self.server, r"clients need --server-ca (.*)"))
        self.port = int(said(self.server, r"listening on https://127\.0\.0\.1:(\d+)"))
        self.plain = int(said(self.server, r"listening without TLS on 127\.0\.0\.1:(\d+)"))

    def connect(self, port=None):
        made = socket.create_connection(("127.0.0.1", port or self.plain), timeout=PATIENCE)
        self.addCleanup(made.close)
        return made

    def expect_served(self):
        begun = time.monotonic()
        self.assertEqual(status_of(http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=PATIENCE)), 200)
        self.assertLess(time.monotonic() - begun, SOON)
        self.assertIsNone(self.server.poll())

    def expect_clean_end(self):
        self.expect_served()
        self.stop(self.server)


class Disks(Served):
    @unittest.skipUnless(os.geteuid() == 0, "needs root to mount a small file system")
    def test_a_full_disk_is_told_to_senders_and_with_room_it_goes_on(self):
        world = World("ana", "ben")
        small = Small(world.folder)
        self.addCleanup(small.end)
        world.server.data = small.path / "server"
        with world:
            ana, ben = world.people
            ana.meet(ben)
            ana.send(ben, "before")
            fill(small.path / "filler")
            code = ana.run("send", "ben", "-", input=b"y" * 600_000, expect=None).returncode
            self.assertIn(code, (REFUSED, UNREACHABLE))
            stats = [BIN / "sotto-server", "--data", world.server.data, "stats"]
            self.assertEqual(subprocess.run(stats, capture_output=True, timeout=PATIENCE).returncode, DONE)
            (small.path / "filler").unlink()
            ana.send(ben, "after")
            texts = [m["text"] for m in ben.receive()]
            self.assertEqual([texts[0], texts[-1]], ["before", "after"])
            world.server.stop()

    @unittest.skipUnless(os.geteuid() == 0, "needs root to mount a small file system")
    def test_a_backup_that_finds_no_room_leaves_nothing_and_stops_nobody(self):
        small = Small(self.folder)
        self.addCleanup(small.end)
        self.data = small.path / "data"
        self.serve()
        fill(small.path / "filler")
        self.assertRegex(self.command("backup", expect=REFUSED).stderr, b"no room|can't be")
        backups = self.data / "backups"
        self.assertEqual(list(backups.iterdir()) if backups.exists() else [], [])
        (small.path / "filler").unlink()
        self.command("backup")
        self.expect_clean_end()

    @unittest.skipUnless(os.geteuid() == 0, "needs root to mount a small file system")
    def test_a_read_only_disk_is_told_at_the_start(self):
        small = Small(self.folder)
        self.addCleanup(small.end)
        self.data = small.path / "data"
        self.serve()
        self.stop(self.server)
        small.remount("ro")
        refused = self.start()
        self.assertEqual(refused.wait(PATIENCE), REFUSED)
        self.assertIn("can't be written", self.log.read_text())
        small.remount("rw")
        self.serve()
        self.expect_clean_end()


class Crowds(Served):
    @unittest.skipIf(is_sanitized, "the sanitizer asks with a pipe whether memory is there, and takes no file for no memory")
    def test_without_a_file_left_it_waits_for_one_and_does_not_spin(self):
        few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))
        self.serve(preexec_fn=few)
        crowd = [self.connect() for _ in range(120)]
        with self.connect() as late:  # it waits in the system's queue
            late.settimeout(1)
            before = processor_time(self.server)
            with self.assertRaises(TimeoutError):
                late.recv(1)
            self.assertLess(processor_time(self.server) - before, 0.5)
        for one in crowd:
            one.close()
        self.expect_clean_end()

    def test_thousands_of_half_open_connections_hold_up_nobody_and_cost_little(self):
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
        self.serve()
        self.expect_served()
        before = resident(self.server)
        hello = client_hello(self.context)
        crowd = []
        for number in range(HALF_OPEN):
            crowd.append(self.connect(self.port))
            if number % 2:
                crowd[-1].sendall(hello if number % 4 == 1 else hello[:100])
        self.expect_served()
        self.assertLess((resident(self.server) - before) / HALF_OPEN, 192 * 1024 if is_sanitized else 64 * 1024)
        for one in crowd:  # none is kept for longer than a header may take
            one.settimeout(60)
            try:
                while one.recv(65536):
                    pass
            except ConnectionResetError:
                pass
        self.expect_clean_end()

    def test_who_reads_a_byte_a_second_or_not_at_all_holds_up_nobody(self):
        self.serve()
        request = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" * 2_000
        slow = []
        for _ in range(20):
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", self.plain))
            self.addCleanup(one.close)
            one.setblocking(False)
            try:
                while True:
                    one.send(request)
            except BlockingIOError:
                slow.append(one)
            one.settimeout(PATIENCE)
        before = resident(self.server)
        for _ in range(20):
            for one in slow:
                one.recv(1)
            self.expect_served()
        if not is_sanitized:  # which keeps what was freed
            self.assertLess(resident(self.server) - before, 8 << 20)
        self.expect_clean_end()


def client_hello(context):
    """What a client says first, from a TLS engine without a socket."""
    inwards, outwards = ssl.MemoryBIO(), ssl.MemoryBIO()
    engine = context.wrap_bio(inwards, outwards, server_hostname="127.0.0.1")
    try:
        engine.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outwards.read()


class Handshakes(Served):
    def hang_up(self, connection, number):
        if number % 2:  # without a goodbye
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    def test_one_that_is_cut_after_any_byte_of_the_first_flight_hurts_nobody(self):
        self.serve()
        hello = client_hello(self.context)
        for size in range(0, len(hello) + 1, 5 if is_sanitized else 1):
            connection = self.connect(self.port)
            connection.sendall(hello[:size])
            self.hang_up(connection, size)
        self.expect_clean_end()

    def test_one_that_is_cut_after_any_byte_of_the_second_flight_hurts_nobody(self):
        self.serve()
        for size in range(0, 80, 5 if is_sanitized else 1):
            inwards, outwards = ssl.MemoryBIO(), ssl.MemoryBIO()
            engine = self.context.wrap_bio(inwards, outwards, server_hostname="127.0.0.1")
            connection = self.connect(self.port)
            while True:
                try:
                    engine.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    connection.sendall(outwards.read())
                    inwards.write(connection.recv(65536))
            connection.sendall(outwards.read()[:size])
            self.hang_up(connection, size)
        self.expect_clean_end()

    def test_noise_instead_of_tls_is_cut(self):
        self.serve()
        for noise in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 3_000, b"\0" * 1_000,
                      client_hello(self.context)[:-4] + b"xxxx" + b"y" * 500):
            connection = self.connect(self.port)
            try:
                connection.sendall(noise)
                while connection.recv(65536):
                    pass
            except OSError:
                pass
        self.expect_clean_end()


if __name__ == "__main__":
    unittest.main()
