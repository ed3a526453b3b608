"""Domains by the thousand for tests of speed: each with a policy host, a certificate and records of its
own; the MX hosts are a pool that they share."""
import multiprocessing
import os

from cryptography.hazmat.primitives.asymmetric import ec

import plan as places
from ca import write_private
from dns_part import TTL, ZONE_HEAD
from postures import GOOD_STS, GOOD_TLSRPT, lines

ZONE = "bulk.test"
MX_PREFIX = "127.26.%d.%d"
HOSTS_A_DOMAIN = 2
WORKERS = 2

# nginx reads the certificate of a name when it is asked for: ten thousand at once would be 300 MiB.
SERVER = """    server {{
        listen {address}:{port} ssl;
        server_name "~^mta-sts\\.(?<bulk>d[0-9]+)\\.bulk\\.test$";
        ssl_certificate {folder}/certs/bulk/$ssl_server_name.pem;
        ssl_certificate_key {folder}/certs/bulk/$ssl_server_name.pem;
        location = /.well-known/mta-sts.txt {{
            types {{ }}
            default_type text/plain;
            alias {folder}/www/bulk/$bulk;
        }}
        location / {{ return 404; }}
    }}
"""


class Bulk:
    """So many domains; pairs of MX hosts, of which domain i has the pair i modulo pairs."""

    def __init__(self, folder, authority, count, pairs):
        self.folder, self.authority, self.count = folder, authority, count
        self.pairs = max(1, min(pairs, count))
        width = max(4, len(str(count)))
        self.labels = ["d%0*d" % (width, number) for number in range(1, count + 1)]
        self.hosts = ["mx%d.mx.%s" % (number + 1, ZONE) for number in range(HOSTS_A_DOMAIN * self.pairs)]
        self.addresses = [MX_PREFIX % (number // 250, number % 250 + 1) for number in range(len(self.hosts))]

    def names(self):
        return ["%s.%s" % (label, ZONE) for label in self.labels]

    def hosts_of(self, number):
        begin = HOSTS_A_DOMAIN * (number % self.pairs)
        return self.hosts[begin:begin + HOSTS_A_DOMAIN]

    def zone(self):
        text = [ZONE_HEAD.format(zone=ZONE, ttl=TTL)]
        text += ["%s. A %s" % pair for pair in zip(self.hosts, self.addresses)]
        for number, label in enumerate(self.labels):
            text += ["%s MX %d %s." % (label, 10 * (1 + index), host)
                     for index, host in enumerate(self.hosts_of(number))]
            text.append('_mta-sts.%s TXT "%s"' % (label, GOOD_STS))
            text.append('_smtp._tls.%s TXT "%s"' % (label, GOOD_TLSRPT))
            text.append("mta-sts.%s A %s" % (label, places.WEB))
        return "\n".join(text) + "\n"

    def _write_some(self, key, begin):
        for number in range(begin, self.count, WORKERS):
            label = self.labels[number]
            name = "mta-sts.%s.%s" % (label, ZONE)
            chain, _ = self.authority.chain([name], key=key)
            write_private("%s/certs/bulk/%s.pem" % (self.folder, name), chain)
            with open("%s/www/bulk/%s" % (self.folder, label), "wb") as file:
                file.write(lines("version: STSv1", "mode: testing",
                                 *("mx: " + host for host in self.hosts_of(number)), "max_age: 604800"))

    def write(self):
        """Certificates and policies.  The certificates differ, their key does not: nobody looks at that."""
        places.make_folders(self.folder, "certs/bulk", "www/bulk")
        key = ec.generate_private_key(ec.SECP256R1())
        workers = [multiprocessing.Process(target=self._write_some, args=(key, begin))
                   for begin in range(WORKERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if any(worker.exitcode for worker in workers):
            raise RuntimeError("could not write the bulk domains' certificates")
        with open(os.path.join(self.folder, "bulk-domains"), "w") as file:
            file.write("\n".join(self.names()) + "\n")

    def web_server(self, address, port):
        return SERVER.format(folder=self.folder, address=address, port=port)

    def smtp_settings(self, port):
        chain, _ = self.authority.issue("mx-bulk", ["*.mx." + ZONE])
        return {"port": port, "listen": [{"address": address, "behaviour": "honest", "chain": chain}
                                         for address in self.addresses]}
