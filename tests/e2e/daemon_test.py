"""The daemon owns a data folder: other commands of the folder go through its socket, and nothing is told twice or lost."""
import contextlib
import json
import signal
import socket
import subprocess
import unittest

from devices_test import link
from world import BIN, DONE, PATIENCE, REFUSED, UNREACHABLE, Person, World, lines_of


@contextlib.contextmanager
def daemon_of(person):
    process = person.start("--json", "daemon")
    lines = lines_of(process.stdout, PATIENCE)
    try:
        ready = next(lines, None)
        if ready is None:
            raise AssertionError(f"the daemon did not start: {process.stderr.read().decode()}")
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)
        process.stdout.close()
        process.stderr.close()


class Raw:
    """A program that speaks to the socket itself."""

    def __init__(self, person):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(str(person.data / "sotto.sock"))
        self.lines = self.socket.makefile("rb")

    def say(self, line):
        self.socket.sendall((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n")

    def hear(self):
        return json.loads(self.lines.readline())

    def call(self, method, **params):
        self.say({"jsonrpc": "2.0", "id": "a", "method": method, "params": params})
        return self.hear()

    def close(self):
        self.lines.close()
        self.socket.close()


class Daemon(unittest.TestCase):
    def test_commands_go_through_it_without_the_passphrase(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            with daemon_of(ana):
                done = subprocess.run([BIN / "sotto", "--data", ana.data, "send", "ben", "through the daemon"],
                                      stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
                self.assertEqual(done.returncode, DONE, done.stderr)
                self.assertEqual([event["text"] for event in ben.receive()], ["through the daemon"])
                self.assertEqual(ana.texts(ben), ["through the daemon"])
                self.assertEqual(ana.json("status")[0]["name"], "ana")

    def test_what_came_while_nobody_listened_is_told_once(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            with daemon_of(ana):
                for text in ("one", "two"):
                    ben.send(ana, text)
                heard = []
                while len(heard) < 2:
                    heard += [event["text"] for event in ana.receive(wait=1)]
                self.assertEqual(heard, ["one", "two"])
                self.assertEqual(ana.receive(), [])
            self.assertEqual(ana.receive(), [])

    def test_who_follows_hears_what_comes(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            with daemon_of(ana):
                follower = ana.start("--json", "receive", "--follow")
                ben.send(ana, "live")
                line = next(lines_of(follower.stdout, PATIENCE))
                self.assertEqual(json.loads(line)["text"], "live")
                follower.kill()
                follower.communicate()

    def test_what_a_caller_did_not_take_is_told_to_the_next(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            with daemon_of(ana):
                ben.send(ana, "for whoever takes it")
                raw = Raw(ana)
                raw.say({"jsonrpc": "2.0", "id": 1, "method": "receive", "params": {"follow": True}})
                event = raw.hear()
                self.assertEqual((event["method"], event["params"]["text"]), ("event", "for whoever takes it"))
                raw.close()  # gone without an answer
                self.assertEqual([event["text"] for event in ana.receive(wait=1)], ["for whoever takes it"])

    def test_a_second_one_for_the_folder_is_refused(self):
        with World("ana") as world:
            ana, = world.people
            with daemon_of(ana):
                second = ana.run("daemon", expect=REFUSED)
                self.assertIn(b"another", second.stderr)
                ana.run("status")

    def test_after_a_kill_commands_open_the_folder_themselves(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            with daemon_of(ana) as process:
                process.kill()
                process.wait(timeout=PATIENCE)
                self.assertTrue((ana.data / "sotto.sock").exists())
                ana.send(ben, "without it")
                with daemon_of(ana):  # over the dead socket
                    ana.send(ben, "with it")
            self.assertEqual([event["text"] for event in ben.receive()], ["without it", "with it"])

    def test_it_ends_in_order_when_asked_to(self):
        with World("ana") as world:
            ana, = world.people
            with daemon_of(ana) as process:
                process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(timeout=PATIENCE), 0)
                self.assertFalse((ana.data / "sotto.sock").exists())

    def test_without_the_server_a_message_is_kept_and_goes_out_later(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            with daemon_of(ana):
                world.server.kill()
                ana.send(ben, "later", expect=UNREACHABLE)
                ana.receive(expect=UNREACHABLE)
                world.server.start()
                heard = []
                while not heard:
                    heard = ben.receive(wait=1)
                self.assertEqual([event["text"] for event in heard], ["later"])

    def test_a_device_is_added_through_it(self):
        with World("ana") as world:
            ana, = world.people
            tablet = Person("tablet", world.folder)
            with daemon_of(ana):
                link(self, world, ana, tablet)
                self.assertEqual(len(ana.json("device", "list")), 2)

    def test_adding_a_device_asks_for_the_passphrase_all_the_same(self):
        with World("ana") as world:
            ana, = world.people
            with daemon_of(ana):
                (world.folder / "wrong").write_text("not it\n")
                done = subprocess.run([BIN / "sotto", "--data", ana.data, "--passphrase-file", world.folder / "wrong",
                                       "device", "promote", "1"], stdin=subprocess.DEVNULL, capture_output=True,
                                      timeout=PATIENCE)
                self.assertEqual(done.returncode, 4, done.stderr)

    def test_what_is_no_request_is_said_and_the_next_one_served(self):
        with World("ana") as world:
            ana, = world.people
            with daemon_of(ana):
                raw = Raw(ana)
                raw.say(b"{")
                self.assertEqual(raw.hear()["error"]["code"], -32700)
                raw.say([1, 2])
                self.assertEqual(raw.hear()["error"]["code"], -32600)
                raw.say({"jsonrpc": "2.0", "id": 1, "method": "history", "params": ["ben"]})
                self.assertEqual(raw.hear()["error"]["code"], -32600)
                self.assertEqual(raw.call("no.such")["error"]["code"], -32601)
                self.assertEqual(raw.call("history")["error"]["code"], -32602)
                self.assertEqual(raw.call("history", contact="x", lats=3)["error"]["code"], -32602)
                self.assertEqual(raw.call("history", contact="nobody")["error"]["code"], -32001)
                self.assertEqual(raw.call("address")["result"]["server"], f"127.0.0.1:{world.server.port}")
                raw.close()

    def test_a_line_without_end_is_cut_and_others_are_served(self):
        with World("ana") as world:
            ana, = world.people
            with daemon_of(ana):
                raw = Raw(ana)
                with self.assertRaises(OSError):
                    for _ in range(64):
                        raw.socket.sendall(b"x" * (1 << 20))
                raw.close()
                ana.run("status")


if __name__ == "__main__":
    unittest.main()
