"""A second device is linked with real programs: two processes, prompts, and a server between them."""
import json
import subprocess
import unittest

from world import DONE, PATIENCE, REFUSED, WRONG_USAGE, Person, World, lines_of


class Prompted:
    """A program whose prompts are answered as they come: --json on standard output, one line a prompt on standard input."""

    def __init__(self, person, *words):
        self.process = subprocess.Popen(person.command("--json", *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.lines = lines_of(self.process.stdout, PATIENCE)

    def next(self):
        for line in self.lines:
            return json.loads(line)
        raise AssertionError(f"nothing more came:\n{self.process.stderr.read().decode()}")

    def type(self, text):
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def end(self):
        """Its exit code and what it complained about."""
        self.process.stdin.close()
        code = self.process.wait(timeout=PATIENCE)
        complaint = self.process.stderr.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        return code, complaint


def begin(world, person):
    linking = Prompted(person, "device", "link", "--server", world.server.url, "--server-ca", world.server.ca, "--name",
                       person.name, "--kdf", "fastest-allowed")
    return linking, linking.next()["link"]


def link(test, world, admin, new, *options):
    """Both sides, each reading the other's screen."""
    here, address = begin(world, new)
    there = Prompted(admin, "device", "add", address, *options)
    offered = here.next()
    test.assertEqual(offered["name"], admin.name)
    there.type(offered["code"])
    here.type(there.next()["code"])
    added = there.next()
    while added["event"] == "history":
        added = there.next()
    linked = here.next()
    for side in (there, here):
        code, complaint = side.end()
        test.assertEqual(code, DONE, complaint)
    test.assertEqual(linked["event"], "linked")
    return added["device"]


class Devices(unittest.TestCase):
    def test_a_second_device_is_linked_and_both_converse(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            tablet = Person("tablet", world.folder)
            self.assertEqual(link(self, world, ben, tablet), 2)
            tablet.receive()
            self.assertEqual([(d["device"], d["name"], d["admin"], d["this"]) for d in tablet.json("device", "list")],
                             [(1, "first device", True, False), (2, "tablet", False, True)])
            ana.send(ben, "to both of you")
            self.assertEqual([m["text"] for m in ben.receive()], ["to both of you"])
            self.assertEqual([m["text"] for m in tablet.receive()], ["to both of you"])
            tablet.send(ana, "from the tablet")
            self.assertEqual([m["text"] for m in ana.receive()], ["from the tablet"])
            tablet.receive(wait=3)  # the copy for the own devices is due a little later
            tablet.receive()
            ben.receive()
            self.assertEqual(ben.texts(ana), ["to both of you", "from the tablet"])

    def test_a_new_device_gets_what_was_written_before_if_the_person_says_so(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            for text in ("one", "two", "three"):
                ana.send(ben, text)
            ben.receive()
            tablet, laptop = Person("tablet", world.folder), Person("laptop", world.folder)
            link(self, world, ben, tablet, "--history")
            self.assertEqual(tablet.texts(ana), ["one", "two", "three"])
            self.assertEqual(tablet.receive(), [], "it is no news")
            link(self, world, ben, laptop)
            laptop.receive()
            self.assertEqual(laptop.texts(ana), [], "nobody said so")

    def test_a_device_is_renamed_promoted_and_removed(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            tablet = Person("tablet", world.folder)
            link(self, world, ben, tablet)
            tablet.receive()
            ben.run("device", "rename", "2", "the old tablet")
            self.assertEqual(tablet.run("device", "rename", "1", "x", expect=REFUSED).stdout, b"")
            ben.run("device", "promote", "2")
            tablet.receive()
            devices = tablet.json("device", "list")
            self.assertEqual([(d["name"], d["admin"]) for d in devices],
                             [("first device", True), ("the old tablet", True)])
            tablet.run("device", "rename", "1", "the phone")
            refused = ben.run("device", "remove", "2", expect=REFUSED)
            self.assertIn(b"recovery key", refused.stderr)
            ben.run("device", "remove", "2", "--recovery-key-file", ben.recovery_key_file)
            self.assertEqual([d["device"] for d in ben.json("device", "list")], [1])
            tablet.run("receive", expect=REFUSED)
            ana.send(ben, "only for the phone")
            self.assertEqual([m["text"] for m in ben.receive()], ["only for the phone"])

    def test_a_wrong_code_links_nothing_and_says_so_on_both_sides_A05(self):
        with World("ben") as world:
            ben, = world.people
            tablet = Person("tablet", world.folder)
            here, address = begin(world, tablet)
            there = Prompted(ben, "device", "add", address)
            right = here.next()["code"]
            there.type("000000" if right != "000000" else "111111")
            code, complaint = there.end()
            self.assertEqual(code, REFUSED)
            self.assertIn("read every message", complaint, "what is being given is said in words")
            self.assertIn("not the code that the new device shows", complaint)
            here.type("000000")
            code, complaint = here.end()
            self.assertEqual(code, REFUSED)
            self.assertIn("Nothing was linked", complaint)
            self.assertEqual(len(ben.json("device", "list")), 1)
            link(self, world, ben, tablet)

    def test_a_link_for_a_device_is_no_contact_link_A05(self):
        with World("ben") as world:
            ben, = world.people
            tablet = Person("tablet", world.folder)
            here, address = begin(world, tablet)
            refused = ben.run("contact", "add", address, expect=REFUSED)
            self.assertIn(b"a code for linking a device", refused.stderr)
            refused = ben.run("device", "add", ben.address(), expect=REFUSED)
            self.assertIn(b"this is a contact link", refused.stderr)
            here.process.kill()
            here.end()

    def test_numbers_and_servers_that_are_none_are_wrong_usage(self):
        with World("ben") as world:
            ben, = world.people
            ben.run("device", "remove", "0", expect=WRONG_USAGE)
            ben.run("device", "remove", "7", expect=REFUSED)
            Person("tablet", world.folder).run("device", "link", "--server", "nonsense", expect=WRONG_USAGE)


if __name__ == "__main__":
    unittest.main()
