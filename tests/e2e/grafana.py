"""Dashboards of contrib/grafana, for tests: what panels ask, with what Grafana would put into it."""
import json
import os
import re

from cluster import ROOT

# What Grafana replaces before the query goes out; a call ends at the first closing bracket.
MACRO = re.compile(r"\$([_a-zA-Z0-9]+)\(([^)]*)\)")


def dashboard(name):
    with open(os.path.join(ROOT, "contrib", "grafana", name + ".json"), encoding="ascii") as file:
        return json.load(file)


def panels(board):
    """Without rows, by title."""
    return {panel["title"]: panel for panel in board["panels"] if panel["type"] != "row"}


def expand(sql, domain, since, until):
    """The query for a domain and the days from since to until, as the PostgreSQL data source expands it."""
    since, until = "'%sT00:00:00Z'" % since, "'%sT23:59:59.999Z'" % until

    def macro(found):
        name, argument = found.groups()
        if name == "__timeFilter":
            return "%s BETWEEN %s AND %s" % (argument, since, until)
        return {"__timeFrom": since, "__timeTo": until}[name]

    expanded = MACRO.sub(macro, sql.replace("${domain:sqlstring}", "'%s'" % domain))
    if "$" in expanded:
        raise AssertionError("not expanded: " + expanded)
    return expanded
