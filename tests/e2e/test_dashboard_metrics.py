#!/usr/bin/python3
"""Both dashboards as files; and the one of the endpoint's metrics, with the alert rules, on a real Prometheus that
asks a real stsreadyd.

STSREADYD and STSREADY name the programs."""
import itertools
import json
import os
import re
import shutil
import subprocess
import unittest
import urllib.parse
import urllib.request

from cluster import ROOT, Cluster
from endpoint import Endpoint, free_port, make_schema, wait_until
from grafana import dashboard, panels
from scratch import WITH_PARENT, new_folder

RULES = ROOT + "/contrib/prometheus/stsreadyd.rules.yml"
CONFIGURATION = """
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: ["%s"]
scrape_configs:
  - job_name: stsreadyd
    static_configs: [{targets: ["127.0.0.1:%d"]}]
"""
# What Grafana puts in, with "All" chosen.
VARIABLES = {"$instance": ".*", "$__rate_interval": "10s", "$__range": "1m"}
ENDINGS = re.compile(r"_(bucket|sum|count)$")


def expressions(board):
    for panel in panels(board).values():
        for target in panel["targets"]:
            expr = target["expr"]
            for name, value in VARIABLES.items():
                expr = expr.replace(name, value)
            yield panel["title"], expr


class Files(unittest.TestCase):
    """What an import by hand and a provisioned one need."""

    BOARDS = {"stsready": "postgres", "stsreadyd": "prometheus"}

    def each(self):
        for name in self.BOARDS:
            with self.subTest(name):
                yield name, dashboard(name)

    def test_ids_are_unique(self):
        for _, board in self.each():
            ids = [panel["id"] for panel in board["panels"]]
            self.assertEqual(len(set(ids)), len(ids))
            self.assertEqual(len(panels(board)), sum(panel["type"] != "row" for panel in board["panels"]))

    def test_nothing_overlaps(self):
        for _, board in self.each():
            taken = set()
            for panel in board["panels"]:
                grid = panel["gridPos"]
                cells = set(itertools.product(range(grid["x"], grid["x"] + grid["w"]), range(grid["y"], grid["y"] + grid["h"])))
                self.assertLessEqual(grid["x"] + grid["w"], 24, panel["title"])
                self.assertEqual(taken & cells, set(), panel["title"])
                taken |= cells

    def test_data_source_is_the_variable(self):
        for name, board in self.each():
            reference = {"type": self.BOARDS[name], "uid": "${datasource}"}
            variable = board["templating"]["list"][0]
            self.assertEqual((variable["type"], variable["name"], variable["query"]),
                             ("datasource", "datasource", self.BOARDS[name]))
            others = [*board["templating"]["list"][1:], *board["annotations"]["list"]]
            for panel in panels(board).values():
                others += [panel, *panel["targets"]]
            for other in others:
                self.assertEqual(other["datasource"], reference)
            self.assertNotIn("__inputs", board)  # not replaced where dashboards are provisioned

    def test_targets(self):
        for _, board in self.each():
            for panel in panels(board).values():
                names = [target["refId"] for target in panel["targets"]]
                self.assertTrue(names)
                self.assertEqual(len(set(names)), len(names))

    def test_old_and_new_tables(self):
        """Grafana before 9.4 knows displayMode only; later ones turn it into cellOptions when schemaVersion is below 38,
        some only where defaults.custom is there."""
        for _, board in self.each():
            self.assertEqual((board["schemaVersion"], board["uid"] != ""), (37, True))
            self.assertNotIn("cellOptions", json.dumps(board))
            for panel in panels(board).values():
                if panel["type"] == "table":
                    self.assertIn("custom", panel["fieldConfig"]["defaults"])


