"""A web address that takes posts: keeps them, and answers as it is told."""
import hashlib
import hmac
import http.server
import json
import threading
import time

SECRET = "rather secret"


class Receiver:
    """answers: statuses to give first, then 204; "cut" ends the connection without one.  hold: seconds before each."""

    def __init__(self):
        self.answers, self.hold, self.posts, self.bad = [], 0, [], []
        self.began = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # pylint: disable=invalid-name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(self, body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d/hook" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, handler, body):
        stamp = handler.headers["X-Stsready-Timestamp"]
        want = "sha256=" + hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if handler.headers["X-Stsready-Signature"] != want or abs(time.time() - int(stamp)) > 60:
            self.bad.append(dict(handler.headers))
        answer = self.answers.pop(0) if self.answers else 204
        post = json.loads(body)
        if post["id"] != handler.headers["X-Stsready-Id"]:
            self.bad.append(dict(handler.headers))
        self.posts.append((answer, post))
        self.began.set()
        time.sleep(self.hold)
        if answer == "cut":
            handler.connection.close()
            return
        handler.send_response(answer)
        if answer == 302:
            handler.send_header("Location", self.url + "/elsewhere")
        handler.end_headers()

    def taken(self):
        """What was answered well."""
        return [post for answer, post in self.posts if answer in (200, 204)]

    def end(self):
        self.server.shutdown()
        self.server.server_close()
