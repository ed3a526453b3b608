#!/usr/bin/python3
"""Writes the sample mailbox that ships as contrib/sample/reports.mbox: nine and a half weeks of reports
by four senders about three domains.

usage: make_sample.py [--seed N] [--start YYYY-MM-DD] > reports.mbox

The same seed and start give the same bytes.  What the reports tell:
  kestrel.example  good volume, no failure in all that time: ready to enforce
  thistle.example  clean as well, but few sessions, and a policy that is young: must wait
  lantern.example  the certificate of its second MX expired (two senders see it), and a third MX is not in
                   the policy (the two others see that): must be mended first
Among them are reports that came twice, a day with two reports of one sender, a forged report that came
before the genuine one, and a mail that is no report."""
import argparse
import random
import sys
from datetime import date, timedelta

from senders import (Failure, Fennel, Larkmail, Mail, Meridian, Policy, Seen, Sternpost, mail_date, midnight,
                     noise)

RECEIVER = "mx.example.net"  # whose Authentication-Results are to be trusted
DAYS = 66

KESTREL = Policy("kestrel.example", "testing", ("mx1.kestrel.example", "mx2.kestrel.example"), 86400)
LANTERN = Policy("lantern.example", "testing", ("mx1.lantern.example", "mx2.lantern.example"), 604800)
THISTLE = Policy("thistle.example", "testing", ("mail.thistle.example",), 86400)

# Sessions on a weekday, by sender.
VOLUME = {
    KESTREL: {Larkmail: 48, Meridian: 30, Sternpost: 7, Fennel: 2.5},
    LANTERN: {Larkmail: 20, Meridian: 14, Sternpost: 5, Fennel: 2},
    THISTLE: {Larkmail: 1.2, Meridian: 0.5, Sternpost: 0.3},
}
WEEKEND = 0.35

# What happens on which day, counted from the start.
CERTIFICATE_EXPIRES = 43  # of lantern's second MX
THIRD_MX = 51             # of lantern enters the DNS
RECORD_CHANGES = 30       # kestrel's TLSRPT record, so that one sender reports twice that day
THISTLE_RECORD = 48       # thistle asks for reports
THISTLE_POLICY = 55       # and publishes a policy
FORGERY = 63
SENT_AGAIN = {(Larkmail, KESTREL, 12), (Larkmail, LANTERN, 47), (Sternpost, KESTREL, 20), (Fennel, LANTERN, 33)}


class Story:
    """Everything that happened, as mails."""

    def __init__(self, seed, start):
        self.dice = random.Random(seed)
        self.start = start
        self.senders = [kind(self.dice) for kind in (Larkmail, Meridian, Sternpost, Fennel)]

    def draw(self, mean):
        """A number around mean, never negative."""
        trials = 2 * max(2, round(mean))
        return sum(self.dice.random() < mean / trials for _ in range(trials))

    def failures(self, sender, policy, day, sessions):
        """What of the sessions failed: a sender notices what its kind of software checks."""
        if policy is not LANTERN:
            return []
        if isinstance(sender, (Larkmail, Sternpost)) and day >= CERTIFICATE_EXPIRES:
            failed = min(sessions, self.draw(0.5 + sessions * 0.05))
            told = Failure("certificate-expired", "mx2.lantern.example", "198.51.100.26", failed)
        elif isinstance(sender, (Meridian, Fennel)) and day >= THIRD_MX:
            failed = min(sessions, self.draw(0.5 + sessions * 0.1))
            told = Failure("validation-failure", "mx3.lantern.example", "198.51.100.27", failed)
        else:
            return []
        return [told] if failed else []

    def seen(self, sender, policy, day):
        """What a sender saw of a domain on a day; None where it had no mail for it."""
        when = self.start + timedelta(days=day)
        mean = VOLUME[policy].get(type(sender), 0) * (WEEKEND if when.weekday() >= 5 else 1)
        sessions = self.draw(mean) if mean else 0
        if not sessions or (policy is THISTLE and day < THISTLE_RECORD):
            return None
        failures = self.failures(sender, policy, day, sessions)
        in_force = None if policy is THISTLE and day < THISTLE_POLICY else policy
        failed = sum(failure.sessions for failure in failures)
        return Seen(policy.domain, when, in_force, sessions - failed, failures)

    def day_mails(self, sender, policy, day):
        seen = self.seen(sender, policy, day)
        if not seen:
            return
        yield genuine(self.dice, sender, seen)
        if isinstance(sender, Sternpost) and policy is KESTREL and day == RECORD_CHANGES:
            yield genuine(self.dice, sender, seen._replace(success=2), number=2)
        if (type(sender), policy, day) in SENT_AGAIN:
            yield genuine(self.dice, sender, seen, later=timedelta(hours=7))
        if isinstance(sender, Larkmail) and policy is KESTREL and day == FORGERY:
            yield forged(self.dice, sender, seen)

    def mails(self):
        found = [mail for day in range(DAYS) for policy in VOLUME for sender in self.senders
                 for mail in self.day_mails(sender, policy, day)]
        found.append(question(self.dice, self.start))
        last = midnight(self.start + timedelta(days=DAYS))
        return sorted((mail for mail in found if mail.arrived < last + timedelta(days=1)),
                      key=lambda mail: mail.arrived)


