"""`make tokens PARTS=…`: the same bytes as of one process, after a part that was killed too."""
import pathlib
import shutil
import tempfile
import unittest

from test_make import FLAGS, run_make, tools_run, write_domains


class PartsTests(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-parts-"))
        self.addCleanup(shutil.rmtree, self.root)
        (self.root / "corpus").mkdir()
        write_domains(self.root / "domains.tsv", ["Prose", "Code"])
        # Seven files of unequal sizes, both domains in each, some texts more than once.
        for number in range(7):
            lines = [f'{{"text": "{("int x = " if i % 2 else "the old house ") * (i % 9 + 1)}{number % 3} {i}.", '
                     f'"meta": {{"redpajama_set_name": "{"Code" if i % 2 else "Prose"}"}}}}\n'
                     for i in range(40 + 30 * number)]
            (self.root / f"corpus/{number}.jsonl").write_text("".join(lines))

    def make(self, out: str, *arguments: str):
        return run_make(["make", "tokens", f"OUT={self.root}/{out}", f"CORPUS={self.root}/corpus",
                         f"DOMAINS={self.root}/domains.tsv", *FLAGS,
                         "tokenize-shards.flags=--validation-fraction 0.1 --test-fraction 0.1 --shard-tokens 900 --deduplicate near",
                         *arguments])

    def contents(self, out: str) -> dict[str, bytes]:
        folder = self.root / out / "1-tokens"
        return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
                if path.is_file() and path.name != ".done"}

    def test_parts_give_the_bytes_of_one_process_and_are_gone_then(self):
        one = self.make("one")
        self.assertEqual(one.returncode, 0, one.stdout)
        whole = self.contents("one")
        self.assertGreater(len(whole), 10)
        for parts in (3, 12):
            done = self.make(f"out-{parts}", f"PARTS={parts}")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(done.stdout.count(f"--part "), parts)
            self.assertEqual(self.contents(f"out-{parts}"), whole)
            # Another number of parts, or none, makes nothing again.
            for other in ("PARTS=5", "PARTS=1"):
                self.assertEqual(tools_run(self.make(f"out-{parts}", other).stdout), set())
        # What is gone is made again of parts, and with its bytes; what is there keeps its time.
        gone, kept = (self.root / f"out-3/1-tokens/{domain}/manifest.json" for domain in ("Code", "Prose"))
        time = kept.stat().st_mtime_ns
        gone.unlink()
        self.assertEqual(self.make("out-3", "PARTS=4").stdout.count("--part "), 4)
        self.assertEqual(self.contents("out-3"), whole)
        self.assertEqual(kept.stat().st_mtime_ns, time)
        # So are all parts of a corpus that has grown.
        shutil.copy(self.root / "corpus/5.jsonl", self.root / "corpus/55.jsonl")
        self.assertEqual(self.make("out-3", "PARTS=2").stdout.count("--part "), 2)
        self.make("one")
        self.assertNotEqual(self.contents("one"), whole)
        self.assertEqual(self.contents("out-3"), self.contents("one"))

    def test_a_part_that_was_killed_is_made_again_and_no_other(self):
        launcher = self.root / "launcher"
        launcher.write_text('#!/bin/sh\ncase "$*" in *"--part 2/3 "*) kill -9 $$ ;; esac\nexec "$@"\n')
        launcher.chmod(0o755)
        done = self.make("out", "PARTS=3", f"tokenize-shards.launch={launcher}", "-k")
        self.assertEqual(done.returncode, 2, done.stdout)
        folder = self.root / "out/1-tokens/.parts"
        self.assertEqual(sorted(path.parent.name for path in folder.glob("*/part.zst")), ["1-of-3", "3-of-3"])
        self.assertRegex(self.make("out", "PARTS=3", "-n").stdout, "--part 2/3 ")
        self.assertRegex(run_make(["make", "status", "RUN=demo", f"OUT={self.root}/out", "PARTS=3"]).stdout,
                         r"(?m)^parts +2 of 3$")
        done = self.make("out", "PARTS=3")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual([n for n in (1, 2, 3) if f"--part {n}/3 " in done.stdout], [2])
        self.assertEqual(self.make("one").returncode, 0)
        self.assertEqual(self.contents("out"), self.contents("one"))

    def test_what_is_no_number_of_parts_is_refused(self):
        self.assertIn("PARTS=many: is no whole number", self.make("out", "PARTS=many").stdout)


if __name__ == "__main__":
    unittest.main()
