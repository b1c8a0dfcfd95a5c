"""bin/TOOL of `make dist` runs the highest level of the processor; a tool on one that is too old says so.

Processors that are older than this one are qemu's, where qemu-user is installed; python3 -m unittest discover
Tests/MakeTests
"""
import os
import pathlib
import platform
import shutil
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
LEVELS = ["x86-64-v3", "x86-64-v4", "x86-64-v4+avx512bf16"]
QEMU = shutil.which("qemu-x86_64")


def compile_c(out: pathlib.Path, *arguments) -> pathlib.Path:
    subprocess.run(["cc", "-O2", "-o", out, *map(str, arguments)], cwd=PROJECT, check=True)
    return out


@unittest.skipUnless(platform.machine() == "x86_64", "levels of x86-64")
class LevelTests(unittest.TestCase):
    """Levels whose tool is a script that says which one it is, and what it was given."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-levels-"))
        self.addCleanup(shutil.rmtree, self.root)
        (self.root / "bin").mkdir()
        self.tool = compile_c(self.root / "bin/train-expert", "data/dist/run-level.c")
        for level in LEVELS:
            path = self.root / "levels" / level / "train-expert"
            path.parent.mkdir(parents=True)
            path.write_text(f'#!/bin/sh\necho {level} "$@"\nexit 75\n')
            path.chmod(0o755)

    def run_tool(self, *command, level: str = "") -> tuple[str, str, int]:
        environment = {**os.environ, "DATA_EXPERTS_LEVEL": level}
        done = subprocess.run(list(map(str, command)), env=environment, text=True, capture_output=True)
        return done.stdout, done.stderr, done.returncode

    def test_a_level_is_run_with_the_arguments_and_its_exit_code_is_kept(self):
        said, errors, code = self.run_tool(self.tool, "a b", "c")
        self.assertIn(said, [f"{level} a b c\n" for level in LEVELS])
        self.assertEqual((errors, code), ("", 75))

    def test_a_lower_level_can_be_asked_for(self):
        self.assertEqual(self.run_tool(self.tool, level="x86-64-v3"), ("x86-64-v3\n", "", 75))

    def test_a_level_that_is_not_there_is_passed_over(self):
        for level in LEVELS[1:]:
            shutil.rmtree(self.root / "levels" / level)
        self.assertEqual(self.run_tool(self.tool), ("x86-64-v3\n", "", 75))

    def test_it_is_found_through_a_link(self):
        (self.root / "elsewhere").symlink_to(self.tool)
        self.assertEqual(self.run_tool(self.root / "elsewhere", level="x86-64-v3")[0], "x86-64-v3\n")

    def test_what_is_missing_is_one_line(self):
        said, errors, code = self.run_tool(self.tool, level="x86-64-v5")
        self.assertEqual((said, code, errors.count("\n")), ("", 64, 1))
        self.assertIn("train-expert: DATA_EXPERTS_LEVEL=x86-64-v5: ", errors)
        shutil.rmtree(self.root / "levels")
        said, errors, code = self.run_tool(self.tool)
        self.assertEqual((said, code, errors.count("\n")), ("", 66, 1))

    @unittest.skipUnless(QEMU, "no qemu-x86_64")
    def test_an_older_processor_gets_a_lower_level_or_one_line(self):
        self.assertEqual(self.run_tool(QEMU, "-cpu", "Haswell", self.tool)[0], "x86-64-v3\n")
        said, errors, code = self.run_tool(QEMU, "-cpu", "Nehalem", self.tool)
        self.assertEqual((said, code), ("", 1))
        self.assertIn("this processor has not what the lowest level, x86-64-v3, needs", errors)

    @unittest.skipUnless(QEMU, "no qemu-x86_64")
    def test_a_tool_that_was_compiled_for_more_says_what_is_missing(self):
        (self.root / "main.c").write_text("int main(void) { return 75; }\n")
        for march, cpu, feature in [("x86-64-v4", "Haswell", "avx512f"), ("haswell", "Nehalem", "avx")]:
            tool = compile_c(self.root / "tool", f"-march={march}", "Sources/CLanes/Processor.c",
                             self.root / "main.c")
            said, errors, code = self.run_tool(QEMU, "-cpu", cpu, tool)
            self.assertEqual((said, code), ("", 1), march)
            self.assertIn(f"tool: this processor has no {feature}, for which the tool was compiled", errors)
        self.assertEqual(self.run_tool(QEMU, "-cpu", "Haswell", tool)[2], 75)
