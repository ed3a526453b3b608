#!/usr/bin/python3
"""A name server that answers as honest ones do not: a behaviour for each address."""
import socket
import struct
import threading

import scripted

HEADER = struct.Struct(">HHHHHH")
QR, TC, RD, RA, AA = 0x8000, 0x0200, 0x0100, 0x0080, 0x0400
SERVFAIL, REFUSED = 2, 5
TYPE_TXT, TYPE_CNAME, CLASS_IN = 16, 5, 1
TO_QUESTION = 0xC00C  # a pointer to the name in the question

FLOOD_BYTES = 10 << 20
LARGEST_MESSAGE = 65535


def question(query):
    """The question section as it came; a query without one is none."""
    end = 12
    while query[end] != 0:
        end += 1 + query[end]
    return query[12:end + 5]


def reply(query, flags, records=(), number=None):
    own = HEADER.unpack(query[:12])[0] if number is None else number
    flags |= QR | RA | (HEADER.unpack(query[:12])[1] & RD)
    return HEADER.pack(own & 0xFFFF, flags, 1, len(records), 0, 0) + question(query) + b"".join(records)


def record(kind, data):
    return struct.pack(">HHHIH", TO_QUESTION, kind, CLASS_IN, 0, len(data)) + data


def next_alias(query):
    """Of c7.REST comes c8.REST; of any other name c1.NAME."""
    name = question(query)[:-4]
    label, rest = name[1:1 + name[0]], name[1 + name[0]:]
    number = 0
    if label[:1] == b"c" and label[1:].isdigit():
        number, name = int(label[1:]), rest
    label = b"c%d" % (number + 1)
    return reply(query, AA, [record(TYPE_CNAME, bytes([len(label)]) + label + name)])


def wrong_id(query):
    text = b"v=STSv1; id=wrong;"
    return reply(query, AA, [record(TYPE_TXT, bytes([len(text)]) + text)],
                 number=HEADER.unpack(query[:12])[0] + 1)


ANSWERS = {
    "servfail": lambda query: reply(query, SERVFAIL),
    "refused": lambda query: reply(query, REFUSED),
    "silent": lambda query: None,
    "garbage": lambda query: query[:2] + scripted.noise(62),
    "wrong-id": wrong_id,
    "truncated-flood": lambda query: reply(query, TC),
    "truncated-silent": lambda query: reply(query, TC),
    "endless-cname": next_alias,
}


# ---- UDP ----

def serve_udp(listener, behaviour):
    while True:
        query, peer = listener.recvfrom(4096)
        try:
            answer = ANSWERS[behaviour](query)
            if answer is not None:
                listener.sendto(answer, peer)
        except (IndexError, struct.error, OSError):
            pass


# ---- TCP ----

def flood(connection, query):
    """10 MiB of messages as large as they can be, none of them with the right id."""
    message = wrong_id(query)
    message += bytes(LARGEST_MESSAGE - len(message))
    for _ in range(FLOOD_BYTES // LARGEST_MESSAGE + 1):
        connection.sendall(struct.pack(">H", len(message)) + message)


def serve_tcp(connection, behaviour):
    stream = connection.makefile("rb")
    while True:
        head = stream.read(2)
        if len(head) < 2:
            return
        query = stream.read(struct.unpack(">H", head)[0])
        if behaviour == "truncated-flood":
            flood(connection, query)
        answer = None if behaviour.startswith("truncated") else ANSWERS[behaviour](query)
        if answer is not None:
            connection.sendall(struct.pack(">H", len(answer)) + answer)


def main():
    told = scripted.settings()
    server = scripted.Server(serve_tcp)
    for address, behaviour in told["listen"]:
        if behaviour == "closed":
            continue
        server.add(address, told["port"], behaviour)
        listener = scripted.listening(address, told["port"], socket.SOCK_DGRAM)
        threading.Thread(target=serve_udp, args=(listener, behaviour), daemon=True).start()
    server.run()


main()
