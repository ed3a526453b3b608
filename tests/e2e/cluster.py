"""A private PostgreSQL server for one test: a folder and a Unix socket of its own, gone afterwards."""
import atexit
import os
import shutil
import signal
import subprocess
import time

from scratch import WITH_PARENT, new_folder

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE = 60  # seconds for a start or a stop, on a machine that does other things too

# What a test does not need; a benchmark, or a test that pulls the plug, asks for durable=True.
CARELESS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


def programs():
    """The folder of the server programs, found in one place for all."""
    return subprocess.run([os.path.join(ROOT, "contrib", "localdb"), "programs"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()


class Cluster:
    """Socket, data and log are in self.folder; the user postgres is superuser, without password: the
    folder is closed to other users.  With outlive=True the server stays when this process ends."""

    def __init__(self, durable=False, outlive=False):
        self.durable, self.outlive = durable, outlive
        self.programs = programs()
        self.process = None
        # PostgreSQL refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else None
        self.folder, self.lock = new_folder("test")
        if not outlive:
            atexit.register(self.stop)
        if self.user:
            shutil.chown(self.folder, self.user, self.user)
        self._run([self._program("initdb"), "-D", self.folder + "/data", "-U", "postgres", "--auth=trust",
                   "--encoding=UTF8", "--no-locale", "--no-sync"])

    def _program(self, name):
        return os.path.join(self.programs, name)

    def _environment(self):
        return {name: value for name, value in os.environ.items() if not name.startswith("PG")}

    def _as_server(self):
        who = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        return {"cwd": "/", "env": self._environment(), "stdin": subprocess.DEVNULL, **who}

    def _run(self, command):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False, **self._as_server())
        if done.returncode != 0:
            raise RuntimeError("%s: %s" % (command[0], done.stdout))

    def _spawn(self):
        settings = ["listen_addresses=", "unix_socket_directories=" + self.folder, "max_connections=50",
                    "dynamic_shared_memory_type=mmap"] + ([] if self.durable else CARELESS)
        # a test that is killed takes its server along (SIGINT: fast shutdown)
        command = [] if self.outlive else [*WITH_PARENT, "INT"]
        command += [self._program("postgres"), "-D", self.folder + "/data"]
        for setting in settings:
            command += ["-c", setting]
        with open(self.folder + "/log", "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True,
                                            pass_fds=[self.lock], **self._as_server())

    def _ready(self):
        return subprocess.run([self._program("pg_isready"), "-q", "-h", self.folder], check=False,
                              env=self._environment()).returncode == 0

    def start(self):
        """Starts the server and waits until it answers."""
        deadline = time.monotonic() + PATIENCE
        self._spawn()
        while not self._ready():
            if self.process.poll() is not None:
                raise RuntimeError("no start:\n" + self.log())
            if time.monotonic() > deadline:
                raise RuntimeError("no start within %d s:\n%s" % (PATIENCE, self.log()))
            time.sleep(0.05)

    def stop(self):
        """Stops the server and removes its folder; may be called twice."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill9()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _has_processes(self):
        """Every process of a server stands in its data folder, and in a session of its own."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink("/proc/%s/cwd" % pid) == self.folder + "/data":
                    return True
            except OSError:
                pass  # it has ended, or is not ours to look at
        return False

    def kill9(self):
        """The postmaster dies without a word; its backends see that and end by themselves, which may
        take a moment in which one still commits, and in which no new server can start."""
        self.process.kill()
        self.process.wait()
        deadline = time.monotonic() + PATIENCE
        while self._has_processes():
            if time.monotonic() > deadline:
                raise RuntimeError("backends outlive their server by %d s" % PATIENCE)
            time.sleep(0.02)

    @property
    def pid(self):
        """The postmaster's."""
        return self.process.pid

    def log(self):
        with open(self.folder + "/log", errors="replace") as log:
            return log.read()

    def url(self, dbname="postgres"):
        return "host=%s dbname=%s user=postgres" % (self.folder, dbname)

    def psql(self, dbname, sql):
        """Runs SQL; rows come back as lines, columns with "|" between."""
        done = subprocess.run([self._program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d",
                               self.url(dbname)], input=sql, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self._environment(), text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError("psql: %s in: %s" % (done.stderr.strip(), sql))
        return done.stdout

    def createdb(self, name):
        self.psql("postgres", 'create database "%s"' % name)
