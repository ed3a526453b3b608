"""Four senders of TLS reports, each with the habits of a kind that is common: what its JSON looks like,
how it packs it, and the mail it goes out in.  Names are invented; signatures are only shaped like some."""
import base64
import json
import struct
import zlib
from collections import namedtuple
from datetime import datetime, timedelta, timezone

Policy = namedtuple("Policy", "domain mode mx max_age")
# What a sender saw of a domain on a day; policy is None where it found none.
Seen = namedtuple("Seen", "domain day policy success failures")
Failure = namedtuple("Failure", "result_type mx ip sessions")
Mail = namedtuple("Mail", "arrived envelope headers body")

MULTIPART = """This is a multi-part message in MIME format.

--%(boundary)s
%(text)s
--%(boundary)s
%(part)s
--%(boundary)s--
"""


def midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc)


def stamp(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%S")


def mail_date(instant):
    return instant.strftime("%a, %d %b %Y %H:%M:%S +0000")


def noise(dice, length):
    """Bytes that a signature or an identifier could be."""
    return bytes(int(dice.random() * 256) for _ in range(length))


def folded(text, width, indent):
    return ("\n" + indent).join(text[i:i + width] for i in range(0, len(text), width))


def gzipped(data, mtime=0, system=255):
    """RFC 1952, by hand, so that the header is the sender's and not that of this Python."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (struct.pack("<BBBBIBB", 0x1F, 0x8B, 8, 0, mtime, 0, system) + deflate.compress(data)
            + deflate.flush() + struct.pack("<II", zlib.crc32(data), len(data)))


class Sender:
    """What all have in common; subclasses say the rest."""
    organization = submitter = signer = selector = address = outbound = ip = None
    hours = (2, 6)  # after midnight, when its mail arrives

    def __init__(self, dice):
        self.dice = dice

    # ---- the report ----

    def policy_lines(self, policy):
        return (["version: STSv1", "mode: " + policy.mode] + ["mx: " + mx for mx in policy.mx]
                + ["max_age: %d" % policy.max_age])

    def summary(self, seen):
        return {"total-successful-session-count": seen.success,
                "total-failure-session-count": sum(failure.sessions for failure in seen.failures)}

    def report(self, seen, number=1):
        """The JSON, as bytes."""
        raise NotImplementedError

    def report_id(self, seen, number):
        raise NotImplementedError

    # ---- the mail ----

    def file_name(self, seen, number, suffix=""):
        start = int(midnight(seen.day).timestamp())
        return "%s!%s!%d!%d%s.json.gz" % (self.submitter, seen.domain, start, start + 86399, suffix)

    def signature(self, headers):
        return ("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=%s;\n\th=%s;\n\tbh=%s;\n\tb=%s"
                % (self.signer, self.selector, headers, base64.b64encode(noise(self.dice, 32)).decode(),
                   folded(base64.b64encode(noise(self.dice, 128)).decode(), 72, "\t ")))

    def attachment(self, seen, number, body):
        """Part headers and content of the report."""
        raise NotImplementedError

    def message(self, seen, number, arrived, body):
        """Headers that the sender writes, and the body."""
        raise NotImplementedError

    def arrival(self, seen):
        first, last = self.hours
        seconds = int((first + self.dice.random() * (last - first)) * 3600)
        return midnight(seen.day + timedelta(days=1)) + timedelta(seconds=seconds)

    def mail(self, seen, number=1, later=timedelta(0), body=None):
        arrived = self.arrival(seen) + later
        headers, text = self.message(seen, number, arrived, body or self.report(seen, number))
        return Mail(arrived, self.address, headers, text)


class Larkmail(Sender):
    """Shaped like Google: minified JSON, no failure-details where nothing failed, host names with a
    trailing dot, another report-id in the subject than in the body."""
    organization, submitter, signer, selector = "Larkmail Inc.", "larkmail.example", "larkmail.example", "20260401"
    address, outbound, ip = "noreply-smtp-tls-reporting@larkmail.example", "mail-o71.larkmail.example", "192.0.2.71"
    hours = (10, 15)

    def report_id(self, seen, number):
        return "%sZ_%s" % (stamp(midnight(seen.day)), seen.domain)

    def report(self, seen, number=1):
        start = midnight(seen.day)
        policy = {"policy-type": "no-policy-found", "policy-domain": seen.domain}
        if seen.policy:
            policy = {"policy-type": "sts", "policy-string": self.policy_lines(seen.policy),
                      "policy-domain": seen.domain, "mx-host": seen.policy.mx}
        told = {"policy": policy, "summary": self.summary(seen)}
        if seen.failures:
            told["failure-details"] = [{
                "result-type": failure.result_type, "sending-mta-ip": self.ip, "receiving-ip": failure.ip,
                "receiving-mx-hostname": failure.mx + ".", "failed-session-count": failure.sessions}
                for failure in seen.failures]
        return json.dumps({
            "organization-name": self.organization,
            "date-range": {"start-datetime": stamp(start) + "Z",
                           "end-datetime": stamp(start + timedelta(seconds=86399)) + "Z"},
            "contact-info": "smtp-tls-reporting@" + self.submitter, "report-id": self.report_id(seen, number),
            "policies": [told]}, separators=(",", ":")).encode()

    def attachment(self, seen, number, body):
        name = self.file_name(seen, number, "!001")
        return ('Content-Type: application/tlsrpt+gzip; \n\tname="%s"\nContent-Disposition: attachment; \n\t'
                'filename="%s"\nContent-Transfer-Encoding: base64\n\n%s'
                % (name, name, base64.encodebytes(gzipped(body)).decode()))

    def message(self, seen, number, arrived, body):
        boundary = "000000000000" + noise(self.dice, 8).hex()
        headers = [
            self.signature("to:from:subject:message-id:tls-report-submitter:tls-report-domain\n\t :date"
                           ":mime-version"),
            "MIME-Version: 1.0", "Date: " + mail_date(arrived - timedelta(seconds=2)),
            "TLS-Report-Domain: " + seen.domain, "TLS-Report-Submitter: " + self.submitter,
            "Message-ID: <%s.%stls@%s>" % (noise(self.dice, 4).hex(), noise(self.dice, 6).hex(), self.submitter),
            "Subject: Report Domain: %s Submitter: %s Report-ID: <%sZ+%s@%s>" % (
                seen.domain, self.submitter, seen.day.strftime("%Y.%m.%dT00.00.00"), seen.domain,
                self.submitter),
            "From: " + self.address, "To: tls-reports@" + seen.domain,
            'Content-Type: multipart/report; boundary="%s"; report-type=tlsrpt' % boundary]
        return headers, MULTIPART % {
            "boundary": boundary,
            "text": 'Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes\n\n'
                    "This is an aggregate TLS report from %s\n" % self.submitter,
            "part": self.attachment(seen, number, body)}


class Meridian(Sender):
    """Shaped like Microsoft: dates without a zone, no addresses in the details, a long number as the
    report-id, a subject folded before it, an HTML part; a day later than the others."""
    organization, submitter, signer, selector = ("Meridian Mail Corporation", "meridianmail.example",
                                                 "meridianmail.example", "selector2")
    address, outbound, ip = ("tlsrpt-noreply@meridianmail.example", "mail-eu143.outbound.meridianmail.example",
                             "192.0.2.143")
    hours = (29, 46)

    def __init__(self, dice):
        super().__init__(dice)
        self.numbers = {}

    def number(self, seen):
        """100 ns since 1601, as it were: one for each report."""
        about = (seen.domain, seen.day)
        if about not in self.numbers:
            ticks = int((midnight(seen.day).timestamp() + 11644473600) * 10000000)
            self.numbers[about] = ticks + int((1 + self.dice.random()) * 1e12)
        return self.numbers[about]

    def report_id(self, seen, number):
        return "%d+%s" % (self.number(seen), seen.domain)

    def report(self, seen, number=1):
        start = midnight(seen.day)
        policy = {"policy-type": "no-policy-found", "policy-domain": seen.domain}
        if seen.policy:
            policy = {"policy-type": "sts", "policy-string": self.policy_lines(seen.policy),
                      "policy-domain": seen.domain}
        told = {"policy": policy, "summary": self.summary(seen)}
        if seen.failures:
            told["failure-details"] = [{
                "result-type": failure.result_type, "failed-session-count": failure.sessions,
                "failure-reason-code": "MX_HOSTS_MISMATCH"} for failure in seen.failures]
        return json.dumps({
            "organization-name": self.organization,
            "date-range": {"start-datetime": stamp(start), "end-datetime": stamp(start + timedelta(seconds=86399))},
            "contact-info": self.address, "report-id": self.report_id(seen, number),
            "policies": [told]}, separators=(",", ":")).encode()

    def attachment(self, seen, number, body):
        name = self.file_name(seen, number, "!%d" % self.number(seen))
        return ('Content-Type: application/tlsrpt+gzip\nContent-Description:\n %s\nContent-Disposition: '
                'attachment;\n\tfilename="%s"\nContent-Transfer-Encoding: base64\n\n%s'
                % (name, name, base64.encodebytes(gzipped(body, system=10)).decode()))

    def message(self, seen, number, arrived, body):
        boundary = "_%s_" % noise(self.dice, 16).hex()
        headers = [
            self.signature("From:Date:Subject:Message-ID:Content-Type:MIME-Version"),
            "From: <%s>" % self.address, 'To: "tls-reports@%s" <tls-reports@%s>' % (seen.domain, seen.domain),
            "Date: " + mail_date(arrived - timedelta(seconds=5)),
            "Subject: Report Domain: %s Submitter: %s Report-ID:\n %s" % (
                seen.domain, self.submitter, self.report_id(seen, number)),
            "TLS-Report-Domain: " + seen.domain, "TLS-Report-Submitter: " + self.submitter,
            "MIME-Version: 1.0", "Message-ID: <%s@%s>" % (self.report_id(seen, number), seen.domain),
            'Content-Type: multipart/report;\n\tboundary="%s"; report-type=tlsrpt' % boundary]
        return headers, MULTIPART % {
            "boundary": boundary,
            "text": 'Content-Type: text/html; charset="us-ascii"\nContent-Transfer-Encoding: quoted-printable\n\n'
                    '<html>\n<head>\n<meta http-equiv=3D"Content-Type" content=3D"text/html; charset=3Dus-ascii"=\n'
                    ">\n</head>\n<body>\n<div>This is an aggregate TLS report from %s</div>\n</body>\n</html>\n"
                    % self.submitter,
            "part": self.attachment(seen, number, body)}


class Sternpost(Sender):
    """Shaped like Postfix with tlsrpt-reporter: several reports a day where the domain's record changed,
    the whole EHLO reply as receiving-mx-helo, file names after RFC 2231, no Date of its own."""
    organization, submitter, signer, selector = ("Sternpost eG", "mta.sternpost.example", "sternpost.example",
                                                 "mail")
    address, outbound, ip = "noreply@mta.sternpost.example", "mta.sternpost.example", "192.0.2.25"
    hours = (0.2, 9)

    def report_id(self, seen, number):
        return "%sZ_idx%d_%s" % (stamp(midnight(seen.day)), number, seen.domain)

    def report(self, seen, number=1):
        start = midnight(seen.day)
        policy = {"policy-type": "no-policy-found", "policy-domain": seen.domain}
        if seen.policy:
            policy = {"policy-type": "sts", "policy-domain": seen.domain,
                      "policy-string": self.policy_lines(seen.policy), "mx-host": seen.policy.mx}
        details = [{
            "failure-reason-code": "certificate-has-expired",
            "receiving-mx-helo": "250-%s\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-STARTTLS\r\n"
                                 "250-8BITMIME\r\n250 CHUNKING" % failure.mx,
            "receiving-mx-hostname": failure.mx, "receiving-ip": failure.ip, "sending-mta-ip": self.ip,
            "result-type": failure.result_type, "failed-session-count": failure.sessions}
            for failure in seen.failures]
        return json.dumps({
            "organization-name": self.organization,
            "date-range": {"start-datetime": stamp(start) + "Z",
                           "end-datetime": stamp(start + timedelta(seconds=86399)) + "Z"},
            "contact-info": "smtp-tls-reporting@" + self.submitter,
            "policies": [{"summary": self.summary(seen), "policy": policy, "failure-details": details}],
            "report-id": self.report_id(seen, number)}).encode()

    def attachment(self, seen, number, body):
        name = self.file_name(seen, number, "!%d" % number)
        return ("Content-Type: application/tlsrpt+gzip\nContent-Transfer-Encoding: base64\nContent-Disposition: "
                "attachment;\n filename*0*=us-ascii''%s;\n filename*1*=%s\nMIME-Version: 1.0\n\n%s"
                % (name[:48].replace("!", "%21"), name[48:].replace("!", "%21"),
                   base64.encodebytes(gzipped(body, int(midnight(seen.day).timestamp()) + 90000, 3)).decode()))

    def message(self, seen, number, arrived, body):
        boundary = "===============%019d==" % int(self.dice.random() * 1e18)
        headers = [
            self.signature("Subject:From:To:Message-ID:TLS-Report-Domain\n\t :TLS-Report-Submitter"),
            "Subject: Report Domain: %s Submitter: %s Report-ID:\n <%s@%s>" % (
                seen.domain, self.submitter, self.report_id(seen, number), self.submitter),
            "From: " + self.address, "To: tls-reports@" + seen.domain,
            "Message-ID: <%d.%d@%s>" % (arrived.timestamp(), int(self.dice.random() * 1e12), self.submitter),
            "TLS-Report-Domain: " + seen.domain, "TLS-Report-Submitter: " + self.submitter,
            "TLS-Required: No", "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type="tlsrpt";\n boundary="%s"' % boundary]
        return headers, MULTIPART % {
            "boundary": boundary,
            "text": 'Content-Type: text/plain; charset="us-ascii"\nContent-Transfer-Encoding: 7bit\n\n'
                    "This is an aggregate TLS report from %s\n" % self.organization,
            "part": self.attachment(seen, number, body)}


class Fennel(Sender):
    """Shaped like Stalwart: names itself in the mail's headers only, null for all that it does not say,
    a day that ends at midnight, policy lines in an order of its own."""
    submitter, signer, selector = "fennel.example", "fennel.example", "202601r"
    address, outbound, ip = "noreply-tls@fennel.example", "mail.fennel.example", "192.0.2.200"
    hours = (0.1, 2)

    def policy_lines(self, policy):
        return (["version: STSv1", "mode: " + policy.mode, "max_age: %d" % policy.max_age]
                + ["mx: " + mx for mx in policy.mx])

    def report_id(self, seen, number):
        return "%d_%d" % (midnight(seen.day).timestamp(), zlib.crc32(seen.domain.encode()) * 2654435761)

    def report(self, seen, number=1):
        start = midnight(seen.day)
        details = [{
            "result-type": failure.result_type, "sending-mta-ip": None, "receiving-mx-hostname": failure.mx,
            "receiving-mx-helo": None, "receiving-ip": None, "failed-session-count": failure.sessions,
            "additional-information": None,
            "failure-reason-code": "MX %r not authorized by policy." % failure.mx} for failure in seen.failures]
        policy = {"policy-type": "sts" if seen.policy else "no-policy-found",
                  "policy-string": self.policy_lines(seen.policy) if seen.policy else [],
                  "policy-domain": seen.domain, "mx-host": seen.policy.mx if seen.policy else []}
        return json.dumps({
            "organization-name": None,
            "date-range": {"start-datetime": stamp(start) + "Z",
                           "end-datetime": stamp(start + timedelta(days=1)) + "Z"},
            "contact-info": None, "report-id": self.report_id(seen, number),
            "policies": [{"policy": policy, "summary": self.summary(seen), "failure-details": details}]},
            separators=(",", ":")).encode()

    def attachment(self, seen, number, body):
        name = self.file_name(seen, number)
        return ('Content-Type: application/tlsrpt+gzip; name="%s"\nContent-Disposition: attachment; filename="%s"\n'
                "Content-Transfer-Encoding: base64\n\n%s"
                % (name, name, base64.encodebytes(gzipped(body)).decode()))

    def message(self, seen, number, arrived, body):
        boundary = noise(self.dice, 12).hex()
        headers = [
            self.signature("From:To:Date:Subject:Message-ID"),
            "To: <tls-reports@%s>" % seen.domain, 'From: "Report Subsystem" <%s>' % self.address,
            "Auto-Submitted: auto-generated", "TLS-Report-Domain: " + seen.domain,
            "TLS-Report-Submitter: " + self.submitter,
            "Subject: Report Domain: %s Submitter: %s Report-ID: <%s>" % (
                seen.domain, self.submitter, self.report_id(seen, number)),
            "Message-ID: <%s@%s>" % (noise(self.dice, 10).hex(), self.outbound),
            "Date: " + mail_date(arrived - timedelta(seconds=1)), "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type="tlsrpt";\n\tboundary="%s"' % boundary]
        return headers, MULTIPART % {
            "boundary": boundary,
            "text": "Content-Type: text/plain; charset=\"utf-8\"\nContent-Transfer-Encoding: 7bit\n\n"
                    "TLS report for domain %s from %s\n" % (seen.domain, self.submitter),
            "part": self.attachment(seen, number, body)}
