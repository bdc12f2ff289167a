"""Which tests the sources hold, by the names that ctest gives them; nothing is built or run."""
import ast
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LABELS = {"docs": "Docs", "e2e": "E2e", "interop": "Interop"}  # of sotto_python_tests, by folder
CPP = re.compile(r"\b(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\(\s*(\w+),\s*(\w+)")


def plain(name):
    """A test's name without what its parameters add: Engines/StorageSuite.Keeps/embedded → StorageSuite.Keeps."""
    suite, _, test = name.partition(".")
    return f"{suite.rpartition('/')[2]}.{test.partition('/')[0]}" if "/" in name else name


def of_python(folder, label):
    for path in sorted(folder.glob("*_test.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                for method in node.body:
                    if isinstance(method, ast.FunctionDef) and method.name.startswith("test_"):
                        yield f"{label}.{node.name}.{method.name}"


def in_tree():
    names = set()
    for path in (ROOT / "tests").rglob("*_test.cpp"):
        names.update(f"{suite}.{test}" for suite, test in CPP.findall(path.read_text()))
    for folder, label in LABELS.items():
        names.update(of_python(ROOT / "tests" / folder, label))
    for path in [*(ROOT / "tests").rglob("*.cmake"), *(ROOT / "tests").rglob("CMakeLists.txt")]:
        names.update(re.findall(r"add_test\(NAME ([A-Z][\w.]+)", path.read_text()))
    names.update(f"Fuzz.{path.name}.SurvivesItsCorpus" for path in (ROOT / "fuzz" / "corpus").iterdir())
    return names
