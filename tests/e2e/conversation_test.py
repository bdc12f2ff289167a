"""Two people converse: each test is one promise of the command line."""
import json
import os
import stat
import subprocess
import unittest

from world import PATIENCE, REFUSED, UNREACHABLE, Person, World


class Conversation(unittest.TestCase):
    def test_texts_arrive_both_ways_in_order_and_once(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            for i in range(3):
                ana.send(ben, f"question {i}")
            self.assertEqual([m["text"] for m in ben.receive()], [f"question {i}" for i in range(3)])
            for i in range(3):
                ben.send(ana, f"answer {i}")
            self.assertEqual([m["text"] for m in ana.receive()], [f"answer {i}" for i in range(3)])
            self.assertEqual(ben.receive(), [])
            self.assertEqual(ana.texts(ben), ben.texts(ana))
            world.server.stop()

    def test_an_event_says_who_what_and_when(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            message_id = ana.send(ben, "hello").stdout.decode().strip()
            event = ben.receive()[0]
            account = ana.json("status")[0]["account"]
            self.assertEqual(event["event"], "message")
            self.assertEqual(event["id"], message_id)
            self.assertEqual(event["conversation"], account)
            self.assertEqual(event["sender"], {"account": account, "name": "ana", "device": 1})
            self.assertEqual((event["text"], event["seq"], event["verified"]), ("hello", 1, False))
            self.assertLessEqual(event["sent_at"], event["received_at"])
            kept = ana.history(ben)[0]
            self.assertEqual((kept["direction"], kept["state"], kept["id"]), ("out", "sent", message_id))

    def test_every_text_arrives_as_it_was_typed(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            texts = ["[a,b]", "[]", "[1,2,3]", "{}", '"x"', "%", "--", "-v", "[TODO, call Bob]", " "]
            for text in texts:
                ana.send(ben, text)
            self.assertEqual([m["text"] for m in ben.receive()], texts)

    def test_a_long_text_from_standard_input_arrives_unchanged(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            text = "".join(f"line {i}: grüße, 世界\n" for i in range(15_000))
            ana.run("send", "ben", "-", input=text.encode())
            self.assertEqual(ben.receive()[0]["text"], text)

    def test_a_text_of_exactly_one_mebibyte_arrives(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            text = "x" * (1 << 20)
            ana.run("send", "ben", "-", input=text.encode())
            self.assertEqual(ben.receive()[0]["text"], text)

    def test_a_stranger_with_the_link_is_received_under_the_name_they_claim(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.run("contact", "add", ben.address(), "--as", "ben")
            ana.send(ben, "we met yesterday")
            self.assertIn("(claims to be) ana: we met yesterday", ben.run("receive").stdout.decode())
            ben.run("send", "ana", "a name that she chose herself", expect=REFUSED)
            self.assertIn("(claims to be) ana", ben.run("history", ana.json("status")[0]["account"]).stdout.decode())
            ben.run("request", "accept", ana.json("status")[0]["account"][:8], "--as", "Ana")
            ben.run("send", "Ana", "yes")
            self.assertEqual([m["text"] for m in ana.receive()], ["yes"])

    def test_a_contact_can_be_added_by_user_name_which_is_said_to_be_trusted(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            said = ana.run("contact", "add", "ben").stdout.decode()
            self.assertIn("compare the safety number", said)
            ana.send(ben, "found you")
            self.assertEqual(ben.receive()[0]["text"], "found you")

    def test_both_see_the_same_safety_number_and_can_confirm_it(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            numbers = [p.json("verify", o.name)[0]["safety_number"] for p, o in ((ana, ben), (ben, ana))]
            self.assertEqual(numbers[0], numbers[1])
            self.assertRegex(numbers[0], r"^\d{60}$")
            self.assertTrue(ben.json("verify", "ana", "--confirm")[0]["verified"])
            ana.send(ben, "verified now")
            self.assertTrue(ben.receive()[0]["verified"])

    def test_the_server_is_down_and_what_was_written_goes_out_with_the_next_connection(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            world.server.kill()
            refused = ana.send(ben, "into the outbox", expect=UNREACHABLE)
            self.assertRegex(refused.stdout.decode().strip(), r"^[0-9a-f]{32}$")
            self.assertEqual(ana.history(ben)[0]["state"], "queued")
            self.assertEqual(ana.json("status")[0]["unsent"], 1)
            world.server.start()
            ana.receive()
            self.assertEqual([m["text"] for m in ben.receive()], ["into the outbox"])
            self.assertEqual(ana.history(ben)[0]["state"], "sent")

    def test_follow_shows_messages_as_they_come_and_survives_a_restart_of_the_server(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            following = ben.start("--json", "receive", "--follow")
            try:
                ana.send(ben, "one")
                self.assertEqual(json.loads(following.stdout.readline())["text"], "one")
                world.server.kill()
                world.server.start()
                ana.send(ben, "two")
                self.assertEqual(json.loads(following.stdout.readline())["text"], "two")
            finally:
                following.kill()
                following.communicate()

    def test_wait_ends_after_the_quiet_that_was_asked_for(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            ana.send(ben, "first")
            self.assertEqual([m["text"] for m in ben.receive(wait=0.2)], ["first"])

    def test_more_first_messages_than_prekeys_are_answered_from_the_last_resort(self):
        with World("ben") as world:
            ben = world.people[0]
            link = ben.address()
            drained = Person("drainer", world.folder)
            drained.register(world.server)
            drained.run("contact", "add", link, "--as", "ben")
            drained.run("send", "ben", "with a one-time prekey")
            before = ben.json("status")[0]
            self.assertEqual([m["text"] for m in ben.receive()], ["with a one-time prekey"])
            self.assertEqual(before["queued_at_server"], 1)

    def test_control_characters_in_a_text_do_not_reach_the_terminal(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            ana.send(ben, "red \x1b[31m alert \x07")
            shown = ben.run("receive").stdout
            self.assertNotIn(b"\x1b", shown)
            self.assertNotIn(b"\x07", shown)
            self.assertIn(b"\\x1b[31m", shown)

    def test_a_text_of_several_lines_can_not_pose_as_two_messages(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            ana.send(ben, "one\n2026-11-24 10:00:00  carol: two")
            shown = ben.run("receive").stdout.decode().splitlines()
            self.assertTrue(shown[1].startswith("    "), shown)

    def test_a_message_that_could_not_be_printed_is_told_again(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            ana.send(ben, "hello")
            with open("/dev/full", "wb") as full:
                done = subprocess.run(ben.command("receive"), stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE)
            self.assertEqual(done.returncode, REFUSED)
            self.assertEqual([m["text"] for m in ben.receive()], ["hello"])

    def test_the_recovery_key_is_written_once_and_for_its_owner_only(self):
        with World("ana") as world:
            ana = world.people[0]
            self.assertEqual(stat.S_IMODE(os.stat(ana.recovery_key_file).st_mode), 0o600)
            self.assertRegex(ana.recovery_key_file.read_text(), r"^([0-9A-HJKMNP-TV-Z]{4}-){13}[0-9A-HJKMNP-TV-Z]{4}\n$")
            for path in world.files(ana.data):
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode) & 0o077, 0, path)

    def test_links_of_other_kinds_are_refused_by_name_A05(self):
        with World("ana") as world:
            ana = world.people[0]
            said = ana.run("contact", "add", "sotto-device:AAAA", expect=REFUSED).stderr.decode()
            self.assertIn("linking a device", said)


if __name__ == "__main__":
    unittest.main()
