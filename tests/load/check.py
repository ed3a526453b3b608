#!/usr/bin/python3
"""The live check's benchmark: prints figures beside a bare limit of the same run; asserts only that no domain of the
lab is found wanting.

usage: check.py BUILD-FOLDER [--domains N] [--rounds N] [--probed N] [--many N]

All servers (DNS, policy hosts, MX hosts: tests/lab) share the machine with the checker."""
import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

LAB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lab", "lab")
AT_ONCE = "200"  # domains, as stsready's own default


class Lab:
    def __init__(self, *options):
        self.folder = tempfile.mkdtemp(prefix="stsready-lab-", dir="/tmp")
        os.chmod(self.folder, 0o755)
        subprocess.run([LAB, "start", self.folder + "/lab", "--for", "3600", *options], check=True,
                       stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        with open(self.folder + "/lab/options", encoding="utf-8") as file:
            self.options = file.read().split()
        self.domains = self.folder + "/lab/bulk-domains"

    def option(self, name):
        return self.options[self.options.index(name) + 1]

    def stop(self):
        subprocess.run([LAB, "stop", self.folder + "/lab"], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)


def timed(command, domains):
    """Seconds, CPU seconds, peak KiB of a command that reads domains, and what it prints."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(domains, encoding="utf-8") as names:
        began = time.monotonic()
        process = subprocess.Popen(["/usr/bin/env", "time", "-f", "peak %M", *command], stdin=names,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out, errors = process.communicate()
        took = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = int(re.search(r"peak (\d+)", errors).group(1))
    return process.returncode, took, cpu, peak, out


def run_bare(build, lab):
    _, took, cpu, peak, out = timed([os.path.join(build, "tests", "bare_check"), lab.option("--resolver"),
                                     lab.option("--ca-file"), lab.option("--policy-port"), AT_ONCE], lab.domains)
    if " failed 0" not in out:
        sys.exit("bare_check: " + out)
    return took, cpu, peak


def run_check(build, lab, *options):
    status, took, cpu, peak, out = timed([os.path.join(build, "stsready"), "check", "--file", "-", *lab.options, *options],
                                         lab.domains)
    if status != 0:
        sys.exit("stsready check: exit %d\n%s" % (status, out[:2000]))
    return took, cpu, peak


def row(title, count, runs):
    took, cpu, peak = (statistics.median(values) for values in zip(*runs))
    print("%-52s %7.0f /s  %5.2f ms CPU  %4.0f MiB" % (title, count / took, cpu / count * 1000, peak / 1024))
    return count / took


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--domains", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--probed", type=int, default=300)
    parser.add_argument("--many", type=int, default=10000)
    options = parser.parse_args()
    build, count = os.path.abspath(options.build), options.domains

    lab = Lab("--bulk", str(count))
    bare, ours = [], []
    for _ in range(options.rounds):
        bare.append(run_bare(build, lab))
        ours.append(run_check(build, lab, "--no-probe"))
    limit = row("records and policy, %d domains: bare" % count, count, bare)
    rate = row("records and policy, %d domains: stsready" % count, count, ours)
    print("%-52s %7.2f" % ("  of the bare limit", rate / limit))
    row("with MX hosts that domains share", count, [run_check(build, lab) for _ in range(options.rounds)])
    lab.stop()

    lab = Lab("--bulk", str(options.probed), "--mx-pairs", str(options.probed))
    row("with two MX hosts of its own each, %d domains" % options.probed, options.probed,
        [run_check(build, lab) for _ in range(options.rounds)])
    lab.stop()

    lab = Lab("--bulk", str(count), "--delay", "50")
    row("records and policy, 50 ms before each answer", count,
        [run_check(build, lab, "--no-probe") for _ in range(options.rounds)])
    lab.stop()

    lab = Lab("--bulk", str(options.many))
    row("records and policy, %d domains" % options.many, options.many, [run_check(build, lab, "--no-probe")])
    lab.stop()


if __name__ == "__main__":
    main()
