#!/usr/bin/python3
"""The read views as an interface: the man page has each of their columns, the role stsready_read may read them all, and
a look at one domain's days reads no more than these.

STSREADY names the program."""
import json
import os
import re
import subprocess
import unittest

from cluster import ROOT, Cluster

STSREADY = os.environ["STSREADY"]
DOMAINS, DAYS, SENDERS = 200, 120, 4

# 200 domains with four senders a day, a failure a day from the first of them, and spans of checks.
FILL = """
insert into domain select 'd' || i || '.example', now(), 't' || i, '{}' from generate_series(1, %(domains)d) i;
insert into day_policy
select 'd' || i || '.example', date '2026-11-20' - d, 'dkim', 'sts', sha256('policy'), 1, 100, 2, 's' || s || '.example'
from generate_series(1, %(domains)d) i, generate_series(0, %(days)d - 1) d, generate_series(1, %(senders)d) s;
insert into day_failure
select 'd' || i || '.example', date '2026-11-20' - d, 'dkim', 's1.example', 'sts', sha256('policy'),
    'certificate-expired', 'mx1.example', '192.0.2.1', 1, 2, 0
from generate_series(1, %(domains)d) i, generate_series(0, %(days)d - 1) d;
insert into report
select 'd' || i || '.example', sha256((i || '/' || d || '/' || s)::bytea), 'Sender', 's' || s || '.example',
    d || '/' || s, null, date '2026-11-20' - d, date '2026-11-21' - d, date '2026-11-20' - d, now(), 'mail', null, 'dkim', 3,
    '{}', '{}', '{}', true, false, 0
from generate_series(1, %(domains)d) i, generate_series(0, %(days)d - 1) d, generate_series(1, %(senders)d) s;
insert into live_check
select 'd' || i || '.example', date '2026-11-20' - d, date '2026-11-21' - d, 4, '', 0, '{}'
from generate_series(1, %(domains)d) i, generate_series(0, %(days)d - 1, 10) d;
insert into condition
select 'd' || i || '.example', kind, '', 'wait', now()
from generate_series(1, %(domains)d) i, unnest(array['verdict', 'silence', 'policy', 'record', 'mx', 'tlsrpt']) kind;
vacuum analyze;
""" % {"domains": DOMAINS, "days": DAYS, "senders": SENDERS}


def scans(plan):
    """Every node of a plan that reads a table."""
    if "Relation Name" in plan:
        yield plan
    for child in plan.get("Plans", ()):
        yield from scans(child)


def rows_read(node):
    return (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]


class Views(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.start()
        cls.cluster.createdb("views")
        subprocess.run([STSREADY, "init", "--database", cls.cluster.url("views")], check=True, stdout=subprocess.DEVNULL)

    def sql(self, sql):
        return self.cluster.psql("views", sql)

    def columns(self):
        """Names of views with those of their columns, in order."""
        views = {}
        for line in self.sql("select table_name, column_name from information_schema.columns join information_schema.views"
                             " using (table_schema, table_name) where table_schema = 'public'"
                             " order by table_name, ordinal_position").splitlines():
            view, column = line.split("|")
            views.setdefault(view, []).append(column)
        return views

    def test_the_man_page_has_each_column(self):
        with open(ROOT + "/analyze/stsready.1", encoding="utf-8") as file:
            section = re.search(r"(?s)\n\.Sh VIEWS\n(.*?)\n\.Sh ", file.read()).group(1)
        told = dict(re.findall(r"(?s)\n\.It Li (seen_\w+)\n(.*?)(?=\n\.It Li seen_|\n\.El\n\Z|\Z)", section))
        views = self.columns()
        self.assertEqual(sorted(told), sorted(views))
        for view, columns in views.items():
            words = set(re.findall(r"\w+", " ".join(re.findall(r"(?m)^\.(?:Pq )?Li (.*)$", told[view]))))
            with self.subTest(view):
                self.assertEqual(set(columns) - words, set())

    def test_types(self):
        """Numbers are bigint: sums of them are not text to anybody; times know their zone."""
        types = set(self.sql("select distinct data_type from information_schema.columns join information_schema.views"
                             " using (table_schema, table_name) where table_schema = 'public'").splitlines())
        self.assertEqual(types, {"text", "date", "bigint", "integer", "smallint", "timestamp with time zone"})

    def test_the_role_may_read_each(self):
        for view in self.columns():
            self.assertEqual(self.sql("select has_table_privilege('stsready_read', '%s', 'select')" % view), "t\n", view)

    def test_one_domain_reads_its_own_days_only(self):
        self.sql(FILL)
        whole = "domain = 'd7.example'"
        days = whole + " and day between '2026-10-22' and '2026-11-20'"
        failures, policies = 30, 30 * SENDERS
        # day_policy is read for sessions, and for failures that no detail explains; day_failure likewise twice; the
        # list of domains is short
        for view, where, most in (("seen_sessions", days, 2 * policies + 2 * failures),
                                  ("seen_failures", days, policies + 2 * failures), ("seen_senders", days, 2 * policies),
                                  ("seen_checks", whole, 12), ("seen_verdicts", whole, 6), ("seen_problems", whole, 6),
                                  ("seen_domains", whole, DOMAINS + DAYS * SENDERS + 2 * 12 + 2 * 6)):
            plan = json.loads(self.sql("explain (analyze, timing off, format json) select * from %s where %s"
                                       % (view, where)))[0]["Plan"]
            read = list(scans(plan))
            with self.subTest(view):
                self.assertTrue(read)
                self.assertGreater(plan["Actual Rows"], 0)
                self.assertLessEqual(sum(map(rows_read, read)), most)


if __name__ == "__main__":
    unittest.main()
