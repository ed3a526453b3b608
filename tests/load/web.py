#!/usr/bin/python3
"""How many fleet pages a second `stsready web` serves with 500 domains stored, by wrk; beside it, in the same rounds, the
same bytes as a file from nginx: what this machine can do at best.  Then a domain's page, and the fleet page beside a
thousand slow clients, by TLS, and with a password.

usage: web.py STSREADY [DOMAINS [SECONDS]]"""
import crypt
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
os.environ["STSREADY"] = os.path.abspath(sys.argv[1])

# pylint: disable=wrong-import-position
from web import AT, Site, free_port, seen_check

DOMAINS = int(sys.argv[2]) if len(sys.argv) > 2 else 500
SECONDS = int(sys.argv[3]) if len(sys.argv) > 3 else 10
DAYS, ROUNDS, SLOW = 30, 3, 1000


def report(domain, sender, day):
    return {"organization-name": sender, "contact-info": "tls@" + sender, "report-id": "%s-%s-%s" % (domain, sender, day),
            "date-range": {"start-datetime": day + "T00:00:00Z", "end-datetime": day + "T23:59:59Z"},
            "policies": [{"policy": {"policy-type": "sts", "policy-domain": domain, "mx-host": ["mx1." + domain],
                                     "policy-string": ["version: STSv1", "mode: testing", "mx: mx1." + domain,
                                                       "max_age: 86400"]},
                          "summary": {"total-successful-session-count": 40, "total-failure-session-count": 0}}]}


def fill(site):
    domains = ["d%04d.example" % number for number in range(DOMAINS)]
    folder = site.folder.name + "/reports"
    os.mkdir(folder)
    for domain in domains:
        for sender in ("one.example", "two.example"):
            for day in range(DAYS):
                date = "2026-%02d-%02d" % ((10, day + 21) if day < 11 else (11, day - 10))
                with open("%s/%s-%s-%s.json" % (folder, domain, sender, date), "w", encoding="ascii") as file:
                    json.dump(report(domain, sender, date), file)
    site.stsready("import", "--quiet", folder)
    for at in range(0, DOMAINS, 100):
        site.stsready("domains", "add", *domains[at:at + 100])
    with open(site.checks, "w", encoding="ascii") as file:
        file.writelines(json.dumps(seen_check(domain, ["mx1." + domain])) + "\n" for domain in domains)


def wrk(url, *more):
    """(pages a second, p50, p99 in ms, MB a second)"""
    done = subprocess.run(["wrk", "-t1", "-c16", "-d%ds" % SECONDS, "--latency", *more, url], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    if "Non-2xx" in done or "Socket errors" in done:
        sys.exit(done)

    def milliseconds(name):
        number, unit = re.search(r"%s\s+([\d.]+)(us|ms|s)" % name, done).groups()
        return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return (float(re.search(r"Requests/sec:\s+([\d.]+)", done).group(1)), milliseconds("50%"), milliseconds("99%"),
            re.search(r"Transfer/sec:\s+(\S+)", done).group(1))


def nginx(folder, port):
    with open(folder + "/nginx.conf", "w", encoding="ascii") as file:
        file.write("daemon off; worker_processes 2; pid %s/nginx.pid; error_log %s/nginx.log; events {}\n"
                   "http { access_log off; types { } default_type text/html; keepalive_requests 1000000;\n"
                   "server { listen 127.0.0.1:%d; root %s; location / { try_files $uri /page; } } }\n"
                   % (folder, folder, port, folder))
    return subprocess.Popen(["/usr/sbin/nginx", "-c", folder + "/nginx.conf", "-e", folder + "/nginx.log"],
                            stderr=subprocess.DEVNULL)


def report_of(what, got):
    print("%s: %.0f/s, p50 %.2f ms, p99 %.2f ms" % (what, *got[:3]), flush=True)


def beside_nginx(site, folder):
    port = free_port()
    bare = nginx(folder, port)
    try:
        for _ in range(ROUNDS):
            ours, theirs = wrk(site.url + "/"), wrk("http://127.0.0.1:%d/" % port)
            print("stsready %.0f pages/s, p50 %.2f ms, p99 %.2f ms, %s/s; nginx, a file of the same bytes, %.0f/s, "
                  "p99 %.2f ms; ratio %.2f" % (*ours, theirs[0], theirs[2], ours[0] / theirs[0]), flush=True)
    finally:
        bare.terminate()
        bare.wait()


class Slow:
    """Clients that begin a request and never end it; one that is cut off comes again."""

    def __init__(self, port):
        self.port, self.stopping, self.peers = port, threading.Event(), []
        self.come()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def come(self):
        while len(self.peers) < SLOW:
            peer = socket.create_connection(("127.0.0.1", self.port))
            peer.sendall(b"GET / HTTP/1.1\r\nHost: local")
            self.peers.append(peer)

    def drip(self, peer):
        try:
            peer.sendall(b"h")
            return True
        except OSError:
            peer.close()
            return False

    def run(self):
        while not self.stopping.wait(1):
            self.peers = [peer for peer in self.peers if self.drip(peer)]
            self.come()

    def end(self):
        self.stopping.set()
        self.thread.join()
        for peer in self.peers:
            peer.close()


def ready(*words):
    """Waits until all domains are judged."""
    while True:
        done = subprocess.run(["curl", "-sk", *words], stdout=subprocess.PIPE, text=True, check=False)
        if '"whole":true' in done.stdout:
            return
        time.sleep(0.2)


def guarded(site, folder):
    """The same by TLS, then with a password."""
    pair, passwords = folder + "/pair.pem", folder + "/passwords"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "2", "-subj", "/CN=localhost", "-keyout", pair, "-out", pair + ".crt"], check=True,
                   stderr=subprocess.DEVNULL)
    with open(passwords, "w", encoding="ascii") as file:
        file.write("ann:" + crypt.crypt("word", "$2b$10$abcdefghijklmnopqrstuu") + "\n")
    tls, auth = ["--tls-cert", pair + ".crt", "--tls-key", pair], ["--auth", passwords]
    header = "Authorization: Basic YW5uOndvcmQ="
    for what, options, scheme, more in (("TLS", tls, "https", []), ("password", auth, "http", ["-H", header]),
                                        ("TLS and password", tls + auth, "https", ["-H", header])):
        site.stop()
        site.options = options
        site.serve(wait=False)
        url = "%s://127.0.0.1:%d" % (scheme, site.port)
        ready(url + "/domains.json", *more)
        report_of("fleet page, " + what, wrk(url + "/", *more))


def main():
    site = Site(sample=False)
    fill(site)
    site.serve()
    page = site.get("/")[2]
    with tempfile.TemporaryDirectory(prefix="stsready-load-") as folder:
        os.chmod(folder, 0o755)
        with open(folder + "/page", "w", encoding="utf-8") as file:
            file.write(page)
        print("%d domains; a fleet page of 100 of them is %d bytes; 16 connections, %d s each" % (DOMAINS, len(page), SECONDS))
        before = site.memory()
        beside_nginx(site, folder)
        report_of("domain page", wrk(site.url + "/domains/d0000.example"))
        print("memory %d KiB before, %d KiB after" % (before, site.memory()))
        slow = Slow(site.port)
        try:
            report_of("fleet page, %d slow clients beside" % SLOW, wrk(site.url + "/"))
            print("memory %d KiB with them" % site.memory())
        finally:
            slow.end()
        guarded(site, folder)
    site.end()


if __name__ == "__main__":
    main()
