"""Two people write to each other while server and clients are killed at random moments. Every message must arrive exactly
once and in order, and the databases must be sound.

  storm.py [--messages N] [--kills N] [--seed N]
"""
import argparse
import collections
import os
import random
import subprocess
import sys
import time

from world import DONE, PATIENCE, UNREACHABLE, BIN, World

CLIENT_STEPS = {
    "send": ["store open", "message kept", "sessions started", "encrypted", "stored by the server", "sent"],
    "receive": ["store open", "mailbox open", "settled", "acknowledged", "drained"],
}


class Storm:
    def __init__(self, world, messages, kills, seed):
        self.world = world
        self.messages = messages
        self.kills_wanted = kills
        self.random = random.Random(seed)
        self.killed = collections.Counter()
        self.ana, self.ben = world.people

    # A client is killed at a step of its life, which begins when its store is open, or a little after it.

    def run(self, person, *words, victim_of=None):
        """Runs a client; returns its exit code, or None if it was killed."""
        process = subprocess.Popen(person.command("--verbose", *words), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        error, kind = b"", words[0]
        step = self.random.choice(CLIENT_STEPS[kind]) if victim_of else None
        delay = self.random.choice([0, 0, self.random.uniform(0, 0.004), self.random.uniform(0, 0.03)])
        try:
            for line in process.stderr:
                error += line
                if step and step.encode() in line:
                    time.sleep(delay)  # within the life of the victim, not of the test
                    if victim_of == "server":
                        self.world.server.kill()
                        self.world.server.start()
                        self.killed[f"server while a client's {kind} was at: {step}"] += 1
                        step = None
                    elif process.poll() is None:
                        process.kill()
                        process.wait()
                        self.killed[f"{kind} at: {step}"] += 1
                        return None
            code = process.wait(timeout=PATIENCE)
        finally:
            process.stderr.close()
            if process.poll() is None:
                process.kill()
                process.wait()
        if code not in (DONE, UNREACHABLE):
            raise AssertionError(f"{person.name}: sotto {words} ended with {code}:\n{error.decode(errors='replace')}")
        return code

    def victim(self):
        done = sum(self.killed.values())
        if done >= self.kills_wanted:
            return None
        remaining = max(1, self.turns_left)
        if self.random.random() < min(0.9, 1.5 * (self.kills_wanted - done) / remaining):
            return self.random.choice(["client", "client", "server"])
        return None

    def send(self, person, to, text):
        """Until it is in the sender's history exactly once."""
        while True:
            self.run(person, "send", to.name, "--", text, victim_of=self.victim())
            if text in person.texts(to, "out"):
                return

    def go(self):
        self.ana.meet(self.ben)
        sent = {self.ana.name: 0, self.ben.name: 0}
        total = 2 * self.messages
        while sum(sent.values()) < total:
            self.turns_left = 2 * (total - sum(sent.values()))
            person, other = self.random.sample([self.ana, self.ben], 2)
            for _ in range(self.random.randint(1, 3)):
                if sent[person.name] < self.messages:
                    self.send(person, other, f"{person.name} {sent[person.name]}")
                    sent[person.name] += 1
            receiver = self.random.choice([self.ana, self.ben])
            self.run(receiver, "receive", "--wait", "0", victim_of=self.victim())
        while sum(self.killed.values()) < self.kills_wanted:
            self.run(self.random.choice([self.ana, self.ben]), "receive", "--wait", "0",
                     victim_of=self.random.choice(["client", "server"]))
        for person in (self.ana, self.ben, self.ana):  # what still waits goes out, and is fetched
            while self.run(person, "receive", "--wait", "0") != DONE:
                pass

    def check(self):
        for sender, receiver in ((self.ana, self.ben), (self.ben, self.ana)):
            expected = [f"{sender.name} {i}" for i in range(self.messages)]
            assert sender.texts(receiver, "out") == expected, f"{sender.name}'s own history differs"
            got = receiver.texts(sender, "in")
            assert got == expected, (f"{receiver.name} has {len(got)} of {len(expected)}: missing "
                                     f"{[t for t in expected if t not in got][:5]}, repeated "
                                     f"{[t for t, n in collections.Counter(got).items() if n > 1][:5]}")
            states = {m["state"] for m in sender.history(receiver) if m["direction"] == "out"}
            assert states <= {"sent", "delivered"}, states
        for person in (self.ana, self.ben):
            status = person.json("status")[0]
            for _ in range(20):  # the last acknowledgement may still be on its way to the server's disk
                if status["queued_at_server"] == 0:
                    break
                self.run(person, "receive", "--wait", "0")  # receipts come when they are due
                status = person.json("status")[0]
            assert status["unsent"] == 0 and status["refused"] == 0 and status["queued_at_server"] == 0, status
            assert status["store_sound"], status
        self.check_server_database()

    def check_server_database(self):
        self.world.server.stop()
        import sqlite3
        for path in self.world.files(self.world.server.data):
            if path.suffix == ".db":
                with sqlite3.connect(path) as database:
                    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",), path


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--messages", type=int, default=200)
    options.add_argument("--kills", type=int, default=60)
    options.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    chosen = options.parse_args()
    print(f"seed {chosen.seed}: {chosen.messages} messages each way, at least {chosen.kills} kills", flush=True)
    started = time.monotonic()
    with World("ana", "ben") as world:
        storm = Storm(world, chosen.messages, chosen.kills, chosen.seed)
        storm.go()
        storm.check()
    total = sum(storm.killed.values())
    for phase, count in sorted(storm.killed.items()):
        print(f"  {count:4d}  {phase}")
    print(f"{total} kills in {time.monotonic() - started:.0f} s; every message arrived once and in order")
    if total < chosen.kills:
        sys.exit(f"only {total} kills of {chosen.kills}")


if __name__ == "__main__":
    main()
