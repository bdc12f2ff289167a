"""Hosts in network namespaces of their own, and between them a network that loses, doubles, delays, reorders and parts.

Each host has a tun device; this process carries the packets from one to the other, by a seeded random."""
import contextlib
import ctypes
import fcntl
import heapq
import multiprocessing
import os
import random
import select
import struct
import subprocess
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000


def why_not():
    """Why there can be no such network here; None if there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    name = f"sotto-probe-{os.getpid()}"
    probe = subprocess.run(["ip", "netns", "add", name], capture_output=True)
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return None if probe.returncode == 0 else "no network namespace can be made: " + probe.stderr.decode().strip()


class Weather:
    """What happens to a packet. Shared with the process that carries them."""

    def __init__(self):
        self.loss = multiprocessing.Value("d", 0.0)
        self.doubling = multiprocessing.Value("d", 0.0)
        self.delay = multiprocessing.Value("d", 0.0)  # seconds at most: what is delayed less overtakes
        self.parted = multiprocessing.Value("i", -1)  # the host that is cut off

    def bad(self):
        self.loss.value, self.doubling.value, self.delay.value = 0.05, 0.05, 0.04

    def good(self):
        self.loss.value, self.doubling.value, self.delay.value, self.parted.value = 0.0, 0.0, 0.0, -1


def enter(namespace):
    with open(namespace) as there:
        if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"can't enter {namespace}")


def open_tun(namespace, address):
    enter(f"/run/netns/{namespace}")
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", b"net0", IFF_TUN | IFF_NO_PI))
    for words in (["link", "set", "lo", "up"], ["addr", "add", f"{address}/24", "dev", "net0"], ["link", "set", "net0", "up"]):
        subprocess.run(["ip", *words], check=True)
    return tun  # which stays in its namespace, wherever this process goes


def carry(namespaces, addresses, weather, seed, ready):
    tuns = [open_tun(*host) for host in zip(namespaces, addresses)]
    ready.set()
    chance, waiting, count = random.Random(seed), [], 0
    by_address = {bytes(int(part) for part in address.split(".")): host for host, address in enumerate(addresses)}
    while True:
        until_next = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        readable, _, _ = select.select(tuns, [], [], until_next)
        for tun in readable:
            packet = os.read(tun, 65536)
            to = by_address.get(packet[16:20]) if packet[0] >> 4 == 4 else None
            if to is None or weather.parted.value in (to, tuns.index(tun)) or chance.random() < weather.loss.value:
                continue
            for _ in range(2 if chance.random() < weather.doubling.value else 1):
                count += 1
                heapq.heappush(waiting, (time.monotonic() + chance.random() * weather.delay.value, count, to, packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, to, packet = heapq.heappop(waiting)
            with contextlib.suppress(BlockingIOError):
                os.write(tuns[to], packet)


class Network:
    """Hosts 10.77.0.1, 10.77.0.2, … ; gone with all in them at the end."""

    def __init__(self, hosts, seed):
        self.namespaces = [f"sotto-{os.getpid()}-{host}" for host in range(hosts)]
        self.addresses = [f"10.77.0.{host + 1}" for host in range(hosts)]
        self.weather = Weather()
        self.seed = seed
        self.carrier = None

    def __enter__(self):
        for namespace in self.namespaces:
            subprocess.run(["ip", "netns", "add", namespace], check=True)
        ready = multiprocessing.Event()
        self.carrier = multiprocessing.Process(
            target=carry, args=(self.namespaces, self.addresses, self.weather, self.seed, ready), daemon=True)
        self.carrier.start()
        if not ready.wait(timeout=30):
            self.__exit__()
            raise AssertionError("the network did not come up")
        return self

    def __exit__(self, *failure):
        self.carrier.kill()
        self.carrier.join()
        for namespace in self.namespaces:
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True)

    def on(self, host):
        """The words before a command that runs on this host."""
        return ["ip", "netns", "exec", self.namespaces[host]]
