"""What senders report of a day, each in its way, as real mails and files; and what forgers mail."""
import base64
import collections
import gzip
import json

AUTHSERV = "mx.receiver.example"

# signed: whose DKIM signature passes, None: none; style "file": an operator's own import.
Report = collections.namedtuple("Report", "late style signed body")


def policy_lines(world, hosts):
    return ["version: STSv1", "mode: testing", *["mx: " + host for host in hosts],
            "max_age: %d" % (world.max_age * 86400)]


# ---- the parts of a report ----

def kind_of(sender, session):
    """The result type under which a session is counted as failed; None: it is counted as good."""
    return session.kind or (session.fetch if sender.tells_fetch else None)


def places(sender, session, kind):
    """Where it failed, as far as it is told."""
    if sender.details != "full" or kind != session.kind:
        return kind, None, None
    return kind, session.host.name, session.address.ip


def summary(good, failed):
    return {"total-successful-session-count": good, "total-failure-session-count": failed}


def detail(kind, host, address, count):
    entry = {"result-type": kind, "failed-session-count": count}
    if host is not None:
        entry.update({"receiving-mx-hostname": host, "receiving-ip": address})
    return entry


def policy_part(world, sender, listed, sessions):
    failed = collections.Counter(places(sender, session, kind_of(sender, session)) for session in sessions
                                 if kind_of(sender, session))
    total = sum(failed.values())
    part = {"policy": {"policy-type": "sts", "policy-string": policy_lines(world, listed), "mx-host": list(listed),
                       "policy-domain": world.domain},
            "summary": summary(len(sessions) - total, total)}
    if failed and sender.details != "none":
        part["failure-details"] = [detail(*key, count) for key, count in failed.items()]
    return part


def no_policy_part(world, sender, sessions):
    """A sender that could not get the policy delivers all the same, and says what kept it."""
    part = {"policy": {"policy-type": "no-policy-found", "policy-domain": world.domain},
            "summary": summary(0, len(sessions))}
    if sender.details != "none":
        part["failure-details"] = [detail(sessions[0].fetch, None, None, len(sessions))]
    return part


def tlsa_part(world, sessions):
    """The same sessions once more: DANE asks for the key alone, and that is right."""
    return {"policy": {"policy-type": "tlsa", "policy-string": ["3 1 1 " + "ab" * 32], "policy-domain": world.domain,
                       "mx-host": [world.hosts[0].name]}, "summary": summary(len(sessions), 0)}


def parts_of(world, sender, sessions):
    """One part for each policy that was applied on the day."""
    by_policy = {}
    for session in sessions:
        by_policy.setdefault(None if session.policy is None else tuple(session.policy), []).append(session)
    for listed, some in by_policy.items():
        yield no_policy_part(world, sender, some) if listed is None else policy_part(world, sender, listed, some)
    if world.signs and sender.does_dane:
        yield tlsa_part(world, sessions)


# ---- each sender's way ----

def dress_google(part):
    if "policy-string" in part["policy"]:
        part["policy"]["policy-string"] = [line + "\r" for line in part["policy"]["policy-string"]]


def dress_microsoft(part):
    part["policy"].pop("mx-host", None)
    for entry in part.get("failure-details", []):
        entry["failure-reason-code"] = ("MX_HOSTS_MISMATCH" if entry["result-type"] == "validation-failure"
                                        else "VALIDATION_FAILURE")


def dress_stalwart(part):
    part.setdefault("failure-details", [])
    for entry in part["failure-details"]:
        for name in ("sending-mta-ip", "receiving-mx-hostname", "receiving-ip", "additional-information"):
            entry.setdefault(name, None)


def dress_mox(part):
    for entry in part.get("failure-details", []):
        entry.update({"sending-mta-ip": "203.0.113.7", "receiving-mx-helo": "", "additional-information": "",
                      "failure-reason-code": ""})


DRESS = {"google": dress_google, "microsoft": dress_microsoft, "stalwart": dress_stalwart, "mox": dress_mox}


def report(name, world, date, parts, serial, shape="mox"):
    zone = "" if shape == "microsoft" else "Z"
    for part in parts:
        DRESS[shape](part)
    return {"organization-name": name, "contact-info": None if shape == "stalwart" else "tls@" + name,
            "report-id": "%s-%s-%s-%d" % (date, world.domain, name, serial),
            "date-range": {"start-datetime": date + "T00:00:00" + zone, "end-datetime": date + "T23:59:59" + zone},
            "policies": parts}


def of_sender(world, sender, day, date):
    """Reports of one sender about a day."""
    rng = world.rng
    sessions = [session for session in world.sessions[day] if session.sender is sender]
    if sender.style == "never" or not sessions or rng.random() < sender.forgets:
        return
    if sender.failures_only and all(session.kind is None for session in sessions):
        return
    late = rng.randrange(3, 25) if rng.random() < sender.very_late else sender.late
    for serial in range(sender.files):
        piece = sessions[serial::sender.files]
        for fault in {session.fault for session in piece if session.fault is not None}:
            fault.told = min(fault.told, day + 1 + late)
        if piece:
            body = report(sender.name, world, date, list(parts_of(world, sender, piece)), serial, sender.shape)
            yield Report(late, sender.style, sender.name if sender.style == "dkim" else None, body)


def of_forger(world, day, date):
    kind, way, first, last = world.forgery
    if not first <= day < last:
        return
    policy = {"policy-type": "sts", "policy-domain": world.domain,
              "policy-string": policy_lines(world, world.policies[0][1])}
    host = world.hosts[0]
    if kind == "praise":
        part = {"policy": policy, "summary": summary(5000, 0)}
    else:
        part = {"policy": policy, "summary": summary(0, 3000),
                "failure-details": [detail("certificate-expired", host.name, host.addresses[0].ip, 3000)]}
    # a copy goes by the name, and the report-id, of the largest sender
    name = world.senders[0].name if way == "copy" else "forger.example"
    yield Report(0, "mail", name if way == "signed" else None, report(name, world, date, [part], 0))


def of_day(world, day, date):
    for sender in world.senders:
        yield from of_sender(world, sender, day, date)
    if world.forgery is not None:
        yield from of_forger(world, day, date)


def mail(world, told):
    body, submitter = told.body, told.body["organization-name"]
    packed = base64.encodebytes(gzip.compress(json.dumps(body).encode(), 1, mtime=0)).decode()
    return ("Authentication-Results: %s; dkim=%s\nFrom: tls@%s\nTo: rua@%s\nMessage-ID: <%s@%s>\n"
            "Subject: Report Domain: %s Submitter: %s Report-ID: <%s>\nTLS-Report-Domain: %s\n"
            "TLS-Report-Submitter: %s\nMIME-Version: 1.0\nContent-Type: application/tlsrpt+gzip\n"
            "Content-Transfer-Encoding: base64\n\n%s"
            % (AUTHSERV, "pass header.d=" + told.signed if told.signed else "none", submitter, world.domain,
               body["report-id"], submitter, world.domain, submitter, body["report-id"], world.domain, submitter, packed))
