"""docs/promises.md names tests that are there, and tools/run-tests finds out which of them did not run."""
import re
import unittest

import known_tests
import promised

ROOT = known_tests.ROOT
PAGE = promised.PAGE.read_text()
PLACES = {"README": "README.md", "SECURITY": "SECURITY.md", "ARCHITECTURE": "ARCHITECTURE.md", "operators": "docs/operators.md",
          "network": "docs/network.md", "threat-model": "docs/threat-model.md"}
EXAMPLE = """
| promise | where | test |
| --- | --- | --- |
| one | README | `Suite.Holds`, `Each.Instance` |
| two | README | `E2e.Root.test_x` (may be skipped) |
"""


class Promises(unittest.TestCase):
    def test_every_promise_has_a_place_that_is_there_and_each_place_has_some(self):
        places = set()
        for promise, where, _ in promised.rows(PAGE):
            self.assertTrue(promise)
            places.update(where)
        self.assertEqual(places, set(PLACES))
        for page in PLACES.values():
            self.assertTrue((ROOT / page).is_file(), page)

    def test_every_promise_names_a_test_that_is_there_or_says_that_it_has_none(self):
        known = known_tests.in_tree()
        for promise, _, cell in promised.rows(PAGE):
            tests = promised.tests_of(cell)
            self.assertTrue(tests or cell == "no test", promise)
            for test in tests:
                self.assertIn(test, known, promise)

    def test_the_count_at_the_end_is_right(self):
        cells = [cell for _, _, cell in promised.rows(PAGE)]
        counted = f"promises: {len(cells)}, {cells.count('no test')} of them without a test"
        self.assertEqual(PAGE.rstrip().splitlines()[-1], counted)

    def test_the_invariants_of_the_threat_model_name_tests_that_are_there(self):
        known = known_tests.in_tree()
        named = re.findall(r"`([A-Z]\w*\.[A-Z]\w+)`", (ROOT / "docs/threat-model.md").read_text())
        self.assertGreater(len(named), 15)
        for test in named:
            self.assertIn(test, known)

    def test_a_promised_test_that_did_not_run_is_named(self):
        self.assertEqual(promised.not_run(EXAMPLE, ["Suite.Holds"]), ["Each.Instance"])

    def test_any_instance_of_a_test_with_parameters_counts(self):
        self.assertEqual(promised.not_run(EXAMPLE, ["Suite.Holds", "All/Each.Instance/embedded"]), [])

    def test_only_what_is_marked_may_be_skipped(self):
        self.assertEqual(promised.not_run(EXAMPLE, []), ["Each.Instance", "Suite.Holds"])

    def test_every_file_that_these_pages_link_to_is_there(self):
        for page in [*(ROOT / "docs").glob("*.md"), ROOT / "docs/audit/README.md"]:
            for link in re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", page.read_text()):
                self.assertTrue((page.parent / link).exists(), f"{page.name} links to {link}")


if __name__ == "__main__":
    unittest.main()
