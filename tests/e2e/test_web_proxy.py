#!/usr/bin/python3
"""`stsready web` behind real proxies, set up as the examples in contrib/ say: who gets in, and that the form works.

STSREADY names the program."""
import os
import re
import shutil
import signal
import subprocess
import unittest

from endpoint import PATIENCE, make_certificate, wait_until
from web import ROOT, Site, free_port

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
CADDY = shutil.which("caddy")


class Behind(unittest.TestCase):
    def setUp(self):
        self.port = free_port()
        self.site = Site(["--proxy", "127.0.0.1", "--host", "localhost", "--allow-check", "--timeout", "2", "--resolver",
                          "127.0.0.1:9"], sample=False)
        self.addCleanup(self.site.end)
        self.site.watch("a.example")
        self.folder = self.site.folder.name
        os.chmod(self.folder, 0o755)
        make_certificate(self.folder)
        self.site.serve()

    def example(self, name):
        with open("%s/contrib/%s" % (ROOT, name), encoding="utf-8") as file:
            return file.read().replace("127.0.0.1:8480", "127.0.0.1:%d" % self.site.port)

    def start(self, *command):
        proxy = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                                 env={**os.environ, "HOME": self.folder})
        self.addCleanup(proxy.wait, PATIENCE)
        self.addCleanup(proxy.send_signal, signal.SIGTERM)
        wait_until("the proxy", lambda: self.curl("/") != 0)

    def curl(self, path, *words):
        # by HTTP/2 curl loses the answer now and then to a post that a proxy refuses before its body
        done = subprocess.run(["curl", "--silent", "--http1.1", "--cacert", self.folder + "/cert.pem", "--output", "/dev/null",
                               "--write-out", "%{http_code}", *words, "https://localhost:%d%s" % (self.port, path)],
                              stdout=subprocess.PIPE, check=False)
        return int(done.stdout)

    def check(self):
        good = ("--user", "ann:right")
        for path in ("/", "/domains/a.example", "/domains.json"):
            self.assertEqual(self.curl(path), 401)
            self.assertEqual(self.curl(path, "--user", "ann:wrong"), 401)
            self.assertEqual(self.curl(path, *good), 200)
        own, post = "Origin: https://localhost:%d" % self.port, ("--data", "domain=a.example")
        self.assertEqual(self.curl("/check", *good, *post, "--header", own), 200)
        self.assertEqual(self.curl("/check", *good, *post, "--header", "Origin: https://evil.example"), 403)
        self.assertEqual(self.curl("/check", *post, "--header", own), 401)
        self.assertEqual(self.curl("/check", *good, "--data", "domain=" + 9000 * "a"), 413)


@unittest.skipIf(NGINX is None, "nginx is not here")
class Nginx(Behind):
    def test_example(self):
        import crypt
        with open(self.folder + "/web.htpasswd", "w", encoding="ascii") as file:
            file.write("ann:" + crypt.crypt("right", "$2b$05$abcdefghijklmnopqrstuu") + "\n")
        server = self.example("nginx/stsready-web.conf")
        server = re.sub(r"listen 443 ssl;", "listen 127.0.0.1:%d ssl;" % self.port, server)
        server = re.sub(r"\tlisten \[::\]:443 ssl;\n", "", server)
        for name, place in (("tls/cert.pem", "cert.pem"), ("tls/key.pem", "cert.key"), ("web.htpasswd", "web.htpasswd")):
            server = server.replace("/etc/stsready/" + name, self.folder + "/" + place)
        with open(self.folder + "/nginx.conf", "w", encoding="utf-8") as conf:
            conf.write("daemon off;\npid %s/pid;\nerror_log %s/error;\nevents {}\nhttp {\naccess_log off;\n"
                       % (self.folder, self.folder))
            for place in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
                conf.write("%s_temp_path %s/%s;\n" % (place, self.folder, place))
            conf.write(server + "}\n")
        self.start(NGINX, "-e", self.folder + "/error", "-c", self.folder + "/nginx.conf")
        self.check()


@unittest.skipIf(CADDY is None, "caddy is not here")
class Caddy(Behind):
    def test_example(self):
        made = subprocess.run([CADDY, "hash-password", "--plaintext", "right"], capture_output=True, text=True, check=True)
        text = self.example("caddy/stsready-web.Caddyfile").replace("HASH", made.stdout.strip())
        text = text.replace("\nready.example.org {", "\n{\n\tauto_https off\n\tadmin off\n}\nhttps://localhost:%d {\n"
                            "\ttls %s/cert.pem %s/cert.key" % (self.port, self.folder, self.folder))
        with open(self.folder + "/Caddyfile", "w", encoding="utf-8") as conf:
            conf.write(text)
        self.start(CADDY, "run", "--adapter", "caddyfile", "--config", self.folder + "/Caddyfile")
        self.check()


del Behind

if __name__ == "__main__":
    unittest.main()
