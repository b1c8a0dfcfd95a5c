"""What is on the disk when power is lost: of every file its bytes before its name, and its name before what tells of it.

A trace of a tool's system calls shows the order; strace has to be there.
"""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from cases import MadeRunCase
from pipeline import BIN, FLAGS, PROJECT, Run

CALL = re.compile(r"^\d+ +(openat|fsync|rename|close|unlink|mkdir)\((.*)\) += (\d+)")
STRINGS = re.compile(r'"((?:[^"\\]|\\.)*)"')


@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class PowerTests(MadeRunCase):
    def events(self, tool: str, *arguments) -> list[tuple[str, str]]:
        """Runs a tool; what it did to files below the folder: (sync | name | remove, path), in order."""
        trace = self.folder / "trace"
        command = ["strace", "-f", "-qq", "-o", trace, "-e", "trace=openat,fsync,rename,close,unlink,mkdir",
                   PROJECT / BIN / tool, *arguments]
        done = subprocess.run(list(map(str, command)), cwd=PROJECT, text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        opened, synced, events = {}, set(), []
        for line in self.whole_calls(trace):
            if not (call := CALL.match(line)):
                continue
            name, arguments, result = call[1], call[2], call[3]
            paths = STRINGS.findall(arguments)
            if name == "openat":
                opened[result] = paths[0]
            elif name == "fsync":
                events.append(("sync", opened[arguments.strip()]))
                synced.add(opened[arguments.strip()])
            elif name == "rename":
                events.append(("name", paths[1]))
                self.assertIn(paths[0], synced)
                # It may get another name yet.
                synced.add(paths[1])
            elif name in ("unlink", "mkdir"):
                events.append(("remove" if name == "unlink" else "name", paths[0]))
        return [(what, path) for what, path in events if path.startswith(str(self.folder))]

    @staticmethod
    def whole_calls(trace: pathlib.Path) -> list[str]:
        """The lines of a trace, with those joined that another thread's call parts."""
        begun, lines = {}, []
        for line in trace.read_text().splitlines():
            thread = line.split()[0]
            if line.endswith("<unfinished ...>"):
                begun[thread] = line.removesuffix("<unfinished ...>")
            elif "resumed>" in line:
                lines.append(begun.pop(thread, "") + line.split("resumed>", 1)[1])
            else:
                lines.append(line)
        return lines

    def expect_durable(self, events: list[tuple[str, str]]) -> None:
        """Expects that every name is on the disk before the next file gets its own, and before the end."""
        for index, (what, path) in enumerate(events):
            if what == "name":
                self.assertEqual(events[index + 1:][:1], [("sync", os.path.dirname(path))], f"after {path}: {events}")

    def test_one_file(self):
        target = self.folder / "new/features.jsonl.zst"
        target.parent.mkdir()
        events = self.events(
            "mde-features", "--mixtures", self.made / "2-mixtures/observed.jsonl", "--experts",
            *sorted((self.made / "4-logprobs").glob("expert-*/validation")), "-o", target)
        self.assertIn(("name", str(target)), events)
        self.expect_durable(events)

    def test_shards_are_there_before_their_manifest(self):
        flags = next(f for f in FLAGS if f.startswith("tokenize-shards")).split("=", 1)[1].split()
        events = self.events(
            "tokenize-shards", *flags, "--domains", Run.inputs / "domains.tsv", "--tokenizer",
            self.made / "1-tokens/tokenizer.json", Run.inputs / "corpus", "-o", self.folder / "tokens")
        self.expect_durable([e for e in events if ".partial-" not in e[1]])
        for domain in ("Prose", "Code"):
            names = [path for what, path in events if what == "name" and f"/{domain}/" in path
                     and ".partial-" not in path]
            self.assertEqual(len(names), 4, names)
            self.assertTrue(names[-1].endswith("/manifest.json"), names)

    def test_a_model_is_there_before_its_weights_and_after_them_no_resume_point(self):
        flags = next(f for f in FLAGS if f.startswith("train-expert")).split("=", 1)[1].split()
        tokens = [self.made / "1-tokens/Prose", self.made / "1-tokens/Code"]
        events = self.events("train-expert", *flags, "--save-every", "10", "--expert", "Prose", *tokens, "-o",
                             self.folder / "model")
        self.expect_durable(events)
        names = [os.path.basename(path) for what, path in events if what == "name"]
        self.assertEqual(names[-1], "model.safetensors", names)
        removed = events.index(("remove", str(self.folder / "model/resume.zst")))
        self.assertLess(events.index(("name", str(self.folder / "model/model.safetensors"))), removed)


if __name__ == "__main__":
    unittest.main()
