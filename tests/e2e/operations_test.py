"""A server as its operator meets it: listeners, signals, systemd, monitoring, commands."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import unittest
import urllib.error
import urllib.request

from world import BIN, DONE, PATIENCE, REFUSED, WRONG_USAGE, World, lines_of

BEGIN = "/v1/register/begin"
is_sanitized = b"__asan_init" in (BIN / "sotto-server").read_bytes() or b"__tsan_init" in (BIN / "sotto-server").read_bytes()


def said(process, pattern):
    """The first line that matches, and what it holds in parentheses."""
    if not hasattr(process, "lines"):
        process.lines = lines_of(process.stdout, PATIENCE)
    for line in process.lines:
        if found := re.match(pattern, line):
            return found.group(1)
    raise AssertionError(f"it never said {pattern}")


class UnixHttp(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("server.example")
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def status_of(connection, target=BEGIN, method="POST"):
    connection.request(method, target)
    with contextlib.closing(connection):
        return connection.getresponse().status


def trusting(ca):
    context = ssl.create_default_context(cafile=str(ca))
    return context


class Programs(unittest.TestCase):
    """Starts servers and ends them with the test."""

    def setUp(self):
        self.folder = pathlib.Path(subprocess.check_output(["mktemp", "-d", "/tmp/sotto-XXXXXX"], text=True).strip())
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.log.touch()

    def start(self, *options, listen=("--listen", "127.0.0.1:0"), **more):
        with open(self.log, "ab") as log:
            process = subprocess.Popen([BIN / "sotto-server", "--data", self.data, *listen, *options], stdout=subprocess.PIPE,
                                       stderr=log, stdin=subprocess.DEVNULL, **more)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.kill)
        return process

    def stop(self, process):
        process.terminate()
        self.assertEqual(process.wait(PATIENCE), 0, self.log.read_text())

    def command(self, *words, expect=DONE):
        done = subprocess.run([BIN / "sotto-server", "--data", self.data, *words], capture_output=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, expect, done.stderr.decode())
        return done

    def logged(self, words):
        """Waits until the log says so."""
        tail = subprocess.Popen(["tail", "-n", "+1", "-F", self.log], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            return next((line for line in lines_of(tail.stdout, PATIENCE) if words in line), None)
        finally:
            tail.kill()
            tail.wait()
            tail.stdout.close()


class Listeners(Programs):
    def test_plain_connections_are_served_on_loopback_and_on_a_socket_file_beside_tls(self):
        path = self.folder / "plain.sock"
        server = self.start("--listen", "127.0.0.1:0", "--listen-plain", "127.0.0.1:0", "--listen-plain", f"unix:{path}")
        ca = said(server, r"clients need --server-ca (.*)")
        ports = [said(server, r"listening on https://127\.0\.0\.1:(\d+)") for _ in range(2)]
        plain = said(server, r"listening without TLS on 127\.0\.0\.1:(\d+)")
        self.assertEqual(said(server, r"listening without TLS on (unix:.*)"), f"unix:{path}")
        for port in ports:
            self.assertEqual(status_of(http.client.HTTPSConnection("127.0.0.1", int(port), context=trusting(ca))), 200)
        self.assertEqual(status_of(http.client.HTTPConnection("127.0.0.1", int(plain))), 200)
        self.assertEqual(status_of(UnixHttp(path)), 200)
        self.stop(server)
        self.assertFalse(path.exists())

    def test_without_tls_no_certificate_is_made(self):
        server = self.start("--listen-plain", "127.0.0.1:0", listen=())
        said(server, r"listening without TLS on (.*)")
        self.stop(server)
        self.assertFalse((self.data / "tls").exists())

    def test_plain_elsewhere_than_on_loopback_is_refused_unless_it_is_permitted(self):
        self.assertIn(b"not loopback", self.command("--listen-plain", "0.0.0.0:0", expect=WRONG_USAGE).stderr)
        server = self.start("--listen-plain", "0.0.0.0:0", "--allow-plain-anywhere", listen=())
        said(server, r"listening without TLS on (0\.0\.0\.0:\d+)")

    def test_sockets_of_systemd_take_the_place_of_those_in_the_options(self):
        with socket.create_server(("127.0.0.1", 0)) as tls, socket.create_server(("127.0.0.1", 0)) as plain:
            files = (tls.fileno(), plain.fileno())
            script = (f'exec 3<&{files[0]} 4<&{files[1]}; export LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=tls:plain; exec "$@"')
            with open(self.log, "ab") as log:
                server = subprocess.Popen(["bash", "-c", script, "sh", BIN / "sotto-server", "--data", self.data, "--listen",
                                           "127.0.0.1:1"], pass_fds=files, stdout=subprocess.PIPE, stderr=log)
            self.addCleanup(server.stdout.close)
            self.addCleanup(server.kill)
            ca = said(server, r"clients need --server-ca (.*)")
            self.assertEqual(said(server, r"listening on https://127\.0\.0\.1:(\d+)"), str(tls.getsockname()[1]))
            said(server, r"listening without TLS on (.*)")
            port = tls.getsockname()[1]
            self.assertEqual(status_of(http.client.HTTPSConnection("127.0.0.1", port, context=trusting(ca))), 200)
            self.assertEqual(status_of(http.client.HTTPConnection(*plain.getsockname())), 200)
            self.stop(server)


class Signals(Programs):
    def test_systemd_is_told_of_each_step(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(self.folder / "notify"))
            manager.settimeout(PATIENCE)
            server = self.start(env={**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify")})
            self.assertEqual(manager.recv(1000), b"READY=1")
            server.send_signal(signal.SIGHUP)
            self.assertRegex(manager.recv(1000), rb"^RELOADING=1\nMONOTONIC_USEC=\d+$")
            self.assertEqual(manager.recv(1000), b"READY=1")
            server.terminate()
            self.assertEqual(manager.recv(1000), b"STOPPING=1")
            self.assertEqual(server.wait(PATIENCE), 0)

    def test_a_new_certificate_is_taken_on_sighup_and_a_bad_one_is_not(self):
        for name in ("old", "new"):
            made = subprocess.Popen([BIN / "sotto-server", "--data", self.folder / name, "--listen", "127.0.0.1:0"],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            said(made, r"listening on https://(.*)")
            made.terminate()
            made.wait(PATIENCE)
            made.stdout.close()
        live = self.folder / "live"
        live.mkdir()

        def use(name):
            for file in ("server.pem", "server-key.pem"):
                shutil.copy(self.folder / name / "tls" / file, live / (file + ".new"))
                os.rename(live / (file + ".new"), live / file)  # as those who renew certificates do

        use("old")
        server = self.start("--tls-cert", live / "server.pem", "--tls-key", live / "server-key.pem")
        port = int(said(server, r"listening on https://127\.0\.0\.1:(\d+)"))
        connection = lambda name: http.client.HTTPSConnection(
            "127.0.0.1", port, context=trusting(self.folder / name / "tls" / "ca.pem"))
        before = connection("old")
        before.request("POST", BEGIN)
        before.getresponse().read()
        use("new")
        server.send_signal(signal.SIGHUP)
        self.assertTrue(self.logged("were read again"))
        self.assertEqual(status_of(connection("new")), 200)
        with self.assertRaises(ssl.SSLError):
            status_of(connection("old"))
        self.assertEqual(status_of(before), 200)  # the connection under way keeps its own

        (live / "server.pem").write_text("half a certif")
        server.send_signal(signal.SIGHUP)
        self.assertIn("the certificate can't be used", self.logged("the certificate stays as it was"))
        self.assertEqual(status_of(connection("new")), 200)
        self.assertIn(str(live), self.command("reload", expect=REFUSED).stderr.decode())

    def test_what_may_change_of_the_configuration_is_read_again_on_sighup(self):
        config = self.folder / "server.toml"
        config.write_text("")
        server = self.start("--config", config)
        said(server, r"listening on (.*)")
        config.write_text('[log]\nformat = "json"\n')
        server.send_signal(signal.SIGHUP)
        self.assertEqual(json.loads(self.logged("were read again"))["level"], "info")
        config.write_text("nonsense = 1\n")
        server.send_signal(signal.SIGHUP)
        self.assertTrue(self.logged("the configuration stays as it was"))
        self.assertIn("server.toml:1: nonsense is unknown", self.command("reload", expect=REFUSED).stderr.decode())

    def test_on_sigterm_a_request_under_way_is_answered_and_an_open_mailbox_does_not_hold_it_up(self):
        with World("ana", server_options=("--operations-listen", "127.0.0.1:0")) as world:
            probes = said(world.server, r"metrics on (http://127\.0\.0\.1:\d+)/metrics")
            following = world.people[0].start("--verbose", "receive", "--follow")
            try:
                while b"mailbox open" not in following.stderr.readline():
                    self.assertIsNone(following.poll())
                connection = http.client.HTTPSConnection("127.0.0.1", world.server.port, context=trusting(world.server.ca))
                connection.putrequest("POST", BEGIN)
                connection.putheader("Content-Length", "4")
                connection.putheader("Expect", "100-continue")
                connection.endheaders()
                self.assertIn(b"100 Continue", connection.sock.recv(1000))  # it is under way
                world.server.process.send_signal(signal.SIGTERM)
                with self.assertRaises(OSError):  # nothing new is taken
                    while True:
                        socket.create_connection(("127.0.0.1", world.server.port)).close()
                self.assertIsNone(world.server.process.poll(), "it waits for the request")
                self.assertEqual(urllib.request.urlopen(f"{probes}/health", timeout=PATIENCE).status, 200)
                with self.assertRaisesRegex(urllib.error.HTTPError, "503"):
                    urllib.request.urlopen(f"{probes}/ready", timeout=PATIENCE)
                connection.send(b"body")
                self.assertIn(connection.getresponse().status, (200, 400))
                self.assertEqual(world.server.process.wait(PATIENCE), 0)
            finally:
                following.kill()
                following.communicate()


class Monitoring(Programs):
    def test_metrics_health_and_readiness_are_answered_on_a_port_of_their_own(self):
        with World("ana", server_options=("--operations-listen", "127.0.0.1:0")) as world:
            port = said(world.server, r"metrics on http://127\.0\.0\.1:(\d+)/metrics")
            fetch = lambda path: urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE).read().decode()
            self.assertEqual(fetch("/health"), "up\n")
            self.assertEqual(fetch("/ready"), "ready\n")
            following = world.people[0].start("--verbose", "receive", "--follow")
            try:
                while b"mailbox open" not in following.stderr.readline():
                    self.assertIsNone(following.poll())
                metrics = fetch("/metrics")
            finally:
                following.kill()
                following.communicate()
            self.assertIn("\nsotto_devices_connected 1\n", metrics)
            for line in metrics.splitlines():
                self.assertRegex(line, r"^(# (HELP|TYPE) [a-z_]+ .+|"
                                       r"[a-z_]+(\{route=\"[A-Z]+ [a-z0-9/{}_-]+\",status=\"[2-5]xx\"\})? [0-9.e+-]+)$")
            with self.assertRaises(urllib.error.HTTPError):
                fetch("/v1/status")  # the service itself is not there
            world.server.stop()


class Commands(Programs):
    def test_they_reach_the_running_server(self):
        server = self.start()
        said(server, r"listening on (.*)")
        stats = json.loads(self.command("stats", "--json").stdout)
        self.assertEqual(stats["sotto_connections"], 0)
        self.assertGreater(stats["process_resident_memory_bytes"], 1_000_000)
        self.assertRegex(self.command("stats").stdout.decode(), r"(?m)^sotto_connections +0$")
        self.assertEqual(json.loads(self.command("limits", "--json").stdout)["connections"], 4096)
        self.assertEqual(json.loads(self.command("reload", "--json").stdout), {"reloaded": True})
        self.command("drain")
        self.assertEqual(server.wait(PATIENCE), 0)

    def test_the_store_is_copied_checked_and_compacted_while_it_serves(self):
        server = self.start()
        said(server, r"listening on (.*)")
        made = json.loads(self.command("backup", "--json").stdout)
        self.assertRegex(made["file"], r"/backups/store-\d{4}-\d\d-\d\d-\d{6}\.db$")
        self.assertEqual(pathlib.Path(made["file"]).stat().st_size, made["bytes"])
        self.assertEqual(pathlib.Path(made["file"]).stat().st_mode & 0o777, 0o600)
        self.command("backup", "mine.db")
        self.assertIn(b"already", self.command("backup", "mine.db", expect=REFUSED).stderr)
        self.assertIn(b"letters, digits", self.command("backup", "../mine.db", expect=REFUSED).stderr)
        self.assertEqual(json.loads(self.command("check", "--json").stdout), {"sound": True})
        self.assertIn("bytes_after", json.loads(self.command("compact", "--json").stdout))
        stats = json.loads(self.command("stats", "--json").stdout)
        self.assertEqual((stats["store_epoch"], stats["accounts"], stats["queued_envelopes"]), (1, 0, 0))
        self.assertGreater(stats["store_bytes"], 10_000)
        self.stop(server)

    def test_a_backup_is_restored_only_while_no_server_runs(self):
        server = self.start()
        said(server, r"listening on (.*)")
        file = json.loads(self.command("backup", "--json").stdout)["file"]
        self.assertIn(b"in use", self.command("restore", file, expect=REFUSED).stderr)
        self.stop(server)
        self.assertIn(b"No such file", self.command("restore", self.folder / "nothing", expect=REFUSED).stderr)
        self.assertIn(b"not a store", self.command("restore", self.log, expect=REFUSED).stderr)
        restored = json.loads(self.command("restore", file, "--json").stdout)
        self.assertEqual(restored["replaced"], str(self.data / "server.db.replaced"))
        self.assertEqual(json.loads(self.command("check", "--json").stdout), {"sound": True})
        self.command("compact")
        again = self.start()
        said(again, r"listening on (.*)")
        self.assertEqual(json.loads(self.command("stats", "--json").stdout)["store_epoch"], restored["store_epoch"])

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_what_root_restores_belongs_to_the_data_folders_owner(self):
        os.chmod(self.folder, 0o755)
        server = self.start("--user", "nobody")
        said(server, r"listening on (.*)")
        file = self.folder / "roots.db"
        shutil.move(json.loads(self.command("backup", "--json").stdout)["file"], file)
        os.chown(file, 0, 0)
        self.stop(server)
        for path in list(self.data.glob("server.db*")) + [self.data / "lock"]:
            path.unlink()
        self.command("restore", file)
        self.command("compact")
        for path in [self.data, *self.data.rglob("*")]:
            self.assertEqual(path.stat().st_uid, 65534, path)
        said(self.start("--user", "nobody"), r"listening on (.*)")

    def test_a_damaged_store_is_found_out(self):
        self.stop(self.start_and_listen())
        with sqlite3.connect(self.data / "server.db") as database:
            database.execute("INSERT INTO payloads (uses, payload) VALUES (3, x'00')")
        done = self.command("check", expect=REFUSED)
        self.assertIn(b"not as it should be", done.stderr)
        self.assertIn(b"shared payloads are used by no envelope", done.stdout)

    def start_and_listen(self):
        server = self.start()
        said(server, r"listening on (.*)")
        return server

    def test_without_a_server_they_say_so(self):
        self.assertIn(b"no server answers at", self.command("stats", expect=REFUSED).stderr)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_they_are_taken_from_root_and_from_its_own_user_only(self):
        os.chmod(self.folder, 0o755)
        path = self.folder / "operations.sock"
        server = self.start("--operations-socket", path)
        said(server, r"listening on (.*)")
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        os.chmod(path, 0o666)
        with socket.socket(socket.AF_UNIX) as stranger:
            os.seteuid(65534)
            try:
                stranger.connect(str(path))
            finally:
                os.seteuid(0)
            stranger.settimeout(PATIENCE)
            with contextlib.suppress(OSError):
                stranger.send(b'{"command": "stats"}\n')
                self.assertEqual(stranger.recv(1000), b"")

    def test_what_is_no_command_is_refused_and_the_server_goes_on(self):
        server = self.start()
        said(server, r"listening on (.*)")
        for line in (b"nonsense", b"[]", b'{"command": 5}', b'{"command": "explode"}', b'{"command": "stats", "arguments": ["x"]}',
                     b'{"command": "stats", "arguments": 1}'):
            with socket.socket(socket.AF_UNIX) as asking:
                asking.connect(str(self.data / "operations.sock"))
                asking.sendall(line + b"\n")
                self.assertIn("error", json.loads(asking.makefile().readline()), line)
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(self.data / "operations.sock"))
            with contextlib.suppress(OSError):  # cut at some point
                asking.sendall(b"x" * 1_000_000)
        self.command("stats")


class Configuration(Programs):
    def test_check_config_says_whether_a_file_is_good(self):
        config = self.folder / "server.toml"
        check = lambda: subprocess.run([BIN / "sotto-server", "--config", config, "check-config"], capture_output=True)
        config.write_text(f'data = "{self.data}"\nlisten = ["127.0.0.1:0"]\n[limits]\nconnections = 10\n')
        self.assertEqual((check().returncode, check().stdout.decode()), (0, f"{config}: good\n"))
        config.write_text(f'data = "{self.data}"\n[limits]\nconections = 10\n')
        self.assertEqual(check().returncode, WRONG_USAGE)
        self.assertEqual(check().stderr.decode(),
                         f"sotto-server: {config}:3: limits.conections is unknown; did you mean limits.connections?\n")
        config.write_text(f'data = "{self.data}"\ntls_certificate = "/nowhere"\ntls_key = "/nowhere"\n')
        self.assertIn("the certificate can't be used", check().stderr.decode())
        self.assertFalse(self.data.exists())

    def test_a_server_starts_from_a_file_and_from_the_environment(self):
        config = self.folder / "server.toml"
        config.write_text(f'data = "{self.data}"\nlisten = ["127.0.0.1:0"]\n')
        for words, environment in ((["--config", config], {}), ([], {"SOTTO_SERVER_CONFIG": str(config)})):
            server = subprocess.Popen([BIN / "sotto-server", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                      env={**os.environ, **environment})
            said(server, r"listening on https://(127.*)")
            self.stop(server)
            server.stdout.close()


class Process(Programs):
    def test_it_gives_up_rights_files_and_calls(self):
        server = self.start()
        said(server, r"listening on (.*)")
        for task in pathlib.Path(f"/proc/{server.pid}/task").iterdir():  # every thread
            status = (task / "status").read_text()
            self.assertRegex(status, r"NoNewPrivs:\t1\n")
            if not is_sanitized:
                self.assertRegex(status, r"Seccomp:\t2\n")

    def test_it_opens_as_many_files_as_it_may(self):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        server = self.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, most)))
        said(server, r"listening on (.*)")
        limits = pathlib.Path(f"/proc/{server.pid}/limits").read_text()
        self.assertRegex(limits, rf"Max open files +{most} +{most} ")

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_started_as_root_it_becomes_the_user_that_was_named(self):
        os.chmod(self.folder, 0o755)
        server = self.start("--user", "nobody", listen=("--listen", "127.0.0.1:0", "--listen", "127.0.0.1:897"))
        said(server, r"listening on https://127\.0\.0\.1:(897)")
        for task in pathlib.Path(f"/proc/{server.pid}/task").iterdir():
            status = (task / "status").read_text()
            self.assertRegex(status, r"Uid:\t65534\t65534\t65534\t65534\n")
            self.assertRegex(status, r"Gid:\t65534\t65534\t65534\t65534\n")
            self.assertRegex(status, r"CapEff:\t0{16}\n")
        for path in [self.data, *self.data.rglob("*")]:
            self.assertEqual(path.stat().st_uid, 65534, path)
        self.command("drain")
        self.assertEqual(server.wait(PATIENCE), 0)
        again = self.start("--user", "nobody")  # its own files serve it again
        said(again, r"listening on (.*)")

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_as_root_without_a_user_it_warns_once(self):
        server = self.start()
        said(server, r"listening on (.*)")
        self.stop(server)
        self.assertEqual(self.log.read_text().count("it runs as root"), 1)

    def test_a_user_that_is_not_there_is_named(self):
        server = self.start("--user", "nobody-of-that-name")
        self.assertEqual(server.wait(PATIENCE), 1)
        self.assertIn("this system knows no nobody-of-that-name", self.log.read_text())


if __name__ == "__main__":
    unittest.main()
