"""docs/attacks.md says which tests cover which attack."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def listed():
    text = (ROOT / "docs/attacks.md").read_text().split("## Covered by")[1].split("\n## ")[0]
    return {row: set(re.findall(r"`([^`]+)`", files)) for row, files in re.findall(r"^\| (A-\d\d) \| (.*) \|$", text, re.MULTILINE)}


class Attacks(unittest.TestCase):
    def test_every_listed_file_is_there(self):
        rows = listed()
        self.assertGreater(len(rows), 15)
        for row, files in rows.items():
            for name in files:
                self.assertTrue((ROOT / name).is_file(), f"{row}: {name}")

    def test_every_test_that_names_an_attack_is_listed(self):
        rows = listed()
        for path in sorted((ROOT / "tests").rglob("*_test.*")):
            for number in set(re.findall(r"_A(\d\d)(?=_A|\b)", path.read_text())):
                self.assertIn(str(path.relative_to(ROOT)), rows.get(f"A-{number}", set()), f"A-{number}")

    def test_the_count_at_the_end_is_right(self):
        text = (ROOT / "docs/attacks.md").read_text()
        rows = set(re.findall(r"^\| (A-\d\d) \|", text.split("## Covered by")[0], re.MULTILINE))
        self.assertLessEqual(set(listed()), rows)
        counted = f"rows: {len(rows)}, {len(listed())} quoted by a test, {len(rows) - len(listed())} open"
        self.assertEqual(text.rstrip().splitlines()[-1], counted)


if __name__ == "__main__":
    unittest.main()
