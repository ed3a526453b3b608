"""A domain with a hidden history: hosts, policies, an owner, senders and forgers, and every session between them."""
import collections
import math
import random

import senders
from hosts import REFUSING, Builder, Owner

LOOKAHEAD = 14  # days in which enforce would have shown what was wrong
MORNING = 0.25  # of a day: checks are taken, reports have come, the verdict is asked for

# What came of a session: kind is the result type, None where all was well; fetch is why the policy could not be had.
Session = collections.namedtuple("Session", "when sender policy fetched address host kind fault fetch")


class World:
    def __init__(self, seed, number, days):
        rng = self.rng = random.Random("%d/%d" % (seed, number))
        self.sight = random.Random("%d/%d/sight" % (seed, number))  # of our checks: their luck changes no world
        self.number, self.days = number, days
        self.domain = "w%d.example" % number
        self.max_age = rng.choice([1, 1, 1, 7, 14])  # days
        self.signs = rng.random() < 0.1  # TLSA records
        self.owner = Owner(rng)
        self.senders = senders.make(rng, self.max_age, days)
        self.make_hosts()
        self.make_policies()
        self.make_outages()
        self.forgery = None
        if rng.random() < 0.06:
            first = rng.randrange(days)
            self.forgery = (rng.choice(["failures", "praise"]), rng.choice(["nobody", "signed", "copy"]), first,
                            first + rng.randrange(1, 40))
        self.sessions = [self.play(day) for day in range(days + LOOKAHEAD + 1)]

    # ---- making ----

    def make_hosts(self):
        rng = self.rng
        builder = Builder(rng, self.owner, self.domain, self.days + LOOKAHEAD, self.days)
        weights = [[1.0], [0.94, 0.06], [0.6, 0.4], [0.8, 0.17, 0.03]][rng.choices(range(4), [40, 25, 20, 15])[0]]
        self.hosts = []
        for number, weight in enumerate(weights):
            last = rng.uniform(5, self.days) if number > 0 and rng.random() < 0.08 else math.inf
            self.hosts.append(builder.host(number, weight, 0.0, last))
        if rng.random() < 0.1:
            self.hosts.append(builder.host(len(weights), rng.choice([0.05, 0.5, 2]), rng.uniform(5, self.days)))
        for host in self.hosts:
            builder.damage(host, self.senders)

    def make_policies(self):
        """(from day, hosts): what is served.  The owner lists a new host before it comes, or when he is shown."""
        rng = self.rng
        listed = [host.name for host in self.hosts if host.first == 0]
        events = []
        if len(listed) > 1 and rng.random() < 0.1:
            events.append((self.owner.mends(0), listed.pop()))
        self.policies = [(-math.inf, list(listed))]
        for host in self.hosts:
            if host.first > 0:
                events.append((host.first - 3 if rng.random() < 0.6 else self.owner.mends(host.first), host.name))
            if host.last < math.inf and rng.random() < 0.5:
                events.append((host.last + rng.uniform(0, 20), host.name))
        for when, name in sorted(event for event in events if event[0] < math.inf):
            before = self.policies[-1][1]
            after = [other for other in before if other != name] if name in before else before + [name]
            self.policies.append((when, after))

    def make_outages(self):
        """Of the policy host: (first, last, what a sender calls it)."""
        rng = self.rng
        self.outages = []
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            first = rng.uniform(0, self.days)
            self.outages.append((first, first + rng.uniform(0.05, 4), "sts-policy-fetch-error"))
        if rng.random() < 0.06:  # its certificate ended
            first = rng.uniform(0, self.days)
            self.outages.append((first, self.owner.mends(first), "sts-webpki-invalid"))

    def volume(self):
        """Sessions a day."""
        return sum(sender.volume for sender in self.senders)

    # ---- what is ----

    def live_hosts(self, when):
        return [host for host in self.hosts if host.first <= when < host.last]

    def policy_served(self, when):
        return [listed for since, listed in self.policies if since <= when][-1]

    def policy_trouble(self, when):
        """What keeps everybody from the policy; None: it can be had."""
        return next((kind for first, last, kind in self.outages if first <= when < last), None)

    def route(self, sender, when):
        rng = self.rng
        hosts = self.live_hosts(when)
        host = rng.choices(hosts, [host.weight for host in hosts])[0]
        usable = [address for address in host.addresses if not (sender.only_ipv4 and ":" in address.ip)]
        return host, rng.choice(usable or host.addresses)

    def play(self, day):
        sessions = []
        for sender in self.senders:
            mean = sender.volume * (0.4 if day % 7 in (4, 5) else 1.0)  # fewer at weekends
            times = sorted(day + self.rng.random() for _ in range(poisson(self.rng, mean)))
            sessions.extend(self.session(sender, when) for when in times)
        return sessions

    def session(self, sender, when):
        fetch = sender.look(self, when)
        host, address = self.route(sender, when)
        kind, fault = self.outcome(sender, host, address, when)
        return Session(when, sender, sender.policy, sender.fetched, address, host, kind, fault,
                       fetch if sender.policy is not None else sender.failing)

    def outcome(self, sender, host, address, when):
        """(result type, fault) of a session with one of the machines at an address."""
        for fault in self.rng.choice(address.machines).faults:
            if fault.strikes(when, self.rng, sender):
                return REFUSING[fault.kind], fault
        if sender.policy is not None and host.name not in sender.policy:
            return "validation-failure", host.left_out
        return sender.own_fault(when, self.rng)


def poisson(rng, mean):
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count
