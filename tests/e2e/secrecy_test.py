"""What was written is readable nowhere but at its two ends (A-52)."""
import pathlib
import re
import subprocess
import unittest

from world import PATIENCE, World

CANARY = "canary-7f3a9c51-the-quick-brown-fox"


class Capture:
    """tcpdump of one port on loopback."""

    def __init__(self, port, file):
        self.file = file
        self.process = subprocess.Popen(["tcpdump", "-i", "lo", "-U", "--immediate-mode", "-B", "16384", "-w", file, "tcp", "port", str(port)],
                                        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        while True:
            line = self.process.stderr.readline()
            if b"listening on" in line:
                return
            if not line:
                raise unittest.SkipTest("tcpdump may not capture here (it needs root)")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)
        self.process.stderr.close()
        return self.file.read_bytes()


def spellings(text):
    """The text as it stands, in UTF-16, in hex, and in base64 at each of its three alignments."""
    import base64
    raw = text.encode()
    found = {raw, text.encode("utf-16-le"), raw.hex().encode(), raw.hex().upper().encode()}
    for shift in range(3):
        found.add(base64.b64encode(b"\0" * shift + raw)[4:-4])
    return found


class Secrecy(unittest.TestCase):
    def test_a_canary_is_in_no_file_log_or_packet_and_neither_are_private_keys(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            capture = Capture(world.server.port, world.folder / "loopback.pcap")
            ana.meet(ben)
            ana.send(ben, CANARY)
            self.assertEqual(ben.receive()[0]["text"], CANARY)
            ben.send(ana, CANARY)
            # Ana stays offline: one copy waits at the server.
            recovery_key = ana.recovery_key_file.read_text().strip()
            passphrase = ana.passphrase_file.read_text().strip()
            packets = capture.stop()
            self.assertGreater(len(packets), 10_000, "the capture holds the conversation")
            world.server.stop()

            secrets = set()
            for text in (CANARY, recovery_key, recovery_key.replace("-", ""), passphrase):
                secrets |= spellings(text)
            own_files = {ana.recovery_key_file, ben.recovery_key_file, ana.passphrase_file, ben.passphrase_file}
            searched = 0
            for path in world.files():
                if path in own_files:
                    continue
                content = path.read_bytes()
                searched += 1
                for secret in secrets:
                    self.assertNotIn(secret, content, path)
            self.assertGreater(searched, 8)

            # The same search finds what the server does hold: a blind search would be noticed.
            account = ana.json("status")[0]["account"]
            held = b"".join(path.read_bytes() for path in world.files(world.server.data))
            self.assertIn(bytes.fromhex(account.replace("-", "")), held)

    def test_the_server_logs_neither_addresses_nor_names_nor_ids_A43(self):
        with World("ana", "ben") as world:
            ana, ben = world.people
            ana.meet(ben)
            ana.send(ben, "hello")
            ben.receive()
            account = ana.json("status")[0]["account"]
            world.server.stop()
            log = world.server.log.read_text()
            self.assertTrue(log.strip(), "it logs something")
            for word in ("ana", "ben", account, account.replace("-", "")):
                self.assertNotRegex(log, rf"\b{re.escape(word)}\b")
            self.assertNotRegex(log, r"127\.0\.0\.1|::1")

    def test_neither_command_line_nor_environment_of_a_running_client_holds_a_secret(self):
        with World("ana") as world:
            ana = world.people[0]
            running = ana.start("--verbose", "receive", "--follow")
            try:
                while b"mailbox open" not in running.stderr.readline():
                    self.assertIsNone(running.poll())
                command = pathlib.Path(f"/proc/{running.pid}/cmdline").read_bytes()
                environment = pathlib.Path(f"/proc/{running.pid}/environ").read_bytes()
                for secret in (ana.passphrase_file, ana.recovery_key_file):
                    self.assertNotIn(secret.read_bytes().strip(), command + environment)
                limits = pathlib.Path(f"/proc/{running.pid}/limits").read_text()
                self.assertRegex(limits, r"Max core file size\s+0\s+0")
            finally:
                running.kill()
                running.communicate()


if __name__ == "__main__":
    unittest.main()
