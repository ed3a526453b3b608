"""What the scripted servers have in common: listening at many addresses, a thread a connection."""
import json
import random
import selectors
import socket
import sys
import threading

MOST_CONNECTIONS = 1000
LIFETIME = 600  # seconds of a connection, however long its behaviour would go on
BACKLOG = 512


def settings():
    """What lab wrote for this server: the file is the only operand."""
    with open(sys.argv[1]) as file:
        return json.load(file)


def listening(address, port, kind=socket.SOCK_STREAM):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    if kind == socket.SOCK_STREAM:
        listener.listen(BACKLOG)
    return listener


def abort(connection):
    """Closes with a reset, as a process that dies does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


def noise(length):
    """Bytes that are no protocol at all: the same on each run."""
    return random.Random(length).randbytes(length)


def hold(connection, patience=LIFETIME):
    """Says nothing until the other side goes."""
    connection.settimeout(patience)
    while connection.recv(4096):
        pass


class Server:
    """Calls serve(connection, what) in a thread for each connection to a listener."""

    def __init__(self, serve):
        self.serve = serve
        self.selector = selectors.DefaultSelector()
        self.room = threading.BoundedSemaphore(MOST_CONNECTIONS)

    def add(self, address, port, what):
        listener = listening(address, port)
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ, what)

    def _one(self, connection, what):
        try:
            connection.settimeout(LIFETIME)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.serve(connection, what)
        except (OSError, EOFError):  # ssl.SSLError is an OSError: the other side went, or gave up
            pass
        finally:
            connection.close()
            self.room.release()

    def _accept(self, listener, what):
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        if not self.room.acquire(blocking=False):
            connection.close()
            return
        threading.Thread(target=self._one, args=(connection, what), daemon=True).start()

    def run(self):
        while True:
            for key, _ in self.selector.select():
                self._accept(key.fileobj, key.data)
