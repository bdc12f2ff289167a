"""What docs/promises.md says: which tests hold which promises, and which of them may be skipped."""
import re

from known_tests import ROOT, plain

PAGE = ROOT / "docs" / "promises.md"


def rows(text):
    """(promise, [places], cell of tests) of each line of the table."""
    lines = [line.strip("|\n") for line in text.splitlines() if line.startswith("| ")][2:]
    cells = [[cell.strip() for cell in line.split(" | ")] for line in lines]
    return [(promise, where.split(", "), tests) for promise, where, tests in cells]


def tests_of(cell):
    """{name: whether it may be skipped} of a cell."""
    return {name: bool(mark) for name, mark in re.findall(r"`([\w.]+)`( \(may be skipped\))?", cell)}


def promised(text):
    named = {}
    for _, _, cell in rows(text):
        for name, may_be_skipped in tests_of(cell).items():
            named[name] = named.get(name, True) and may_be_skipped
    return named


def not_run(text, ran):
    """The promised tests that none of the names in `ran`, as ctest reports them, is."""
    there = {plain(name) for name in ran}
    return sorted(name for name, may_be_skipped in promised(text).items() if not may_be_skipped and name not in there)
