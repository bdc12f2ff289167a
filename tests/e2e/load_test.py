"""sotto-load against a real server: what was promised arrives once and in order, also over a server that is killed."""
import json
import subprocess
import time
import unittest

from world import BIN, PATIENCE, Failed, World

PLACES = (BIN.parent / "bench" / "sotto-load", BIN.parent / "release" / "bench" / "sotto-load")
PROGRAM = next((place for place in PLACES if place.exists()), None)

FAULTLESS, FAULTY, WRONG_USAGE, UNREACHABLE = range(4)


@unittest.skipUnless(PROGRAM, "sotto-load is not built")
class Load(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.world.__enter__()
        self.addCleanup(self.world.__exit__)
        self.server = self.world.server
        self.result = self.world.folder / "load.json"

    def begin(self, *options):
        return subprocess.Popen([PROGRAM, "--server", f"127.0.0.1:{self.server.port}", "--server-ca", self.server.ca,
                                 "--accounts", "20", "--in-flight", "20", "--json", self.result, *options],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def end(self, load, expect=FAULTLESS):
        said, complained = load.communicate(timeout=PATIENCE)
        if load.returncode != expect:
            raise Failed(f"sotto-load ended with {load.returncode}:\n{said.decode()}\n{complained.decode()}")
        return json.loads(self.result.read_text()) if self.result.exists() else None

    def expect_faultless(self, result, at_least):
        self.assertGreater(result["messages"], at_least)
        self.assertGreaterEqual(result["arrived"], result["promised"])
        for fault in ("lost", "repeated", "out_of_order", "damaged"):
            self.assertEqual(result[fault], 0, fault)

    def test_every_message_arrives_once_and_in_order_encrypted_or_not(self):
        for encryption in ("on", "off"):
            result = self.end(self.begin("--seconds", "2", "--encryption", encryption))
            self.expect_faultless(result, at_least=100)
            self.assertEqual(result["errors"], {})
            self.assertEqual(result["redelivered"], 0)

    def test_messages_leave_at_the_rate_that_was_asked_for(self):
        result = self.end(self.begin("--seconds", "2", "--rate", "100"))
        self.expect_faultless(result, at_least=190)
        self.assertLessEqual(result["messages"], 210)

    def test_nothing_is_lost_or_repeated_over_a_server_that_is_killed(self):
        for encryption in ("on", "off"):
            load = self.begin("--seconds", "4", "--encryption", encryption)
            for line in load.stderr:
                if b": go" in line:
                    break
            for _ in range(3):
                time.sleep(0.7)  # the load goes on meanwhile: this is when, not whether
                self.server.kill()
                self.server.start()
            result = self.end(load)
            self.expect_faultless(result, at_least=100)
            self.assertGreater(result["errors"]["mailbox: connection lost"], 0)

    def test_an_invite_opens_a_server_that_asks_for_one(self):
        self.server.stop()
        self.server.options += ["--registration", "invite"]
        self.server.start()
        self.end(self.begin("--seconds", "1"), expect=UNREACHABLE)
        made = subprocess.run([BIN / "sotto-server", "--data", self.server.data, "invite", "create", "--uses", "20", "--json"],
                              stdout=subprocess.PIPE, check=True)
        result = self.end(self.begin("--seconds", "1", "--invite", json.loads(made.stdout)["token"]))
        self.expect_faultless(result, at_least=20)

    def test_what_cannot_be_is_said_before_anything_is_sent(self):
        self.end(self.begin("--in-flight", "500"), expect=WRONG_USAGE)
        self.end(self.begin("--encryption", "perhaps"), expect=WRONG_USAGE)
        self.server.kill()
        self.end(self.begin(), expect=UNREACHABLE)


if __name__ == "__main__":
    unittest.main()
