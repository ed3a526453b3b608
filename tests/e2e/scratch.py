"""Folders of tests in /tmp, each held by a lock while its test, or the server that it started, lives: what a test
that was killed left behind is removed by the next one."""
import fcntl
import os
import shutil
import subprocess
import tempfile

# /tmp, not TMPDIR: a socket's path ends at 107 bytes.
PLACE = "/tmp"
LOCK = ".lock"

# Before a command: it ends with who started it, by a signal.
WITH_PARENT = ["setpriv", "--pdeathsig"]


def _lock(path, flags=0):
    """The descriptor of a folder's lock, which is held until it is closed everywhere; None: another has it."""
    lock = os.open(path + "/" + LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | flags, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return lock
    except BlockingIOError:
        os.close(lock)
        return None


def _remove(path):
    for entry in os.scandir(path):
        if os.path.ismount(entry.path):
            subprocess.run(["umount", entry.path], check=False)
    shutil.rmtree(path, ignore_errors=True)


def _remove_stale(prefix):
    """Of this user's folders; one without a lock is none of ours."""
    for entry in os.scandir(PLACE):
        if not entry.name.startswith(prefix) or not entry.is_dir(follow_symlinks=False):
            continue
        try:
            lock = _lock(entry.path)
        except OSError:
            continue
        if lock is not None:
            _remove(entry.path)
            os.close(lock)


def new_folder(kind):
    """(path, lock) of a new folder /tmp/stsready-KIND-*.  Whoever inherits lock keeps the folder, too."""
    prefix = "stsready-%s-" % kind
    _remove_stale(prefix)
    made = tempfile.mkdtemp(prefix=".", dir=PLACE)
    lock = _lock(made, os.O_CREAT)
    # under its name only when it is locked
    path = PLACE + "/" + prefix + os.path.basename(made)[1:]
    os.rename(made, path)
    return path, lock
