"""The processes of one run: started here or by torchrun, each with a rank and a device."""
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from typing import Callable, TypeVar

import torch
from torch import distributed

from failures import COMPUTATION, USAGE, Failure

Result = TypeVar("Result")


class Group:
    """All processes of the run as this one sees them: its rank, their number, its device."""

    def __init__(self, device: str, threads: int):
        self.rank, self.size = (int(os.environ.get(k, d))
                                for k, d in [("RANK", 0), ("WORLD_SIZE", 1)])
        local, neighbours = (int(os.environ.get(k, d))
                             for k, d in [("LOCAL_RANK", 0), ("LOCAL_WORLD_SIZE", 1)])
        self.device = torch.device(f"cuda:{local}" if uses_gpu(device) else "cpu")
        if self.is_on_gpu and local >= torch.cuda.device_count():
            raise Failure(f"--processes {neighbours}: there are only "
                          f"{torch.cuda.device_count()} GPUs", USAGE)
        torch.set_num_threads(max(1, (threads or len(os.sched_getaffinity(0))) // neighbours))
        if self.is_on_gpu:
            torch.cuda.set_device(self.device)
        if self.size > 1:
            if self.is_on_gpu:
                distributed.init_process_group("cpu:gloo,cuda:nccl", device_id=self.device)
            else:
                distributed.init_process_group("gloo")

    @property
    def is_on_gpu(self) -> bool:
        return self.device.type == "cuda"

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def together(self, work: Callable[[], Result]) -> Result:
        """What `work` gives here; if it fails in any process, that failure in all of them."""
        result, failure = None, None
        try:
            result = work()
        except Failure as error:
            failure = error
        failures = [failure]
        if self.size > 1:
            failures = [None] * self.size
            distributed.all_gather_object(failures, failure)
        for rank, failure in enumerate(failures):
            if failure is not None:
                failure.is_ours = rank == self.rank
                raise failure
        return result

    def wait(self) -> None:
        """Waits until all processes are here."""
        if self.size > 1:
            distributed.barrier()

    def sum(self, values: torch.Tensor) -> list[float]:
        """The sums over all processes."""
        if self.size > 1:
            distributed.all_reduce(values)
        return values.tolist()

    def leave(self) -> None:
        """Ends the group."""
        if self.size > 1:
            distributed.destroy_process_group()


def uses_gpu(device: str) -> bool:
    """Whether --device means a GPU here."""
    if device == "cuda" and not torch.cuda.is_available():
        raise Failure("--device cuda: PyTorch finds no GPU", USAGE)
    return device != "cpu" and torch.cuda.is_available()


def count(processes: int | None, device: str) -> int:
    """How many processes to start here: 1 where one is all, or where torchrun started this one."""
    if "RANK" in os.environ:
        return 1
    return processes or (torch.cuda.device_count() if uses_gpu(device) else 1)


def start(processes: int) -> int:
    """Runs this program again in so many processes on this machine.

    Unlike torchrun's, the exit code is that of the process that failed first. SIGTERM and SIGINT
    are passed on.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    children: list[subprocess.Popen] = []

    def pass_on(number: int, _) -> None:
        for child in children:
            child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, pass_on)
    for rank in range(processes):
        place = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": processes,
                 "LOCAL_WORLD_SIZE": processes, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port,
                 "MDE_PARENT": os.getpid()}
        environment = {**os.environ, **{key: str(value) for key, value in place.items()}}
        children.append(subprocess.Popen([sys.executable, *sys.argv], env=environment))
    while all(child.poll() is None for child in children):
        time.sleep(0.1)
    while not (failed := [c.returncode for c in children if c.poll()]):
        if all(child.poll() == 0 for child in children):
            return 0
        time.sleep(0.1)
    for child in children:  # the others may wait for one that has failed
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(10)
        child.kill()
    return failed[0] if failed[0] > 0 else COMPUTATION


def end_with_parent() -> None:
    """Has the kernel kill this process when the one that `start` ran in is killed."""
    if "MDE_PARENT" in os.environ:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != int(os.environ["MDE_PARENT"]):
            sys.exit(COMPUTATION)
