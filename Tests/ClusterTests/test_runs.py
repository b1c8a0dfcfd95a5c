"""The pipeline through a real Slurm: the bytes of a run on one machine; and what is wrong with a command is told.

Run by `make test-cluster`, which has built the tools; left out where Slurm is not installed or the user is not root.
"""
import unittest

from cluster_case import EXPERT, SLOW, ClusterCase


class RunTests(ClusterCase):
    def test_a_run_has_the_bytes_of_one_machine(self):
        said = self.make(goal="all")
        self.same_run()
        for told in ("the best mixture for avg-sp", "answer    mde-optimum", "on the test sets"):
            self.assertIn(told, said)
        log = (self.out / f".logs/{EXPERT}/model.safetensors.log").read_text()
        self.assertIn("/train-expert --layers 1", log)
        self.assertIn("--cpus-per-task=1 --mem=4G --time=1440 --signal=TERM@60", log)
        self.assertEqual([path.name for path in self.out.glob(".logs/**/*") if path.is_file() and path.suffix != ".log"], [])
        again = self.make("V=1", goal="all")
        self.assertNotIn("through-slurm", again)
        status = self.make(goal="status")
        self.assertRegex(status, r"(?m)^models +10 of 10$")
        self.assertNotRegex(status, "(?m)^(failed|running)")

    def test_a_run_inside_an_allocation_is_its_steps(self):
        self.make("PARTS=2", goal="all", before=("salloc", "--quiet", "--nodes=2", "--ntasks=4"))
        self.same_run()
        self.assertIn("--part 2/2 ", (self.out / ".logs/1-tokens/.parts/2-of-2/part.zst.log").read_text())
        self.assertIn("--exact", (self.out / f".logs/{EXPERT}/model.safetensors.log").read_text())
        # One job, and no others.
        names = self.cluster.ask("squeue", "-h", "--states=all", "-o", "%j").splitlines()
        self.assertEqual([name for name in names if name.startswith(self.out.name)], [])

    def test_a_command_that_fails_is_not_run_again(self):
        self.make(goal="tokens")
        tokens = self.out / "1-tokens/Code/train-000.tok.zst"
        tokens.write_bytes(tokens.read_bytes()[:-40])
        said = self.make(SLOW, code=2)
        lines = [line for line in said.splitlines() if line.startswith(("train-expert:", "make:"))]
        self.assertRegex(lines[0], r"^train-expert: .*train-000.tok.zst: ")
        self.assertRegex(lines[1], rf"^make: {EXPERT}/\S+: job \d+ on n\d failed with exit code 65; log: \S+\.log$")
        self.assertNotIn("attempt 2", said)
        self.assertRegex(" ".join(self.make(SLOW, goal="status").split()), r"failed +\S+: job .* exit code 65 train-expert: .*train-000.tok.zst")

    def test_an_allocation_that_has_ended_is_told(self):
        said = self.make(code=2, before=(
            "salloc", "--quiet", "bash", "-c", 'scancel $SLURM_JOB_ID; sleep 1; "$@"', "bash"))
        self.assertRegex(said, r"make: \S+: the allocation \d+ has ended; the same command goes on in another; log: ")

    def test_what_slurm_refuses_is_told(self):
        said = self.make(SLOW, "train-expert.memory=900G", code=2)
        # The first job of the tool is the one that decides the precision.
        self.assertIn("make: .flags/precision: Slurm refuses it: Requested node configuration is not available", said)
        self.assertNotIn("attempt 2", said)


if __name__ == "__main__":
    unittest.main()
