"""ARCHITECTURE.md names files and functions that are there."""
import re
import unittest

from known_tests import ROOT

PAGE = (ROOT / "ARCHITECTURE.md").read_text()
ENDINGS = ("", ".cpp", ".hpp", ".py")


def found(name):
    """The file or folder of that name, from the root or from src/."""
    for folder in (ROOT, ROOT / "src"):
        for ending in ENDINGS:
            if (path := folder / (name.rstrip("/") + ending)).exists():
                return path
    return None


class Architecture(unittest.TestCase):
    def test_every_file_that_it_names_is_there(self):
        names = set(re.findall(r"`([a-z_]+/[\w/.-]*)`", PAGE))
        self.assertGreater(len(names), 30)
        for name in sorted(names):
            self.assertTrue(found(name), name)

    def test_every_function_that_it_names_beside_a_file_stands_in_that_file(self):
        pairs = re.findall(r"`([a-z_]+/[\w/.]+\.[ch]pp)`, `([\w:]+)`", PAGE)
        self.assertGreater(len(pairs), 6)
        for file, function in pairs:
            self.assertIn(function.rpartition("::")[2] + "(", found(file).read_text(), file)

    def test_every_function_of_the_engine_that_it_names_is_one(self):
        header = (ROOT / "src/client/engine.hpp").read_text()
        for function in re.findall(r"`Engine::(\w+)`", PAGE):
            self.assertIn(f" {function}(", header)

    def test_the_rooms_may_include_what_the_layers_say(self):
        layers = (ROOT / "cmake/layers.cmake").read_text()
        rows = {room: may for room, may in re.findall(r"^\| `src/(\w+)`[^|]*\|[^|]*\| ([^|]*) \|$", PAGE, re.MULTILINE)}
        said = {room: may.strip('"').split() for room, may in re.findall(r"set\(sotto_layer_(\w+) ([^)]*)\)", layers)}
        self.assertEqual({room: may.split(", ") if may != "–" else [] for room, may in rows.items()}, said)


if __name__ == "__main__":
    unittest.main()
