"""The last row of a terminal, which tells how far make is, and that it is in nobody's way.

Run by `make test`, which has built the tools; python3 -m unittest discover Tests/MakeTests
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from terminal import Screen, Terminal
import test_make
from test_make import PROJECT, write_inputs

# Models that take some seconds.
SLOW = "train-expert.flags=--layers 1 --hidden-size 64 --heads 2 --context 64 --batch-size 8 --steps 2000"


def environment(**others: str) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS")) and k != "CI"}
    return clean | {"TERM": "xterm"} | others


class LiveTests(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-live-"))
        self.addCleanup(shutil.rmtree, self.root)
        write_inputs(self.root, {"Prose": 0.8, "Code": 0.2})

    def start(self, *arguments: str, **variables: str) -> Terminal:
        return Terminal(test_make.MakeTests.command(self.root, *arguments), PROJECT, environment(**variables))

    def left_behind(self) -> list[str]:
        """Processes that have the run's folder on their command line, once those had time that were told to end."""
        for _ in range(100):
            found = []
            for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
                except OSError:
                    continue
                if str(self.root) in line:
                    found.append(line)
            if not found:
                break
            time.sleep(0.1)
        return found

    def assertGone(self, terminal: Terminal):
        screen = terminal.screen
        self.assertEqual((screen.line(screen.rows - 1), screen.top, screen.bottom), ("", 0, screen.rows - 1))
        self.assertEqual(self.left_behind(), [])

    def test_it_tells_of_the_steps_and_leaves_all_lines_as_they_are(self):
        terminal = self.start("-j2")
        terminal.wait()
        self.assertEqual(terminal.close(), 0, terminal.screen.lines())
        self.assertGone(terminal)
        self.assertTrue(any(re.match(r"\d+ of 52 steps, about [\d.]+ (s|min) left", row) for row in terminal.told),
                        terminal.told)
        for row in terminal.told:
            self.assertRegex(row, r"^\d+ (of 52 )?steps(, about [\d.]+ (s|min) left)?(: [a-z]+( \S+)*( \d+ s)?(, .*)?)?$")
            self.assertLess(len(row), 80)
        done = [int(row.split()[0]) for row in terminal.told]
        self.assertEqual(done, sorted(done))
        # The same lines as without a terminal, but for times and what the row tells instead.
        piped = subprocess.run(test_make.MakeTests.command(self.root, "-j2", f"OUT={self.root}/piped"), cwd=PROJECT, text=True,
                               env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True).stdout
        self.assertNotIn("\x1b", piped)

        def plain(lines: list[str]) -> list[str]:
            lines = [re.sub(r" +\d+ s\b", " s", line.replace("/piped", "/out")) for line in lines if line]
            return sorted(re.sub(r"  \d+ of \d+(, \d+ min left)?$", "", line) for line in lines)
        expected = [line[:80] for line in plain(piped.replace("piped: the best", "out: the best").splitlines())]
        self.assertEqual([line[:80] for line in plain(terminal.screen.lines())], expected)

    def test_interrupted_or_killed_it_goes(self):
        for how in ("^C", "kill"):
            with self.subTest(how=how):
                terminal = self.start(SLOW, f"OUT={self.root}/{how}")
                terminal.wait(lambda terminal: any("train" in row for row in terminal.told))
                if how == "^C":
                    os.write(terminal.file, b"\x03")
                else:
                    os.kill(terminal.process, signal.SIGKILL)
                terminal.wait()
                self.assertNotEqual(terminal.close(), 0)
                self.assertGone(terminal)

    def test_a_failure_is_told_whole(self):
        terminal = self.start("fit-regressor.flags=--folds none")
        terminal.wait()
        self.assertEqual(terminal.close(), 2)
        self.assertGone(terminal)
        said = terminal.screen.lines()
        self.assertTrue(any(line.startswith("fit-regressor: ") for line in said), said)
        self.assertTrue(any(re.match(r"make: \*\*\* \[.*regressor.json\] Error 64$", line)
                            for line in ["".join(pair) for pair in zip(said, said[1:])] + said), said)

    def test_a_line_takes_the_place_of_the_progress_of_another_tool(self):
        tool = f"{os.environ.get('BIN', '.build/release')}/collect-runs"
        terminal = Terminal(["sh", "-c", f"printf 'survey: 50 %%'; {tool} --nothing"], PROJECT, environment())
        terminal.wait()
        self.assertEqual(terminal.close(), 64)
        self.assertTrue(terminal.screen.lines()[0].startswith("collect-runs: "), terminal.screen.lines())

    def test_it_is_not_where_nobody_looks(self):
        for name, arguments, variables in (("dumb", [], {"TERM": "dumb"}), ("CI", [], {"CI": "true"}),
                                           ("never", ["PROGRESS=never"], {})):
            with self.subTest(name=name):
                terminal = self.start(f"OUT={self.root}/{name}", "tokens", *arguments, **variables)
                terminal.wait()
                self.assertEqual(terminal.close(), 0)
                self.assertEqual(terminal.told, [])

    def test_it_costs_next_to_nothing(self):
        terminal = self.start(SLOW)
        terminal.wait(lambda terminal: any("train" in row for row in terminal.told))
        live = next(pathlib.Path(file).parent for file in pathlib.Path("/proc").glob("[0-9]*/cmdline")
                    if b"data/make/live" in file.read_bytes() and str(self.root).encode() in file.read_bytes())

        def seconds() -> float:
            fields = (live / "stat").read_text().rsplit(")", 1)[1].split()
            return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
        before, rows = seconds(), len(terminal.told)
        terminal.wait(lambda terminal: len(terminal.told) >= rows + 4)
        # Rows are a second apart.
        self.assertLess(seconds() - before, 0.05 * (len(terminal.told) - rows))
        os.write(terminal.file, b"\x03")
        terminal.wait()
        terminal.close()


class ScreenTests(unittest.TestCase):
    """The terminal that the tests above look at."""

    def test_rows_scroll_above_the_last(self):
        screen = Screen(4, 8)
        screen.feed(b"a\r\nb\r\nc\r\n\n\x1b7\x1b[1;3r\x1b8\x1b[1A")
        screen.feed(b"\x1b7\x1b[4;1H\x1b[2Klast\x1b8")
        screen.feed(b"d\r\ne\r\n")
        self.assertEqual(screen.lines(), ["a", "b", "c", "d", "e", ""])
        self.assertEqual(screen.line(3), "last")
        screen.feed(b"f\r[2]\x1b7\x1b[r\x1b[4;1H\x1b[2K\x1b8!\r\ng")
        self.assertEqual(screen.lines()[-2:] + [screen.line(3)], ["e", "[2]!", "g"])


if __name__ == "__main__":
    unittest.main()