# ---- what the receiving system writes on top ----

def received(dice, mail, host, ip, recipient, verdicts):
    """Headers of the receiving system, then the sender's: the way Postfix with milters stacks them."""
    return mail._replace(headers=[
        "Return-Path: <%s>" % mail.envelope, "Delivered-To: " + recipient,
        "Received: from %s (%s [%s])\n\tby %s (Postfix) with ESMTPS id %s\n\tfor <%s>; %s" % (
            host, host, ip, RECEIVER, noise(dice, 5).hex().upper(), recipient, mail_date(mail.arrived)),
        "Authentication-Results: %s;\n\t%s" % (RECEIVER, ";\n\t".join(verdicts))] + mail.headers)


def genuine(dice, sender, seen, number=1, later=timedelta(0)):
    mail = sender.mail(seen, number, later)
    return received(dice, mail, sender.outbound, sender.ip, "tls-reports@" + seen.domain, [
        "dkim=pass header.d=%s header.i=@%s header.s=%s" % (
            sender.signer, sender.signer, sender.selector),
        "spf=pass smtp.mailfrom=" + mail.envelope, "dmarc=pass header.from=" + sender.address.split("@")[1]])


def forged(dice, sender, seen):
    """Says under the sender's name that an MX has no STARTTLS, unsigned, early in the morning; brings an
    Authentication-Results header along that claims otherwise."""
    lie = seen._replace(success=0, failures=[
        Failure("starttls-not-supported", "mx1.kestrel.example", "198.51.100.11", 400)])
    mail = sender.mail(lie)
    early = midnight(seen.day + timedelta(days=1)) + timedelta(hours=1, minutes=7)
    headers = [header for header in mail.headers if not header.startswith("DKIM-Signature")]
    claim = "Authentication-Results: %s;\n\tdkim=pass header.d=%s" % (RECEIVER, sender.signer)
    hop = "Received: from localhost (localhost [127.0.0.1])\n\tby bulk.invalid (Postfix) with ESMTP; %s" % (
        mail_date(early))
    return received(dice, mail._replace(arrived=early, headers=[hop, claim] + headers), "bulk.invalid",
                    "203.0.113.66", "tls-reports@" + seen.domain,
                    ["dkim=none", "spf=fail smtp.mailfrom=" + mail.envelope, "dmarc=fail header.from="
                     + sender.submitter])


def question(dice, start):
    """A mail that is no report."""
    arrived = midnight(start + timedelta(days=9)) + timedelta(hours=8, minutes=41)
    headers = ["From: Robin <robin@sternpost.example>", "To: tls-reports@kestrel.example",
               "Subject: Is this the right address?", "Date: " + mail_date(arrived),
               "Message-ID: <%s@sternpost.example>" % noise(dice, 8).hex(), "MIME-Version: 1.0",
               "Content-Type: text/plain; charset=us-ascii"]
    mail = Mail(arrived, "robin@sternpost.example", headers,
                "Hello,\n\nwe sent a TLS report to this address. Does somebody read them?\n\nRobin\n")
    return received(dice, mail, "mta.sternpost.example", "192.0.2.25", "tls-reports@kestrel.example",
                    ["dkim=pass header.d=sternpost.example"])


def mbox(mails):
    """mboxrd: a "From " line before each, an empty line after; no line of these needs quoting."""
    for mail in mails:
        yield "From %s %s\n%s\n\n%s\n" % (mail.envelope, mail.arrived.strftime("%a %b %e %H:%M:%S %Y"),
                                          "\n".join(mail.headers), mail.body)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=8460)
    parser.add_argument("--start", type=date.fromisoformat, default=date(2026, 9, 15))
    options = parser.parse_args()
    sys.stdout.writelines(mbox(Story(options.seed, options.start).mails()))


if __name__ == "__main__":
    main()
