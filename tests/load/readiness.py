#!/usr/bin/python3
"""The benchmark of verdicts: prints figures; asserts nothing.

usage: readiness.py BUILD-FOLDER [--reports N] [--details N] [--domains N] [--rounds N]

Fills a private PostgreSQL by SQL with a year of reports (a million, with ten million failure details,
about 500 domains; one domain has a tenth of all), makes the sums from them as a migration does, and
measures: the database's time for the five statements of one verdict, as EXPLAIN ANALYZE tells it, for a
typical domain and the heaviest; the program's time for one domain and for all; and beside it the bare
limit, the time that counting the rows of the same window takes."""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from cluster import ROOT, Cluster  # noqa: E402

AT = "2026-11-24T12:00:00Z"
LAST_DAY = "2026-11-23"
HEAVY = "d0.example"
TYPICAL = "d7.example"
STATEMENTS = ("policies", "days", "reporters", "failures", "checks")

FILL = """
insert into domain select 'd' || n || '.example', '2025-01-01', 'token' || n, '{{}}'
    from generate_series(0, {domains} - 1) n;

-- a tenth of all is about the heaviest; senders are few with much and many with little
create unlogged table made as
select n, 'd' || case when n % 10 = 0 then 0 else 1 + n % ({domains} - 1) end || '.example' as domain,
    int8send(n) || int8send(n) || int8send(n) || int8send(n) as digest,
    's' || floor(40 * power(random(), 3)) || '.example' as submitter,
    date '{last}' - (n / 10 % 365)::int as day, random() < 0.9 as signed
from generate_series(0, {reports} - 1) n;

insert into report
select domain, digest, 'Sender', submitter, 'r' || n, null, day, day + interval '86399 seconds', day,
    day + interval '1 day', 'mail', null, case when signed then 'dkim' else 'mail' end,
    case when signed then 3 else 0 end, '{{1}}', '{{}}', '{{}}', true, false, 0
from made;

insert into report_policy
select domain, digest, 0, 'sts', domain, '\\x01'::bytea, array['version: STSv1', 'mode: testing',
    'mx: *.' || domain, 'max_age: 86400'], 'testing', '{{}}', (n % 50) + 1, {per} from made;

insert into failure_detail
select domain, digest, 0, d, (array['certificate-expired', 'starttls-not-supported', 'validation-failure'])
    [1 + (n + d) % 3], '192.0.2.1', 'mx' || ((n * 7 + d) % 3) || '.' || domain, null,
    '198.51.100.' || ((n * 7 + d) % 6), 1, null, null
from made, generate_series(0, {per} - 1) d;

insert into day_policy (domain, day, trust, submitter, policy_type, policy_key, reports, success, failure)
select r.domain, r.day, r.trust, r.submitter, p.policy_type, p.policy_key, count(*), sum(p.success), sum(p.failure)
from report r join report_policy p using (domain, digest) group by 1, 2, 3, 4, 5, 6;

insert into day_failure
select r.domain, r.day, r.trust, r.submitter, p.policy_type, p.policy_key, f.result_type,
    f.receiving_mx_hostname, f.receiving_ip, count(*), sum(f.sessions), 0
from report r join report_policy p using (domain, digest) join failure_detail f using (domain, digest)
group by 1, 2, 3, 4, 5, 6, 7, 8, 9;

insert into policy_text select domain, '\\x01', 'sts', array['version: STSv1', 'mode: testing',
    'mx: *.' || domain, 'max_age: 86400'] from domain;

-- a state a week
insert into live_check
select domain, timestamptz '{at}' - interval '7 days' * (w + 1) + interval '1 hour', timestamptz '{at}' - interval
    '7 days' * w - interval '1 hour', 28, '\\x00', 0, replace('{check}', 'DOMAIN', domain)::jsonb
from domain, generate_series(0, 51) w;

drop table made;
vacuum analyze;
"""


def check_text():
    """A healthy check of three hosts."""
    hosts = [{"name": "mx%d.DOMAIN" % place, "preference": 10, "policy_match": "*.DOMAIN", "status": "fine", "why": None,
              "tlsa": [], "addresses": [{
                  "ip": "198.51.100.%d" % number, "status": "fine", "starttls": True, "tls_version": "TLSv1.3",
                  "certificate": {"names": ["mx%d.DOMAIN" % place], "issuer": "CN=CA", "key": "EC 256",
                                  "not_before": "2026-10-01T00:00:00Z", "not_after": "2026-12-30T00:00:00Z",
                                  "faults": []}, "dane": "none", "why": None} for number in (place, place + 3)]}
             for place in range(3)]
    text = "version: STSv1\\r\\nmode: testing\\r\\nmx: *.DOMAIN\\r\\nmax_age: 86400\\r\\n"
    return json.dumps({"domain": "DOMAIN", "at": AT, "mx": {"status": "fine", "why": None, "hosts": hosts},
                       "sts_record": {"status": "fine", "txt": "v=STSv1; id=1;", "id": "1", "cname": [], "why": None},
                       "policy": {"status": "fine", "text": "TEXT", "mode": "testing", "max_age": 86400},
                       "tlsrpt_record": {"status": "fine", "txt": None, "rua": []}, "dnssec": "insecure",
                       "findings": []}).replace("TEXT", text)


