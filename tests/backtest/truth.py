"""What nobody in a world can know: whether enforce, switched on on a morning, would have lost mail."""
from world import LOOKAHEAD, MORNING


class Truth:
    """Looked up in sessions that were drawn once and for all; nothing in here is an estimate."""

    def __init__(self, world):
        self.world = world
        # A sender without a policy refuses nothing (RFC 8461 5); so does one whose own fault it is, told of apart.
        self.failed = [session for day in world.sessions for session in day
                       if session.kind is not None and session.policy is not None]
        self.causes = [self.cause(day) for day in range(world.days)]
        self.safe = [cause is None for cause in self.causes]

    def refused(self, day):
        """Sessions that enforce would have turned away: those of senders who have looked since, and so know of it."""
        morning = day + MORNING
        return [session for session in self.failed
                if morning <= session.when < morning + LOOKAHEAD and session.fetched >= morning]

    def first(self, day, fits):
        return next((session.fault for session in self.refused(day) if fits(session.fault)), None)

    def cause(self, day):
        """A fault of the domain that was there already."""
        return self.first(day, lambda fault: fault.domains and fault.cause <= day + MORNING)

    def later(self, day):
        """A fault of the domain whose cause came afterwards."""
        return self.first(day, lambda fault: fault.domains and fault.cause > day + MORNING)

    def own(self, day):
        """A sender's own fault that was there already."""
        return self.first(day, lambda fault: not fault.domains and fault.cause <= day + MORNING)

    def wrong(self, first, last):
        """Whether anything was wrong on the domain's side in a time, met by anybody or not."""
        world = self.world
        for host in world.hosts:
            if host.first >= last or host.last <= first:
                continue
            if any(fault.cause < last and fault.end > first for machine in host.machines() for fault in machine.faults):
                return True
            if any(host.name not in listed for since, listed in world.policies if since < last
                   and self.served_until(since) > max(first, host.first)):
                return True
        return any(begins < last and ends > first for begins, ends, _ in world.outages)

    def served_until(self, since):
        return min((other for other, _ in self.world.policies if other > since), default=float("inf"))

    def behind(self, day):
        """What may have been reported in the last weeks, where nothing is wrong any more."""
        world = self.world
        if world.forgery is not None and world.forgery[0] == "failures" and \
                world.forgery[2] < day and world.forgery[3] > day - LOOKAHEAD - 2:
            return "forged"
        recent = [session.fault for later in world.sessions[max(0, day - LOOKAHEAD - 2):day] for session in later
                  if session.fault is not None]
        if any(not fault.domains for fault in recent):
            return "a sender's own " + next(fault.kind for fault in recent if not fault.domains)
        return "over: " + recent[-1].kind if recent else "nothing"
