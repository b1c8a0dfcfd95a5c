import hashlib
import os
import random
import signal
import subprocess
import unittest

from support import ScratchTest, Server, run, start, wait_until

NAME = "train/chunk1/example_train_0.jsonl.zst"


def compressed(seed, size=600_000):
    """zstd data of about `size` bytes."""
    return subprocess.run(["zstd", "-q", "-c", "--check"], check=True, capture_output=True,
                          input=random.Random(seed).randbytes(size)).stdout


class DownloadSlimPajama(ScratchTest):
    def setUp(self):
        super().setUp()
        self.data = compressed(0)
        self.server = Server(self, {NAME: self.data})

    def download(self, *arguments):
        return run("download-slimpajama", "-o", self.path("out"), *arguments,
                   BASE_URL=self.server.url, RETRY_SECONDS="0.01")

    def test_files_of_several_chunks_keep_their_paths_and_are_summed(self):
        second = "train/chunk2/example_train_0.jsonl.zst"
        self.server.files[second] = compressed(1)
        self.assertEqual(self.download("--chunks", "1,2"), (0, ""))
        for name in (NAME, second):
            self.assertEqual(self.read("out", name), self.server.files[name])
        check = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=self.path("out"))
        self.assertEqual(check.returncode, 0)

    def test_splits_have_their_own_names(self):
        for split in ("validation", "test"):
            self.server.files[f"{split}/chunk3/example_holdout_4.jsonl.zst"] = self.data
            self.assertEqual(
                self.download("--split", split, "--chunks", "3", "--files", "4"), (0, ""))

    def test_what_is_there_is_not_asked_for_again(self):
        self.download()
        self.assertEqual(self.download(), (0, ""))
        self.assertEqual(len(self.server.requests), 1)

    def test_killed_in_the_middle_it_continues_there(self):
        self.server.pause = 0.02
        process = start("download-slimpajama", "-o", self.path("out"), BASE_URL=self.server.url)
        partial = self.path("out", NAME + ".partial")
        wait_until(lambda: os.path.exists(partial) and os.path.getsize(partial) > 100_000)
        process.kill()
        process.communicate()
        self.assertEqual(process.returncode, -signal.SIGKILL)
        self.assertFalse(os.path.exists(self.path("out", NAME)))
        kept = os.path.getsize(partial)
        self.server.pause = 0
        self.assertEqual(self.download(), (0, ""))
        self.assertEqual(self.server.requests[-1][1], f"bytes={kept}-")
        self.assertEqual(self.read("out", NAME), self.data)
        self.assertEqual(sorted(os.listdir(self.path("out", "train", "chunk1"))),
                         ["example_train_0.jsonl.zst"])

    def test_killed_after_the_last_byte_it_only_checks(self):
        self.write("out/" + NAME + ".partial", self.data)
        self.write("out/" + NAME + ".partial.etag", f'"{hashlib.sha256(self.data).hexdigest()}"')
        self.assertEqual(self.download(), (0, ""))
        self.assertEqual(self.read("out", NAME), self.data)

    def test_a_dropped_connection_is_taken_up_again(self):
        self.server.cut_after = 200_000
        self.assertEqual(self.download(), (0, ""))
        self.assertEqual([r[1] for r in self.server.requests], [None, "bytes=200000-"])
        self.assertEqual(self.read("out", NAME), self.data)

    def test_a_changed_file_is_taken_from_its_start(self):
        self.write("out/" + NAME + ".partial", compressed(7)[:1000])
        self.write("out/" + NAME + ".partial.etag", '"the version before"')
        self.assertEqual(self.download(), (0, ""))
        self.assertEqual(self.read("out", NAME), self.data)

    def test_another_hash_than_promised_is_refused_and_removed(self):
        self.server.tag = lambda data: f'"{"0" * 64}"'
        code, errors = self.download()
        self.assertEqual((code, "hash differs" in errors, errors.count("\n")), (65, True, 1))
        self.assertFalse(os.path.exists(self.path("out", NAME + ".partial")))

    def test_without_a_promised_hash_a_flipped_bit_is_found_in_the_frames(self):
        damaged = bytearray(self.data)
        damaged[len(damaged) // 2] ^= 1
        self.server.files[NAME] = bytes(damaged)
        self.server.tag = lambda data: '"v1"'
        code, errors = self.download()
        self.assertEqual((code, "bad zstd" in errors), (65, True))

    def test_a_missing_file_is_named(self):
        code, errors = self.download("--files", "99")
        self.assertEqual((code, "example_train_99" in errors), (66, True))

    def test_an_unwritable_folder_is_named(self):
        self.write("file", "")
        code, errors = run("download-slimpajama", "-o", self.path("file"))
        self.assertEqual((code, self.path("file") in errors), (74, True))

    def test_wrong_usage_exits_64(self):
        for arguments in ([], ["-o", "x", "--files", "a-b"], ["-o", "x", "--split", "dev"]):
            self.assertEqual(run("download-slimpajama", *arguments)[0], 64)


if __name__ == "__main__":
    unittest.main()
