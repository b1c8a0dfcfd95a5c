"""Jobs that are lost, stopped and cancelled: the run ends, by itself or by the same command, with the same bytes.

Run by `make test-cluster`, which has built the tools; left out where Slurm is not installed or the user is not root.
"""
import os
import signal
import subprocess
import time
import unittest

from cluster import kill
from cluster_case import EXPERT, PROJECT, SLOW, ClusterCase


class FaultTests(ClusterCase):
    # ── What the cluster does ────────────────────────────────────────────────────────────────────────────────────────
    def test_a_node_that_dies(self):
        # Slurm notices after ten seconds, before signs of life are missed.
        make, _, node = self.training("HEARTBEAT=20")
        self.cluster.kill_node(node)
        try:
            said = self.end_of(make)
        finally:
            self.cluster.start_node(node)
        self.assertRegex(said, rf"job \d+ on {node} was lost \(NODE_FAIL\); attempt 2")
        self.same_expert()

    def test_a_step_that_is_killed(self):
        make, job, node = self.training()
        kill(self.cluster.daemons_of_steps(node) + self.cluster.commands_on(node))
        said = self.end_of(make)
        self.assertIn(f"job {job} on {node} was lost (no sign of life); attempt 2", said)
        self.same_expert()

    def test_a_daemon_of_a_step_that_is_killed_loses_nothing(self):
        make, _, node = self.training()
        kill(self.cluster.daemons_of_steps(node))
        self.assertNotIn("attempt 2", self.end_of(make))
        self.same_expert()

    def test_a_program_killed_for_its_memory_gets_more(self):
        make, job, node = self.training()
        kill([self.trainer(node)])
        said = self.end_of(make)
        self.assertIn(f"job {job} on {node} was killed, as for too much memory; again with 8G; attempt 2", said)
        self.same_expert()

    def test_a_job_that_is_preempted(self):
        make, job, node = self.training()
        urgent = subprocess.Popen(["srun", "--partition=urgent", "--nodes=3", "--exclusive", "true"],
                                  env=self.environment, stderr=subprocess.DEVNULL)
        said = self.end_of(make)
        urgent.wait()
        self.assertRegex(said, rf"job {job} on {node} (stopped after saving|was lost) ?\(PREEMPTED\)")
        self.same_expert()

    def test_a_time_limit(self):
        # What cannot save runs beside it to the end of its minute.
        late = subprocess.Popen(
            ["data/make/through-slurm", "--time=1", str(self.out), f"{self.out}/late", "sleep", "600"], cwd=PROJECT,
            env=self.environment | {"RETRIES": "3", "HEARTBEAT": "20"}, text=True, stderr=subprocess.PIPE)
        # The signal of a limit of a minute, due two seconds after the start; Slurm looks twice a minute. The training
        # waits for it without work, and finds it when it goes on.
        make, job, node = self.training("train-expert.time=1", "train-expert.slurm=--signal=TERM@58")
        trainer = self.trainer(node)
        os.kill(trainer, signal.SIGSTOP)
        deadline = time.monotonic() + 60
        while not self.is_told_to_stop(trainer):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.2)
        kill([trainer], signal.SIGCONT)
        said = self.end_of(make)
        self.assertIn(f"job {job} on {node} stopped after saving (time limit or signal); goes on", said)
        self.same_expert()
        said = late.communicate(timeout=200)[1]
        self.assertEqual(late.returncode, 1, said)
        self.assertRegex(said, r"^make: late: job \d+ on n\d ran out of time, and has no way to go on; [^\n]*\n$")

    def test_a_controller_that_restarts(self):
        make, _, _ = self.training()
        self.cluster.restart_controller(down=8)
        said = self.end_of(make)
        self.assertNotIn("attempt 2", said)
        self.same_expert()

    # ── What people do ───────────────────────────────────────────────────────────────────────────────────────────────
    def test_scancel_stops_until_the_same_command(self):
        make, job, node = self.training()
        self.cluster.ask("scancel", job)
        said = self.end_of(make, 2)
        self.assertIn(f"job {job} on {node} was cancelled; the same command goes on; log: {self.out}/.logs/{EXPERT}", said)
        self.assertFalse((self.out / EXPERT / "model.safetensors").exists())
        self.assertRegex(" ".join(self.make(SLOW, goal="status").split()), rf"failed +{EXPERT}/model.safetensors: job {job} on {node} was cancelled")
        self.make(SLOW)
        self.same_expert()

    def test_a_make_that_is_stopped_stops_its_jobs(self):
        make, _, _ = self.training()
        self.assertRegex(self.make(SLOW, goal="status"), rf"running +{EXPERT}/model.safetensors: job \d+, n\d, for 0:0\d")
        os.killpg(make.pid, signal.SIGINT)
        said = self.end_of(make, -signal.SIGINT)
        self.assertIn("stopped; the same command goes on", said)
        self.assertEqual(self.job(), "")
        self.make(SLOW)
        self.same_expert()

    def test_a_make_that_is_killed_leaves_a_job_that_the_next_one_stops(self):
        make, job, _ = self.training()
        os.killpg(make.pid, signal.SIGKILL)
        make.communicate()
        said = self.make(SLOW)
        self.assertIn(f"job {job} of an earlier make is stopped first", said)
        self.same_expert()


if __name__ == "__main__":
    unittest.main()
