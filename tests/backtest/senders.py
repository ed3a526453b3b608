"""Those who send mail to a world: their volumes, the policy they hold, their own faults, and how they report."""
import math

from hosts import Fault

NAMES = ["google.com", "microsoft.com", "yahoo.example", "comcast.net", "mail.ru", "mimecast.example", "gmx.example",
         "small.example"]
RETRY = 1 / 24  # days until a policy that could not be had is looked for again


class Sender:
    def __init__(self, rng, name, volume, max_age, days):
        self.name, self.volume, self.max_age = name, volume, max_age
        self.only_ipv4 = rng.random() < 0.4
        self.every = rng.choices([0.5, 1, max_age], [20, 60, 20])[0]  # days between looks for a new policy
        self.cannot_fetch = rng.random() < 0.04  # a filter in front of the policy host dislikes it
        self.policy, self.fetched, self.looked, self.failing = None, -math.inf, -math.inf, None
        self.choose_style(rng)
        self.choose_faults(rng, days)

    def choose_style(self, rng):
        self.style = rng.choices(["dkim", "mail", "file", "never"], [66, 14, 5, 15])[0]
        self.failures_only = rng.random() < 0.05
        self.details = rng.choices(["full", "no-place", "none"], [80, 14, 6])[0]
        self.shape = rng.choice(["google", "microsoft", "stalwart", "mox"])
        self.late = rng.choices([0, 1, 2], [70, 20, 10])[0]
        self.very_late = rng.choice([0, 0, 0.01])
        self.forgets = rng.choice([0, 0, 0, 0.05])
        self.files = 2 if rng.random() < 0.1 else 1  # a day
        self.tells_fetch = rng.random() < 0.5  # counts a failed look as a failed session, though it holds a policy
        self.does_dane = rng.random() < 0.3

    def choose_faults(self, rng, days):
        """Spells in which no certificate holds for it; roots of its own that are too old; now and then a session."""
        self.own = []
        if rng.random() < 0.1:
            first = rng.uniform(0, days)
            self.own.append(Fault("spell", first, first + rng.uniform(0.2, 3), domains=False))
        if rng.random() < 0.01:
            self.own.append(Fault("old roots", -math.inf, math.inf, domains=False))
        self.slips = rng.choice([0, 0, 0, 0, 0.0005])

    def look(self, world, when):
        """Looks for the policy when it is time; holds the old one while none can be had, until its max_age."""
        if self.policy is not None and when - self.fetched >= self.max_age:
            self.policy = None
        if when - self.looked < (self.every if self.failing is None else RETRY):
            return None
        self.looked = when
        self.failing = "sts-policy-fetch-error" if self.cannot_fetch else world.policy_trouble(when)
        if self.failing is None:
            self.policy, self.fetched = world.policy_served(when), when
        return self.failing

    def own_fault(self, when, rng):
        """(result type, fault) of the sender's own making."""
        for fault in self.own:
            if fault.start <= when < fault.end:
                return "certificate-not-trusted", fault
        if self.slips and rng.random() < self.slips:
            return "starttls-not-supported", Fault("slip", when, when, domains=False)
        return None, None


def make(rng, max_age, days):
    total = min(400, rng.lognormvariate(2.3, 1.3))  # sessions a day
    shares = sorted((rng.paretovariate(0.9) for _ in range(rng.randint(2, 8))), reverse=True)
    return [Sender(rng, NAMES[place], total * share / sum(shares), max_age, days) for place, share in enumerate(shares)]
