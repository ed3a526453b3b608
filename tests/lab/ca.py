"""The lab's certificate authority: a root, an intermediate, and certificates good and bad.

Each certificate becomes one PEM file in the order that Postfix, nginx and Python's ssl all take: the
key, the certificate, the intermediate.  Keys are ECDSA P-256."""
import datetime
import hashlib
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)

# Days from now: when a certificate begins and ends.  Root and intermediate hold for all of them, so
# that the only fault of an expired certificate is its own date.
DATES = {"expired": (-100, -10), "future": (10, 100), "expiring": (-85, 5), "all-wrong": (-100, -10)}
USUAL_DATES = (-1, 89)
AUTHORITY_DATES = (-400, 3650)

KINDS = ("good", "expired", "future", "expiring", "self-signed", "wrong-name", "cn-only",
         "no-intermediate", "all-wrong")


def common_name(text):
    # RFC 5280: at most 64 characters; nobody looks at it where there are DNS names
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def pem(thing):
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(serialization.Encoding.PEM)
    return thing.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                               serialization.NoEncryption())


def spki_sha256(certificate):
    """What a TLSA record with selector 1 and matching type 1 holds, in hexadecimal digits."""
    spki = certificate.public_key().public_bytes(serialization.Encoding.DER,
                                                 serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def write_private(path, data):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)


class Authority:
    def __init__(self, folder, now=None):
        self.folder = folder
        self.now = now or datetime.datetime.utcnow().replace(microsecond=0)
        os.makedirs(folder, exist_ok=True)
        self.root_key, self.root = self._authority("Lab Root CA", None, 1)
        self.key, self.intermediate = self._authority("Lab Intermediate CA", (self.root_key, self.root), 0)
        self.root_file = os.path.join(folder, "root.pem")
        with open(self.root_file, "wb") as file:
            file.write(pem(self.root))

    def _builder(self, name, key, dates, issuer):
        return (x509.CertificateBuilder().subject_name(common_name(name)).issuer_name(issuer)
                .public_key(key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(self.now + dates[0] * DAY).not_valid_after(self.now + dates[1] * DAY))

    def _authority(self, name, above, path_length):
        key = ec.generate_private_key(ec.SECP256R1())
        above_key, above_name = (above[0], above[1].subject) if above else (key, common_name(name))
        builder = self._builder(name, key, AUTHORITY_DATES, above_name)
        builder = builder.add_extension(x509.BasicConstraints(True, path_length), critical=True)
        builder = builder.add_extension(
            x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
                                        critical=False)
        return key, builder.sign(above_key, hashes.SHA256())

    def certificate(self, names, kind="good", key=None):
        """A key and a certificate for names; the kind is one of KINDS."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        alone = kind in ("self-signed", "all-wrong")
        if kind in ("wrong-name", "all-wrong"):
            names = ["elsewhere.lab.test"]
        issuer = common_name(names[0]) if alone else self.intermediate.subject
        builder = self._builder(names[0], key, DATES.get(kind, USUAL_DATES), issuer)
        builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
                                        critical=False)
        if kind != "cn-only":
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        return key, builder.sign(key if alone else self.key, hashes.SHA256())

    def chain(self, names, kind="good", key=None):
        """The PEM of key, certificate and what else is sent; and the certificate."""
        key, certificate = self.certificate(names, kind, key)
        alone = kind in ("self-signed", "all-wrong", "no-intermediate")
        rest = b"" if alone else pem(self.intermediate)
        return pem(key) + pem(certificate) + rest, certificate

    def issue(self, file_name, names, kind="good"):
        """Writes FILE_NAME.pem into the folder; returns its path and the certificate."""
        data, certificate = self.chain(names, kind)
        path = os.path.join(self.folder, file_name + ".pem")
        write_private(path, data)
        return path, certificate
