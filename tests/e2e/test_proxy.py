#!/usr/bin/python3
"""stsreadyd behind real proxies, set up as the examples in contrib/ say: what the sender sees, and whose address
is noted."""
import gzip
import os
import re
import shutil
import signal
import subprocess
import unittest

from cluster import Cluster
from endpoint import PATH, PATIENCE, Endpoint, free_port, make_certificate, make_schema, report, wait_until

CONTRIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "contrib")
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
CADDY = shutil.which("caddy")


def example(name):
    with open(os.path.join(CONTRIB, name), encoding="utf-8") as file:
        return file.read()


class Behind(unittest.TestCase):
    """A proxy on self.port before an endpoint, on a Unix socket or on loopback."""
    SOCKET = "/run/stsreadyd.sock"  # in the examples
    SENDER = "127.0.0.9"  # whose reports come; no proxy's address

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.cluster.start()

    @classmethod
    def tearDownClass(cls):
        cls.cluster.stop()

    def serve(self, local):
        """The endpoint, and where the proxy finds it."""
        self.name = "%s_%d" % (type(self).__name__.lower(), local)
        self.socket = "/tmp/stsready-proxy-%d.sock" % os.getpid() if local else None
        url = make_schema(self.cluster, self.name)
        self.endpoint = Endpoint(url, "--behind-proxy", "unix" if local else "127.0.0.1", tls=False,
                                 listen="unix:" + self.socket if local else None)
        self.addCleanup(shutil.rmtree, self.endpoint.folder, ignore_errors=True)
        if local:
            self.addCleanup(os.unlink, self.socket)
        self.addCleanup(lambda: self.assertEqual(self.endpoint.stop(), 0))
        make_certificate(self.endpoint.folder)
        self.port = free_port()
        self.let_in()

    def let_in(self):
        """nginx's workers are of another user."""
        if self.socket is not None:
            os.chmod(self.socket, 0o666)

    def start(self, *command):
        proxy = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                                 env={**os.environ, "HOME": self.endpoint.folder})
        self.addCleanup(proxy.wait, PATIENCE)
        self.addCleanup(proxy.send_signal, signal.SIGTERM)
        wait_until("the proxy", lambda: self.curl("--fail").returncode == 0)

    def curl(self, *words, data=None):
        return subprocess.run(["curl", "--silent", "--cacert", self.endpoint.folder + "/cert.pem",
                               "--interface", self.SENDER, "--output", "/dev/null", "--write-out", "%{http_code}",
                               *words, "https://localhost:%d%s" % (self.port, PATH)],
                              input=data, stdout=subprocess.PIPE, check=False)

    def status(self, number, *words):
        return int(self.curl(*words, "--data-binary", "@-", data=gzip.compress(report(number))).stdout)

    def check_posts(self):
        # 202 where a busy machine lets the database take more than two seconds
        self.assertIn(self.status(1), (201, 202))
        self.assertIn(self.status(1), (200, 202))
        self.assertIn(self.status(2, "--http1.0", "--no-alpn"), (201, 202))
        self.assertIn(self.status(3, "--header", "Transfer-Encoding: chunked"), (201, 202))
        self.assertIn(self.status(4, "--header", "Expect: 100-continue"), (201, 202))
        # nobody is believed about whom a report comes from, but the proxy
        self.assertIn(self.status(5, "--header", "X-Forwarded-For: 192.0.2.66"), (201, 202))
        wait_until("the spool to drain", lambda: self.endpoint.spooled() == 0)
        self.assertEqual(self.cluster.psql(self.name, "select distinct remote from report").strip(), self.SENDER)
        # ten megabytes are for stsreadyd to judge; more is refused, and who goes on sending may meet the end of
        # the connection before the answer
        self.assertEqual(self.curl("--data-binary", "@-", data=bytes(10 << 20)).stdout, b"400")
        self.assertIn(self.curl("--data-binary", "@-", data=bytes((10 << 20) + 1)).stdout, (b"413", b"000"))

    def check_restart(self):
        """The proxy's connections are of a stsreadyd that is no more."""
        self.assertEqual(self.endpoint.stop(), 0)
        self.endpoint.start()
        self.let_in()
        self.assertIn(self.status(6), (201, 202))

    def check(self, local):
        self.serve(local)
        self.begin()
        self.check_posts()
        self.check_restart()

    def test_unix(self):
        self.check(True)

    def test_loopback(self):
        self.check(False)


@unittest.skipIf(NGINX is None, "nginx is not here")
class Nginx(Behind):
    def begin(self):
        folder = self.endpoint.folder
        server = example("nginx/stsreadyd.conf")
        server = re.sub(r"listen 443 ssl;", "listen 127.0.0.1:%d ssl;" % self.port, server)
        server = re.sub(r"\tlisten \[::\]:443 ssl;\n", "", server)
        server = server.replace("/etc/stsready/tls/cert.pem", folder + "/cert.pem")
        server = server.replace("/etc/stsready/tls/key.pem", folder + "/cert.key")
        server = server.replace("unix:" + self.SOCKET, "unix:" + self.socket if self.socket else
                                "127.0.0.1:%d" % self.endpoint.port)
        os.chmod(folder, 0o755)
        with open(folder + "/nginx.conf", "w", encoding="utf-8") as conf:
            conf.write("daemon off;\npid %s/pid;\nerror_log %s/error;\nevents {}\nhttp {\naccess_log off;\n"
                       % (folder, folder))
            for place in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
                conf.write("%s_temp_path %s/%s;\n" % (place, folder, place))
            conf.write(server + "}\n")
        command = [NGINX, "-e", folder + "/error", "-c", folder + "/nginx.conf"]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        self.assertEqual(tested.returncode, 0, tested.stderr)
        self.start(*command)


@unittest.skipIf(CADDY is None, "caddy is not here")
class Caddy(Behind):
    def begin(self):
        folder = self.endpoint.folder
        text = example("caddy/Caddyfile")
        text = text.replace("\tauto_https disable_redirects\n", "\tauto_https off\n\tadmin off\n")
        text = text.replace("tlsrpt.example.org {", "https://localhost:%d {\n\ttls %s/cert.pem %s/cert.key" % (
            self.port, folder, folder))
        text = text.replace("unix/" + self.SOCKET, "unix/" + self.socket if self.socket else
                            "127.0.0.1:%d" % self.endpoint.port)
        with open(folder + "/Caddyfile", "w", encoding="utf-8") as conf:
            conf.write(text)
        self.start(CADDY, "run", "--adapter", "caddyfile", "--config", folder + "/Caddyfile")


del Behind

if __name__ == "__main__":
    unittest.main()
