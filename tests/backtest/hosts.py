"""The mail hosts of a world: machines behind addresses, their certificates, and what is wrong with them for how long.

Time is counted in days from 0, the first day that is played."""
import math

# What a sender calls each kind of fault.
REFUSING = {"expired": "certificate-expired", "name": "certificate-host-mismatch",
            "untrusted": "certificate-not-trusted", "no-starttls": "starttls-not-supported"}


class Fault:
    """Its cause may be older than its first effect: a renewal that failed a month before the certificate ends."""

    def __init__(self, kind, start, end, cause=None, share=1, only=None, domains=True):
        self.kind, self.start, self.end = kind, start, end
        self.cause = start if cause is None else cause
        self.share, self.only, self.domains = share, only, domains
        self.place = None
        self.checked = self.told = math.inf  # when a look of ours, or a report, first showed it

    def strikes(self, when, rng, sender=None):
        """Whether a session fails; sender None: ours, which no filter singles out."""
        return (self.start <= when < self.end and (self.only is None or sender in self.only)
                and (self.share == 1 or rng.random() < self.share))

    def words(self):
        end = "the end" if math.isinf(self.end) else "%.1f" % self.end
        words = "%s at %s, day %.1f to %s" % (self.kind, self.place, self.start, end)
        if self.cause != self.start:
            words += ", begun on day %.1f" % self.cause
        if self.share != 1:
            words += ", %g %% of sessions" % (100 * self.share)
        if self.only is not None:
            words += ", for %d of the senders" % len(self.only)
        for name, when in (("seen", self.checked), ("told", self.told)):
            words += ", never " + name if math.isinf(when) else ", %s on day %.1f" % (name, when)
        return words

    def shown(self):
        return min(self.checked, self.told)


class Owner:
    """Mends what he is shown, after a time of his own."""

    def __init__(self, rng):
        self.rng = rng
        self.pace = rng.choices([1.5, 5, 15, math.inf], [35, 35, 20, 10])[0]
        self.watches = rng.random() < 0.4  # for certificates about to end

    def mends(self, shown):
        return math.inf if math.isinf(self.pace) else shown + 0.2 + self.rng.expovariate(1 / self.pace)


class Machine:
    def __init__(self):
        self.certificates = []  # (in use from, begins, ends), in order
        self.faults = []

    def certificate(self, when):
        return [held for held in self.certificates if held[0] <= when][-1]

    def use(self, certificates, missed, owner, rng):
        """Certificates of the host as they are taken up here; some not on their day."""
        for place, (since, begins, ends) in enumerate(certificates):
            if place > 0 and rng.random() < missed:
                since = owner.mends(since if owner.watches else self.certificates[-1][2])
            following = certificates[place + 1][0] if place + 1 < len(certificates) else math.inf
            if since < following:
                self.certificates.append((since, begins, ends))

    def run_out(self, lead):
        """A certificate in use past its end is a fault whose cause is the renewal that did not happen."""
        for place, (_, _, ends) in enumerate(self.certificates):
            until = self.certificates[place + 1][0] if place + 1 < len(self.certificates) else math.inf
            if until > ends:
                self.faults.append(Fault("expired", ends, until, cause=ends - lead))


class Address:
    def __init__(self, ip, machines):
        self.ip = ip
        self.machines = machines


class Host:
    """An MX host from one day to another."""

    def __init__(self, name, weight, first, last):
        self.name, self.weight, self.first, self.last = name, weight, first, last
        self.addresses = []
        self.left_out = Fault("left out of the policy", first, last)
        self.left_out.place = name

    def machines(self):
        return [machine for address in self.addresses for machine in address.machines]


def renewals(rng, owner, life, lead, neglect, horizon):
    """The certificates a host gets: (from, begins, ends); one that nobody renews is its last, or comes late."""
    begins = -rng.uniform(0, life - lead)
    certificates = [(-math.inf, begins, begins + life)]
    while True:
        ends = certificates[-1][2]
        begins = ends - lead
        if rng.random() < neglect:
            begins = owner.mends(begins if owner.watches else ends)
        if begins > horizon:
            return certificates
        certificates.append((begins, begins, begins + life))


class Builder:
    """Makes hosts, and breaks them."""

    def __init__(self, rng, owner, domain, horizon, days):
        self.rng, self.owner, self.domain, self.horizon, self.days = rng, owner, domain, horizon, days

    def host(self, number, weight, first=0.0, last=math.inf):
        rng = self.rng
        host = Host("mx%d.%s" % (number, self.domain), weight, first, last)
        machines = rng.choices([1, 2, 4], [70, 20, 10])[0]
        for place in range(rng.choices([1, 2, 3], [60, 30, 10])[0]):
            ip = "2001:db8:%d::%d" % (number + 1, place) if place == 1 else "192.0.%d.%d" % (number + 2, place + 1)
            host.addresses.append(Address(ip, [Machine() for _ in range(machines)]))
        self.certify(host)
        return host

    def certify(self, host):
        """Most renew by machine, a month ahead; some by hand, in the last days."""
        life, lead, neglect = self.rng.choices([(90, 30, 0.04), (365, self.rng.uniform(3, 20), 0.25)], [75, 25])[0]
        certificates = renewals(self.rng, self.owner, life, lead, neglect, self.horizon)
        for machine in host.machines():
            machine.use(certificates, 0.03, self.owner, self.rng)
            machine.run_out(lead)

    def damage(self, host, senders):
        rng = self.rng
        for address in host.addresses:
            if rng.random() < 0.1:  # wrong from the first day, on all machines or on one
                self.fault(address, rng.choice(["name", "untrusted", "no-starttls"]), host.first)
            if rng.random() < 0.03:  # a change went wrong
                self.fault(address, rng.choice(["name", "untrusted"]), rng.uniform(0, self.days))
            if rng.random() < 0.07:  # STARTTLS switched off, or not offered under load
                self.fault(address, "no-starttls", rng.uniform(0, self.days), share=rng.choice([1, 0.3, 0.1, 0.02]))
            if rng.random() < 0.03:  # a filter in front of the host meddles with some networks' sessions
                some = [sender for sender in senders if rng.random() < 0.3]
                self.fault(address, "no-starttls", rng.uniform(-20, self.days), only=some)
            for machine in address.machines:
                for fault in machine.faults:
                    fault.place = address.ip

    def fault(self, address, kind, start, **more):
        machines = address.machines if self.rng.random() < 0.6 else [self.rng.choice(address.machines)]
        end = self.owner.mends(max(0, start))
        for machine in machines:
            machine.faults.append(Fault(kind, start, end, **more))
        if not math.isinf(end) and self.rng.random() < 0.12:  # mended badly: the chain was forgotten
            again = self.owner.mends(end)
            for machine in machines:
                machine.faults.append(Fault("untrusted", end, again))
