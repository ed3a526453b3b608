#!/usr/bin/python3
"""The import benchmark: prints figures beside a bare limit of the same run; asserts nothing.

usage: import.py BUILD-FOLDER [--messages N] [--large N] [--rounds N]

A round imports a Maildir of small messages, then one of large ones, into a fresh database of a private
PostgreSQL with its durable defaults; before each, the bare limit (bare_import.c) does its part of the
same work on the same messages.  Medians over the rounds are printed."""
import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from cluster import Cluster  # noqa: E402
from mail_maker import make_maildir  # noqa: E402

BARE_TABLE = """create table bare (domain text, organization text, report_id text, start_at timestamptz,
    end_at timestamptz, success bigint, failure bigint, body bytea,
    constraint bare_key unique (domain, organization, report_id, start_at));
    create table bare_detail (report_id text, seq integer, result_type text, sending_mta_ip text,
    receiving_mx_hostname text, receiving_ip text, failure_reason_code text, sessions bigint,
    constraint bare_detail_key unique (report_id, seq))"""


def timed(command, **kwargs):
    before = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **kwargs)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit("%s failed: %d" % (command[0], status))
    return time.monotonic() - before, usage


class Bench:
    def __init__(self, build, cluster, folder):
        self.build, self.cluster, self.folder = build, cluster, folder
        self.serial = 0

    def database(self):
        self.serial += 1
        name = "bench%d" % self.serial
        self.cluster.createdb(name)
        return name, self.cluster.url(name)

    def bare(self, maildir, processes):
        name, url = self.database()
        self.cluster.psql(name, BARE_TABLE)
        self.cluster.psql(name, "checkpoint")
        before = time.monotonic()
        running = [subprocess.Popen([os.path.join(self.build, "tests", "bare_import"),
                                     os.path.join(maildir, "new"), url, str(i), str(processes)])
                   for i in range(processes)]
        if any(process.wait() != 0 for process in running):
            sys.exit("bare_import failed")
        return time.monotonic() - before

    def product(self, maildir, expected):
        name, url = self.database()
        program = os.path.join(self.build, "stsready")
        subprocess.run([program, "init", "--database", url], check=True, stdout=subprocess.DEVNULL)
        copy = os.path.join(self.folder, "copy")
        shutil.copytree(maildir, copy)
        os.sync()
        self.cluster.psql(name, "checkpoint")
        seconds, usage = timed([program, "import", "--quiet", "--database", url, copy])
        rows = int(self.cluster.psql(name, "select count(*) from report where counted").strip())
        left = len(os.listdir(os.path.join(copy, "new")))
        if rows != expected or left:
            sys.exit("import left %d reports and %d messages in new/" % (rows, left))
        shutil.rmtree(copy)
        return seconds, usage.ru_maxrss, usage.ru_utime + usage.ru_stime


def row(title, rate, unit, note=""):
    print("%-58s %10.*f %s%s" % (title, 0 if rate >= 100 else 1, rate, unit, note))


def compare(bench, maildir, count, rounds, what):
    one, two, ours, memory, cpu = [], [], [], [], []
    for _ in range(rounds):
        one.append(count / bench.bare(maildir, 1))
        two.append(count / bench.bare(maildir, 2))
        seconds, rss, used = bench.product(maildir, count)
        ours.append(count / seconds)
        memory.append(rss / 1024)
        cpu.append(used / count * 1e6)
    median = statistics.median
    row("%s: bare limit, one process" % what, median(one), "/s")
    row("%s: bare limit, two processes" % what, median(two), "/s")
    row("%s: stsready import, commits and renames included" % what, median(ours), "/s",
        "   (%.2f of one bare process, %.2f of two)" % (median(ours) / median(one),
                                                       median(ours) / median(two)))
    row("%s: rounds from" % what, min(ours), "/s", " to %.1f/s" % max(ours))
    row("%s: CPU of stsready a report" % what, median(cpu), "us")
    row("%s: peak memory of stsready" % what, max(memory), "MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--messages", type=int, default=10000)
    parser.add_argument("--large", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    with tempfile.TemporaryDirectory(prefix="stsready-load-") as folder:
        cluster = Cluster(durable=True)
        cluster.start()
        try:
            bench = Bench(options.build, cluster, folder)
            small = os.path.join(folder, "small")
            make_maildir(small, options.messages, 0)
            compare(bench, small, options.messages, options.rounds, "small (0.5 KiB)")
            large = os.path.join(folder, "large")
            make_maildir(large, options.large, 20000)
            compare(bench, large, options.large, options.rounds, "large (20,000 details)")
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
