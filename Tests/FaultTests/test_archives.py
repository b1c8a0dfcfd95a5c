"""Compressed and archived text that libarchive would pass, or run a program for."""
import bz2
import io
import json
import lzma
import os
import subprocess
import tarfile
import unittest

from cases import FolderCase
from pipeline import BIN, PROJECT

DOCUMENT = '{"meta":{"set":"A"},"text":"walked slowly under grey sky"}\n'


class ArchiveTests(FolderCase):
    def setUp(self):
        super().setUp()
        (self.folder / "d.tsv").write_text("A\tmeta.set=A\n")

    def count(self, content: bytes, **environment) -> tuple[int, str]:
        """The exit code of counting documents, and their number or the error."""
        (self.folder / "a.jsonl").write_bytes(content)
        done = subprocess.run([PROJECT / BIN / "tokenize-shards", "-q", "--stats", "--domains", "d.tsv", "a.jsonl"],
                              cwd=self.folder, text=True, capture_output=True, timeout=60,
                              env={**os.environ, **environment})
        self.assertLessEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return done.returncode, done.stderr or done.stdout.splitlines()[-1].split("\t")[1]

    def refused(self, content: bytes, problem: str, **environment) -> None:
        code, error = self.count(content, **environment)
        self.assertEqual((code, problem in error), (65, True), error)

    def tar(self, *names: str) -> bytes:
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w") as archive:
            for name in names:
                member = tarfile.TarInfo(name)
                member.size = len(DOCUMENT)
                archive.addfile(member, io.BytesIO(DOCUMENT.encode()))
        return made.getvalue()

    def test_streams_behind_each_other(self):
        # Each compressor of several threads writes many; one with a damaged head hid all that follow.
        for compress in (bz2.compress, lzma.compress):
            one = compress(DOCUMENT.encode())
            self.assertEqual(self.count(one + one), (0, "2"))
            self.refused(one + b"x" + one[1:], "cannot be read")
            self.refused(one + b"garbage", "cannot be read")
        one = bz2.compress(DOCUMENT.encode())
        self.refused(one + b"garbage", "something else follows the bzip2 data")

    def test_tar_archives_end(self):
        one, two = self.tar("a.jsonl"), self.tar("a.jsonl", "b.jsonl")
        self.assertEqual(self.count(two), (0, "2"))
        self.assertEqual(self.count(one + two), (0, "3"))
        # Between the members, and behind the last.
        for length in (1024, 2048):
            self.refused(two[:length], "truncated tar archive")
            self.refused(bz2.compress(two[:length]), "truncated tar archive")
        self.assertEqual(self.count(two[:2048 + 512]), (0, "2"))
        self.refused(two + b"garbage", "cannot be read")

    def test_no_program_is_run_for_a_file(self):
        bin = self.folder / "bin"
        bin.mkdir()
        for name in ("lzop", "lrzip", "grzip"):
            (bin / name).write_text(f"#!/bin/sh\ntouch {self.folder}/ran; cat\n")
            (bin / name).chmod(0o755)
        for head in (b"\x89LZO\x00\r\n\x1a\n", b"LRZI\x00\x06", b"GRZipII\x00\x02\x04:)"):
            self.refused(head + b"x" * 99, "is not valid JSON", PATH=f"{bin}:{os.environ['PATH']}")
        self.assertFalse((self.folder / "ran").exists())

    def test_lines_that_hide_their_cause(self):
        first = DOCUMENT.encode()
        for content, problem in [
            (first + bytes(4096) + b"\n" + first, "zero bytes, as a crash leaves them"),
            (first + b"\x0b\n", "no value begins like this"),
            (first + b"\xef\xbb\xbf" + first, "a byte-order mark"),
            (DOCUMENT.encode("utf-32"), "UTF-32"), (DOCUMENT.encode("utf-16-be"), "UTF-16 without a mark"),
            (b"PAR1" + b"x" * 99, "a Parquet file"), (b"<!DOCTYPE html>", "a page of HTML"),
            (json.dumps(json.loads(DOCUMENT), indent=1).encode(), "a value over several lines"),
            (b"[" + first.strip() + b"]\n", "is not a JSON object"),
        ]:
            with self.subTest(problem):
                self.refused(content, problem)


if __name__ == "__main__":
    unittest.main()
