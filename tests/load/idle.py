#!/usr/bin/python3
"""Idle TLS connections held open against a running stsreadyd: what each costs, and how long a normal sender
waits meanwhile.

usage: idle.py PORT PID [CONNECTIONS]    (start stsreadyd with --connections-per-address 60000 and a
--header-timeout longer than opening them takes)"""
import resource
import socket
import ssl
import sys
import time

REPORT = (b'{"date-range":{"start-datetime":"2026-03-01T00:00:00Z","end-datetime":"2026-03-01T23:59:59Z"},'
          b'"report-id":"idle-%d","policies":[{"policy":{"policy-type":"sts","policy-domain":"idle.example"},'
          b'"summary":{"total-successful-session-count":1,"total-failure-session-count":0}}]}')


def resident(pid):
    """KiB."""
    with open("/proc/%s/status" % pid) as status:
        return int(next(line for line in status if line.startswith("VmRSS")).split()[1])


def main():
    port, pid, count = int(sys.argv[1]), sys.argv[2], int((sys.argv + ["5000"])[3])
    context = ssl._create_unverified_context()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)

    def connect():
        return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 20))
    before = resident(pid)
    held = [connect() for _ in range(count)]
    after = resident(pid)
    began = time.monotonic()
    with connect() as sender:
        body = REPORT % time.time_ns()
        sender.sendall(b"POST /v1/tlsrpt HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        answer = sender.recv(4096).split(b"\r\n")[0].decode()
    took = time.monotonic() - began
    alive = 0
    for peer in held:
        peer.settimeout(0)
        try:
            alive += peer.recv(1) != b""
        except ssl.SSLWantReadError:
            alive += 1
        except OSError:
            pass
    print("%d of %d connections alive, %.1f KiB each; a sender among them: %s in %.0f ms"
          % (alive, count, (after - before) / count, answer, took * 1000))


if __name__ == "__main__":
    main()
