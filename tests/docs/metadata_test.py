"""docs/metadata.md names every field that a server stores, counts them right, and quotes tests that are there."""
import re
import sqlite3
import unittest

import known_tests

PAGE = (known_tests.ROOT / "docs/metadata.md").read_text()


def stored():
    """table.column of the server's store, as its own migrations make it."""
    source = (known_tests.ROOT / "src/server/storage/embedded/schema.cpp").read_text()
    store = sqlite3.connect(":memory:")
    for step in re.findall(r'R"\((.*?)\)"', source, re.DOTALL):
        store.executescript(step)
    tables = [row[0] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    return {f"{table}.{column[1]}" for table in tables for column in store.execute(f"PRAGMA table_info({table})")}


def listed():
    return re.findall(r"^\| `(\w+\.\w+)` \| (\w+) \| \S.* \|$", PAGE, re.MULTILINE)


def rows():
    table = PAGE.split("## Who, what")[1].split("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("| ")][2:]


class Metadata(unittest.TestCase):
    def test_every_stored_field_stands_on_the_page_once_and_no_other(self):
        fields = [field for field, _ in listed()]
        self.assertGreater(len(fields), 80)
        self.assertEqual(sorted(fields), sorted(stored()))

    def test_each_field_is_encrypted_or_visible_and_the_count_is_right(self):
        marks = [mark for _, mark in listed()]
        self.assertLessEqual(set(marks), {"encrypted", "visible"})
        counted = f"fields stored: {marks.count('encrypted')} encrypted, {marks.count('visible')} visible"
        self.assertEqual(PAGE.rstrip().splitlines()[-1], counted)

    def test_each_onlooker_has_rows(self):
        onlookers = " ".join(row[0] for row in rows())
        for who in ("server", "network", "thief of a device", "thief of a server", "contact", "linked device", "another server"):
            self.assertIn(who, onlookers)

    def test_each_row_names_a_test_that_is_there_or_says_that_there_is_none(self):
        known = known_tests.in_tree()
        self.assertGreater(len(rows()), 30)
        for row in rows():
            self.assertEqual(len(row), 4, row)
            tests = re.findall(r"`([\w.]+)`", row[3])
            self.assertTrue(tests or row[3] == "no test", row)
            for test in tests:
                self.assertIn(test, known)


if __name__ == "__main__":
    unittest.main()
