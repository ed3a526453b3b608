#!/usr/bin/python3
"""The endpoint benchmark: prints figures beside a bare limit of the same run; asserts only that every report
that was answered is in the database once.

usage: endpoint.py BUILD-FOLDER [--reports N] [--fresh N] [--rounds N]

A round posts distinct small reports over 64 kept TLS connections, then a new connection each, first to
the bare limit (bare_endpoint.c), then to stsreadyd; client and PostgreSQL (durable defaults) share the machine."""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))

BARE_TABLE = """create table bare (domain text, organization text, report_id text, start_at timestamptz,
    end_at timestamptz, success bigint, failure bigint, body bytea,
    constraint bare_key unique (domain, organization, report_id, start_at))"""
CONNECTIONS = 64


def post(build, port, count, first, *options):
    """Figures of the load client, by name."""
    done = subprocess.run([os.path.join(build, "tests", "post"), "127.0.0.1:%d" % port, "/v1/tlsrpt",
                           str(CONNECTIONS), str(count), "--first", str(first), *options],
                          capture_output=True, text=True, check=False)
    figures = {name: float(value) for name, value in re.findall(r"(\w+) ([\d.]+)", done.stdout)}
    if done.returncode != 0 or figures.get("2xx", figures.get("xx")) is None:
        sys.exit("post: %s%s" % (done.stdout, done.stderr))
    return figures


def both_loads(build, port, options):
    kept = post(build, port, options.reports, 0)
    fresh = post(build, port, options.fresh, options.reports, "--new-connections")
    return kept, fresh


def run_bare(build, cluster, name, folder, options):
    from endpoint import free_port
    cluster.createdb(name)
    cluster.psql(name, BARE_TABLE)
    port = free_port()
    server = subprocess.Popen([os.path.join(build, "tests", "bare_endpoint"), str(port), folder + "/cert.pem",
                               folder + "/cert.key", cluster.url(name)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    server.stdout.readline()
    figures = both_loads(build, port, options)
    server.stdin.close()
    server.wait()
    return figures


def run_product(build, cluster, name, options):
    from endpoint import Endpoint, make_schema
    server = Endpoint(make_schema(cluster, name), "--rate", "0", "--connections-per-address", "1000",
                      "--reports-per-domain", "100000000", "--log-level", "warning")
    figures = both_loads(build, server.port, options)
    server.stop()
    answered = options.reports + options.fresh
    rows = int(cluster.psql(name, "select count(*) from report where counted").strip())
    spooled = len(os.listdir(server.folder + "/spool/new"))
    if rows != answered or spooled:
        sys.exit("%d answers, %d rows, %d in the spool" % (answered, rows, spooled))
    return figures


def row(title, bare, ours, name, unit):
    median = [statistics.median(run[name] for run in runs) for runs in (bare, ours)]
    print("%-44s %9.1f %9.1f %s   (%.2f)" % (title, *median, unit, median[1] / median[0]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--reports", type=int, default=60000)
    parser.add_argument("--fresh", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    os.environ["STSREADY"] = os.path.join(build, "stsready")
    os.environ["STSREADYD"] = os.path.join(build, "stsreadyd")
    from cluster import Cluster
    from endpoint import make_certificate
    cluster = Cluster(durable=True)
    cluster.start()
    bare, ours = [], []
    with tempfile.TemporaryDirectory(prefix="stsready-load-") as folder:
        make_certificate(folder)
        for number in range(options.rounds):
            bare.append(run_bare(build, cluster, "bare%d" % number, folder, options))
            ours.append(run_product(build, cluster, "ours%d" % number, options))
    cluster.stop()
    print("%-44s %9s %9s" % ("medians of %d rounds" % options.rounds, "bare", "stsreadyd"))
    for index, title in ((0, "64 kept connections"), (1, "a new connection each")):
        picked = [run[index] for run in bare], [run[index] for run in ours]
        row(title + ": reports", *picked, "rate", "/s")
        row(title + ": p50", *picked, "p50", "ms")
        row(title + ": p99", *picked, "p99", "ms")
    print("rows equal answers: %d a round" % (options.reports + options.fresh))


if __name__ == "__main__":
    main()
