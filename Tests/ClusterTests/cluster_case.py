"""What the tests of a cluster share: the cluster, the runs of this machine, and training to disturb."""
import atexit
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from cluster import Cluster, lacking

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "Tests/MakeTests"))
from test_make import FLAGS, write_inputs

# Seconds of training, for faults in the middle of it; saved every second or so.
SLOW = ("train-expert.flags=--layers 1 --hidden-size 32 --heads 2 --context 64 --batch-size 8 --steps 3000 "
        "--save-every 300 --eval-tokens 1000")
EXPERT = "3-models/expert-Code"


@unittest.skipIf(lacking(), lacking())
class ClusterCase(unittest.TestCase):
    """One cluster for all tests; each has its own run."""

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-cluster-"))
        # Also where the tests are interrupted, after the cluster has ended.
        atexit.register(shutil.rmtree, cls.root, ignore_errors=True)
        write_inputs(cls.root, {"Prose": 0.8, "Code": 0.2})
        (cls.root / "slurm").mkdir()
        cls.cluster = Cluster(cls.root / "slurm")
        cls.enterClassContext(cls.cluster)
        cls.environment = {name: value for name, value in cls.cluster.environment.items()
                           if not name.startswith(("MAKE", "MFLAGS", "SLURM_J"))}
        # The runs of this machine.
        for name, arguments in (("local", ()), ("slow", (SLOW,))):
            done = cls.started(cls.root / name, *arguments, goal="all" if name == "local" else EXPERT, cluster=False)
            said = done.communicate()[0]
            assert done.returncode == 0, said

    @classmethod
    def started(cls, out: pathlib.Path, *arguments: str, goal: str = EXPERT, cluster: bool = True,
                before: tuple[str, ...] = ()) -> subprocess.Popen:
        """Starts make, in a process group of its own."""
        target = f"{out}/{goal}/model.safetensors" if "/" in goal else goal
        there = [f"BIN={os.environ['BIN']}"] if os.environ.get("BIN") else []
        through = ["CLUSTER=slurm", "CORES=1", "JOBS=6", "HEARTBEAT=1"] if cluster else []
        return subprocess.Popen(
            [*before, "make", target, f"OUT={out}", f"CORPUS={cls.root}/corpus", f"DOMAINS={cls.root}/domains.tsv",
             f"BASELINES={cls.root}/baselines.jsonl", *FLAGS, *there, *through, *arguments],
            cwd=PROJECT, env=cls.environment, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def setUp(self):
        self.out = self.root / self._testMethodName.removeprefix("test_")
        # Of a test that failed, and what a controller that crashed took for running.
        self.cluster.ask("scancel", "--quiet", "--user=root")
        self.cluster.await_nodes()

    def make(self, *arguments: str, code: int = 0, **options) -> str:
        """Runs make to its end; what it said."""
        return self.end_of(self.started(self.out, *arguments, **options), code)

    def end_of(self, make: subprocess.Popen, code: int = 0) -> str:
        said = make.communicate(timeout=200)[0]
        self.assertEqual(make.returncode, code, said)
        return said

    def training(self, *arguments: str, **options) -> tuple[subprocess.Popen, str, str]:
        """Starts make on an expert, and waits until its training has saved something; make, the job and its node."""
        make = self.started(self.out, SLOW, *arguments, **options)
        deadline = time.monotonic() + 60
        while not list(self.out.glob(f"{EXPERT}/*resume*")):
            self.assertLess(time.monotonic(), deadline)
            self.assertIsNone(make.poll(), make.stdout.read() if make.poll() is not None else "")
            time.sleep(0.05)
        return make, *self.job().split()

    def job(self) -> str:
        """The training's job and its node."""
        return self.cluster.ask("squeue", "-h", f"--name={self.out.name}/{EXPERT}/model.safetensors", "--states=R", "-o", "%A %N")

    def trainer(self, node: str) -> int:
        """The process of the training."""
        return next(process for process in self.cluster.commands_on(node)
                    if os.path.basename(os.readlink(f"/proc/{process}/exe")) == "train-expert")

    def is_told_to_stop(self, process: int) -> bool:
        """Whether SIGTERM waits for the process, or ended it already."""
        try:
            status = pathlib.Path(f"/proc/{process}/status").read_text()
        except FileNotFoundError:
            return True
        waiting = next(line.split()[1] for line in status.splitlines() if line.startswith("ShdPnd"))
        return bool(int(waiting, 16) >> (signal.SIGTERM - 1) & 1)

    def same_expert(self) -> None:
        """The model is that of this machine."""
        for name in ("model.safetensors", "config.json", "tokenizer.json", "log.jsonl", "run.json"):
            self.assertEqual((self.out / EXPERT / name).read_bytes(), (self.root / "slow" / EXPERT / name).read_bytes(), name)

    def same_run(self) -> None:
        """All files are those of this machine but what tells of time: costs, logs, and the pages that show them."""
        compared = {}
        for out in (self.root / "local", self.out):
            compared[out] = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*")
                             if path.is_file() and not {".costs", ".logs", ".flags", ".steps", "8-report"} & {*path.parts}
                             and path.name not in {".done", ".lock"}}
        local, mine = compared.values()
        self.assertEqual(sorted(local), sorted(mine))
        self.assertGreater(len(local), 90)
        self.assertEqual([name for name in local if local[name] != mine[name]], [])
