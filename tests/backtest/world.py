"""Worlds with hidden truth: hosts and their faults, policies, an owner, senders and forgers.

Time is counted in days from 0; a fault lives from one fraction of a day to another."""
import math
import random

LOOKAHEAD = 14  # days in which enforce would have shown what was wrong

REFUSING = {"expired": "certificate-expired", "name": "certificate-host-mismatch",
            "untrusted": "certificate-not-trusted", "no-starttls": "starttls-not-supported"}


class Fault:
    def __init__(self, kind, address, start, end, share):
        self.kind, self.address, self.start, self.end, self.share = kind, address, start, end, share

    def strikes(self, when, rng):
        return self.start <= when < self.end and rng.random() < self.share

    def words(self):
        return "%s at %s, day %.1f to %s, %d %% of sessions" % (
            self.kind, self.address.ip, self.start, "the end" if math.isinf(self.end) else "%.1f" % self.end,
            round(100 * self.share))


class Address:
    def __init__(self, host, ip):
        self.host, self.ip = host, ip
        self.faults = []
        self.renewals = []  # days on which a certificate began; the first lies before day 0

    def certificate_since(self, when):
        return max(day for day in self.renewals if day <= when)


class Host:
    def __init__(self, name, weight, first=0.0):
        self.name, self.weight, self.first = name, weight, first
        self.addresses = []


class Sender:
    """Somebody who sends mail to the domain, and perhaps reports."""

    def __init__(self, rng, name, volume):
        self.name, self.volume = name, volume
        self.only_ipv4 = rng.random() < 0.4
        self.holds = rng.choice([1, 1, 1, 1, 2, 7])  # days after which it looks for a new policy
        self.offset = rng.random()
        self.style = rng.choices(["dkim", "mail", "never"], [70, 15, 15])[0]
        self.failures_only = rng.random() < 0.05
        self.details = rng.choices(["full", "no-place", "none"], [80, 14, 6])[0]
        self.late = rng.choices([0, 1, 2], [70, 20, 10])[0]
        self.forgets = rng.choice([0, 0, 0, 0.05])
        self.splits = rng.random() < 0.1
        # its own faults: spells in which everything fails, and now and then a session
        self.spells = []
        if rng.random() < 0.1:
            first = rng.uniform(0, 120)
            self.spells.append((first, first + rng.uniform(0.2, 3)))
        self.slips = rng.choice([0, 0, 0, 0, 0.0005])
        self.cannot_fetch = rng.random() < 0.04  # a filter in front of the policy host dislikes it
        self.policy, self.looked = None, -math.inf

    def policy_at(self, world, when):
        """The policy that it applies: looked for once in a while, held while the host is away."""
        if when - self.looked >= self.holds:
            self.looked = when
            if not self.cannot_fetch and not world.policy_away(when):
                self.policy = world.policy_served(when)
        return self.policy


