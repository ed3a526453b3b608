#!/usr/bin/python3
"""How many fleet pages a second `stsready web` serves with 500 domains stored, by wrk; beside it, in the same rounds, the
same bytes as a file from nginx: what this machine can do at best.

usage: web.py STSREADY [DOMAINS [SECONDS]]"""
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
os.environ["STSREADY"] = os.path.abspath(sys.argv[1])

# pylint: disable=wrong-import-position
from web import AT, Site, free_port, seen_check

DOMAINS = int(sys.argv[2]) if len(sys.argv) > 2 else 500
SECONDS = int(sys.argv[3]) if len(sys.argv) > 3 else 10
DAYS, ROUNDS = 30, 3


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


def wrk(url):
    """(pages a second, p50, p99 in ms, MB a second)"""
    done = subprocess.run(["wrk", "-t1", "-c16", "-d%ds" % SECONDS, "--latency", url], check=True, stdout=subprocess.PIPE,
                          text=True).stdout
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


def main():
    site = Site(sample=False)
    fill(site)
    site.serve()
    page = site.get("/")[2]
    with tempfile.TemporaryDirectory(prefix="stsready-load-") as folder:
        os.chmod(folder, 0o755)
        with open(folder + "/page", "w", encoding="utf-8") as file:
            file.write(page)
        port = free_port()
        bare = nginx(folder, port)
        print("%d domains; a fleet page of 100 of them is %d bytes; 16 connections, %d s each" % (DOMAINS, len(page), SECONDS))
        try:
            before = site.memory()
            for _ in range(ROUNDS):
                ours, theirs = wrk(site.url + "/"), wrk("http://127.0.0.1:%d/" % port)
                print("stsready %.0f pages/s, p50 %.2f ms, p99 %.2f ms, %s/s; nginx, a file of the same bytes, %.0f/s, "
                      "p99 %.2f ms; ratio %.2f" % (*ours, theirs[0], theirs[2], ours[0] / theirs[0]))
            print("domain page %.0f/s, p99 %.2f ms" % (lambda got: (got[0], got[2]))(wrk(site.url + "/domains/d0000.example")))
            print("memory %d KiB before, %d KiB after" % (before, site.memory()))
        finally:
            bare.terminate()
            bare.wait()
    site.end()


if __name__ == "__main__":
    main()
