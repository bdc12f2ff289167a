"""What the README tells people to type works as it stands."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from world import BIN, PATIENCE, ROOT


def tested_blocks(path):
    return re.findall(r"<!-- tested[^>]*-->\n```sh\n(.*?)```", path.read_text(), re.DOTALL)


class Readme(unittest.TestCase):
    def test_the_block_by_hand_runs_and_ends_with_the_conversation(self):
        blocks = tested_blocks(ROOT / "README.md")
        self.assertEqual(len(blocks), 1)
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sotto-"))
        self.addCleanup(shutil.rmtree, folder, True)
        script = "set -e\ntrap 'kill $(jobs -p)' EXIT\n" + blocks[0].replace("8443", str(free_port()))
        done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, timeout=PATIENCE,
                              env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertRegex(done.stdout.decode(), r"ana: Hello!\n.*Ben: Hello back\.\n")

    def test_every_make_target_that_documents_name_is_there(self):
        makefile = (ROOT / "Makefile").read_text()
        for page in [ROOT / name for name in ("README.md", "CONTRIBUTING.md")]:
            for target in re.findall(r"\bmake ([a-z-]+)", page.read_text()):
                self.assertRegex(makefile, rf"(?m)^{target}:", f"{page.name} names make {target}")

    def test_every_file_that_documents_link_to_is_there(self):
        for page in ROOT.glob("*.md"):
            for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
                self.assertTrue((ROOT / link).exists(), f"{page.name} links to {link}")


def free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    unittest.main()
