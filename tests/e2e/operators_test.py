"""What the operators' page tells people to type works as it stands, and the man pages know every option."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

from world import BIN, PATIENCE, ROOT


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def flags_of(*command):
    """Every flag that the help of a program names."""
    said = subprocess.run([BIN / command[0], *command[1:]], capture_output=True, text=True, timeout=PATIENCE).stdout
    return set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", said))


def commands_of(*command):
    """Every command below this one, as the words that are typed."""
    said = subprocess.run([BIN / command[0], *command[1:], "--help"], capture_output=True, text=True, timeout=PATIENCE).stdout
    for word in re.findall(r"(?m)^  ([a-z][a-z-]+) ", said.partition("Subcommands:")[2]):
        yield (*command, word)
        yield from commands_of(*command, word)


def plain(page):
    return (ROOT / "packaging" / "man" / page).read_text().replace("\\-", "-")


class Operators(unittest.TestCase):
    def test_the_blocks_of_the_page_run_one_after_the_other(self):
        page = (ROOT / "docs" / "operators.md").read_text()
        blocks = re.findall(r"<!-- tested[^>]*-->\n```sh\n(.*?)```", page, re.DOTALL)
        self.assertEqual(len(blocks), 5)
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sotto-"))
        self.addCleanup(shutil.rmtree, folder, True)
        script = "set -e\ntrap 'sotto-server --config server.toml drain' EXIT\n" + "\n".join(blocks)
        script = script.replace("8443", free_port()).replace("9443", free_port())
        done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, timeout=PATIENCE,
                              env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertIn("server.toml: good", done.stdout.decode())
        self.assertRegex(done.stdout.decode(), r"(?m)^sotto_connections +0$")
        self.assertEqual(done.stdout.decode().count("listening on https://"), 2)
        self.assertEqual(re.findall(r"(?m)^sound +(.*)$", done.stdout.decode()), ["true", "true"])
        epochs = [int(number) for number in re.findall(r"(?m)^store_epoch +(\d+)$", done.stdout.decode())]
        self.assertEqual(epochs[0], 1)
        self.assertGreater(epochs[-1], 1)
        self.assertTrue((folder / "monday.db").exists())

    def test_the_man_page_of_the_server_has_each_option_and_no_other(self):
        written = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", plain("sotto-server.8")))
        self.assertEqual(written, flags_of("sotto-server", "--help") | flags_of("sotto-server", "invite", "create", "--help"))

    def test_the_man_page_of_the_server_has_each_command(self):
        said = subprocess.run([BIN / "sotto-server", "--help"], capture_output=True, text=True, timeout=PATIENCE).stdout
        commands = re.findall(r"(?m)^  ([a-z][a-z-]+) ", said[said.index("Subcommands:"):])
        self.assertIn("stats", commands)
        inner = {}
        for command in ("invite", "account"):
            said = subprocess.run([BIN / "sotto-server", command, "--help"], capture_output=True, text=True).stdout
            inner[command] = [f"{command} {word}" for word in re.findall(r"(?m)^  ([a-z-]+) ", said[said.index("Subcommands:"):])]
        commands = [word for command in commands for word in inner.get(command, [command])]
        written = plain("sotto-server.8").split(".SH COMMANDS")[1].split(".SH SIGNALS")[0]
        self.assertEqual(re.findall(r"\.TP\n\.BI? ([a-z-]+(?: [a-z]+)?)(?:\\~|\n)", written.replace("\\ ", " ")), commands)

    def test_the_man_page_of_the_command_line_has_each_option_and_no_other(self):
        written = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", plain("sotto.1")))
        known = flags_of("sotto", "--help").union(*(flags_of(*command, "--help") for command in commands_of("sotto")))
        self.assertEqual(written, known)

    def test_the_man_page_of_the_command_line_has_each_command_and_no_other(self):
        commands = [" ".join(command[1:]) for command in commands_of("sotto")]
        groups = {command.split()[0] for command in commands if " " in command} - {"settings"}  # which alone are none
        titles = re.findall(r"\.TP\n\.B ([^\n]*)", plain("sotto.1").split(".SH COMMANDS")[1].split(".SH FILES")[0])
        written = [re.match(r"[a-z]+(?: [a-z]+(?:-[a-z]+)?(?![\w\\]))?", title).group().removesuffix(" on") for title in titles]
        self.assertIn("device link", commands)
        self.assertEqual(sorted(written), sorted(set(commands) - groups))

    def test_the_packaged_configuration_is_good_also_with_every_line_in_force(self):
        text = (ROOT / "packaging" / "sotto-server" / "sotto-server.toml").read_text()
        in_force = re.sub(r"(?m)^#(?=[a-z_]+ = )", "", text)
        self.assertGreater(in_force.count(" = "), text.count("\n[") + 10)
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sotto-"))
        self.addCleanup(shutil.rmtree, folder, True)
        names = set()
        for line in in_force.splitlines():
            if section := re.match(r"\[(.*)\]", line):
                prefix = section.group(1) + "-"
            elif key := re.match(r"([a-z_]+) = ", line):
                names.add("--" + (prefix if "prefix" in locals() else "") + key.group(1).replace("_", "-"))
        about_the_program = {"--help", "--version", "--verbose", "--config", "--tls-cert"}
        self.assertEqual(names, flags_of("sotto-server", "--help") - about_the_program)
        for content in (text, re.sub(r"(?m)^(tls_|endpoint|bucket|region|ca_file|key_file).*\n", "", in_force)):
            (folder / "a.toml").write_text(content)
            checked = subprocess.run([BIN / "sotto-server", "--config", folder / "a.toml", "check-config"], capture_output=True)
            self.assertEqual(checked.returncode, 0, checked.stderr)


if __name__ == "__main__":
    unittest.main()
