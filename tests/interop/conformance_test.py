"""What sotto-conformance answers to lines that are wrong (docs/spec/conformance.md, "Transport" and "Error codes")."""
import json
import subprocess
import unittest

from schedules import account
from sides import BIN, Refused, ours

ANA = {"service_id": account(1), "device_id": 1}
BEN = {"service_id": account(2), "device_id": 1}


def answers(*lines):
    """The answers to raw lines; the program must end well."""
    done = subprocess.run([BIN / "sotto-conformance"], input=b"".join(lines), stdout=subprocess.PIPE, timeout=120)
    if done.returncode != 0:
        raise AssertionError(f"ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


class Lines(unittest.TestCase):
    def test_what_is_no_json_object_is_answered_with_a_null_id(self):
        wrong = [b"", b"{", b"nonsense", b"[]", b"7", b"null", b'"text"', b"\xff\xfe\x00", b"[" * 100_000,
                 b'{"id": 1, "op": "party.new"', b'{"id": 1} {"id": 2}', b"\x00" * 100]
        told = answers(*(line + b"\n" for line in wrong))
        self.assertEqual([(one["id"], one["error"]["code"]) for one in told], [(None, "invalid_request")] * len(wrong))

    def test_a_line_of_more_than_8_mib_is_answered_and_the_next_one_too(self):
        longest = b'{"op": "' + b"a" * ((8 << 20) - 10) + b'"}'
        self.assertEqual(len(longest), 8 << 20)
        told = answers(longest + b"\n", longest + b"a\n", b'{"id": 3, "op": "x"}\n')
        self.assertEqual([one["error"]["code"] for one in told], ["invalid_request"] * 3)
        self.assertIn("no such operation", told[0]["error"]["message"])
        self.assertIn("longer", told[1]["error"]["message"])
        self.assertEqual(told[2]["id"], 3)

    def test_the_last_line_may_lack_its_end(self):
        self.assertEqual(answers(b'{"id": 1, "op": "x"}')[0]["id"], 1)

    def test_no_input_is_no_answer(self):
        self.assertEqual(answers(), [])

    def test_an_id_of_any_kind_comes_back(self):
        ids = [0, -1, 1.5, "text", "ü\n", True, None, [1, {"a": []}], {"b": "c"}, 18446744073709551615]
        told = answers(*(json.dumps({"id": one, "op": "x"}).encode() + b"\n" for one in ids))
        self.assertEqual([one["id"] for one in told], ids)

    def test_an_id_comes_back_as_it_was_written(self):
        ids = [b"1e400", b"12345678901234567890123", b"-9223372036854775809", b"1.50", b'"\\u00e4"', b"[" * 40 + b"]" * 40,
               b'{"id": "}"}', b'"\\"x\\""']
        lines = [b'{ "op": "x", "x" : {"id": 9}, "id": ' + one + b' , "y":"id"}\n' for one in ids]
        done = subprocess.run([BIN / "sotto-conformance"], input=b"".join(lines), stdout=subprocess.PIPE, timeout=120)
        for one, line in zip(ids, done.stdout.splitlines()):
            self.assertTrue(line.startswith(b'{"id":' + one), line[:80])

    def test_an_upload_whose_parts_would_fill_the_memory_is_refused(self):
        entries = b"".join(b"\0" + n.to_bytes(16, "big") + b"\x01\0\x01" + bytes(48) for n in range(20_000))
        upload = b"\x23" + b"\xa0\x9c\x01" + entries + bytes(2 << 20)
        told = answers(json.dumps({"id": 1, "op": "sealed.split", "message": upload.hex()}).encode() + b"\n",
                       b'{"id": 2, "op": "x"}\n')
        self.assertIn("do not fit", told[0]["error"]["message"])
        self.assertEqual(told[1]["id"], 2)

    def test_every_operation_without_its_members_is_an_invalid_request(self):
        names = ["party.new", "party.bundle", "party.export", "party.import", "session.start", "session.encrypt",
                 "session.decrypt", "session.archive", "fingerprint", "group.distribute", "group.accept", "group.encrypt",
                 "group.decrypt", "sealed.certify", "sealed.encrypt", "sealed.decrypt", "sealed.encrypt_group", "sealed.split",
                 "key.sign", "key.verify", "key.agree"]
        told = answers(*(json.dumps({"op": name}).encode() + b"\n" for name in names))
        for name, one in zip(names, told):
            self.assertEqual(one["error"]["code"], "invalid_request", name)
            self.assertIn("is missing", one["error"]["message"], name)

    def test_malformed_members_are_invalid_requests_that_name_them(self):
        with ours() as side:
            side.ask("party.new", party="ana", **ANA)
            for member, wrong in (("service_id", "PNI:" + account(1)), ("service_id", 7), ("device_id", 0), ("device_id", 128),
                                  ("device_id", -1), ("device_id", 1.5), ("device_id", "1"), ("registration_id", 1 << 32),
                                  ("identity_private", "xy"), ("identity_private", "abc"), ("party", None)):
                with self.assertRaises(Refused, msg=f"{member}: {wrong}") as refusal:
                    side.ask("party.new", **{"party": "x", **ANA, member: wrong})
                self.assertEqual(refusal.exception.code, "invalid_request")
                self.assertIn(f"`{member}`", str(refusal.exception))

    def test_a_key_that_is_none_is_an_invalid_key(self):
        with ours() as side:
            for private in ("", "11" * 31, "11" * 33):
                with self.assertRaises(Refused) as refusal:
                    side.ask("party.new", party="x", identity_private=private, **ANA)
                self.assertEqual(refusal.exception.code, "invalid_key")

    def test_absent_and_null_are_the_same(self):
        with ours() as side:
            made = side.ask("party.new", party="x", registration_id=None, identity_private=None, **ANA)
            self.assertTrue(1 <= made["registration_id"] <= 0x3FFF)


class Parties(unittest.TestCase):
    def met(self, side):
        for name, where in (("ana", ANA), ("ben", BEN)):
            side.ask("party.new", party=name, **where)
        side.ask("session.start", party="ana", peer=BEN, bundle=side.ask("party.bundle", party="ben", one_time=True))
        return side.ask("session.encrypt", party="ana", peer=BEN, plaintext="aa")

    def test_a_message_still_decrypts_after_any_number_of_spoiled_ones(self):
        with ours() as side:
            sent = self.met(side)
            before = side.ask("party.export", party="ben")["state"]
            for place in range(0, len(sent["message"]), 2):
                spoiled = f"{int(sent['message'][place:place + 2], 16) ^ 1:02x}"
                message = sent["message"][:place] + spoiled + sent["message"][place + 2:]
                try:
                    # Fields that nothing authenticates, such as the registration id, may be another; on a copy, then.
                    side.ask("party.import", party="copy", state=before)
                    side.ask("session.decrypt", party="copy", peer=ANA, type=sent["type"], message=message)
                except Refused:
                    with self.assertRaises(Refused):
                        side.ask("session.decrypt", party="ben", peer=ANA, type=sent["type"], message=message)
            self.assertEqual(side.ask("party.export", party="ben")["state"], before)
            self.assertEqual(side.ask("session.decrypt", party="ben", peer=ANA, **sent), {"plaintext": "aa"})

    def test_a_state_that_was_exported_goes_on_elsewhere(self):
        with ours() as side, ours() as other:
            sent = self.met(side)
            other.ask("party.import", party="ben again", state=side.ask("party.export", party="ben")["state"])
            self.assertEqual(other.ask("session.decrypt", party="ben again", peer=ANA, **sent), {"plaintext": "aa"})

    def test_a_bad_state_is_an_invalid_session_and_replaces_nobody(self):
        with ours() as side:
            sent = self.met(side)
            state = side.ask("party.export", party="ben")["state"]
            for wrong in ("", "00", state[:-1], state.replace("{", "[", 1), "{}", state + "}", state.replace("record", "x", 1)):
                with self.assertRaises(Refused) as refusal:
                    side.ask("party.import", party="ben", state=wrong)
                self.assertEqual(refusal.exception.code, "invalid_session")
            self.assertEqual(side.ask("session.decrypt", party="ben", peer=ANA, **sent), {"plaintext": "aa"})

    def test_a_last_resort_kyber_prekey_takes_each_base_key_once(self):
        with ours() as side:
            for name, where in (("ana", ANA), ("ben", BEN)):
                side.ask("party.new", party=name, **where)
            bundle = side.ask("party.bundle", party="ben", one_time=False)
            first = []
            for _ in range(42):  # the 41 older sessions are all that a record keeps
                side.ask("session.start", party="ana", peer=BEN, bundle=bundle)
                first.append(side.ask("session.encrypt", party="ana", peer=BEN, plaintext="aa"))
                side.ask("session.decrypt", party="ben", peer=ANA, **first[-1])
            with self.assertRaises(Refused) as refusal:  # its session is forgotten, its base key is not
                side.ask("session.decrypt", party="ben", peer=ANA, **first[0])
            self.assertEqual(refusal.exception.code, "invalid_message")


if __name__ == "__main__":
    unittest.main()
