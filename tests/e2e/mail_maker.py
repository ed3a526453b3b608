"""Makes mailed TLS reports in numbers, each different, for tests and benchmarks."""
import base64
import gzip
import json
import os
import time

FIRST_DAY = 1767225600  # 2026-01-01
DOMAINS, SENDERS = 50, 4


def successes(number):
    """Sessions that succeeded, as report `number` says."""
    return number % 97 + 1


def report(number, details):
    domain = "domain%d.example" % (number % DOMAINS)
    sender = "sender%d.example" % (number // DOMAINS % SENDERS)
    day = FIRST_DAY + 86400 * (number // (DOMAINS * SENDERS))
    date = time.strftime("%Y-%m-%d", time.gmtime(day))
    return domain, sender, day, {
        "organization-name": "Sender Number %d" % (number // DOMAINS % SENDERS),
        "date-range": {"start-datetime": date + "T00:00:00Z", "end-datetime": date + "T23:59:59Z"},
        "contact-info": "smtp-tls-reporting@" + sender,
        "report-id": "%sT00:00:00Z_%s_%d" % (date, domain, number),
        "policies": [{
            "policy": {"policy-type": "sts", "policy-domain": domain, "policy-string": [
                "version: STSv1", "mode: testing", "mx: mx1." + domain, "max_age: 86400"],
                "mx-host": ["mx1." + domain]},
            "summary": {"total-successful-session-count": successes(number),
                        "total-failure-session-count": details},
            **({"failure-details": [{
                "result-type": "certificate-expired", "sending-mta-ip": "192.0.2.%d" % (i % 250),
                "receiving-mx-hostname": "mx%d.%s" % (i % 3 + 1, domain),
                "receiving-mx-helo": "mx%d.%s" % (i % 3 + 1, domain),
                "receiving-ip": "198.51.100.%d" % (i % 40), "failed-session-count": 1,
                "failure-reason-code": "X509_V_ERR_CERT_HAS_EXPIRED"} for i in range(details)]}
               if details else {})}]}


def message(number, details=0):
    domain, sender, day, body = report(number, details)
    packed = base64.encodebytes(gzip.compress(json.dumps(body).encode(), 6, mtime=0)).decode()
    name = "%s!%s!%d!%d!%d.json.gz" % (sender, domain, day, day + 86399, number)
    return ("Return-Path: <tlsrpt@%s>\nReceived: from out.%s (out.%s [192.0.2.1]) by mx.example.net;"
            " Mon, 02 Mar 2026 03:00:00 +0000\nFrom: tlsrpt@%s\nTo: rua@%s\n"
            "Subject: Report Domain: %s Submitter: %s Report-ID: <%d@%s>\nTLS-Report-Domain: %s\n"
            "TLS-Report-Submitter: %s\nMIME-Version: 1.0\nContent-Type: multipart/report;"
            " report-type=\"tlsrpt\"; boundary=\"=-b%d\"\n\n--=-b%d\nContent-Type: text/plain\n\n"
            "This is an aggregate TLS report from %s\n\n--=-b%d\nContent-Type: application/tlsrpt+gzip\n"
            "Content-Transfer-Encoding: base64\nContent-Disposition: attachment;\n filename=\"%s\"\n\n"
            "%s\n--=-b%d--\n" % (sender, sender, sender, sender, domain, domain, sender, number, sender,
                                 domain, sender, number, number, sender, number, name, packed, number))


def make_maildir(folder, messages, details=0):
    for part in ("tmp", "new", "cur"):
        os.makedirs(os.path.join(folder, part))
    for number in range(messages):
        with open(os.path.join(folder, "new", "1767225600.M%06dP1.host" % number), "w") as file:
            file.write(message(number, details))
