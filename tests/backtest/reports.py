"""What senders report of a day, as real mails; and what forgers mail."""
import base64
import gzip
import json

AUTHSERV = "mx.receiver.example"
MAX_AGE = 86400


def policy_lines(hosts):
    return ["version: STSv1", "mode: testing", *["mx: " + host for host in hosts], "max_age: %d" % MAX_AGE]


def detail_key(sender, session):
    _, _, address, kind, _ = session
    return (kind, address.host.name, address.ip) if sender.details == "full" else (kind, None, None)


def policy_part(world, sender, policy, sessions):
    failed = [session for session in sessions if session[3] is not None]
    part = {"policy": {"policy-type": "sts", "policy-string": policy_lines(policy), "policy-domain": world.domain,
                       "mx-host": policy},
            "summary": {"total-successful-session-count": len(sessions) - len(failed),
                        "total-failure-session-count": len(failed)}}
    counts = {}
    for session in failed:
        key = detail_key(sender, session)
        counts[key] = counts.get(key, 0) + 1
    if counts and sender.details != "none":
        part["failure-details"] = [detail(*key, count) for key, count in counts.items()]
    return part


def detail(kind, host, address, count):
    entry = {"result-type": kind, "failed-session-count": count}
    if host is not None:
        entry.update({"receiving-mx-hostname": host, "receiving-ip": address})
    return entry


def no_policy_part(world, sender, sessions):
    """A sender that could not get the policy delivers all the same, and says what kept it."""
    part = {"policy": {"policy-type": "no-policy-found", "policy-domain": world.domain},
            "summary": {"total-successful-session-count": 0, "total-failure-session-count": len(sessions)}}
    if sender.details != "none":
        part["failure-details"] = [detail("sts-policy-fetch-error", None, None, len(sessions))]
    return part


def parts_of(world, sender, sessions):
    """One part for each policy that was applied on the day."""
    by_policy = {}
    for session in sessions:
        by_policy.setdefault(None if session[1] is None else tuple(session[1]), []).append(session)
    return [no_policy_part(world, sender, some) if policy is None else policy_part(world, sender, list(policy), some)
            for policy, some in by_policy.items()]


def report(name, world, dates, part, serial):
    return {"organization-name": name, "contact-info": "tls@" + name,
            "report-id": "%s-%s-%d" % (dates[0], world.domain, serial),
            "date-range": {"start-datetime": dates[0] + "T00:00:00Z", "end-datetime": dates[0] + "T23:59:59Z"},
            "policies": part}


def of_sender(world, sender, day, date):
    """(days late, signed, report) of one sender about a day."""
    sessions = [session for session in world.sessions[day] if session[0] is sender]
    if sender.style == "never" or not sessions or world.rng.random() < sender.forgets:
        return
    if sender.failures_only and all(session[3] is None for session in sessions):
        return
    pieces = [sessions[::2], sessions[1::2]] if sender.splits and len(sessions) > 1 else [sessions]
    for serial, piece in enumerate(pieces):
        yield sender.late, sender.style == "dkim", report(sender.name, world, (date,), parts_of(world, sender, piece),
                                                          serial)


def of_forger(world, day, date):
    kind, first, last = world.forgery
    if not first <= day < last:
        return
    policy = {"policy-type": "sts", "policy-domain": world.domain, "policy-string": policy_lines(world.policies[0][1])}
    host = world.hosts[0]
    if kind == "praise":
        part = {"policy": policy, "summary": {"total-successful-session-count": 5000,
                                              "total-failure-session-count": 0}}
    else:
        part = {"policy": policy, "summary": {"total-successful-session-count": 0,
                                              "total-failure-session-count": 3000},
                "failure-details": [detail("certificate-expired", host.name, host.addresses[0].ip, 3000)]}
    yield 0, False, report("forger.example", world, (date,), [part], 0)


def of_day(world, day, date):
    for sender in world.senders:
        yield from of_sender(world, sender, day, date)
    if world.forgery is not None:
        yield from of_forger(world, day, date)


def mail(world, signed, body):
    submitter = body["contact-info"].partition("@")[2]
    packed = base64.encodebytes(gzip.compress(json.dumps(body).encode(), 1, mtime=0)).decode()
    return ("Authentication-Results: %s; dkim=%s\nFrom: tls@%s\nTo: rua@%s\nMessage-ID: <%s@%s>\n"
            "Subject: Report Domain: %s Submitter: %s Report-ID: <%s>\nTLS-Report-Domain: %s\n"
            "TLS-Report-Submitter: %s\nMIME-Version: 1.0\nContent-Type: application/tlsrpt+gzip\n"
            "Content-Transfer-Encoding: base64\n\n%s"
            % (AUTHSERV, "pass header.d=" + submitter if signed else "none", submitter, world.domain,
               body["report-id"], submitter, world.domain, submitter, body["report-id"], world.domain, submitter, packed))
