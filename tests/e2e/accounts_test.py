"""What an operator asks about invites and accounts, of a server that people use."""
import json
import re
import subprocess
import unittest

from world import BIN, DONE, PATIENCE, REFUSED, WRONG_USAGE, World


class Accounts(unittest.TestCase):
    def setUp(self):
        self.world = World("ana", "bob")
        self.world.__enter__()
        self.addCleanup(self.world.__exit__)

    def ask(self, *words, expect=DONE):
        done = subprocess.run([BIN / "sotto-server", "--data", self.world.server.data, *words], capture_output=True, text=True,
                              timeout=PATIENCE)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout if expect == DONE else done.stderr

    def ids(self):
        return {entry["user_name"]: entry["account"] for entry in map(json.loads, self.ask("account", "list", "--json").splitlines())}

    def test_an_invite_is_made_listed_and_revoked(self):
        self.assertEqual(self.ask("invite", "list"), "")
        made = json.loads(self.ask("invite", "create", "--uses", "5", "--days", "0", "--json"))
        self.assertEqual(made["uses_left"], 5)
        self.assertRegex(made["token"], r"^[\w-]{22}$")
        listed = self.ask("invite", "list")
        self.assertRegex(listed, rf"^ID  USES LEFT  LAST DAY\n{made['id']}   5          \d{{4}}-\d\d-\d\d\n$")
        self.assertNotIn(made["token"], listed)
        self.ask("invite", "revoke", str(made["id"]))
        self.assertEqual(self.ask("invite", "list"), "")
        self.assertIn("there is no invite", self.ask("invite", "revoke", str(made["id"]), expect=REFUSED))

    def test_nonsense_is_refused_with_the_reason(self):
        self.assertIn("--uses is a number from 1", self.ask("invite", "create", "--uses", "0", expect=REFUSED))
        self.assertIn("not the number of an invite", self.ask("invite", "revoke", "first", expect=REFUSED))
        self.assertIn("not the id of an account", self.ask("account", "remove", "ana", expect=REFUSED))
        self.assertIn("there is no account", self.ask("account", "show", "nobody", expect=REFUSED))
        self.ask("invite", expect=WRONG_USAGE)
        self.ask("account", "show", expect=WRONG_USAGE)

    def test_accounts_are_listed_and_found_by_name_and_by_id(self):
        ids = self.ids()
        self.assertEqual(set(ids), {"ana", "bob"})
        self.assertRegex(self.ask("account", "list"), r"^ACCOUNT +USER NAME +DEVICES +LAST CONTACT +DELETION\n")
        self.assertEqual(self.ask("account", "show", "ana"), self.ask("account", "show", ids["ana"]))

    def test_a_removed_account_is_gone_and_its_connection_ends(self):
        ana = self.world.people[0]
        following = ana.start("--verbose", "receive", "--follow")
        self.addCleanup(following.communicate)
        self.addCleanup(following.kill)
        while b"mailbox open" not in following.stderr.readline():
            self.assertIsNone(following.poll())
        self.assertIn("devices  1", self.ask("account", "remove", self.ids()["ana"]))
        self.assertEqual(set(self.ids()), {"bob"})
        following.wait(PATIENCE)

    def test_a_disclosure_is_read_by_people_and_by_programs(self):
        ana, bob = self.world.people
        ana.meet(bob)
        bob.send(ana, "nobody reads this")
        account = self.ids()["ana"]
        held = json.loads(self.ask("disclose", account, "--json"))
        self.assertEqual(held["account"], account)
        self.assertEqual(len(held["devices"][0]["envelopes"]), 1)
        words = self.ask("disclose", account)
        self.assertIn("neither the text nor the sender can be read here", words)
        self.assertRegex(words, r"(?m)^user name +ana$")
        self.assertNotIn(self.ids()["bob"], words + json.dumps(held))
        self.assertFalse([line for line in words.splitlines() if re.search(r"\b[a-z]+_[a-z_]+\b", line.split("  ")[0])])


if __name__ == "__main__":
    unittest.main()
