"""The lab's DNS: zone files, signatures, Knot that serves them, Unbound that resolves and validates."""
import glob
import os
import secrets
import shutil
import subprocess
import time

import plan as places
from ca import spki_sha256
from plan import zone_of
from postures import SIGNED_ZONES

DAY = 86400
TTL = 300

ZONE_HEAD = """$ORIGIN {zone}.
$TTL {ttl}
@ SOA ns.lab.test. hostmaster.lab.test. 1 3600 900 604800 {ttl}
@ NS ns.lab.test.
"""

# Where reports come from in tests of reverse names: one that is confirmed forward, one that is not.
REVERSE_ZONE = "127.in-addr.arpa"
REVERSE = {"1.0.99": "out.reporter.test.", "2.0.99": "out.liar.test."}
FORWARD = "$ORIGIN test.\nout.reporter A 127.99.0.1\nout.liar A 127.99.0.99\n"


def quoted(strings):
    strings = [strings] if isinstance(strings, str) else strings
    return " ".join('"%s"' % text.replace("\\", "\\\\").replace('"', '\\"') for text in strings)


def address_lines(owner, addresses):
    return ["%s %s %s" % (owner, "AAAA" if ":" in address else "A", address) for address in addresses]


# ---- one domain ----

def tlsa_lines(plan, host):
    addresses, certificate = plan.hosts[host.name]
    digests = {"own": spki_sha256(certificate), "intermediate": spki_sha256(plan.authority.intermediate)}
    return ["_25._tcp.%s. TLSA %d 1 1 %s" % (host.name, usage, digests.get(what) or secrets.token_hex(32))
            for usage, what in host.tlsa]


def mx_lines(posture):
    if posture.mx_names() == (".",):
        return ["@ MX 0 ."]
    return ["@ MX %d %s." % (10 * (1 + index), name) for index, name in enumerate(posture.mx_names())]


def exists(posture):
    return "@" not in posture.scripted


def policy_lines(plan, posture):
    if not posture.policy:
        return []
    if posture.policy.cname:
        return ["mta-sts CNAME %s." % posture.policy.cname]
    return address_lines("mta-sts", [plan.policies["mta-sts." + posture.name][2]])


def domain_lines(plan, posture):
    """The lines of one domain, the origin being the domain."""
    if not exists(posture):
        return []
    values = {"web": places.WEB, "policy_port": plan.policy_port}
    result = mx_lines(posture) + policy_lines(plan, posture)
    result += ["_mta-sts TXT " + quoted(txt) for txt in posture.sts]
    result += ["_smtp._tls TXT " + quoted(txt.format_map(values)) for txt in posture.tlsrpt]
    result += [line.format_map(values) for line in posture.records]
    for host in posture.hosts:
        result += address_lines(host.name + ".", plan.hosts[host.name][0]) + tlsa_lines(plan, host)
    return result


# ---- zones ----

def zone_texts(plan):
    zones = plan.zones()
    texts = {zone: ZONE_HEAD.format(zone=zone, ttl=TTL) for zone in zones}
    for posture in plan.postures:
        texts[zone_of(posture.name, zones)] += "$ORIGIN %s.\n%s\n" % (
            posture.name, "\n".join(domain_lines(plan, posture)))
    texts["test"] += "ns.lab.test. A %s\nreports.lab.test. A %s\n" % (places.AUTHORITATIVE, places.WEB)
    texts["test"] += FORWARD
    for child in zones + list(plan.stubs):
        if "." in child:
            texts[zone_of(child.split(".", 1)[1], zones)] += "%s. NS ns.lab.test.\n" % child
    texts[REVERSE_ZONE] = ZONE_HEAD.format(zone=REVERSE_ZONE, ttl=TTL) + "".join(
        "%s PTR %s\n" % item for item in REVERSE.items())
    return texts


def break_signatures(path):
    """Turns round a part of every signature but those of the keys."""
    with open(path) as file:
        lines = file.read().splitlines()
    for number, line in enumerate(lines):
        words = line.split()
        if len(words) > 5 and words[3] == "RRSIG" and words[4] != "DNSKEY":
            words[-1] = words[-1][:4] + words[-1][4:24][::-1] + words[-1][24:]
            lines[number] = " ".join(words)
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")


