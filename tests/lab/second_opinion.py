#!/usr/bin/python3
"""Holds `stsready check` against Debian's postfix-mta-sts-resolver over the lab's domains: records and policies.

usage: second_opinion.py STSREADY LAB-FOLDER

The lab must run, and the Debian package postfix-mta-sts-resolver be installed.  Its resolver is pointed at the lab's DNS
server, port and authority; nothing else of it is changed.  A domain on which the two differ is printed with the reason;
exit status 1 where there is one without."""
import asyncio
import json
import os
import socket
import ssl
import subprocess
import sys

import aiodns
import aiohttp
from postfix_mta_sts_resolver import resolver as other

import table

TIMEOUT = 20
AT_ONCE = 10

# Where the two differ, and why: each was looked at.
EXPLAINED = {
    "sts-space-before-semicolon.test": "RFC 8461 3.1 discards what does not begin with \"v=STSv1;\"; they, as lenient "
                                       "senders do, go by the grammar, which allows a blank",
    "sts-bad-id.test": "an id is letters and digits (RFC 8461 3.1); they take any",
    "policy-content-type.test": "text/plain is a SHOULD (RFC 8461 3.3): they refuse, most senders do not; we warn",
}


class LabNames(aiohttp.abc.AbstractResolver):
    """Names from the lab's DNS server; every policy host is at the lab's port."""

    def __init__(self, names, port):
        self.names, self.port = names, port

    async def resolve(self, host, port=0, family=socket.AF_INET):
        found = []
        for kind, of in (("A", socket.AF_INET), ("AAAA", socket.AF_INET6)):
            try:
                found += [{"hostname": host, "host": one.host, "port": self.port, "family": of, "proto": 0, "flags": 0}
                          for one in await self.names.query(host, kind)]
            except aiodns.error.DNSError:
                pass
        if not found:
            raise OSError("no address")
        return found

    async def close(self):
        pass


def point_at(lab):
    """Their sessions connect to the lab, and trust its authority."""
    options = lab["options"]
    address, port = options[options.index("--resolver") + 1].rsplit(":", 1)
    policy_port = int(options[options.index("--policy-port") + 1])
    context = ssl.create_default_context(cafile=options[options.index("--ca-file") + 1])
    make_session = aiohttp.ClientSession

    def names():
        return aiodns.DNSResolver(nameservers=[address], udp_port=int(port), tcp_port=int(port), timeout=TIMEOUT, tries=1)

    def session(**options):
        return make_session(connector=aiohttp.TCPConnector(resolver=LabNames(names(), policy_port), ssl=context,
                                                           use_dns_cache=False), **options)
    other.aiohttp.ClientSession = session
    return names


async def theirs(domain, names, gate):
    async with gate:
        them = other.STSResolver(timeout=TIMEOUT, loop=asyncio.get_running_loop())
        them._resolver = names()  # pylint: disable=protected-access
        try:
            result, policy = await them.resolve(domain)
        except Exception as error:  # pylint: disable=broad-exception-caught
            return "raises " + type(error).__name__
        if result is other.STSFetchResult.VALID:
            return "%s %s" % (policy[1]["mode"], ",".join(dict.fromkeys(policy[1].get("mx", []))))
        return result.name.lower().replace("_", " ")


def ours(seen):
    """The same in the same words."""
    record, policy = seen["sts_record"]["status"], seen["policy"]["status"]
    if record == "fine" and policy == "fine":
        return "%s %s" % (seen["policy"]["mode"], ",".join(seen["policy"]["mx"]))
    if record in ("absent", "bad"):
        return "none"
    return "fetch error"


async def ask_them(domains, names):
    gate = asyncio.Semaphore(AT_ONCE)
    return await asyncio.gather(*(theirs(domain, names, gate) for domain in domains))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, folder = sys.argv[1:]
    with open(os.path.join(folder, "lab.json"), encoding="utf-8") as file:
        lab = json.load(file)
    domains = [row.domain for row in table.rows() if row.resolver is None and row.domain not in lab["left_out"]]
    done = subprocess.run([program, "check", "--json", "--no-probe", "--timeout", str(TIMEOUT), *lab["options"], *domains],
                          stdout=subprocess.PIPE, text=True, check=False)
    mine = {check["domain"]: ours(check) for check in map(json.loads, done.stdout.splitlines())}
    told = dict(zip(domains, asyncio.run(ask_them(domains, point_at(lab)))))
    odd = [domain for domain in domains if mine[domain].lower() != told[domain].lower()]
    unexplained = [domain for domain in odd if domain not in EXPLAINED]
    print("%d domains, agreed on %d" % (len(domains), len(domains) - len(odd)))
    for domain in odd:
        print("%s\n    ours    %s\n    theirs  %s\n    %s" % (domain, mine[domain], told[domain],
                                                           EXPLAINED.get(domain, "NOT EXPLAINED")))
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
