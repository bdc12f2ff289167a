"""What somebody at a terminal is asked, and what is shown while they type."""
import os
import pty
import re
import select
import signal
import termios
import time
import unittest

from world import DONE, LOCKED, PATIENCE, REFUSED, Person, World


class Ended(AssertionError):
    """The program let go of its terminal."""


class Terminal:
    """A program with a terminal of its own."""

    def __init__(self, command):
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.execv(command[0], [str(word) for word in command])
        self.shown = ""

    def until(self, pattern):
        """Reads until the pattern is on the screen; gives the match."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = re.search(pattern, self.shown)
            if found:
                return found
            ready, _, _ = select.select([self.file], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"{pattern} did not come:\n{self.shown}")
            try:
                self.shown += os.read(self.file, 65536).decode(errors="replace")
            except OSError:
                raise Ended(f"ended before {pattern} came:\n{self.shown}") from None

    def type(self, text):
        os.write(self.file, text.encode() + b"\n")

    def end(self):
        """The exit code, once the program has let go of the terminal."""
        try:
            self.until(r"(?!)")
        except Ended:
            pass
        _, status = os.waitpid(self.pid, 0)
        os.close(self.file)
        return os.waitstatus_to_exitcode(status)


class AtTheTerminal(unittest.TestCase):
    def register(self, world, person):
        return Terminal([*person.command()[:3], "register", "--server", world.server.url, "--name", person.name,
                         "--server-ca", world.server.ca, "--kdf", "fastest-allowed"])

    def test_registering_shows_the_recovery_key_once_and_asks_it_back(self):
        with World() as world:
            ana = Person("ana", world.folder)
            terminal = self.register(world, ana)
            terminal.until("Choose a passphrase")
            terminal.type("correct horse of ana")
            terminal.until("Once more")
            terminal.type("correct horse of ana")
            key = terminal.until(r"(?:[0-9A-Z]{4}-){13}[0-9A-Z]{4}").group(0)
            terminal.until("Type the recovery key")
            terminal.type(key[:-1] + ("0" if key[-1] != "0" else "1"))
            terminal.until("a character of the recovery key is wrong")
            terminal.type(key.lower().replace("-", " "))
            self.assertEqual(terminal.end(), DONE, terminal.shown)
            self.assertIn("registered at", terminal.shown)
            self.assertNotIn("correct horse", terminal.shown, "a passphrase is not shown")
            ana.run("status")

    def test_a_recovery_key_that_is_not_repeated_registers_nothing(self):
        with World() as world:
            ana = Person("ana", world.folder)
            terminal = self.register(world, ana)
            for _ in range(2):
                terminal.until("Choose a passphrase" if _ == 0 else "Once more")
                terminal.type("correct horse of ana")
            terminal.until("Type the recovery key")
            for _ in range(3):
                terminal.type("no idea")
            self.assertEqual(terminal.end(), REFUSED, terminal.shown)
            self.assertIn("nothing was registered", terminal.shown)
            ana.register(world.server)

    def test_two_passphrases_that_differ_make_nothing(self):
        with World() as world:
            ana = Person("ana", world.folder)
            terminal = self.register(world, ana)
            terminal.until("Choose a passphrase")
            terminal.type("one")
            terminal.until("Once more")
            terminal.type("two")
            self.assertEqual(terminal.end(), REFUSED, terminal.shown)
            ana.register(world.server)

    def test_a_wrong_passphrase_at_the_prompt_is_exit_code_4(self):
        with World("ana") as world:
            ana = world.people[0]
            terminal = Terminal([*ana.command()[:3], "address"])
            terminal.until("Passphrase")
            terminal.type("wrong")
            self.assertEqual(terminal.end(), LOCKED, terminal.shown)

    def test_an_interrupt_at_the_passphrase_leaves_the_terminal_usable(self):
        with World("ana") as world:
            ana = world.people[0]
            terminal = Terminal([*ana.command()[:3], "address"])
            terminal.until("Passphrase")
            keeper = os.dup(terminal.file)  # what the terminal is set to outlives the program
            self.assertFalse(termios.tcgetattr(keeper)[3] & termios.ECHO)
            os.kill(terminal.pid, signal.SIGINT)
            self.assertEqual(terminal.end(), -signal.SIGINT)
            self.assertTrue(termios.tcgetattr(keeper)[3] & termios.ECHO)
            os.close(keeper)

    def test_verify_shows_a_qr_code(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            terminal = Terminal(ana.command("verify", "ben"))
            terminal.until("not verified")
            self.assertEqual(terminal.end(), DONE)
            self.assertIn("▀", terminal.shown)
            self.assertIn("sotto-verify:", terminal.shown)


if __name__ == "__main__":
    unittest.main()