def sign(folder, zone, how):
    """Signs FOLDER/ZONE.zone in place; the key stays in ZONE.key."""
    name = subprocess.run(["ldns-keygen", "-a", "ECDSAP256SHA256", "-k", zone], cwd=folder, check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()
    now = int(time.time())
    begin, end = (now - 60 * DAY, now - 30 * DAY) if how == "expired" else (now - DAY, now + 30 * DAY)
    plain, signed = os.path.join(folder, zone + ".zone"), os.path.join(folder, zone + ".signed")
    subprocess.run(["ldns-signzone", "-i", str(begin), "-e", str(end), "-o", zone + ".", "-f", signed, plain,
                    name], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    if how == "bogus":
        break_signatures(signed)
    os.replace(signed, plain)
    shutil.copy(os.path.join(folder, name + ".key"), os.path.join(folder, zone + ".key"))
    for left in glob.glob(os.path.join(folder, name + ".*")):
        os.unlink(left)


def write_zones(folder, texts):
    for zone, text in texts.items():
        with open(os.path.join(folder, zone + ".zone"), "w") as file:
            file.write(text)
    for zone, how in SIGNED_ZONES.items():
        sign(folder, zone, how)


# ---- servers ----

KNOT = """server:
    listen: {address}@{port}
    rundir: {folder}/run
    udp-workers: 1
    tcp-workers: 2
    background-workers: 1
    pidfile: {folder}/run/knot.pid
log:
  - target: stderr
    any: warning
database:
    storage: {folder}/run/knot
    journal-db-max-size: 16M
    kasp-db-max-size: 16M
    timer-db-max-size: 16M
template:
  - id: default
    storage: {folder}/zones
    file: "%s.zone"
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
zone:
{zones}
"""

UNBOUND = """server:
    interface: {address}
    port: {port}
    access-control: 127.0.0.0/8 allow
    do-daemonize: no
    username: ""
    chroot: ""
    directory: "{folder}/run"
    pidfile: "{folder}/run/unbound.pid"
    use-syslog: no
    logfile: ""
    log-servfail: yes
    module-config: "validator iterator"
    do-not-query-localhost: no
    do-ip6: no
    qname-minimisation: no
    num-threads: 1
    outgoing-range: 4096
    num-queries-per-thread: 4096
    msg-cache-size: 32m
    rrset-cache-size: 64m
    infra-host-ttl: 1
    # beyond the lab there is nothing
    local-zone: "." always_nxdomain
    local-zone: "test." transparent
    local-zone: "example." transparent
    local-zone: "127.in-addr.arpa." transparent
{anchors}
remote-control:
    control-enable: no
{stubs}
"""


def knot_text(folder, plan, zones):
    return KNOT.format(folder=folder, address=places.AUTHORITATIVE, port=plan.dns_port,
                       zones="\n".join("  - domain: %s" % zone for zone in zones))


def unbound_text(folder, plan, zones, address):
    stubs = {zone: places.AUTHORITATIVE for zone in zones}
    stubs.update(plan.stubs)
    return UNBOUND.format(
        folder=folder, address=address, port=plan.dns_port,
        anchors="\n".join('    trust-anchor-file: "%s/zones/%s.key"' % (folder, zone)
                          for zone in SIGNED_ZONES),
        stubs="\n".join('stub-zone:\n    name: "%s."\n    stub-addr: %s@%d' % (zone, server, plan.dns_port)
                        for zone, server in stubs.items()))


def write(folder, plan, resolver, further_zones):
    """Writes zones and configurations; resolver: where Unbound listens; further_zones: text by name."""
    texts = zone_texts(plan)
    for zone, text in further_zones.items():
        texts[zone] = text
        texts["test"] += "%s. NS ns.lab.test.\n" % zone
    write_zones(os.path.join(folder, "zones"), texts)
    with open(os.path.join(folder, "etc", "knot.conf"), "w") as file:
        file.write(knot_text(folder, plan, texts))
    with open(os.path.join(folder, "etc", "unbound.conf"), "w") as file:
        file.write(unbound_text(folder, plan, texts, resolver))


def commands(folder):
    return {"knot": ["/usr/sbin/knotd", "-c", folder + "/etc/knot.conf"],
            "unbound": ["/usr/sbin/unbound", "-d", "-c", folder + "/etc/unbound.conf"]}
