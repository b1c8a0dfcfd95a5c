import gzip
import json
import os
import random
import signal
import subprocess
import unittest

from support import (ScratchTest, Server, apt_configuration, make_package, repository, run, start,
                     wait_until)

WORDS = [a + b for a in "ka lo mi nu re".split() for b in "bar dim fel gos hut jin".split()]


def prose(seed, words=120):
    """Text that shares no run of thirteen words with that of another seed."""
    pick = random.Random(seed)
    return " ".join(pick.choice(WORDS) for _ in range(words))


def page(text):
    return f"<html><body><div class='navheader'>Prev Next</div><p>{text}</p></body></html>".encode()


class BuildCorpus(ScratchTest):
    """Against a repository on this machine, with real apt-get and dpkg-deb."""

    def setUp(self):
        super().setUp()
        self.packages = {
            "small": make_package(self.folder, "small", {
                **{f"usr/doc/{n}.html": page(prose(n)) for n in range(4)},
                "usr/doc/copy.html": page(prose(0)),
                "usr/doc/nearly.html": page(prose(1, 118) + " changed ending"),
                "usr/doc/skip/0.html": page(prose(99)),
                "usr/src/one.py": b"# Copyright 2020\n# License: MIT\n\n" + b"x = 1\n" * 50}),
            "large": make_package(self.folder, "large", {
                "usr/doc/faq.gz": gzip.compress(
                    ("1.1 What is a kabar made of?\n" + prose(7) + "\n").encode(), mtime=0),
                "usr/ballast": random.Random(0).randbytes(700_000)})}
        self.server = Server(self, repository(self.packages))
        self.configuration = apt_configuration(self, self.server.url)
        self.rows(["small", "C4", "html", "-", "usr/**/*.html !**/skip/*", "MIT"],
                  ["small", "Github", "program", "-", "usr/src/*.{py,c}", "MIT"],
                  ["large", "StackExchange", "faq-text", "-", "usr/doc/faq.gz", "GPL-2"])
        self.update()

    def rows(self, *rows):
        self.write("packages.tsv", "# comment\n" + "".join("\t".join(r) + "\n" for r in rows))

    def update(self):
        subprocess.run(["apt-get", "-qq", "update"], check=True, capture_output=True,
                       env=dict(os.environ, APT_CONFIG=self.configuration))

    def arguments(self, out, *more):
        return ("--packages", self.path("packages.tsv"), "--cache", self.path("debs"),
                "-o", self.path(out), *more)

    def build(self, out="out", *more):
        return run("build-corpus", *self.arguments(out, *more), APT_CONFIG=self.configuration)

    def lines(self, name, out="out"):
        text = subprocess.run(["zstdcat", self.path(out, f"RedPajama{name}.jsonl.zst")],
                              check=True, capture_output=True).stdout.decode()
        return [json.loads(line) for line in text.splitlines()]

    def test_lines_are_slimpajamas_and_duplicates_are_out(self):
        self.assertEqual(self.build(), (0, ""))
        lines = self.lines("C4")
        texts = {line["text"] for line in lines}
        self.assertEqual(len(lines), 4)
        self.assertTrue({prose(0), prose(2), prose(3)} <= texts)
        self.assertEqual(len(texts & {prose(1), prose(1, 118) + " changed ending"}), 1)
        self.assertEqual(lines[0]["meta"], {"redpajama_set_name": "RedPajamaC4"})
        self.assertEqual([x["text"] for x in self.lines("Github")], ["\n".join(["x = 1"] * 50)])
        self.assertEqual([x["text"] for x in self.lines("StackExchange")],
                         ["Q: What is a kabar made of?\n\nA: " + prose(7)])
        manifest = json.loads(self.read("out", "manifest.json"))
        self.assertEqual(manifest["domains"]["C4"]["documents"], 4)
        self.assertEqual([s["exactDuplicates"] + s["nearDuplicates"] for s in manifest["sources"]],
                         [2, 0, 0])

    def test_a_language_has_a_file_of_its_own_without_what_is_not_translated(self):
        german = [f"Das ist {prose(n)} und nicht mit der {prose(n + 50)}." for n in range(12)]
        english = f"This is the {prose(40)} of that and it is not for you."
        pages = {f"usr/de/{n}.html": page(f"Inhalt</p><p>{text}</p><p>{english}")
                 for n, text in enumerate(german)}
        self.server.files.update(repository({"text": make_package(self.folder, "text", pages)}))
        self.update()
        self.rows(["text", "German", "html", "-", "usr/de/*.html", "MIT"])
        self.assertEqual(self.build(), (0, ""))
        lines = subprocess.run(["zstdcat", self.path("out", "German.jsonl.zst")], check=True,
                               capture_output=True).stdout.splitlines()
        self.assertEqual(sorted(json.loads(line)["text"] for line in lines), sorted(german))

    def test_same_bytes_at_any_number_of_processes(self):
        self.build("one", "-j", "1")
        self.build("two", "-j", "3")
        names = sorted(os.listdir(self.path("one")))
        self.assertEqual(names, sorted(os.listdir(self.path("two"))))
        for name in names:
            self.assertEqual(self.read("one", name), self.read("two", name), name)

    def test_a_cap_closes_a_row(self):
        self.rows(["small", "C4", "html", "0.0005", "usr/doc/*.html", "MIT"])
        self.build()
        self.assertEqual(len(self.lines("C4")), 1)

    def test_what_is_in_the_cache_is_not_downloaded_again(self):
        self.build()
        before = len(self.server.requests)
        self.assertEqual(self.build("again"), (0, ""))
        self.assertEqual(len(self.server.requests), before)

    def test_killed_while_downloading_it_continues(self):
        self.server.pause = 0.05
        process = start("build-corpus", *self.arguments("out"), APT_CONFIG=self.configuration,
                        **{"PYTHONUNBUFFERED": "1"})
        partial = self.path("debs", "partial", "large_1.0_all.deb")
        wait_until(lambda: os.path.exists(partial) and os.path.getsize(partial) > 100_000)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.assertFalse(os.path.exists(self.path("out", "manifest.json")))
        self.assertFalse(os.path.exists(self.path("debs", "large_1.0_all.deb")))
        self.server.pause = 0
        self.assertEqual(self.build(), (0, ""))
        self.assertEqual(self.read("debs", "large_1.0_all.deb"), self.packages["large"])

    def test_a_damaged_archive_in_the_cache_is_brought_anew(self):
        self.build()
        self.write("debs/large_1.0_all.deb", self.packages["large"][:-1] + b"?")
        self.assertEqual(self.build("again"), (0, ""))
        self.assertEqual(self.read("debs", "large_1.0_all.deb"), self.packages["large"])

    def test_another_file_than_the_lists_promise_is_refused(self):
        self.server.files["large_1.0_all.deb"] = self.packages["large"][:-1] + b"?"
        code, errors = self.build()
        self.assertIn(code, (65, 74))
        self.assertEqual(errors.count("\n"), 1)
        self.assertFalse(os.path.exists(self.path("out", "manifest.json")))

    def test_a_missing_package_is_named(self):
        self.rows(["absent", "C4", "html", "-", "*", "MIT"])
        code, errors = self.build()
        self.assertEqual(code, 66)
        self.assertIn("no package absent; run apt-get update", errors)

    def test_a_bad_package_list_is_named_by_line(self):
        for row in (["small", "C4"], ["small", "C4", "nothing", "-", "*", "MIT"],
                    ["small", "Poems", "html", "-", "*", "MIT"]):
            self.rows(row)
            code, errors = self.build()
            self.assertEqual((code, "line 2" in errors), (65, True))

    def test_an_unwritable_folder_is_named(self):
        self.write("file", "")
        code, errors = self.build("file")
        self.assertEqual((code, self.path("file") in errors), (74, True))

    def test_wrong_usage_exits_64(self):
        self.assertEqual(run("build-corpus", "-o", self.path("out"))[0], 64)


if __name__ == "__main__":
    unittest.main()
