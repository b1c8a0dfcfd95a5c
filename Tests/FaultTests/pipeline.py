"""The smallest whole pipeline, run until it is done whatever happens to it, and what it made.

Settings, from the environment: BIN (the tools), SEED (of what is random), KILLS (how many in all).
"""
import atexit
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "Tests/MakeTests"))
from test_make import FLAGS, write_inputs  # noqa: E402

BIN = os.environ.get("BIN") or ".build/release"
SEED = int(os.environ.get("SEED") or 1)
TOOLS = {path.name for path in (PROJECT / "Sources").iterdir() if "-" in path.name}
# What tells how long something took, and what is left of kills.
TIMES = re.compile(r"Cost: .*")
NOT_COMPARED = re.compile(r"^\.(costs|logs)/|^\.steps$|(^|/)\.lock$|^1-tokens/\.done$|\.partial-")


class Run:
    """A folder for one run of the pipeline on inputs that all runs share."""

    inputs: pathlib.Path
    seconds = 0.0
    expected: dict[str, bytes] = {}

    @classmethod
    def prepare(cls, documents: int = 120) -> None:
        """Writes the inputs, so many documents of each domain, and makes the undisturbed run, once for a process."""
        if cls.expected:
            return
        cls.inputs = pathlib.Path(tempfile.mkdtemp(prefix="mde-fault-"))
        atexit.register(shutil.rmtree, cls.inputs)
        write_inputs(cls.inputs, {"Prose": 0.8, "Code": 0.2}, documents)
        run = Run(cls.inputs / "out")
        start = time.monotonic()
        code, said = run.make()
        assert code == 0, said
        cls.seconds = time.monotonic() - start
        cls.expected = run.contents()
        assert len(cls.expected) > 50, cls.expected.keys()

    def __init__(self, out: pathlib.Path):
        self.out = out

    def command(self, *arguments: str, goal: str = "all") -> list[str]:
        return ["make", goal, f"OUT={self.out}", f"CORPUS={self.inputs}/corpus",
                f"DOMAINS={self.inputs}/domains.tsv", f"BASELINES={self.inputs}/baselines.jsonl",
                f"BIN={BIN}", "PROGRESS=never", *FLAGS, *arguments]

    def start(self, log: pathlib.Path, *arguments: str, goal: str = "all", **environment: str) -> subprocess.Popen:
        """Starts make, as the leader of a process group of its own; `log` gets what it says."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "kept"))}
        with open(log, "ab") as file:
            return subprocess.Popen(
                self.command(*arguments, goal=goal), cwd=PROJECT, env={**inherited, "V": "1", **environment},
                stdin=subprocess.DEVNULL, stdout=file, stderr=file, process_group=0)

    def make(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Runs make to its end: its exit code, and what it said. Ten minutes are too long."""
        with tempfile.NamedTemporaryFile() as log:
            process = self.start(pathlib.Path(log.name), *arguments, **environment)
            code = process.wait(timeout=600)
            return code, log.read().decode()

    def contents(self) -> dict[str, bytes]:
        """The bytes of all that was made, without times."""
        files = {}
        for path in sorted(self.out.rglob("*")):
            name = str(path.relative_to(self.out))
            if path.is_file() and not NOT_COMPARED.search(name):
                bytes_ = path.read_bytes()
                if name.startswith("8-report/"):
                    bytes_ = TIMES.sub("TIME", bytes_.decode()).encode()
                files[name] = bytes_
        return files

    def halves(self) -> list[str]:
        return [str(path) for path in self.out.rglob("*.partial-*") if not path.name.endswith(".partial-finished")]


def differences(made: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
    return sorted(name for name in made.keys() | expected.keys() if made.get(name) != expected.get(name))


def tools_of(group: int) -> list[int]:
    """The processes of this process group that are tools of the project."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
            name = os.path.basename(os.readlink(folder / "exe"))
        except OSError:
            continue
        if name in TOOLS and int(stat.rsplit(")", 1)[1].split()[2]) == group:
            found.append(int(folder.name))
    return found


def kill(process: subprocess.Popen, what: str, draw: random.Random) -> bool:
    """Sends signal 9 to make, to the next tool that runs, or to all; whether there was one to send it to."""
    while process.poll() is None:
        tools = tools_of(process.pid)
        try:
            if what == "tool" and tools:
                os.kill(draw.choice(tools), signal.SIGKILL)
            elif what == "make":
                os.kill(process.pid, signal.SIGKILL)
            elif what == "all":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                time.sleep(0.002)
                continue
            return True
        except ProcessLookupError:
            continue
    return False
