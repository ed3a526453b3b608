"""The process that keeps a lab: it starts the servers, ends them all after a time, and lets none
outlive it."""
import ctypes
import os
import resource
import signal
import subprocess
import time

PR_SET_CHILD_SUBREAPER = 36
STOP_SECONDS = 5  # for a server to end by itself
FILES = 65536     # sockets of many MX addresses


# ---- who is running ----

def begin_time(pid):
    """What tells a process from a later one with the same number; None: there is none."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def write_pid(path):
    with open(path, "w") as file:
        file.write("%d %s\n" % (os.getpid(), begin_time(os.getpid())))


def running(path):
    """The keeper's number if it runs still."""
    try:
        with open(path) as file:
            pid, begun = file.read().split()
    except (OSError, ValueError):
        return None
    return int(pid) if begin_time(int(pid)) == begun else None


# ---- servers ----

def raise_file_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def process_control(option, value):
    if ctypes.CDLL(None).prctl(option, value, 0, 0, 0) != 0:
        raise OSError("prctl(%d, %d)" % (option, value))


def kill_group(pid, begun, number):
    """The process, if it is still that one, and all that it started."""
    if begin_time(pid) == begun:
        try:
            os.killpg(pid, number)
        except OSError:
            pass


class Keeper:
    def __init__(self, folder, commands):
        self.folder, self.commands = folder, commands
        self.children = {}
        self.warden = self.alive = None
        self.stopping = False

    def start(self):
        raise_file_limit()
        process_control(PR_SET_CHILD_SUBREAPER, 1)
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
                       "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore::DeprecationWarning"}
        for name, command in self.commands.items():
            with open("%s/log/%s" % (self.folder, name), "ab") as log:
                self.children[name] = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                    env=environment, start_new_session=True)
        self._appoint_warden()
        with open(self.folder + "/run/pids.new", "w") as file:
            for name, child in self.children.items():
                file.write("%s %d %s\n" % (name, child.pid, begin_time(child.pid)))
        os.rename(self.folder + "/run/pids.new", self.folder + "/run/pids")

    def _appoint_warden(self):
        """A process that waits until this one is gone, and then kills what it has left behind.  A signal
        at the parent's death would not do: it is lost where a server changes its user."""
        begun = [(child.pid, begin_time(child.pid)) for child in self.children.values()]
        ending, self.alive = os.pipe()
        self.warden = os.fork()
        if self.warden > 0:
            os.close(ending)
            return
        os.close(self.alive)
        os.setsid()
        os.read(ending, 1)  # nothing comes: it ends with the last process that could write
        for number in (signal.SIGTERM, signal.SIGKILL):
            begun = [(pid, since) for pid, since in begun if begin_time(pid) == since]
            for pid, since in begun:
                kill_group(pid, since, number)
            time.sleep(1 if begun else 0)
        os._exit(0)

    def _signal(self, number):
        for child in self.children.values():
            if child.poll() is None or number == signal.SIGKILL:
                try:
                    os.killpg(child.pid, number)
                except OSError:
                    pass

    def stop(self):
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            try:
                child.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
        self._signal(signal.SIGKILL)  # whole groups: what a server left behind goes too
        if self.alive is not None:
            os.close(self.alive)
        try:
            while os.waitpid(-1, 0):  # and comes to this process, see start()
                pass
        except ChildProcessError:
            pass

    def keep(self, seconds):
        """Until the time is over, or a signal says so."""
        def asked(*_):
            self.stopping = True
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, asked)
        deadline = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < deadline:
            time.sleep(0.1)


def keep(folder, commands, seconds):
    """Leaves a keeper behind, detached from who called; the caller comes back at once."""
    if os.fork() > 0:
        return
    os.setsid()
    if os.fork() > 0:
        os._exit(0)
    nothing = os.open(os.devnull, os.O_RDWR)
    log = os.open(folder + "/log/keeper", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for target, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, target)
    os.chdir("/")
    status = 1
    try:
        write_pid(folder + "/run/keeper.pid")
        keeper = Keeper(folder, commands)
        try:
            keeper.start()
            keeper.keep(seconds)
        finally:
            keeper.stop()
        status = 0
    finally:
        os.unlink(folder + "/run/keeper.pid")
        os._exit(status)
