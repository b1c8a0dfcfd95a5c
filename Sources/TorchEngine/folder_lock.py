"""A folder that one process works in at a time: train-expert's lock, which keeps both apart."""
import contextlib
import fcntl
import os
import socket
import time
from typing import Iterator

from failures import INPUT_OUTPUT, Failure
from files import opened, system_failure

PATIENCE = 120  # seconds after which NFS lets go of what a machine held: 90, and some more


@contextlib.contextmanager
def held(folder: str) -> Iterator[None]:
    """Keeps the folder, which is made where it is missing, until the block ends.

    The lock is one of the kernel's, on the file `.lock` in the folder: a process that was killed has
    none, whether its file is left or not. That of a machine that died is let go by the file system
    after a while, which is waited for. Where a file system has no locks nothing is kept.
    """
    path = f"{folder}/.lock"
    try:
        os.makedirs(folder, exist_ok=True)
        descriptor = locked(path, folder)
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{socket.gethostname()} {os.getpid()}\n".encode())
    except OSError as error:
        raise system_failure(folder, "write", error) from None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)
        os.close(descriptor)


def locked(path: str, folder: str) -> int:
    """The file, open and locked, or a Failure if another process has it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            host, process = holder(path)
            if host not in (None, socket.gethostname()) and time.monotonic() < deadline:
                time.sleep(1)
                continue
            who = f"process {process} on {host}" if host else "another process"
            raise Failure(f"{folder}: is worked on by {who}; wait for it, or give another folder",
                          INPUT_OUTPUT) from None
        except OSError:
            return descriptor  # a file system without locks
        with contextlib.suppress(FileNotFoundError):
            if os.fstat(descriptor).st_ino == os.stat(path).st_ino:
                return descriptor
        os.close(descriptor)  # another process took the file away as it ended


def holder(path: str) -> tuple[str | None, str]:
    """The machine and the process that have the lock, as its file tells."""
    with contextlib.suppress(Failure), opened(path) as file:
        match file.read(1000).decode(errors="replace").split():
            case [host, process]:
                return host, process
    return None, ""
