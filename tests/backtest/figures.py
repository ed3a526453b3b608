"""The figures of a play, and the worlds behind each of them."""
import collections
import math
import statistics

from world import MORNING

OURS = "stsready"
STRETCH = 30        # safe days in a row that a delay is measured by
BUSY = 5            # sessions a day
MEMORY = 2          # days for which reports cannot have told yet that something was mended
MOST_LISTED = 15
MOST_FALSE = 1      # per 1,000 days promoted
FEWER = 10          # times, than the best of the others
SLOWER = 1.5        # times


class Row:
    """How one rule fared over all worlds."""

    def __init__(self, said, truths):
        self.said = sum(map(len, said))
        causes = [(truth.causes[day], day) for truth, days in zip(truths, said) for day in days if not truth.safe[day]]
        self.false = len(causes)
        self.shown = sum(fault.shown() <= day + MORNING for fault, day in causes)
        safe = sum(sum(truth.safe) for truth in truths)
        self.missed_days = (safe - (self.said - self.false)) / max(safe, 1)
        waits = [(truth, wait) for truth, days in zip(truths, said) for _, _, wait in waits_of(days, truth.safe)]
        self.delay = median([wait for _, wait in waits])
        self.busy_delay = median([wait for truth, wait in waits if truth.world.volume() >= BUSY])
        self.never = sum(math.isinf(wait) for _, wait in waits) / max(len(waits), 1)

    def per_1000(self):
        return 1000 * self.false / self.said if self.said else math.inf

    def words(self):
        return "%9d %7d %7d %10.2f %8s %8s %8.1f%% %8.1f%%" % (
            self.said, self.false, self.shown, self.per_1000(), days_words(self.delay), days_words(self.busy_delay),
            100 * self.never, 100 * self.missed_days)


def waits_of(said, safe):
    """(first, last + 1, days to the first promote) of each stretch of safe days; infinite: none came."""
    first = None
    for day, good in enumerate(safe + [False]):
        if good and first is None:
            first = day
        if not good and first is not None:
            if day - first >= STRETCH:
                yield first, day, min((one - first for one in said if first <= one < day), default=math.inf)
            first = None


def median(values):
    return statistics.median(values) if values else math.inf


def days_words(days):
    return "never" if math.isinf(days) else "%g" % days


def table(play, truths):
    safe = [day for truth in truths for day in truth.safe]
    print("%d worlds x %d days, seed %d: %d reports; %.1f %% of days were safe\n"
          % (len(truths), play.args.days, play.args.seed, play.reports, 100 * sum(safe) / max(len(safe), 1)))
    print("%-24s %9s %7s %7s %10s %8s %8s %9s %9s" % ("", "promoted", "false", "shown", "per 1,000", "delay", "busy", "never",
                                                 "missed"))
    rows = {name: Row(said, truths) for name, said in play.said.items()}
    for name, row in rows.items():
        print("%-24s %s" % (name, row.words()))
    return rows


def goals(rows):
    ours = rows[OURS]
    best = min((row for name, row in rows.items() if name != OURS), key=Row.per_1000)
    print()
    for met, words in (
            (ours.per_1000() <= MOST_FALSE, "false promotes per 1,000: %.2f, at most %d" % (ours.per_1000(), MOST_FALSE)),
            (FEWER * ours.per_1000() <= best.per_1000(), "best other: %.2f; at least %d times as many as ours"
             % (best.per_1000(), FEWER)),
            (ours.delay <= SLOWER * best.delay, "median delay: %s, at most %.1f x %s"
             % (days_words(ours.delay), SLOWER, days_words(best.delay))),
            (ours.busy_delay <= SLOWER * best.busy_delay, "the same with %d or more sessions a day: %s, at most %.1f x %s"
             % (BUSY, days_words(ours.busy_delay), SLOWER, days_words(best.busy_delay)))):
        print("%-7s %s" % ("met" if met else "missed", words))


def listed(title, rows, most=MOST_LISTED):
    print("\n%s: %d" % (title, len(rows)))
    for row in rows[:most]:
        print("  " + row)
    if len(rows) > most:
        print("  ...")


def spans(days):
    """Days in a row as words."""
    words, days = [], sorted(days)
    for place, day in enumerate(days):
        if place == 0 or days[place - 1] != day - 1:
            words.append([day, day])
        words[-1][1] = day
    return ", ".join("%d" % first if first == last else "%d to %d" % (first, last) for first, last in words)


def why(told):
    return "%s (%s)" % (told[0], " ".join(told[1]) or "no reason")


def list_false(play, truths):
    rows, kinds = [], collections.Counter()
    for truth, said in zip(truths, play.said[OURS]):
        by_cause = {}
        for day in said:
            if not truth.safe[day]:
                by_cause.setdefault(truth.causes[day], []).append(day)
                kinds[truth.causes[day].kind] += 1
        rows.extend("%s, days %s: %s" % (truth.world.domain, spans(days), fault.words())
                    for fault, days in by_cause.items())
    listed("false promotes, by world and cause", rows, play.args.list)
    print("days by kind: " + (", ".join("%s %d" % pair for pair in kinds.most_common()) or "none"))


def list_missed(play, truths):
    """What stood in the way on the last day of each stretch that had no promote."""
    rows, reasons = [], collections.Counter()
    for truth, said in zip(truths, play.said[OURS]):
        for first, end, wait in waits_of(said, truth.safe):
            if math.isinf(wait):
                told = play.told[truth.world.number][end - 1]
                reasons[why(told)] += 1
                rows.append("%s, days %d to %d, %.1f sessions a day: %s"
                            % (truth.world.domain, first, end - 1, truth.world.volume(), why(told)))
    listed("safe stretches of %d days or more without a promote" % STRETCH, rows, play.args.list)
    for reason, count in reasons.most_common(play.args.list):
        print("  %5d x %s" % (count, reason))


def list_fixes(play, truths):
    rows, behind, days = [], collections.Counter(), 0
    for truth in truths:
        told = play.told[truth.world.number]
        fixes = [day for day in range(truth.world.days) if told[day][0] == "fix"]
        false = [day for day in fixes if not truth.wrong(day - MEMORY, day + 1)]
        days += len(fixes)
        behind.update(truth.behind(day) for day in false)
        if false:
            rows.append("%s, days %s: %s; %s" % (truth.world.domain, spans(false), truth.behind(false[0]),
                                                 why(told[false[0]])))
    count = sum(behind.values())
    print("\nfix was said on %d days; on %d of them (%.1f per 1,000) nothing was wrong, nor had been for %d days"
          % (days, count, 1000 * count / max(days, 1), MEMORY))
    listed("worlds with a false fix", rows, play.args.list)
    for cause, number in behind.most_common():
        print("  %5d x %s" % (number, cause))


def asides(play, truths):
    ours = [(truth, day) for truth, said in zip(truths, play.said[OURS]) for day in said]
    print("\nof the days promoted, with enforce from then on, within two weeks")
    print("  a fault of the domain whose cause came later lost mail: %d" % sum(
        truth.later(day) is not None for truth, day in ours))
    print("  a sender's own fault of that day lost mail: %d" % sum(truth.own(day) is not None for truth, day in ours))
    verdicts = collections.Counter(told[0] for days in play.told for told in days)
    print("verdicts: " + ", ".join("%s %d" % pair for pair in verdicts.most_common()))


def tell(play, truths):
    goals(table(play, truths))
    list_false(play, truths)
    list_missed(play, truths)
    list_fixes(play, truths)
    asides(play, truths)