class Prometheus:
    """A server of its own, gone with its test."""

    def __init__(self, target):
        self.folder, self.lock = new_folder("prometheus")
        self.port = free_port()
        with open(self.folder + "/conf.yml", "w", encoding="ascii") as file:
            file.write(CONFIGURATION % (RULES, target))
        with open(self.folder + "/log", "wb") as log:
            self.process = subprocess.Popen(
                [*WITH_PARENT, "KILL", "prometheus", "--config.file=" + self.folder + "/conf.yml",
                 "--storage.tsdb.path=" + self.folder + "/data", "--web.listen-address=127.0.0.1:%d" % self.port],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def ask(self, path, **parameters):
        url = "http://127.0.0.1:%d/api/v1/%s?%s" % (self.port, path, urllib.parse.urlencode(parameters))
        with urllib.request.urlopen(url, timeout=20) as answer:
            return json.load(answer)["data"]

    def query(self, expr):
        return self.ask("query", query=expr)["result"]

    def has(self, expr):
        try:
            return bool(self.query(expr))
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        shutil.rmtree(self.folder)


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.board = dashboard("stsreadyd")
        cls.cluster = Cluster()
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.start()
        cls.endpoint = Endpoint(make_schema(cls.cluster, "metrics"))
        cls.addClassCleanup(cls.endpoint.stop)
        cls.prometheus = Prometheus(cls.endpoint.admin_port)
        cls.addClassCleanup(cls.prometheus.stop)
        wait_until("a first scrape", lambda: cls.prometheus.has("stsreadyd_database_up"))
        for number in range(4):
            cls.endpoint.post_new(number)
        cls.endpoint.post_new(0)
        cls.endpoint.post(b"no report")
        cls.endpoint.request("GET", "/nowhere")
        wait_until("a scrape of it", lambda: cls.prometheus.has('stsreadyd_requests_total{status="404"} > 0'))
        cls.text = cls.endpoint.admin("/metrics")[1]
        cls.types = dict(re.findall(r"(?m)^# TYPE (\S+) (\w+)$", cls.text))

    def family(self, name):
        return name if name in self.types else ENDINGS.sub("", name)

    def test_the_endpoint_speaks_as_prometheus_has_it(self):
        done = subprocess.run(["promtool", "check", "metrics"], input=self.text, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_every_metric_is_shown(self):
        shown = {self.family(name) for _, expr in expressions(self.board) for name in re.findall(r"stsreadyd_\w+", expr)}
        self.assertEqual(shown, set(self.types))

    def test_rates_are_of_counters(self):
        for title, expr in expressions(self.board):
            for before, name in re.findall(r"(\w+\()?(stsreadyd_\w+)", expr):
                kind = self.types[self.family(name)]
                with self.subTest(title, metric=name):
                    self.assertEqual(before in ("rate(", "increase("), kind in ("counter", "histogram"))
                    self.assertEqual(name != self.family(name), kind == "histogram")

    def test_labels_are_those_that_there_are(self):
        samples = dict.fromkeys(self.types, "")
        for name, labels in re.findall(r"(?m)^(stsreadyd_\w+)\{(.*)\} ", self.text):
            samples[self.family(name)] += labels + ","
        with open(RULES, encoding="ascii") as file:
            sources = [file.read(), *(expr for _, expr in expressions(self.board))]
        for source in sources:
            for name, matchers in re.findall(r"(stsreadyd_\w+)\{([^}]*)\}", source):
                for label, wanted in re.findall(r'(\w+)=~?"([^"]*)"', matchers):
                    values = re.findall(r'\b%s="([^"]*)"' % label, samples[self.family(name)])
                    for one in wanted.split("|") if label not in ("instance", "job") else ():
                        self.assertTrue(any(re.fullmatch(one, value) for value in values), (name, label, one))

    def test_every_panel_shows_something(self):
        for title, expr in expressions(self.board):
            with self.subTest(title, expr=expr):
                self.assertTrue(self.prometheus.query(expr))

    def test_what_it_shows(self):
        def value(title):
            return [float(one["value"][1]) for one in self.prometheus.query(dict(expressions(self.board))[title])]
        self.assertEqual(value("Database"), [1])
        self.assertEqual(value("Reports in the spool"), [0])
        self.assertEqual(value("Reports lost in the time shown"), [0])
        days = value("Certificate ends in")[0] / 86400
        self.assertTrue(29 < days <= 30, days)
        self.assertEqual(len(self.prometheus.query("stsreadyd_reports_total")), 14)
        sums = {one["metric"]["result"]: float(one["value"][1]) for one in
                self.prometheus.query("sum by (result) (stsreadyd_reports_total) > 0")}
        self.assertEqual(sums, {"new": 4, "seen": 1, "quarantined": 1})

    def test_alert_rules_are_evaluated_and_silent(self):
        wait_until("an evaluation", lambda: all(rule["health"] == "ok" for rule in self.rules()))
        self.assertGreater(len(self.rules()), 10)
        self.assertEqual([rule["name"] for rule in self.rules() if rule["state"] == "firing"], [])

    def rules(self):
        return [rule for group in self.prometheus.ask("rules")["groups"] for rule in group["rules"]]


if __name__ == "__main__":
    unittest.main()
