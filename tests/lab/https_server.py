#!/usr/bin/python3
"""Policy hosts that do what no honest web server will: a behaviour for each address."""
import ssl
import time

import scripted

REQUEST_BYTES = 16384
DRIP_SECONDS = 1
PIECE = b"x-filling: " + b"x" * 1000 + b"\r\n"
HEADER_FLOOD_BYTES = 64 << 20
ENDLESS_BYTES = 1 << 30  # who reads on so far never stops


def head(length=None):
    text = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
    return text + (b"Content-Length: %d\r\n\r\n" % length if length is not None else b"\r\n")


def drip(stream, policy):
    """A byte a second, of a policy that goes on for ever."""
    stream.sendall(head())
    for byte in policy:
        stream.sendall(bytes([byte]))
        time.sleep(DRIP_SECONDS)
    while True:
        stream.sendall(b"\n")
        time.sleep(DRIP_SECONDS)


def endless(stream, policy):
    stream.sendall(head() + policy)
    for _ in range(ENDLESS_BYTES // len(PIECE)):
        stream.sendall(PIECE)


def header_flood(stream, policy):
    stream.sendall(head()[:-2])
    for _ in range(HEADER_FLOOD_BYTES // len(PIECE)):
        stream.sendall(PIECE)
    stream.sendall(b"\r\n" + policy)


def cut(stream, policy):
    """Promises the whole, sends half, and is gone."""
    stream.sendall(head(len(policy)) + policy[:len(policy) // 2])
    scripted.abort(stream)


def garbage(stream, policy):
    del policy
    stream.sendall(scripted.noise(4096))
    stream.close()


def plainly(stream, policy):
    stream.sendall(head(len(policy)) + policy)


AFTER_REQUEST = {"drip": drip, "endless": endless, "header-flood": header_flood, "cut": cut,
                 "garbage": garbage, "tls10": plainly}


def context(chain, behaviour):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if behaviour == "tls10":
        made.set_ciphers("DEFAULT:@SECLEVEL=0")  # OpenSSL 3 allows TLS 1.0 at this level only
        made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1
    made.load_cert_chain(chain)
    return made


def read_request(stream):
    request = b""
    while b"\r\n\r\n" not in request and len(request) < REQUEST_BYTES:
        piece = stream.recv(4096)
        if not piece:
            raise EOFError
        request += piece


def serve(connection, what):
    behaviour = what["behaviour"]
    if behaviour == "silent":
        scripted.hold(connection)
    elif behaviour == "plain-http":
        connection.recv(REQUEST_BYTES)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    else:
        with what["context"].wrap_socket(connection, server_side=True) as stream:
            read_request(stream)
            AFTER_REQUEST[behaviour](stream, what["policy"].encode())


def main():
    told = scripted.settings()
    server = scripted.Server(serve)
    for what in told["listen"]:
        what["context"] = context(what["chain"], what["behaviour"])
        server.add(what["address"], told["port"], what)
    server.run()


main()
