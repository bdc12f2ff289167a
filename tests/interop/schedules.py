#!/usr/bin/env python3
"""Random schedules, each played by several casts: ours on both sides, the official package on both, and mixed.

What happens depends on the schedule alone, never on the values of keys. So all casts must have the same outcomes, to the
error code, the message type and the length of each message; and what is decrypted must be what was encrypted. A schedule
is a number: `schedules.py --seed N` plays it again, `--count` plays many from there.
"""
import argparse
import multiprocessing
import random
import sys
import time

from sides import Refused, ours, peer

DAY = 86_400_000
ROOT_KEY, SERVER_KEY = "11" * 32, "22" * 32


def account(number):
    return f"{number:08x}-0000-4000-8000-000000000001"


class Device:
    """One party on one side, under the same name everywhere."""

    def __init__(self, number, side):
        self.side = side
        self.party = f"device{number}"
        self.where = {"service_id": account(number // 2), "device_id": 1 + number % 2}
        self.number = number

    def ask(self, op, **members):
        return self.side.ask(op, party=self.party, **members)


class Play:
    """One schedule with one cast. `outcomes` is what must not depend on the cast."""

    def __init__(self, seed, cast, now):
        self.choose = random.Random(seed)
        self.now = now
        self.outcomes = []
        self.flying = []  # (from, to, kind, message, plaintext)
        self.delivered = []
        count = self.choose.choice([2, 2, 3, 4])
        self.is_chat = count == 2 and self.choose.random() < 0.7
        # Two of one account, sometimes: a schedule of four has two accounts with two devices each.
        numbers = list(range(count)) if self.choose.random() < 0.5 else [2 * n for n in range(count)]
        self.devices = [Device(number, cast[n % len(cast)]) for n, number in enumerate(numbers)]
        self.groups = {}  # device number -> distribution id
        for device in self.devices:
            self.born(device)

    def born(self, device):
        made = device.ask("party.new", registration_id=1000 + device.number, **device.where)
        device.identity = made["identity_key"]
        certified = device.side.ask("sealed.certify", trust_root_private=ROOT_KEY, server_private=SERVER_KEY, server_key_id=7,
                                    sender={**device.where, "identity_key": device.identity}, expires_ms=self.now + 900 * DAY)
        device.certificate, self.trust_root = certified["certificate"], certified["trust_root"]

    def note(self, *words):
        self.outcomes.append(" ".join(str(word) for word in words))

    def tried(self, what, work):
        """Notes success or the code; gives the answer or nothing."""
        try:
            answer = work()
        except Refused as refusal:
            # A spoiled length makes fields of the bytes of a key: whether the key or the whole is broken is then chance.
            is_chance = what.endswith("spoiled") and refusal.code in ("invalid_key", "invalid_message")
            self.note(what, "invalid" if is_chance else refusal.code)
            return None
        self.note(what, "ok")
        return answer

    def pair(self):
        return self.choose.sample(self.devices, 2)

    # ---- steps

    def start(self):
        local, remote = self.pair()
        bundle = remote.ask("party.bundle", one_time=self.choose.random() < 0.7)
        spoiled = self.choose.random()
        if spoiled < 0.05:
            part = bundle[self.choose.choice(["signed_prekey", "kyber_prekey"])]
            part["signature"] = flipped(part["signature"], self.choose)
        elif spoiled < 0.08:
            bundle["kyber_prekey"]["public"] = "07" + bundle["kyber_prekey"]["public"][2:]
        elif spoiled < 0.11 and bundle["one_time_prekey"]:
            bundle["one_time_prekey"]["public"] = "05" + "00" * 32
        self.tried(f"start {local.number} {remote.number}",
                   lambda: local.ask("session.start", peer=remote.where, bundle=bundle, now_ms=self.now))

    def encrypt(self, pair=None):
        local, remote = pair or self.pair()
        plaintext = self.choose.randbytes(self.choose.choice([0, 1, 15, 16, 17, 100, 300])).hex()
        sent = self.tried(f"encrypt {local.number} {remote.number}", lambda: local.ask(
            "session.encrypt", peer=remote.where, plaintext=plaintext, now_ms=self.now))
        if sent:
            self.note(sent["type"], len(sent["message"]) // 2)
            self.flying.append((local, remote, sent["type"], sent["message"], plaintext))

    def seal(self):
        local, remote = self.pair()
        plaintext = self.choose.randbytes(self.choose.randrange(200)).hex()
        hint, group = self.choose.choice([0, 1, 2, 77]), self.choose.choice([None, "aabb", ""])
        sent = self.tried(f"seal {local.number} {remote.number}", lambda: local.ask(
            "sealed.encrypt", peer=remote.where, certificate=local.certificate, plaintext=plaintext, content_hint=hint,
            group_id=group))
        if sent:
            self.note(len(sent["message"]) // 2)
            self.flying.append((local, remote, "sealed", sent["message"], plaintext))

    def distribution(self, device):
        return self.groups.setdefault(device.number, account(0xd000 + device.number))

    def distribute(self):
        local, remote = self.pair()
        sent = self.tried(f"distribute {local.number}",
                          lambda: local.ask("group.distribute", distribution_id=self.distribution(local)))
        if sent:
            self.note(len(sent["message"]) // 2 > 65)  # the chain id is random, and so is its length
            self.flying.append((local, remote, "distribution", sent["message"], None))

    def encrypt_group(self):
        local = self.choose.choice(self.devices)
        plaintext = self.choose.randbytes(self.choose.randrange(100)).hex()
        sent = self.tried(f"group {local.number}", lambda: local.ask(
            "group.encrypt", distribution_id=self.distribution(local), plaintext=plaintext))
        for remote in self.devices if sent else []:
            if remote is not local:
                self.flying.append((local, remote, "group", sent["message"], plaintext))

    def seal_group(self):
        local = self.choose.choice(self.devices)
        others = [device for device in self.devices if device is not local]
        remotes = self.choose.sample(others, self.choose.randrange(len(others) + 1))
        plaintext = self.choose.randbytes(self.choose.randrange(100)).hex()
        sent = self.tried(f"seal group {local.number} {len(remotes)}", lambda: local.ask(
            "sealed.encrypt_group", peers=[remote.where for remote in remotes], certificate=local.certificate,
            distribution_id=self.distribution(local), plaintext=plaintext))
        if not sent:
            return
        splitter = self.choose.choice(self.devices)
        split = self.tried("split", lambda: splitter.side.ask("sealed.split", message=sent["message"]))
        if split is None:
            return
        self.note(sorted(split["messages"]) == sorted({remote.where["service_id"] for remote in remotes}))
        for remote in remotes:
            self.flying.append((local, remote, "sealed", split["messages"][remote.where["service_id"]], plaintext))

    def deliver(self):
        if not self.flying:
            return self.encrypt()
        early = self.choose.random() < 0.7
        at = 0 if early else self.choose.randrange(len(self.flying))
        letter = self.flying.pop(at)
        if self.choose.random() < 0.08:
            return None  # lost
        if self.choose.random() < 0.1:
            self.open(letter, spoil=True)
        self.open(letter)
        if self.choose.random() < 0.15:
            self.delivered.append(letter)
        if self.delivered and self.choose.random() < 0.1:
            self.open(self.choose.choice(self.delivered))
        return None

    def open(self, letter, spoil=False):
        local, remote, kind, message, plaintext = letter
        if spoil:
            message = spoiled(kind, message, self.choose)
        what = f"open {kind} {remote.number} from {local.number}{' spoiled' if spoil else ''}"
        if kind == "distribution":
            self.tried(what, lambda: remote.ask("group.accept", sender=local.where, message=message))
            return
        if kind == "group":
            got = self.tried(what, lambda: remote.ask("group.decrypt", sender=local.where, message=message))
        elif kind == "sealed":
            got = self.tried(what, lambda: remote.ask("sealed.decrypt", trust_root=self.trust_root, now_ms=self.now,
                                                      message=message))
            if got:
                self.note(got["content_hint"], got["group_id"], got["sender"] == local.where)
        else:
            got = self.tried(what, lambda: remote.ask("session.decrypt", peer=local.where, type=kind, message=message))
        if got and got["plaintext"] != plaintext:
            raise AssertionError(f"{what}: another plaintext came out")

    def restart(self):
        device = self.choose.choice(self.devices)
        state = device.ask("party.export")["state"]
        device.ask("party.new", registration_id=1, **device.where)
        device.ask("party.import", state=state)

    def archive(self):
        local, remote = self.pair()
        self.tried(f"archive {local.number} {remote.number}", lambda: local.ask("session.archive", peer=remote.where))

    def later(self):
        self.now += self.choose.choice([1, 29, 30, 31]) * DAY

    def reinstall(self):
        device = self.choose.choice(self.devices)
        self.note("reinstall", device.number)
        self.born(device)

    def fingerprint(self):
        local, remote = self.pair()
        ends = {end: {"service_id": device.where["service_id"], "identity_key": f"05{device.number:064x}"}
                for end, device in (("local", local), ("remote", remote))}
        made = local.side.ask("fingerprint", iterations=self.choose.choice([2, 100, 5200]), version=self.choose.choice([1, 2]),
                              **ends)
        self.note(made["numeric"], made["scannable"])

    def chat(self):
        """A message and, most of the time, its arrival; mostly an answer to the last."""
        local, remote = self.devices if self.turn else self.devices[::-1]
        if self.choose.random() < 0.8:
            self.turn = not self.turn
        self.encrypt((local, remote))
        while self.flying and self.choose.random() < 0.95:
            self.deliver()

    def run(self, steps):
        self.turn = True
        mixed = [(self.encrypt, 34), (self.deliver, 44), (self.start, 5), (self.seal, 6), (self.distribute, 4),
                 (self.encrypt_group, 4), (self.seal_group, 3), (self.restart, 3), (self.archive, 1), (self.later, 0.5),
                 (self.reinstall, 0.3), (self.fingerprint, 0.5)]
        chatty = [(self.chat, 95), (self.restart, 2), (self.start, 0.5), (self.seal, 2)]
        actions, weights = zip(*(chatty if self.is_chat else mixed))
        self.start()
        for _ in range(steps):
            self.choose.choices(actions, weights)[0]()
        while self.flying:
            self.open(self.flying.pop(0))
        return self.outcomes


def flipped(message, choose):
    raw = bytearray.fromhex(message)
    raw[choose.randrange(len(raw))] ^= 1 << choose.randrange(8)
    return raw.hex()


def spoiled(kind, message, choose):
    """One wrong bit or a cut end. In a distribution message the random chain id moves the places, and most wrong bits are
    simply another key, so only its end is cut."""
    if kind != "distribution" and choose.random() < 0.8:
        # Places are counted from the end: in front stand numbers of random length.
        raw = bytearray.fromhex(message)
        reach = min(len(raw), {"group": 64, "sealed": len(raw) - 40}.get(kind, len(raw)))
        raw[-1 - choose.randrange(reach)] ^= 1 << choose.randrange(8)
        return raw.hex()
    cut = 1 + choose.randrange(16)
    return message[:-2 * cut]


def play(seed, steps, casts, now):
    """Gives nothing, or the first difference between the casts."""
    told = {}
    for name, cast in casts.items():
        try:
            told[name] = Play(seed, cast, now).run(steps)
        except AssertionError as problem:
            return f"seed {seed}, {name}: {problem}"
    (first, expected), *others = told.items()
    for name, outcomes in others:
        for step, (left, right) in enumerate(zip(expected, outcomes)):
            if left != right:
                before = " | ".join(expected[max(0, step - 6):step])
                return f"seed {seed}: after {before}: {first}: {left}; {name}: {right}"
        if len(outcomes) != len(expected):
            return f"seed {seed}: {first} has {len(expected)} outcomes, {name} {len(outcomes)}"
    return None


def play_some(seeds, steps):
    now = int(time.time() * 1000)
    differences = []
    with ours() as our, peer() as their:
        casts = {"peer and peer": [their], "ours and peer": [our, their], "peer and ours": [their, our], "ours and ours": [our]}
        for seed in seeds:
            difference = play(seed, steps, casts, now)
            if difference:
                differences.append(difference)
                print(difference, flush=True)
    return differences


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--count", type=int, default=1)
    options.add_argument("--steps", type=int, default=200)
    options.add_argument("--jobs", type=int, default=1)
    given = options.parse_args()
    seeds = range(given.seed, given.seed + given.count)
    with multiprocessing.Pool(given.jobs) as pool:
        found = pool.starmap(play_some, [(seeds[job::given.jobs], given.steps) for job in range(given.jobs)])
    differences = sum(map(len, found))
    print(f"{given.count} schedules of {given.steps} steps from seed {given.seed}: {differences} with a difference")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
