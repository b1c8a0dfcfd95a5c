"""A Slurm of three nodes on this machine, in a folder of its own: munged, slurmctld and three slurmd, started as root."""
import atexit
import os
import pathlib
import shutil
import signal
import socket
import string
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
NODES = ("n1", "n2", "n3")


def lacking() -> str | None:
    """Why there can be no cluster here; None where there can."""
    gone = [name for name in ("munged", "slurmctld", "slurmd", "srun") if not shutil.which(name)]
    if gone:
        return f"{', '.join(gone)} not installed: apt-get install slurmctld slurmd slurm-client munge"
    return None if os.geteuid() == 0 else "slurmd has to be started by root"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, held together so that all differ."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def command_of(process: int) -> str:
    try:
        return (pathlib.Path("/proc") / str(process) / "cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def kill(processes: list[int], how: signal.Signals = signal.SIGKILL) -> None:
    for process in processes:
        try:
            os.kill(process, how)
        except ProcessLookupError:
            pass


class Cluster:
    """munged, slurmctld and three slurmd, which a `with` statement ends whatever happens in it."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.environment = os.environ | {"SLURM_CONF": str(folder / "slurm.conf")}
        self.daemons: dict[str, subprocess.Popen] = {}

    def __enter__(self):
        # Also where the tests are interrupted or told to end.
        atexit.register(self.stop)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self.configure()
            self.start("munged", "munged", "--foreground", "--force", *(
                f"--{name}={self.folder}/munge.{end}" for name, end in
                (("socket", "socket"), ("key-file", "key"), ("pid-file", "pid"), ("seed-file", "seed"), ("log-file", "log"))))
            self.start("slurmctld", "slurmctld", "-D", "-i")
            for node in NODES:
                self.start_node(node)
            self.await_nodes()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def configure(self) -> None:
        # munged and slurmd of other users have to reach their sockets.
        self.folder.chmod(0o711)
        for name in ("state", *(f"spool.{node}" for node in NODES)):
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        ports = free_ports(1 + len(NODES))
        words = {"folder": self.folder, "port": ports[0]} | {f"port{i}": port for i, port in enumerate(ports[1:], 1)}
        template = string.Template((HERE / "slurm.conf.template").read_text())
        (self.folder / "slurm.conf").write_text(template.substitute(words))

    def start(self, name: str, *command: str) -> None:
        with open(self.folder / f"{name}.out", "ab") as out:
            self.daemons[name] = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        daemon = self.daemons.pop(name)
        daemon.send_signal(how)
        try:
            daemon.wait(15)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def restart_controller(self, down: float) -> None:
        """The controller crashes, and comes back after so many seconds with what it had saved."""
        self.end("slurmctld", signal.SIGKILL)
        time.sleep(down)
        self.start("slurmctld", "slurmctld", "-D")

    def start_node(self, node: str) -> None:
        self.start(node, "slurmd", "-D", "-N", node)

    def kill_node(self, node: str) -> None:
        """A node loses its power: slurmd, the steps on it and all that runs in them."""
        self.end(node, signal.SIGKILL)
        kill(self.daemons_of_steps(node) + self.commands_on(node))

    def commands_on(self, node: str) -> list[int]:
        """The processes of jobs on a node, which slurmd told its name."""
        return [process for process, told in self.processes() if f"SLURMD_NODENAME={node}" in told]

    def daemons_of_steps(self, node: str) -> list[int]:
        """The slurmstepd on a node: the parents of its jobs' processes."""
        parents = {int((pathlib.Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()[1])
                   for process in self.commands_on(node)}
        return [process for process in parents if command_of(process).startswith("slurmstepd")]

    def processes(self) -> list[tuple[int, list[str]]]:
        """What runs on this cluster, by its environment."""
        found = []
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                told = (folder / "environ").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if f"SLURM_CONF={self.environment['SLURM_CONF']}" in told:
                found.append((int(folder.name), told))
        return found

    def ask(self, *command: str) -> str:
        return subprocess.run(command, env=self.environment, text=True, check=True, stdout=subprocess.PIPE).stdout

    def await_nodes(self, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            asked = subprocess.run(["sinfo", "-h", "-N", "-p", "main", "-o", "%T"], env=self.environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.split()
            if asked == ["idle"] * len(NODES):
                return
            time.sleep(0.2)
        raise RuntimeError("the nodes do not get idle:\n" + self.ask("sinfo", "-h", "-N", "-o", "%N %T %E")
                           + self.ask("squeue", "--states=all") + (self.folder / "slurmctld.log").read_text()[-2000:])

    def stop(self) -> None:
        if "slurmctld" in self.daemons:
            subprocess.run(["scancel", "--quiet", "--user=root"], env=self.environment, timeout=20, stderr=subprocess.DEVNULL)
            time.sleep(0.5)
        for name in list(self.daemons)[::-1]:
            self.end(name)
        # Steps and what runs in them, and where a test failed a make and its jobs.
        kill([process for process, _ in self.processes()])
