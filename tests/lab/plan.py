"""Who stands where: addresses, ports and certificates for the lab's postures."""
import itertools
import os
import random
import socket

from postures import POSTURES, RESOLVERS, SIGNED_ZONES, UNSIGNED_ZONES

# Loopback addresses tell what stands there: 53 DNS, 80 policies, 25 mail.
AUTHORITATIVE = "127.53.0.1"
RESOLVER = "127.53.0.2"
SCRIPTED_DNS = "127.53.1."
ILL_RESOLVERS = "127.53.2."
WEB = "127.80.0.1"
# With a delay the relay has the addresses above, and who they are of stands here.
RELAYED_RESOLVER = "127.53.0.3"
RELAYED_WEB = "127.80.0.2"
SCRIPTED_WEB = "127.80.1."
CLOSED_WEB = "127.80.2.1"
POSTFIX = "127.25.0."
SCRIPTED_MAIL = "127.25.1."
CLOSED_MAIL = "127.25.2."
SIX = "::1"

# Above the system's services, below the ports that connections take for themselves.
PORTS = (10000, 32000)
PORT_TRIES = 200


def has_six():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind((SIX, 0))
        return True
    except OSError:
        return False


def is_free(port):
    """Whether nothing at all, on any address, has the port."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            try:
                with socket.socket(family, kind) as probe:
                    if family == socket.AF_INET6:
                        probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                    probe.bind((anywhere, port))
            except OSError:
                if family == socket.AF_INET or has_six():
                    return False
    return True


def free_ports(count):
    ports = set()
    for _ in range(PORT_TRIES):
        port = random.randrange(*PORTS)
        if is_free(port):
            ports.add(port)
        if len(ports) == count:
            return sorted(ports)
    raise RuntimeError("no %d free ports between %d and %d" % (count, *PORTS))


def zone_of(name, zones):
    """The zone with the longest name that the name lies in."""
    fitting = [zone for zone in zones if name == zone or name.endswith("." + zone)]
    return max(fitting, key=len)


class Plan:
    """What the configurations are written from.

    mail: (address, server, chain file) of every MX address; web: (address, behaviour, host, chain file)
    of scripted policy hosts; hosts: address list and certificate by MX host name; policies: posture,
    chain file and address by policy host name."""

    def __init__(self, authority, ports, with_postfix=True):
        self.authority = authority
        self.dns_port, self.policy_port, self.smtp_port = ports
        self.with_postfix = with_postfix
        self.six = has_six()
        self.next = {prefix: itertools.count(1) for prefix in (SCRIPTED_DNS, ILL_RESOLVERS, SCRIPTED_WEB,
                                                               POSTFIX, SCRIPTED_MAIL, CLOSED_MAIL)}
        self.postures = [posture for posture in POSTURES if self.six or not self._needs_six(posture)]
        self.left_out = [posture.name for posture in POSTURES if posture not in self.postures]
        self.mail, self.web, self.hosts, self.policies = [], [], {}, {}
        self.scripted_dns, self.resolvers, self.stubs = {}, {}, {}
        for posture in self.postures:
            self._place(posture)
        for behaviour in RESOLVERS:
            self.resolvers[behaviour] = self._address(ILL_RESOLVERS)

    def _needs_six(self, posture):
        return any(host.six for host in posture.hosts) or (posture.policy and posture.policy.six)

    def _address(self, prefix):
        return prefix + str(next(self.next[prefix]))

    def _place(self, posture):
        for host in posture.hosts:
            self._place_host(host)
        if posture.policy:
            self._place_policy(posture)
        for name, behaviour in posture.scripted.items():
            owner = posture.name if name == "@" else name + "." + posture.name
            if behaviour not in self.scripted_dns:
                self.scripted_dns[behaviour] = self._address(SCRIPTED_DNS)
            self.stubs[owner] = self.scripted_dns[behaviour]

    def _place_host(self, host):
        chain, certificate = self.authority.issue("mx-" + host.name, list(host.names) or [host.name],
                                                  host.certificate)
        addresses = []
        for server in host.servers:
            server = "honest" if server == "postfix" and not self.with_postfix else server
            prefix = {"postfix": POSTFIX, "closed": CLOSED_MAIL}.get(server, SCRIPTED_MAIL)
            address = SIX if host.six else self._address(prefix)
            addresses.append(address)
            self.mail.append((address, server, chain))
        self.hosts[host.name] = (addresses, certificate)

    def _place_policy(self, posture):
        policy, name = posture.policy, "mta-sts." + posture.name
        chain, _ = self.authority.issue(name, [name], policy.certificate)
        if policy.server in ("nginx", "unknown"):
            address = SIX if policy.six else WEB
        elif policy.server == "closed":
            address = CLOSED_WEB
        else:
            address = self._address(SCRIPTED_WEB)
            self.web.append((address, policy.server, posture, chain))
        self.policies[name] = (posture, chain, address)

    def zones(self):
        return list(UNSIGNED_ZONES) + list(SIGNED_ZONES)

    def listeners(self):
        """(what, address, port) of all that must accept connections."""
        yield from (("mail", address, self.smtp_port) for address, server, _ in self.mail
                    if server != "closed")
        yield from (("web", address, self.policy_port) for address, *_ in self.web)
        yield "web", WEB, self.policy_port
        yield "dns", AUTHORITATIVE, self.dns_port
        yield "dns", RESOLVER, self.dns_port


def make_folders(folder, *names):
    for name in names:
        os.makedirs(os.path.join(folder, name), exist_ok=True)
