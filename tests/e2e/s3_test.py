"""A server whose blobs lie in storage that speaks S3 (tools/fetch-s3 brings one), confined as it always is."""
import subprocess
import unittest

from operations_test import Programs, said
from world import BIN, ROOT, WRONG_USAGE

FETCHED = ROOT / "build" / "third_party"


@unittest.skipUnless((FETCHED / "s3").exists(), "tools/fetch-s3 has not been run")
class S3(Programs):
    def setUp(self):
        super().setUp()
        maker = subprocess.Popen([BIN / "sotto-server", "--data", self.folder / "own", "--listen", "localhost:0"],
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        said(maker, r"listening on https://(.*)")  # by now it has made a CA
        maker.kill()
        maker.wait()
        maker.stdout.close()
        self.tls = self.folder / "own" / "tls"
        self.store = subprocess.Popen([FETCHED / "peer" / "node", ROOT / "tests/server/blobs/s3/serve.cjs", FETCHED / "s3/node_modules",
                                       self.folder / "s3", self.tls / "server-key.pem", self.tls / "server.pem"],
                                      stdout=subprocess.PIPE)
        self.addCleanup(self.store.stdout.close)
        self.addCleanup(self.store.wait)
        self.addCleanup(self.store.kill)
        self.port = said(self.store, r"listening on (\d+)")
        self.keys = self.folder / "keys"
        self.write_keys("S3RVER\nS3RVER\n")

    def write_keys(self, text, mode=0o600):
        self.keys.write_text(text)
        self.keys.chmod(mode)

    def options(self, host="localhost"):
        return ("--s3-endpoint", f"{host}:{self.port}", "--s3-bucket", "blobs", "--s3-ca-file", self.tls / "ca.pem",
                "--s3-key-file", self.keys)

    def test_it_is_found_by_name_also_by_a_confined_server(self):
        self.start(*self.options())
        self.assertTrue(self.logged("the S3 storage answers"))
        self.assertTrue(list((self.folder / "s3" / "blobs").rglob("*tried*")))

    def test_keys_that_it_does_not_know_are_said_in_the_log(self):
        self.write_keys("S3RVER\nwrong\n")
        self.start(*self.options())
        self.assertIn("403", self.logged("the S3 storage refused"))

    def test_check_config_judges_the_keys_without_showing_them(self):
        self.assertIn(b"good", self.command(*self.options(), "check-config").stdout)
        for text, mode, reason in (("S3RVER\nS3RVER\n", 0o640, b"chmod 600"), ("S3RVER\n", 0o600, b"two lines")):
            self.write_keys(text, mode)
            said_of_it = self.command(*self.options(), "check-config", expect=WRONG_USAGE)
            self.assertIn(reason, said_of_it.stderr)
            self.assertNotIn(b"S3RVER", said_of_it.stderr + said_of_it.stdout)

    def test_an_endpoint_without_its_bucket_is_a_mistake(self):
        refused = self.command("--s3-endpoint", "here:1", "check-config", expect=WRONG_USAGE)
        self.assertIn(b"s3.bucket and s3.key_file are needed", refused.stderr)


del Programs  # its tests are elsewhere

if __name__ == "__main__":
    unittest.main()
