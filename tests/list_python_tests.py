"""Prints every test of the given files as FILE:CLASS.METHOD, for CMake; nothing is imported or run."""
import ast
import pathlib
import sys

for name in sys.argv[1:]:
    path = pathlib.Path(name)
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name.startswith("test_"):
                    print(f"{path.name}:{node.name}.{method.name}")
