"""Ours and the official package, each driven from outside by the conformance protocol, in both roles."""
import unittest

import schedules
from schedules import DAY, account
from sides import Refused, ours, peer

NOW = 1_900_000_000_000


class Town:
    """Parties on two programs: `local` acts, `remote` has its answers in the other one."""

    def __init__(self, local, remote):
        self.local, self.remote = local, remote
        self.ana = {"service_id": account(1), "device_id": 1}
        self.ben = {"service_id": account(2), "device_id": 2}
        self.keys = {"ana": local.ask("party.new", party="ana", **self.ana)["identity_key"],
                     "ben": remote.ask("party.new", party="ben", **self.ben)["identity_key"]}

    def bundle(self, one_time=True):
        return self.remote.ask("party.bundle", party="ben", one_time=one_time)

    def meet(self, **changes):
        self.local.ask("session.start", party="ana", peer=self.ben, bundle=self.bundle(), **changes)

    def send(self, text="aa"):
        sent = self.local.ask("session.encrypt", party="ana", peer=self.ben, plaintext=text)
        return {"type": sent["type"], "message": sent["message"]}

    def receive(self, sent):
        return self.remote.ask("session.decrypt", party="ben", peer=self.ana, **sent)["plaintext"]

    def answer(self, text="bb"):
        sent = self.remote.ask("session.encrypt", party="ben", peer=self.ana, plaintext=text)
        return self.local.ask("session.decrypt", party="ana", peer=self.ben, type=sent["type"], message=sent["message"])

    def certify(self, whose, expires=NOW + DAY):
        where = self.ana if whose == "ana" else self.ben
        side = self.local if whose == "ana" else self.remote
        return side.ask("sealed.certify", trust_root_private="11" * 32, server_private="22" * 32, server_key_id=1,
                        sender={**where, "identity_key": self.keys[whose]}, expires_ms=expires)


def code(work):
    try:
        work()
    except Refused as refusal:
        return refusal.code
    return "ok"


# Each gives the code that the acting program answers with: `remote` for what it receives, `local` for what it does.

def a_duplicate(town):
    town.meet()
    sent = town.send()
    town.receive(sent)
    return code(lambda: town.receive(sent))


def a_wrong_mac(town):
    town.meet()
    sent = town.send()
    last = int(sent["message"][-2:], 16) ^ 1
    return code(lambda: town.receive({**sent, "message": sent["message"][:-2] + f"{last:02x}"}))


def a_ratchet_key_that_is_none(town):
    town.meet()
    town.receive(town.send())
    town.answer()
    message = town.send()["message"]
    assert message[2:8] == "0a2105"  # the first field
    return code(lambda: town.receive({"type": "signal", "message": message[:6] + "06" + message[8:]}))


def an_empty_message(town):
    return code(lambda: town.remote.ask("session.decrypt", party="ben", peer=town.ana, type="signal", message=""))


def a_bundle_with_a_wrong_signature(town):
    bundle = town.bundle()
    bundle["signed_prekey"]["signature"] = "00" * 64
    return code(lambda: town.local.ask("session.start", party="ana", peer=town.ben, bundle=bundle))


def a_group_message_with_a_wrong_signature(town):
    group = account(9)
    town.remote.ask("group.accept", party="ben", sender=town.ana,
                    message=town.local.ask("group.distribute", party="ana", distribution_id=group)["message"])
    message = town.local.ask("group.encrypt", party="ana", distribution_id=group, plaintext="00")["message"]
    last = int(message[-2:], 16) ^ 1
    return code(lambda: town.remote.ask("group.decrypt", party="ben", sender=town.ana, message=message[:-2] + f"{last:02x}"))


def a_key_of_another_type(town):
    return code(lambda: town.local.ask("key.agree", private="11" * 32, public="06" + "11" * 32))


def an_agreement_of_zero(town):
    return code(lambda: town.local.ask("key.agree", private="11" * 32, public="05" + "00" * 32))


def a_kyber_key_of_another_type(town):
    bundle = town.bundle()
    bundle["kyber_prekey"]["public"] = "07" + bundle["kyber_prekey"]["public"][2:]
    return code(lambda: town.local.ask("session.start", party="ana", peer=town.ben, bundle=bundle))


def another_identity(town):
    town.meet()
    town.remote.ask("party.new", party="ben", **town.ben)
    return code(town.meet)


def another_identity_that_writes(town):
    town.meet()
    town.receive(town.send())
    town.local.ask("party.new", party="ana", **town.ana)
    town.meet()
    sent = town.send()
    return code(lambda: town.receive(sent))


def sending_without_a_session(town):
    return code(town.send)


def receiving_without_a_session(town):
    other = {"service_id": account(3), "device_id": 1}
    town.meet()
    town.receive(town.send())
    town.answer()
    sent = town.send()
    return code(lambda: town.remote.ask("session.decrypt", party="ben", peer=other, **sent))


def archiving_without_a_session(town):
    return code(lambda: town.local.ask("session.archive", party="ana", peer=town.ben))


def sending_on_an_archived_session(town):
    town.meet()
    town.local.ask("session.archive", party="ana", peer=town.ben)
    return code(town.send)


def sending_on_a_stale_session(town):
    town.meet(now_ms=NOW)
    return code(lambda: town.local.ask("session.encrypt", party="ana", peer=town.ben, plaintext="", now_ms=NOW + 31 * DAY))


