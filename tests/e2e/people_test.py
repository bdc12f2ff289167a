"""The commands around people and messages, with real programs."""
import unittest

from world import DONE, REFUSED, WRONG_USAGE, World


class People(unittest.TestCase):
    def test_a_request_is_listed_accepted_and_answered(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.run("contact", "add", ben.address(), "--as", "ben")
            ana.send(ben, "may I?")
            ben.receive()
            request, = ben.json("request", "list")
            self.assertEqual((request["claimed_name"], request["messages"]), ("ana", 1))
            accepted, = ben.json("request", "accept", request["account"][:6], "--as", "Ana")
            self.assertEqual((accepted["name"], accepted["standing"]), ("Ana", "accepted"))
            self.assertEqual(ben.json("request", "list"), [])
            ben.run("send", "Ana", "you may")
            self.assertEqual([event["text"] for event in ana.receive()], ["you may"])

    def test_who_is_blocked_is_heard_no_more_and_unblocked_again(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            ben.run("contact", "block", "ana")
            self.assertIn(b"blocked", ben.run("contact", "list").stdout)
            ana.send(ben, "hello?", expect=None)
            self.assertEqual(ben.receive(), [])
            self.assertIn(b"unblock", ben.run("send", "ana", "x", expect=REFUSED).stderr)
            ben.run("contact", "unblock", "ana")
            ana.send(ben, "again", expect=None)
            self.assertEqual([event["text"] for event in ben.receive()][-1:], ["again"])

    def test_a_link_is_made_listed_used_and_revoked(self):
        with World("ana", "ben", "cem") as world:
            ana, ben, cem = world.people
            made, = ben.json("link", "create", "card", "--days", "30")
            self.assertEqual([link["label"] for link in ben.json("link", "list")], ["card"])
            ana.run("contact", "add", made["link"], "--as", "ben")
            ana.send(ben, "by your card")
            ben.run("link", "revoke", "card")
            cem.run("contact", "add", made["link"], "--as", "ben", expect=REFUSED)
            self.assertIn(b"no link", ben.run("link", "revoke", "card", expect=REFUSED).stderr)

    def test_messages_are_answered_changed_reacted_to_read_and_deleted(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            first = ana.send(ben, "teh plan").stdout.decode().strip()
            ben.receive()
            ana.run("edit", "ben", first, "the plan")
            ben.run("send", "ana", "--reply-to", first, "good")
            ben.run("react", "ana", first, "👍")
            self.assertEqual(ben.json("read", "ana")[0]["count"], 1)
            ben.receive()
            ana.receive()
            self.assertEqual(ben.texts(ana, "in"), ["the plan"])
            self.assertEqual(ana.texts(ben, "in"), ["good"])
            ana.run("delete", "ben", first)
            ben.receive()
            self.assertEqual(ben.texts(ana, "in"), [""])
            ben.run("edit", "ana", first, "mine now", expect=REFUSED)
            ana.run("timer", "ben", "7d")
            ana.run("timer", "ben", "7 years", expect=WRONG_USAGE)
            ana.run("react", "ben", "nonsense", "x", expect=REFUSED)

    def test_what_is_chosen_is_shown_and_changed(self):
        with World("ana") as world:
            ana, = world.people
            ana.run("receipts", "off")
            chosen = {one["name"]: one["on"] for one in ana.json("settings")}
            self.assertEqual(chosen["receipts"], False)
            ana.run("receipts", "maybe", expect=WRONG_USAGE)
            ana.run("profile", "--name", "Ana B.")
            self.assertEqual(ana.json("profile")[0]["name"], "Ana B.")
            ana.run("profile", "--name", "a\u202eb", expect=REFUSED)
            ana.run("settings", "proxy", "http://nowhere", expect=REFUSED)
            ana.run("settings", "proxy", "off")

    def test_the_doctor_says_what_is_well_and_what_to_do(self):
        with World("ana") as world:
            ana, = world.people
            ana.receive()
            for finding in ana.json("doctor"):
                self.assertTrue(finding["ok"], finding)
            world.server.kill()
            ill = {finding["check"]: finding for finding in ana.json("doctor") if not finding["ok"]}
            self.assertIn("server", ill)
            self.assertTrue(all(finding["next"] for finding in ill.values()))

    def test_a_new_account_says_whose_place_it_takes_and_the_contact_answers(self):
        with World("ana", "ben") as world:
            from world import Person
            ana, ben = world.people
            ana.meet(ben)
            again = Person("again", world.folder)
            old = ana.json("status")[0]["account"]
            again.run("register", "--server", world.server.url, "--name", "again", "--server-ca", world.server.ca, "--kdf",
                      "fastest-allowed", "--recovery-key-file", again.recovery_key_file, "--replaces", old)
            again.run("contact", "add", ben.address(), "--as", "ben")
            again.run("send", "ben", "it is me")
            said = ben.run("receive").stderr.decode()
            self.assertIn("ATTENTION", said)
            self.assertIn("contact reset", said)
            ben.run("send", "ana", "waits", expect=3)
            ben.run("contact", "reset", "ana", expect=WRONG_USAGE)
            answered, = ben.json("contact", "reset", "ana", "--accept")
            self.assertNotEqual(answered["account"], old)
            ben.run("send", "ana", "hello again")
            self.assertEqual([event["text"] for event in again.receive()], ["hello again"])


if __name__ == "__main__":
    unittest.main()
