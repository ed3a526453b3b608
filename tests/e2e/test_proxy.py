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
    """A proxy on self.port before an endpoint on a Unix socket."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.cluster.start()

    @classmethod
    def tearDownClass(cls):
        cls.cluster.stop()

    def setUp(self):
        self.name = self.id().rsplit(".", 2)[1].lower()
        url = make_schema(self.cluster, self.name)
        # a folder that a worker process of another user may enter
        self.endpoint = Endpoint(url, "--behind-proxy", "unix", "--header-timeout", "300", tls=False,
                                 listen="unix:/tmp/stsready-proxy-%d.sock" % os.getpid())
        self.socket = self.endpoint.command[2][len("unix:"):]
        make_certificate(self.endpoint.folder)
        self.port, self.proxy = free_port(), None

    def tearDown(self):
        if self.proxy is not None:
            self.proxy.send_signal(signal.SIGTERM)
            self.proxy.wait(PATIENCE)
        self.assertEqual(self.endpoint.stop(), 0)
        shutil.rmtree(self.endpoint.folder, ignore_errors=True)

    def start(self, *command):
        self.proxy = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                                      env={**os.environ, "HOME": self.endpoint.folder})
        wait_until("the proxy", lambda: self.curl("-o", "/dev/null") == 0)

    def curl(self, *words, data=None):
        return subprocess.run(["curl", "--silent", "--fail", "--cacert", self.endpoint.folder + "/cert.pem", *words,
                               "https://localhost:%d%s" % (self.port, PATH)], input=data, check=False,
                              stdout=subprocess.DEVNULL).returncode

    def status(self, number, *words):
        done = subprocess.run(["curl", "--silent", "--cacert", self.endpoint.folder + "/cert.pem", "--write-out",
                               "%{http_code}", "--output", "/dev/null", "--data-binary", "@-", *words,
                               "https://localhost:%d%s" % (self.port, PATH)],
                              input=gzip.compress(report(number)), stdout=subprocess.PIPE, check=True)
        return int(done.stdout)

    def check_posts(self):
        self.assertEqual(self.status(1), 201)
        self.assertEqual(self.status(1), 200)
        self.assertEqual(self.status(2, "--http1.0", "--no-alpn"), 201)
        self.assertEqual(self.status(3, "--header", "Transfer-Encoding: chunked"), 201)
        self.assertEqual(self.status(4, "--header", "Expect: 100-continue"), 201)
        # what a stranger says of who it is for is not believed
        self.assertEqual(self.status(5, "--header", "X-Forwarded-For: 192.0.2.66"), 201)
        remotes = self.cluster.psql(self.name, "select distinct remote from report").split()
        self.assertTrue(set(remotes) <= {"127.0.0.1", "::1"}, remotes)
        large = subprocess.run(["curl", "--silent", "--cacert", self.endpoint.folder + "/cert.pem", "--write-out",
                                "%{http_code}", "--output", "/dev/null", "--data-binary", "@-",
                                "https://localhost:%d%s" % (self.port, PATH)],
                               input=bytes(12 << 20), stdout=subprocess.PIPE, check=False)
        # a sender that goes on sending may meet the end of the connection before it reads the answer
        self.assertIn(large.stdout, (b"413", b"000"))


@unittest.skipIf(NGINX is None, "nginx is not here")
class Nginx(Behind):
    def test(self):
        folder = self.endpoint.folder
        server = example("nginx/stsreadyd.conf")
        server = re.sub(r"listen 443 ssl;", "listen 127.0.0.1:%d ssl;" % self.port, server)
        server = re.sub(r"\tlisten \[::\]:443 ssl;\n", "", server)
        server = server.replace("/etc/stsready/tls/cert.pem", folder + "/cert.pem")
        server = server.replace("/etc/stsready/tls/key.pem", folder + "/cert.key")
        server = server.replace("/run/stsready/endpoint.sock", self.socket)
        os.chmod(folder, 0o755)
        os.chmod(self.socket, 0o666)
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
        self.check_posts()


@unittest.skipIf(CADDY is None, "caddy is not here")
class Caddy(Behind):
    def test(self):
        folder = self.endpoint.folder
        text = example("caddy/Caddyfile")
        text = text.replace("\tauto_https disable_redirects\n", "\tauto_https off\n\tadmin off\n")
        text = text.replace("tlsrpt.example.org {", "https://localhost:%d {\n\ttls %s/cert.pem %s/cert.key" % (
            self.port, folder, folder))
        text = text.replace("/run/stsready/endpoint.sock", self.socket)
        with open(folder + "/Caddyfile", "w", encoding="utf-8") as conf:
            conf.write(text)
        self.start(CADDY, "run", "--adapter", "caddyfile", "--config", folder + "/Caddyfile")
        self.check_posts()


del Behind

if __name__ == "__main__":
    unittest.main()