class World:
    def __init__(self, seed, number, days):
        rng = self.rng = random.Random("%d/%d" % (seed, number))
        self.number, self.days = number, days
        self.domain = "w%d.example" % number
        self.care = rng.choices([1.5, 5, 15, math.inf], [35, 35, 20, 10])[0]  # the owner: days until something is mended
        self.make_hosts()
        self.make_policies()
        self.make_faults()
        self.outages = [(first, first + rng.uniform(0.05, 4)) for first in
                        (rng.uniform(0, days) for _ in range(rng.choice([0, 0, 0, 1, 2])))]
        self.make_senders()
        self.forgery = None
        if rng.random() < 0.05:
            first = rng.randrange(days)
            self.forgery = (rng.choice(["failures", "praise"]), first, first + rng.randrange(1, 40))
        self.sessions = [self.play(day) for day in range(days + LOOKAHEAD)]

    # ---- making ----

    def make_hosts(self):
        rng = self.rng
        self.hosts = []
        weights = [[1.0], [0.94, 0.06], [0.6, 0.4], [0.8, 0.17, 0.03]][rng.choices(range(4), [40, 25, 20, 15])[0]]
        for number, weight in enumerate(weights):
            self.add_host(number, weight, 0.0)
        if rng.random() < 0.1:
            self.add_host(len(weights), rng.choice([0.05, 0.5, 2]), rng.uniform(5, self.days))

    def add_host(self, number, weight, first):
        rng = self.rng
        host = Host("mx%d.%s" % (number, self.domain), weight, first)
        for place in range(rng.choices([1, 2, 3], [60, 30, 10])[0]):
            ip = ("2001:db8:%d::%d" % (number, place) if place == 1 else "192.0.%d.%d" % (number + 2, place + 1))
            address = Address(host, ip)
            day = -rng.uniform(0, 60)
            while day < self.days + LOOKAHEAD:
                address.renewals.append(day)
                day += 60
            host.addresses.append(address)
        self.hosts.append(host)

    def make_policies(self):
        """(from day, hosts): what is served."""
        rng = self.rng
        names = [host.name for host in self.hosts if host.first == 0]
        listed = list(names)
        self.policies = []
        if len(names) > 1 and rng.random() < 0.1:
            listed = names[:-1]
            mended = self.mend_after(0)
            self.policies = [(0.0, listed)] + ([(mended, names)] if mended < math.inf else [])
        else:
            self.policies = [(0.0, listed)]
        for host in self.hosts:
            if host.first > 0:
                ready = host.first - 3 if rng.random() < 0.6 else self.mend_after(host.first)
                if ready < math.inf:
                    self.policies.append((ready, self.policies[-1][1] + [host.name]))
        self.policies.sort(key=lambda policy: policy[0])

    def mend_after(self, first):
        return math.inf if math.isinf(self.care) else first + 0.2 + self.rng.expovariate(1 / self.care)

    def make_faults(self):
        rng = self.rng
        for host in self.hosts:
            for address in host.addresses:
                if rng.random() < 0.12:  # there from the first day
                    kind = rng.choice(["name", "untrusted", "no-starttls", "expired"])
                    self.add_fault(kind, address, host.first, rng.choice([1, 1, 1, 0.5, 0.2]))
                for day in address.renewals[1:]:
                    if rng.random() < 0.06:  # the old one stays, on all or on one of the machines
                        self.add_fault("expired", address, day + 30, rng.choice([1, 1, 0.5, 0.25]))
                if rng.random() < 0.08:
                    self.add_fault("no-starttls", address, rng.uniform(0, self.days), rng.choice([1, 0.3, 0.1, 0.02]))
                if rng.random() < 0.03:
                    self.add_fault(rng.choice(["name", "untrusted"]), address, rng.uniform(0, self.days), 1)

    def add_fault(self, kind, address, start, share):
        address.faults.append(Fault(kind, address, start, self.mend_after(start), share))

    def make_senders(self):
        rng = self.rng
        total = min(400, rng.lognormvariate(2.3, 1.3))  # sessions a day
        count = rng.randint(2, 8)
        shares = sorted((rng.paretovariate(0.9) for _ in range(count)), reverse=True)
        names = ["google.com", "microsoft.com", "yahoo.example", "comcast.net", "mail.ru", "mimecast.example",
                 "gmx.example", "small.example"]
        self.senders = [Sender(rng, names[place], total * share / sum(shares)) for place, share in enumerate(shares)]

    def volume(self):
        """Sessions a day."""
        return sum(sender.volume for sender in self.senders)

    # ---- what is ----

    def live_hosts(self, when):
        return [host for host in self.hosts if host.first <= when]

    def policy_served(self, when):
        return [policy for policy in self.policies if policy[0] <= when or policy is self.policies[0]][-1][1]

    def policy_away(self, when):
        return any(first <= when < last for first, last in self.outages)

    def choose_address(self, sender, when):
        rng = self.rng
        hosts = self.live_hosts(when)
        host = rng.choices(hosts, [host.weight for host in hosts])[0]
        usable = [address for address in host.addresses if not (sender.only_ipv4 and ":" in address.ip)]
        return rng.choice(usable or host.addresses)

    def play(self, day):
        """All sessions of a day: (sender, policy or None, address, kind or None, the domain's fault or None)."""
        rng, sessions = self.rng, []
        weekend = 0.4 if day % 7 in (4, 5) else 1.0
        for sender in self.senders:
            for _ in range(poisson(rng, sender.volume * weekend)):
                when = day + rng.random()
                sessions.append(self.session(sender, when))
        return sessions

    def session(self, sender, when):
        rng = self.rng
        policy = sender.policy_at(self, when)
        address = self.choose_address(sender, when)
        for fault in address.faults:
            if fault.strikes(when, rng):
                return sender, policy, address, REFUSING[fault.kind], fault
        if policy is not None and address.host.name not in policy:
            fault = Fault("left out of the policy", address, address.host.first, math.inf, 1)
            return sender, policy, address, "validation-failure", fault
        if any(first <= when < last for first, last in sender.spells):
            return sender, policy, address, "certificate-not-trusted", None
        if rng.random() < sender.slips:
            return sender, policy, address, "starttls-not-supported", None
        return sender, policy, address, None, None

    # ---- truth ----

    def cause(self, day):
        """The fault for which enforce, switched on in the morning of a day, would have lost mail; None: safe.  What began
        later is no cause of that day."""
        for later in range(day, day + LOOKAHEAD):
            for _, policy, _, _, fault in self.sessions[later]:
                if fault is not None and policy is not None and fault.start <= day:
                    return fault
        return None

    def later_fault(self, day):
        """A fault that begins after the day and loses mail within the same time."""
        for later in range(day, day + LOOKAHEAD):
            for _, policy, _, _, fault in self.sessions[later]:
                if fault is not None and policy is not None and fault.start > day:
                    return fault
        return None

    def any_fault(self, first, last):
        """Whether anything was wrong on the domain's side in a time, met by anybody or not."""
        for host in self.hosts:
            for address in host.addresses:
                if any(fault.start < last and fault.end > first for fault in address.faults):
                    return True
            if host.first < last and any(host.name not in self.policy_served(when) for when in (first, last)):
                return True
        return any(start < last and end > first for start, end in self.outages)


def poisson(rng, mean):
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count