def sealing_for_somebody_unknown(town):
    certificate = town.certify("ana")["certificate"]
    return code(lambda: town.local.ask("sealed.encrypt", party="ana", peer=town.ben, certificate=certificate, plaintext=""))


def a_used_one_time_prekey(town):
    bundle = town.bundle()
    town.local.ask("session.start", party="ana", peer=town.ben, bundle=bundle)
    town.receive(town.send())
    town.local.ask("session.start", party="ana", peer=town.ben, bundle=bundle)
    sent = town.send()
    return code(lambda: town.receive(sent))


def a_group_without_a_sender_key(town):
    group = account(9)
    town.local.ask("group.distribute", party="ana", distribution_id=group)
    message = town.local.ask("group.encrypt", party="ana", distribution_id=group, plaintext="00")["message"]
    return code(lambda: town.remote.ask("group.decrypt", party="ben", sender=town.ana, message=message))


def encrypting_to_a_group_that_is_not_there(town):
    return code(lambda: town.local.ask("group.encrypt", party="ana", distribution_id=account(9), plaintext="00"))


def sealed_by(town, expires, now, root=None):
    town.meet()
    certified = town.certify("ana", expires)
    message = town.local.ask("sealed.encrypt", party="ana", peer=town.ben, certificate=certified["certificate"],
                             plaintext="aabb")["message"]
    return code(lambda: town.remote.ask("sealed.decrypt", party="ben", trust_root=root or certified["trust_root"], now_ms=now,
                                        message=message))


def an_expired_certificate(town):
    return sealed_by(town, NOW, NOW + 1)


def a_certificate_at_its_last_millisecond(town):
    return sealed_by(town, NOW, NOW)


def a_certificate_of_another_root(town):
    return sealed_by(town, NOW, NOW, town.keys["ana"])


def ones_own_sealed_message(town):
    # Two parties with one identity and address: what one sealed for the other comes back to the address that sent it.
    key = "33" * 32
    for side, name in ((town.local, "me"), (town.remote, "me")):
        identity = side.ask("party.new", party=name, identity_private=key, **town.ana)["identity_key"]
    bundle = town.remote.ask("party.bundle", party="me", one_time=False)
    town.local.ask("session.start", party="me", peer=town.ana, bundle=bundle)
    certified = town.local.ask("sealed.certify", trust_root_private="11" * 32, server_private="22" * 32, server_key_id=1,
                               sender={**town.ana, "identity_key": identity}, expires_ms=NOW)
    message = town.local.ask("sealed.encrypt", party="me", peer=town.ana, certificate=certified["certificate"],
                             plaintext="00")["message"]
    return code(lambda: town.remote.ask("sealed.decrypt", party="me", trust_root=certified["trust_root"], now_ms=NOW,
                                        message=message))


CASES = {
    a_duplicate: "duplicate_message",
    a_wrong_mac: "invalid_message",
    a_ratchet_key_that_is_none: "invalid_key",
    an_empty_message: "invalid_message",
    a_bundle_with_a_wrong_signature: "invalid_signature",
    a_group_message_with_a_wrong_signature: "invalid_signature",
    a_key_of_another_type: "invalid_key",
    an_agreement_of_zero: "invalid_key",
    a_kyber_key_of_another_type: "invalid_key",
    another_identity: "untrusted_identity",
    another_identity_that_writes: "untrusted_identity",
    sending_without_a_session: "no_session",
    receiving_without_a_session: "no_session",
    archiving_without_a_session: "no_session",
    sending_on_an_archived_session: "no_session",
    sending_on_a_stale_session: "no_session",
    sealing_for_somebody_unknown: "no_session",
    a_used_one_time_prekey: "unknown_prekey",
    a_group_without_a_sender_key: "no_sender_key",
    encrypting_to_a_group_that_is_not_there: "no_sender_key",
    an_expired_certificate: "invalid_certificate",
    a_certificate_at_its_last_millisecond: "ok",
    a_certificate_of_another_root: "invalid_certificate",
    ones_own_sealed_message: "self_send",
}

# docs/spec/conformance.md, "Error codes", without the two that are not compared
COMPARED = {"duplicate_message", "invalid_message", "invalid_signature", "invalid_key", "untrusted_identity", "no_session",
            "unknown_prekey", "no_sender_key", "invalid_certificate", "self_send"}


class WithTheOfficialPackage(unittest.TestCase):
    def test_every_error_code_is_the_same_in_both_roles(self):
        self.assertEqual(COMPARED, set(CASES.values()) - {"ok"})
        with ours() as our, peer() as their:
            for case, expected in CASES.items():
                for name, town in {"ours then peer": Town(our, their), "peer then ours": Town(their, our)}.items():
                    with self.subTest(f"{case.__name__}, {name}"):
                        self.assertEqual(case(town), expected)

    def test_random_schedules_have_the_same_outcomes_with_every_cast(self):
        self.assertEqual(schedules.play_some(range(1, 13), 200), [])

    def test_many_epochs_of_the_post_quantum_ratchet_pass_between_the_two(self):
        with ours() as our, peer() as their:
            for local, remote in ((our, their), (their, our)):
                town = Town(local, remote)
                town.meet()
                for turn in range(1, 450):  # an epoch takes 43 or 44 turns
                    self.assertEqual(town.receive(town.send(f"{turn:08x}")), f"{turn:08x}")
                    self.assertEqual(town.answer(f"{turn:08x}")["plaintext"], f"{turn:08x}")


if __name__ == "__main__":
    unittest.main()
