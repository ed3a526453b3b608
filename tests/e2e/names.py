"""A DNS server of a test's own, which answers what it is told to."""
import socket
import struct
import threading

A, PTR, MX, TXT, AAAA = 1, 12, 15, 16, 28


class Names(threading.Thread):
    """A DNS server on a UDP port of its own: {(name, type): [data]}; what is not there is NXDOMAIN."""

    def __init__(self, records):
        super().__init__(daemon=True)
        self.records, self.silent = records, False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            question, peer = self.socket.recvfrom(4096)
            labels, at = [], 12
            while question[at]:
                labels.append(question[at + 1:at + 1 + question[at]].decode().lower())
                at += 1 + question[at]
            kind = struct.unpack("!H", question[at + 1:at + 3])[0]
            data = self.records.get((".".join(labels), kind))
            if self.silent:
                continue
            head = question[:2] + struct.pack("!HHHHH", 0x8180 | (0 if data else 3), 1, len(data or []), 0, 0)
            answers = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(one)) + one for one in data or [])
            self.socket.sendto(head + question[12:at + 5] + answers, peer)


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"
