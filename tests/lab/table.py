"""domains.tsv: what each domain of the lab is, and what a check of it must find."""
import os
from dataclasses import dataclass

FILE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "domains.tsv")


@dataclass
class Row:
    domain: str
    what: str
    exit: int
    codes: list
    statuses: dict
    resolver: str  # one of postures.RESOLVERS; None: the lab's own


def rows(path=FILE):
    """The rows in order; lines that begin with # are comments."""
    with open(path) as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            domain, what, status, codes, statuses = line.rstrip("\n").split("\t")
            domain, _, resolver = domain.partition("@")
            yield Row(domain, what, int(status), [] if codes == "-" else codes.split(","),
                      {} if statuses == "-" else dict(pair.split("=") for pair in statuses.split(" ")),
                      resolver or None)


def show(_):
    for row in rows():
        name = row.domain + ("@" + row.resolver if row.resolver else "")
        print("%-38s %d %-50s %s" % (name, row.exit, ",".join(row.codes) or "-", row.what))