def statement(name, domain):
    """The program's own statement, its parameters filled in."""
    with open(os.path.join(ROOT, "sql", "evidence_%s.sql" % name), encoding="utf-8") as file:
        sql = "".join(line for line in file if not line.startswith("--"))
    first = "date '%s' - 89" % LAST_DAY
    values = {"policies": ["'%s'" % domain, "date '%s'" % LAST_DAY],
              "checks": ["'%s'" % domain, "timestamptz '%s' - interval '90 days'" % AT, "timestamptz '%s'" % AT]}
    for number, value in enumerate(values.get(name, ["'%s'" % domain, first, "date '%s'" % LAST_DAY, "'{}'"]), 1):
        sql = sql.replace("$%d" % number, value)
    return sql


class Bench:
    def __init__(self, args):
        self.args = args
        self.program = os.path.join(args.build, "stsready")
        self.cluster = Cluster()
        self.cluster.start()
        self.cluster.createdb("bench")
        self.url = self.cluster.url("bench")
        subprocess.run([self.program, "init", "--database", self.url], check=True, stdout=subprocess.DEVNULL)

    def fill(self):
        args = self.args
        began = time.monotonic()
        self.cluster.psql("bench", FILL.format(domains=args.domains, reports=args.reports, last=LAST_DAY, at=AT,
                                               per=args.details // args.reports, check=check_text()))
        rows = self.cluster.psql("bench", "select (select count(*) from report), (select count(*) from failure_detail),"
                                          " (select count(*) from day_policy), (select count(*) from day_failure)")
        print("filled in %.0f s: reports, details, day_policy, day_failure: %s"
              % (time.monotonic() - began, rows.strip().replace("|", ", ")))

    # ---- the database's time ----

    def explain(self, name, domain):
        """Milliseconds of planning and running, and the plan's topmost lines; the median of several."""
        runs = []
        for _ in range(self.args.rounds):
            text = self.cluster.psql("bench", "explain (analyze, buffers, timing off) " + statement(name, domain))
            times = [float(value) for value in re.findall(r"(?:Planning|Execution) Time: ([\d.]+) ms", text)]
            runs.append((sum(times), text))
        return sorted(runs)[len(runs) // 2]

    def statements(self, label, domain):
        total = 0
        print("\n%s, %s: the database's time" % (label, domain))
        for name in STATEMENTS:
            spent, text = self.explain(name, domain)
            total += spent
            nodes = re.findall(r"^ *(?:-> +)?([A-Z][A-Za-z ]+?(?: using \w+)?(?: on \w+)?)(?: \w+)?  \(.*actual rows=(\d+)",
                               text, re.M)
            print("  %-10s %7.2f ms   %s" % (name, spent, "; ".join("%s (%s)" % node for node in nodes[:4])))
        bare = self.bare(domain)
        print("  %-10s %7.2f ms   bare limit, the window's rows counted: %.2f ms" % ("all", total, bare))

    def bare(self, domain):
        sql = ("select (select count(*) from day_policy where domain = '%s' and day between date '%s' - 89 and '%s')"
               " + (select count(*) from day_failure where domain = '%s' and day between date '%s' - 89 and '%s')"
               % (domain, LAST_DAY, LAST_DAY, domain, LAST_DAY, LAST_DAY))
        runs = []
        for _ in range(self.args.rounds):
            text = self.cluster.psql("bench", "explain (analyze, timing off) " + sql)
            runs.append(sum(float(value) for value in re.findall(r"(?:Planning|Execution) Time: ([\d.]+) ms", text)))
        return statistics.median(runs)

    # ---- the program's ----

    def judge(self, *domains):
        times = []
        for _ in range(self.args.rounds):
            began = time.monotonic()
            done = subprocess.run([self.program, "readiness", "--database", self.url, "--offline", "--at", AT, "--json",
                                   *domains], stdout=subprocess.PIPE, text=True, check=False)
            times.append(time.monotonic() - began)
            told = [json.loads(line)["verdict"] for line in done.stdout.splitlines()]
            if len(told) != (len(domains) or self.args.domains):
                sys.exit("readiness told of %d domains" % len(told))
        return statistics.median(times)

    def run(self):
        self.fill()
        self.statements("a typical domain", TYPICAL)
        self.statements("the heaviest domain", HEAVY)
        print("\nthe whole program, its start included:")
        print("  %-24s %8.1f ms" % ("a typical domain", 1000 * self.judge(TYPICAL)))
        print("  %-24s %8.1f ms" % ("the heaviest domain", 1000 * self.judge(HEAVY)))
        print("  %-24s %8.2f s" % ("all %d" % self.args.domains, self.judge()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--reports", type=int, default=1000000)
    parser.add_argument("--details", type=int, default=10000000)
    parser.add_argument("--domains", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    bench = Bench(parser.parse_args())
    try:
        bench.run()
    finally:
        bench.cluster.stop()


if __name__ == "__main__":
    main()
