"""A Postfix of its own that takes mail for BOXES at home.example by SMTP on loopback and delivers it to Maildirs; by
sendmail(1) as well.  Wants root, as Postfix does."""
import email
import email.policy
import glob
import os
import pwd
import socket
import subprocess
import sys
import time

from scratch import WITH_PARENT, new_folder

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lab"))
from mail_part import make_queue, may_run  # noqa: E402  pylint: disable=wrong-import-position

PATIENCE = 60
BOXES = ("ann", "bob", "carl", "dora", "emil", "fred", "gina", "stsready")
MAIN = """compatibility_level = 3.6
config_directory = {folder}/postfix
queue_directory = {folder}/queue
data_directory = {folder}/queue/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log/postfix
maillog_file_prefixes = {folder}/log
inet_protocols = ipv4
inet_interfaces = 127.0.0.1
myhostname = home.example
mynetworks = 127.0.0.0/8
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
virtual_mailbox_domains = home.example
virtual_mailbox_base = {folder}/boxes
virtual_mailbox_maps = regexp:{folder}/postfix/boxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_chain_files = {folder}/pair.pem
smtpd_recipient_restrictions = permit_mynetworks reject
"""
MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 2 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
showq unix n - n - - showq
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class MailHome:
    def __init__(self):
        self.folder, self.lock = new_folder("mail")
        os.chmod(self.folder, 0o755)
        owner = pwd.getpwnam("postfix")
        for name in ("postfix", "log", "boxes"):
            os.mkdir("%s/%s" % (self.folder, name))
        os.chown(self.folder + "/boxes", owner.pw_uid, owner.pw_gid)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = "smtp://127.0.0.1:%d" % self.port
        pair = self.folder + "/pair.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=home.example", "-keyout", pair + ".key", "-out", pair + ".crt"],
                       check=True, stderr=subprocess.DEVNULL)
        with open(pair, "w", encoding="ascii") as file:
            for part in (".key", ".crt"):
                with open(pair + part, encoding="ascii") as one:
                    file.write(one.read())
        os.chmod(pair, 0o600)
        for name, text in (("main.cf", MAIN.format(folder=self.folder, uid=owner.pw_uid, gid=owner.pw_gid)),
                           ("master.cf", MASTER.format(port=self.port)),
                           ("boxes", "".join("/^%s@home\\.example$/ %s/\n" % (box, box) for box in BOXES))):
            with open("%s/postfix/%s" % (self.folder, name), "w", encoding="ascii") as file:
                file.write(text)
        make_queue(self.folder, owner)
        for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "trace", "saved"):
            os.mkdir("%s/queue/%s" % (self.folder, name), 0o700)
            os.chown("%s/queue/%s" % (self.folder, name), owner.pw_uid, owner.pw_gid)
        os.mkdir(self.folder + "/queue/maildrop")
        subprocess.run(["chown", "postfix:postdrop", self.folder + "/queue/maildrop", ], check=True)
        os.chmod(self.folder + "/queue/maildrop", 0o730)
        subprocess.run(["chgrp", "postdrop", self.folder + "/queue/public"], check=True)
        self.process = None

    def sendmail(self):
        """A command that hands mail to this Postfix as sendmail(1) does."""
        path = self.folder + "/sendmail"
        if not os.path.exists(path):
            with open(path, "w", encoding="ascii") as file:
                file.write('#!/bin/sh\nexec /usr/sbin/sendmail -C %s/postfix "$@"\n' % self.folder)
            os.chmod(path, 0o755)
        return path

    def start(self):
        self.process = subprocess.Popen([*WITH_PARENT, "TERM", "/usr/lib/postfix/sbin/master", "-c",
                                         self.folder + "/postfix", "-d"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=[self.lock])
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as peer:
                    if peer.recv(100).startswith(b"220"):
                        return
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise AssertionError("Postfix does not answer: " + self.log())
            time.sleep(0.1)

    def log(self):
        try:
            with open(self.folder + "/log/postfix", encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return "(no log)"

    def mails(self, box):
        """What was delivered to BOX@home.example, oldest first."""
        paths = sorted(glob.glob("%s/boxes/%s/new/*" % (self.folder, box)), key=os.path.getmtime)
        found = []
        for path in paths:
            with open(path, "rb") as file:
                found.append(email.message_from_binary_file(file, policy=email.policy.default))
        return found

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=PATIENCE)
            self.process = None

    def end(self):
        self.stop()
        subprocess.run(["rm", "-rf", self.folder], check=False)


__all__ = ["MailHome", "may_run"]
