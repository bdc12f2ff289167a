"""What /metrics counts, and that the operators' page names each number and no other."""
import re
import unittest
import urllib.request

from world import PATIENCE, ROOT, World


class Metrics(unittest.TestCase):
    def test_the_operators_page_names_each_number_and_no_other(self):
        _, served = self.run_and_fetch()
        names = set(re.findall(r"(?m)^# TYPE (\S+)", served))
        page = (ROOT / "docs" / "operators.md").read_text()
        self.assertEqual(set(re.findall(r"`((?:sotto|process)_[a-z_]+)`", page)), names)

    def test_a_message_is_counted_on_its_way_and_nobody_is_named(self):
        names, served = self.run_and_fetch()
        self.assertRegex(served, r'(?m)^sotto_requests_total\{route="POST /v1/messages",status="2xx"\} [1-9]')
        self.assertRegex(served, r'(?m)^sotto_requests_total\{route="POST /v1/register",status="2xx"\} 2$')
        for name in ("sotto_envelopes_stored_total", "sotto_envelopes_acknowledged_total", "sotto_websockets_total"):
            self.assertRegex(served, rf"(?m)^{name} [1-9]")
        for name in names:
            self.assertNotIn(name, served)
        self.assertEqual(len(re.findall(r"(?m)^# TYPE sotto_requests_total", served)), 1)

    def run_and_fetch(self):
        with World("anabel", "bobbie", server_options=("--operations-listen", "127.0.0.1:0")) as world:
            for line in world.server.lines:
                if found := re.match(r"metrics on (http://\S+)", line):
                    break
            ana, bob = world.people
            ana.meet(bob)
            ana.send(bob, "hello")
            bob.receive(wait=1)
            served = urllib.request.urlopen(found.group(1), timeout=PATIENCE).read().decode()
        return [p.name for p in world.people], served


if __name__ == "__main__":
    unittest.main()
