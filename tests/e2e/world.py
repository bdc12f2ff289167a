"""Real programs on one machine: a server process, people in data folders of their own. Used by the tests and by the demo."""
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("SOTTO_BIN", ROOT / "build" / "bin"))
PATIENCE = 120  # seconds until a hanging program fails the test

DONE, REFUSED, WRONG_USAGE, UNREACHABLE, LOCKED = range(5)


class Failed(AssertionError):
    """A program did something else than it should; says which, and all it printed."""


class Server:
    """A sotto-server process; it keeps its port over restarts, as a real one keeps its name."""

    listening = r"listening on https://127\.0\.0\.1:(\d+)"

    def __init__(self, folder, *, options=()):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "server"
        self.log = self.folder / "server.log"
        self.options = list(options)
        self.port = 0
        self.process = None
        self.lines = iter(())  # what it goes on to say

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    @property
    def ca(self):
        return self.data / "tls" / "ca.pem"

    def command(self):
        return [BIN / "sotto-server", "--data", self.data, "--listen", f"127.0.0.1:{self.port}", *self.options]

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL)
        self.lines = lines_of(self.process.stdout, PATIENCE)
        for line in self.lines:
            found = re.match(self.listening, line)
            if found:
                self.port = int(found.group(1))
                return self
        raise Failed(f"the server did not start:\n{self.log.read_text()}")

    def kill(self):
        """The power goes out."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        """An orderly end; fails if it is not one (a sanitizer's report, say)."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=PATIENCE)
        self.process.stdout.close()
        if code != 0:
            raise Failed(f"the server ended with {code}:\n{self.log.read_text()}")

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process and self.process.stdout:
            self.process.stdout.close()


def lines_of(pipe, patience):
    """Lines as they come, without waiting for ever."""
    pending, deadline = b"", time.monotonic() + patience
    while time.monotonic() < deadline:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return
        got = os.read(pipe.fileno(), 65536)
        if not got:
            return
        pending += got
        *whole, pending = pending.split(b"\n")
        for line in whole:
            yield line.decode()


class Person:
    """Somebody with a data folder and the command line."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = pathlib.Path(folder)
        self.data = self.folder / name
        self.passphrase_file = self.folder / f"{name}.passphrase"
        self.passphrase_file.write_text(f"correct horse of {name}\n")
        self.recovery_key_file = self.folder / f"{name}.recovery"

    def command(self, *words):
        return [BIN / "sotto", "--data", self.data, "--passphrase-file", self.passphrase_file, *words]

    def run(self, *words, input=None, expect=DONE):
        """Runs a command to its end. expect: its exit code, or None for any."""
        done = subprocess.run(self.command(*words), input=input, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=PATIENCE, **({} if input is not None else {"stdin": subprocess.DEVNULL}))
        if expect is not None and done.returncode != expect:
            raise Failed(f"{self.name}: sotto {' '.join(map(str, words))[:200]} ended with {done.returncode} instead of "
                         f"{expect}:\n{done.stdout.decode(errors='replace')[-2000:]}"
                         f"\n{done.stderr.decode(errors='replace')[-4000:]}")
        return done

    def start(self, *words, **more):
        return subprocess.Popen(self.command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **more)

    def json(self, *words, **more):
        return [json.loads(line) for line in self.run("--json", *words, **more).stdout.splitlines()]

    def register(self, server, expect=DONE):
        return self.run("register", "--server", server.url, "--name", self.name, "--server-ca", server.ca,
                        "--kdf", "fastest-allowed", "--recovery-key-file", self.recovery_key_file, expect=expect)

    def address(self):
        return self.run("address").stdout.decode().strip()

    def meet(self, other):
        """Both add the other's link under the other's name."""
        self.run("contact", "add", other.address(), "--as", other.name)
        other.run("contact", "add", self.address(), "--as", self.name)

    def send(self, to, text, expect=DONE):
        return self.run("send", to.name, "--", text, expect=expect)

    def receive(self, wait=0, expect=DONE):
        return self.json("receive", "--wait", str(wait), expect=expect)

    def history(self, of):
        return self.json("history", of.name)

    def texts(self, of, direction=None):
        return [m["text"] for m in self.history(of) if direction in (None, m["direction"])]


class World:
    """A temporary folder with a server and people; all of it is gone at the end."""

    def __init__(self, *names, server_options=(), keep=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sotto-"))
        self.keep = keep
        self.server = Server(self.folder, options=server_options)
        self.people = [Person(name, self.folder) for name in names]

    def __enter__(self):
        try:
            self.server.start()
            for person in self.people:
                person.register(self.server)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure):
        self.server.end()
        log = self.server.log.read_text(errors="replace") if self.server.log.exists() else ""
        if not any(failure) and re.search(r"Sanitizer|runtime error", log):
            raise Failed(f"a sanitizer complained about the server:\n{log[-4000:]}")
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def files(self, *folders):
        for folder in folders or (self.folder,):
            for path in pathlib.Path(folder).rglob("*"):
                if path.is_file():
                    yield path
