"""Real programs on hosts of their own, over a network that loses, doubles, delays, reorders and parts."""
import pathlib
import random
import shutil
import tempfile
import time
import unittest

import faulty_network
from daemon_test import daemon_of
from world import DONE, PATIENCE, UNREACHABLE, Failed, Person, Server

PORT = 8443


class FarServer(Server):
    def __init__(self, folder, network, host):
        super().__init__(folder, options=["--name", f"{network.addresses[host]}:{PORT}", "--data", pathlib.Path(folder) / "server"])
        self.before, self.address = network.on(host), network.addresses[host]

    @property
    def url(self):
        return f"https://{self.address}:{PORT}"

    def command(self):
        program, *_ = super().command()
        return [*self.before, program, "--listen", f"{self.address}:{PORT}", *self.options]

    listening = r"listening on https://10\.77\.0\.\d+:(\d+)"


class FarPerson(Person):
    def __init__(self, name, folder, network, host):
        super().__init__(name, folder)
        self.before = network.on(host)

    def command(self, *words):
        return [*self.before, *super().command(*words)]


class BadNetwork(unittest.TestCase):
    def setUp(self):
        reason = faulty_network.why_not()
        if reason:
            self.skipTest(reason)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sotto-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def converse(self, seed, texts, trouble):
        """Both write to each other in bad weather, `trouble` happens in between; then all of it is there, once, in order."""
        with faulty_network.Network(3, seed) as network:
            server = FarServer(self.folder, network, 0)
            ana, ben = FarPerson("ana", self.folder, network, 1), FarPerson("ben", self.folder, network, 2)
            self.addCleanup(server.end)
            server.start()
            for person in (ana, ben):
                person.register(server)
            ana.meet(ben)
            network.weather.bad()
            with daemon_of(ana):
                for number in range(texts):
                    trouble(number, network, server)
                    for person, other in ((ana, ben), (ben, ana)):
                        done = person.send(other, f"{person.name} {number}", expect=None)
                        self.assertIn(done.returncode, (DONE, UNREACHABLE), done.stderr)
                    ben.run("receive", expect=None)
                network.weather.good()
                self.await_all(ana, ben, texts)

    def await_all(self, ana, ben, texts):
        deadline = time.monotonic() + PATIENCE
        expected = {ana.name: [f"ben {n}" for n in range(texts)], ben.name: [f"ana {n}" for n in range(texts)]}
        while True:
            ben.run("receive", "--wait", "1", expect=None)
            got = {ana.name: ana.texts(ben, "in"), ben.name: ben.texts(ana, "in")}
            if got == expected:
                return
            if time.monotonic() > deadline:
                raise Failed(f"what came is {got}")

    def test_all_arrives_once_and_in_order_over_loss_doubling_and_disorder(self):
        self.converse(1, 12, lambda number, network, server: None)

    def test_all_arrives_once_and_in_order_over_partitions_and_a_killed_server(self):
        chance = random.Random(2)

        def trouble(number, network, server):
            if number % 3 == 1:
                network.weather.parted.value = chance.randrange(3)
                time.sleep(0.3)
                network.weather.parted.value = -1
            if number == 4:
                server.kill()
                server.start()

        self.converse(2, 9, trouble)


if __name__ == "__main__":
    unittest.main()
