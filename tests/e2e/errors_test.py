"""Each thing that goes wrong gets its clear error and exit code, and nothing is lost."""
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

from world import BIN, DONE, LOCKED, PATIENCE, REFUSED, UNREACHABLE, WRONG_USAGE, Person, Server, World


def server_run(*words):
    return subprocess.run([BIN / "sotto-server", *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE)


def fill(path):
    """Writes until nothing more fits."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while os.write(descriptor, b"\0" * 4096) > 0:
            pass
    except OSError:
        pass
    finally:
        os.close(descriptor)


class Client(unittest.TestCase):
    def test_a_wrong_passphrase_is_told_and_changes_nothing(self):
        with World("ana") as world:
            ana = world.people[0]
            right = ana.passphrase_file.read_text()
            ana.passphrase_file.write_text("wrong\n")
            self.assertIn("passphrase is wrong", ana.run("status", expect=LOCKED).stderr.decode())
            ana.passphrase_file.write_text(right)
            ana.run("status")

    def test_a_server_whose_certificate_is_not_trusted_is_refused_with_the_next_step(self):
        with World() as world:
            ana = Person("ana", world.folder)
            said = ana.run("register", "--server", world.server.url, "--name", "ana", "--kdf", "fastest-allowed",
                           "--recovery-key-file", ana.recovery_key_file, expect=REFUSED).stderr.decode()
            self.assertIn("--server-ca", said)
            self.assertFalse(ana.recovery_key_file.exists())
            ana.register(world.server)

    def test_a_certificate_for_another_name_is_refused(self):
        with World() as world:
            ana = Person("ana", world.folder)
            certificate, key = world.folder / "other.pem", world.folder / "other.key"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-subj", "/CN=chat.example", "-addext", "subjectAltName=DNS:chat.example", "-days", "2",
                            "-keyout", key, "-out", certificate], check=True, capture_output=True)
            other = Server(world.folder, options=["--tls-cert", certificate, "--tls-key", key])
            other.data = world.folder / "other-server"
            other.start()
            try:
                said = ana.run("register", "--server", other.url, "--name", "ana", "--server-ca", certificate,
                               "--kdf", "fastest-allowed", "--recovery-key-file", ana.recovery_key_file,
                               expect=REFUSED).stderr.decode()
                self.assertIn("another host", said)
            finally:
                other.end()

    def test_a_server_that_is_down_is_exit_code_3(self):
        with World("ana") as world:
            world.server.kill()
            self.assertIn("127.0.0.1", world.people[0].run("receive", expect=UNREACHABLE).stderr.decode())

    def test_an_unknown_contact_and_an_unknown_user_name_are_refused(self):
        with World("ana") as world:
            ana = world.people[0]
            self.assertIn("no contact is called", ana.run("send", "zoe", "hi", expect=REFUSED).stderr.decode())
            self.assertIn("sotto: 127.0.0.1", ana.run("contact", "add", "zoe", expect=REFUSED).stderr.decode())
            self.assertEqual(ana.run("history", "zoe", expect=REFUSED).stdout, b"")

    def test_a_recovery_key_file_that_is_there_already_is_kept(self):
        with World() as world:
            ana = Person("ana", world.folder)
            ana.recovery_key_file.write_text("an older key")
            said = ana.run("register", "--server", world.server.url, "--name", "ana", "--server-ca", world.server.ca,
                           "--kdf", "fastest-allowed", "--recovery-key-file", ana.recovery_key_file,
                           expect=REFUSED).stderr.decode()
            self.assertIn("is there already and is not overwritten", said)
            self.assertEqual(ana.recovery_key_file.read_text(), "an older key")

    def test_a_user_name_that_is_taken_is_refused_before_a_recovery_key_is_made(self):
        with World("ana") as world:
            second = Person("ana", world.folder / "elsewhere") if (world.folder / "elsewhere").mkdir() is None else None
            said = second.register(world.server, expect=REFUSED).stderr.decode()
            self.assertIn("taken", said)
            self.assertFalse(second.recovery_key_file.exists())

    def test_a_folder_holds_one_account(self):
        with World("ana") as world:
            ana = world.people[0]
            ana.recovery_key_file.unlink()
            self.assertIn("holds an account already", ana.register(world.server, expect=REFUSED).stderr.decode())

    def test_a_folder_in_use_is_told_after_five_seconds(self):
        with World("ana") as world:
            ana = world.people[0]
            holding = ana.start("--verbose", "receive", "--follow")
            try:
                while b"mailbox open" not in holding.stderr.readline():
                    self.assertIsNone(holding.poll())
                self.assertIn("in use", ana.run("status", expect=REFUSED).stderr.decode())
            finally:
                holding.kill()
                holding.communicate()
            ana.run("status")  # the lock died with its process

    def test_a_truncated_database_is_told_as_damaged(self):
        with World("ana") as world:
            ana = world.people[0]
            database = ana.data / "store.db"
            for size in (0, 100, 4096, database.stat().st_size // 2):
                copy = world.folder / f"copy-{size}"
                shutil.copytree(ana.data, copy)
                with open(copy / "store.db", "r+b") as file:
                    file.truncate(size)
                for tail in ("-wal", "-shm"):
                    (copy / f"store.db{tail}").unlink(missing_ok=True)
                said = subprocess.run([BIN / "sotto", "--data", copy, "--passphrase-file", ana.passphrase_file, "address"],
                                      capture_output=True, timeout=PATIENCE)
                self.assertEqual(said.returncode, REFUSED, (size, said.stderr))
                self.assertRegex(said.stderr.decode(), "damaged|is empty", size)

    def test_a_damaged_key_slot_is_told(self):
        with World("ana") as world:
            ana = world.people[0]
            slot = ana.data / "keyslot"
            whole = slot.read_bytes()
            slot.write_bytes(whole[:20])
            self.assertIn("damaged", ana.run("status", expect=REFUSED).stderr.decode())
            slot.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
            ana.run("status", expect=LOCKED)
            slot.write_bytes(whole)
            ana.run("status")

    def test_invalid_utf8_is_refused_and_nothing_is_kept(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            said = ana.run("send", "ben", "-", input=b"\xff\xfe", expect=REFUSED).stderr.decode()
            self.assertIn("UTF-8", said)
            self.assertEqual(ana.history(ben), [])

    def test_a_text_above_one_mebibyte_is_refused_and_nothing_is_kept(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            said = ana.run("send", "ben", "-", input=b"x" * ((1 << 20) + 1), expect=REFUSED).stderr.decode()
            self.assertIn("1 MiB", said)
            self.assertEqual(ana.history(ben), [])

    def test_wrong_usage_is_exit_code_2(self):
        with World("ana") as world:
            ana = world.people[0]
            for words in ([], ["fly"], ["send", "ben"], ["receive", "--wait", "soon"],
                          ["receive", "--wait", "nan"], ["register", "--name", "x"]):
                ana.run(*words, expect=WRONG_USAGE)

    def test_one_contact_whose_mailbox_is_full_holds_up_nobody_else(self):
        with World("ana", "ben", "mal") as world:
            ana, ben, mal = world.people
            ana.meet(ben)
            ana.meet(mal)
            mailbox = mal.json("status")[0]["account"]
            world.server.stop()
            with sqlite3.connect(world.server.data / "server.db") as database:
                row, = database.execute(
                    "SELECT d.id FROM devices d JOIN accounts a ON a.id = d.account WHERE a.account_id = ?",
                    (bytes.fromhex(mailbox.replace("-", "")),)).fetchone()
                today = int(time.time()) // 86400
                database.executemany(
                    "INSERT INTO envelopes (device, class, day, upload, size, envelope) VALUES (?, 2, ?, ?, 1, x'00')",
                    [(row, today, i) for i in range(1000)])
            world.server.start()
            said = ana.send(mal, "are you there?", expect=REFUSED).stderr.decode()
            self.assertIn("kept", said)
            ana.send(ben, "hello")
            ana.receive()
            self.assertEqual([m["text"] for m in ben.receive()], ["hello"])
            self.assertEqual(ana.json("status")[0]["unsent"], 1)

    def test_a_full_disk_is_told_and_nothing_is_lost(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to mount a small file system")
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            ana.send(ben, "before")
            small = world.folder / "small"
            small.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", small], check=True)
            try:
                shutil.copytree(ana.data, small / "ana")
                cramped = Person("ana", world.folder)
                cramped.data = small / "ana"
                filler = small / "filler"
                fill(filler)
                said = cramped.run("send", "ben", "-", input=b"y" * 600_000, expect=REFUSED).stderr.decode()
                self.assertRegex(said, "disk is full|free space")
                filler.unlink()
                self.assertEqual(cramped.texts(ben, "out"), ["before"])
                cramped.send(ben, "after")
                self.assertEqual([m["text"] for m in ben.receive()], ["before", "after"])
            finally:
                subprocess.run(["umount", small], check=True)


class ServerStart(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sotto-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def refused(self, *words, code=REFUSED):
        done = server_run(*words)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr.decode()

    def test_wrong_usage_is_exit_code_2(self):
        self.refused(code=WRONG_USAGE)
        self.refused("--data", self.folder / "d", "--registration", "perhaps", code=WRONG_USAGE)
        self.refused("--data", self.folder / "d", "--tls-cert", "x", code=WRONG_USAGE)

    def test_a_port_in_use_is_told(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            said = self.refused("--data", self.folder / "d", "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
            self.assertIn("another program listens", said)

    def test_a_certificate_that_is_none_is_told(self):
        (self.folder / "x.pem").write_text("nothing")
        said = self.refused("--data", self.folder / "d", "--tls-cert", self.folder / "x.pem", "--tls-key", self.folder / "x.pem")
        self.assertIn("x.pem", said)

    def test_a_data_folder_in_use_is_told(self):
        with World() as world:
            said = self.refused("--data", world.server.data, "--listen", "127.0.0.1:0")
            self.assertIn("in use", said)

    def test_a_database_that_is_none_is_told(self):
        with World() as world:
            world.server.stop()
            databases = [p for p in world.files(world.server.data) if p.suffix in (".db", ".sqlite")]
            self.assertTrue(databases)
            for tail in ("-wal", "-shm"):
                pathlib.Path(str(databases[0]) + tail).unlink(missing_ok=True)
            databases[0].write_bytes(b"this is no database, it only looks long enough to be one" * 100)
            said = self.refused("--data", world.server.data, "--listen", "127.0.0.1:0")
            self.assertRegex(said, "database")


if __name__ == "__main__":
    unittest.main()
