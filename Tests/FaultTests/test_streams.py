"""Standard input and FIFOs are read as files of the same bytes are, or refused; closed ones stay closed."""
import json
import os
import subprocess
import unittest

from cases import MadeRunCase
from pipeline import BIN, PROJECT, Run

TABLE = "run,weight_a,weight_b,x\n" + "".join(
    f"r{i},{i / 10},{1 - i / 10},{3 - i / 20}\n" for i in range(1, 9))
FIT = "fit-regressor -q -j 1 --families mean ridge-log --draws 2"


class StreamTests(MadeRunCase):
    def run_shell(self, command: str) -> tuple[int, str, str]:
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, text=True, capture_output=True, timeout=120,
                              env={**os.environ, "PATH": f"{PROJECT / BIN}:{os.environ['PATH']}", "RUN": str(self.made),
                                   "INPUTS": str(Run.inputs)})
        return done.returncode, done.stdout, done.stderr

    def same(self, file: str, *streams: str) -> None:
        """Runs what reads a file, which has to go well, and what reads the same bytes otherwise."""
        expected = self.run_shell(file)
        self.assertEqual((expected[0], expected[2]), (0, ""))
        for stream in streams:
            code, out, error = self.run_shell(stream)
            self.assertEqual((code, error), (0, ""), stream)
            self.assertEqual(self.without_inputs(out), self.without_inputs(expected[1]), stream)

    def without_inputs(self, text: str) -> str:
        """The output, but for the names and digests of inputs, which streams have none of."""
        head, _, rest = text.partition("\n")
        try:
            header = json.loads(head)
        except ValueError:
            return text
        header.get("provenance", {}).pop("inputs", None)
        return json.dumps(header, sort_keys=True) + "\n" + rest

    def test_tables_of_runs(self):
        (self.folder / "t.csv").write_text(TABLE)
        (self.folder / "table").write_text(TABLE)
        weights = "\n".join(line.rpartition(",")[0] for line in TABLE.splitlines())
        losses = "\n".join(",".join(line.split(",")[::3]) for line in TABLE.splitlines())
        (self.folder / "w.csv").write_text(weights + "\n")
        (self.folder / "l.csv").write_text(losses + "\n")
        self.same(f"{FIT} --runs t.csv", f"{FIT} --runs - <t.csv", f"{FIT} --runs table", f"{FIT} --runs <(cat t.csv)",
                  f"gzip -c t.csv | {FIT} --runs -")
        self.same(f"{FIT} --runs w.csv l.csv", f"{FIT} --runs w.csv - <l.csv", f"{FIT} --runs <(cat w.csv) <(cat l.csv)")
        (self.folder / "r.csv").write_bytes((self.made / "5-runs/fitted.jsonl").read_bytes())
        self.same(f"{FIT} --runs $RUN/5-runs/fitted.jsonl", f"{FIT} --runs - <$RUN/5-runs/fitted.jsonl",
                  f"{FIT} --runs r.csv")

    def test_other_inputs(self):
        tokenize = "tokenize-shards -q --validation-fraction .1 --test-fraction .1 --domains"
        self.same(f"{tokenize} $INPUTS/domains.tsv --stats $INPUTS/corpus/Code.jsonl",
                  f"{tokenize} $INPUTS/domains.tsv --stats - <$INPUTS/corpus/Code.jsonl",
                  f"{tokenize} <(cat $INPUTS/domains.tsv) --stats <(cat $INPUTS/corpus/Code.jsonl)")
        features = "mde-features -q -j 1 --experts $RUN/4-logprobs/expert-*/validation --mixtures"
        self.same(f"{features} $INPUTS/baselines.jsonl", f"{features} - <$INPUTS/baselines.jsonl",
                  f"{features} <(cat $INPUTS/baselines.jsonl)")

    def test_inputs_that_are_named_in_what_is_made(self):
        (self.folder / "copa.jsonl").write_text("".join(
            json.dumps({"task": "copa", "context": f"the house {i}", "answer": i % 2, "choices": ["a", "b"]}) + "\n"
            for i in range(30)))
        tokens, tokenizer = "$RUN/1-tokens", "<(cat $RUN/1-tokens/tokenizer.json)"
        for command in (f"tokenize-tasks <(cat copa.jsonl) --tokenizer {tokenizer} -o tasks",
                        f"train-tokenizer $INPUTS/corpus --domains <(cat $INPUTS/domains.tsv) --vocab-size 300 "
                        f"--fertility f.jsonl -o t.json",
                        f"mix-tokens --expert Code {tokens}/Code --tokenizer {tokenizer} --steps 1 -o stream"):
            self.assertEqual(self.run_shell(f"timeout 60 {command} -q")[::2], (0, ""), command)

    def test_what_cannot_be_read_once_is_refused(self):
        tokens = "$RUN/1-tokens/Code/validation-000.tok.zst"
        for command, code, problem in [
            ("render-report --check - <$INPUTS/domains.tsv", 65, "standard input: cannot be checked"),
            ("render-report --check <(cat $INPUTS/domains.tsv)", 65, "cannot be checked, as it can be read once"),
            (f"tokenize-shards --decode --tokenizer $RUN/1-tokens/tokenizer.json <(cat {tokens})", 65, "can be read once"),
            ("mkfifo nobody; timeout 30 measure-overlap nobody --tokenizer $RUN/1-tokens/tokenizer.json", 65,
             "nobody: can be read once"),
            ("measure-overlap $RUN/1-tokens/Code --tokenizer /dev/zero", 65, "/dev/zero: goes on after 256 MiB"),
            (f"score-logprobs --model $RUN/3-models/natural - -o x <{tokens}", 66, "standard input cannot be read here"),
        ]:
            found, _, error = self.run_shell(command)
            self.assertEqual((found, problem in error, len(error.splitlines())), (code, True, 1), error)

    def test_closed_descriptors_are_no_files(self):
        """An expert's file, opened first, would be standard input; what is said would go into an output."""
        search = "search-mixture -q -j 1 --draws 20 --starts 1 --experts $RUN/4-logprobs/expert-*/validation --trained -"
        code, _, error = self.run_shell(f"{search} <&-")
        self.assertEqual((code, error), (74, "search-mixture: standard input: cannot read: Bad file descriptor\n"))
        code, _, error = self.run_shell("sample-mixtures -q -n 1 --base $INPUTS/baselines.jsonl >&-")
        self.assertEqual((code, error), (74, "sample-mixtures: standard output: cannot write: Bad file descriptor\n"))
        sample = "sample-mixtures -n 1 --base $INPUTS/baselines.jsonl -o"
        self.assertEqual(self.run_shell(f"{sample} a; {sample} b <&- >&- 2>&-; cmp a b")[0], 0)


if __name__ == "__main__":
    unittest.main()
