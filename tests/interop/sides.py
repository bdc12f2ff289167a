"""Programs that speak the conformance protocol: ours, and the official package behind peer.mjs."""
import json
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PEER = pathlib.Path(os.environ.get("SOTTO_PEER", ROOT / "build/third_party/peer")).absolute()
BIN = pathlib.Path(os.environ.get("SOTTO_BIN", ROOT / "build/bin")).absolute()


class Refused(Exception):
    """An operation was refused, with a word of the conformance protocol."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


class Side:
    """One running program; ask() is one operation."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "SOTTO_PEER": str(PEER)})
        self.asked = 0

    def ask(self, op, **members):
        self.asked += 1
        self.process.stdin.write(json.dumps({"id": self.asked, "op": op, **members}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"{self.name} ended at {op}")
        answer = json.loads(line)
        if answer["id"] != self.asked:
            raise AssertionError(f"{self.name} answered {answer['id']} instead of {self.asked}")
        if "error" in answer:
            raise Refused(answer["error"]["code"], answer["error"]["message"])
        return answer["ok"]

    def end(self):
        self.process.stdin.close()
        status = self.process.wait(60)
        self.process.stdout.close()
        if status != 0:
            raise AssertionError(f"{self.name} ended with {status}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def ours():
    return Side("ours", [str(BIN / "sotto-conformance")])


def peer():
    return Side("peer", [str(PEER / "node"), str(HERE / "peer.mjs")])
