"""`make install`: tools, manual and completions in a folder of their own, and runs from any other folder.

Run by `make test`, which has built the tools; python3 -m unittest discover Tests/MakeTests
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from test_make import FLAGS, PROJECT, run_make, write_inputs

# The project's folder is empty for what runs behind this, where that is allowed.
AWAY = ["unshare", "--mount" if os.geteuid() == 0 else "-rm", "bash", "-c",
        'mount -t tmpfs none "$0" && exec "$@"', str(PROJECT)]
AWAY = AWAY if subprocess.run([*AWAY, "true"], capture_output=True).returncode == 0 else []


def install(*arguments: str) -> str:
    done = run_make(["make", "install", *arguments])
    assert done.returncode == 0, done.stdout
    return done.stdout


class Installed(unittest.TestCase):
    """One copy, installed once."""

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.root)
        cls.prefix = cls.root / "prefix"
        install(f"PREFIX={cls.prefix}")
        cls.tools = sorted(path.name for path in (cls.prefix / "bin").iterdir() if path.name != "mde-make")

    def installed(self, *command: str, folder: pathlib.Path, code: int = 0) -> str:
        """Runs a command of the copy; what it said."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        environment["PATH"] = f"{self.prefix}/bin:/usr/bin:/bin"
        done = subprocess.run([*AWAY, *command], cwd=folder, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, code, done.stdout)
        return done.stdout


class InstallTests(Installed):
    """The copy in use, and gone."""

    def test_a_run_from_another_folder_is_one_from_here(self):
        write_inputs(self.root, {"Prose": 0.8, "Code": 0.2})
        settings = {"CORPUS": "corpus", "DOMAINS": "domains.tsv", "BASELINES": "baselines.jsonl"}
        here = run_make(["make", "all", *FLAGS, f"OUT={self.root}/here/demo",
                         *(f"{name}={self.root}/{file}" for name, file in settings.items())])
        self.assertEqual(here.returncode, 0, here.stdout)
        words = [*FLAGS, *(f"{name}={file}" for name, file in settings.items())]
        said = self.installed("mde-make", "all", *words, folder=self.root)
        self.assertNotIn(str(PROJECT), said)
        # But for times, which the page and what is hidden tell too.
        for first, second in (("here/demo", "data/out/corpus"), ("data/out/corpus", "here/demo")):
            for path in (self.root / first).rglob("[!.]*"):
                name = path.relative_to(self.root / first)
                if path.is_file() and not str(name).startswith((".", "8-report")):
                    with self.subTest(file=name):
                        self.assertEqual(path.read_bytes(), (self.root / second / name).read_bytes())
        # A make that calls make, and nothing that is done again.
        said = self.installed("mde-make", "next", "NEXT=1", *words, folder=self.root)
        self.assertIn("next-001", said)
        said = self.installed("mde-make", "status", *words, folder=self.root)
        self.assertRegex(said, r"(?m)^mixtures +18 of 18 ")
        # The proposal is another one, with a model and a page to come.
        self.assertRegex(said, r"(?m)^report +0 of 1 +1 ")

    def test_what_is_typed_wrong_is_told(self):
        for words, problem in ((["finel"], "finel: is no target, and no file that is there; did you mean finals?"),
                               (["RUN=none", "all"], "RUN=none: there is no data/presets/none.mk; see /"),
                               (["RUN=tabel", "all"], "did you mean table?"), (["BIN=.", "all"], "BIN=.: has no "),
                               (["DOMAINS=none.tsv", "all"], "none.tsv")):
            with self.subTest(words=words):
                said = self.installed("mde-make", "-j1", *words, folder=self.root, code=2)
                self.assertIn(problem, said)
        for prefix, problem in (("here", "PREFIX=here: is no absolute path"), ("/a b", "has a space in it")):
            with self.subTest(prefix=prefix):
                done = run_make(["make", "install", f"PREFIX={prefix}"])
                self.assertEqual(done.returncode, 2)
                self.assertIn(problem, done.stdout)

    def test_help_names_what_an_installed_copy_can_do(self):
        said = self.installed("mde-make", folder=self.root)
        for target in ("all", "quick", "status", "verify", "uninstall"):
            self.assertRegex(said, rf"(?m)^  {target} ")
        for target in ("build", "test", "bench", "dist", "lint"):
            self.assertNotRegex(said, rf"(?m)^  {target} ")

    def test_packages_are_installed_into_another_root(self):
        install(f"DESTDIR={self.root}/package", "PREFIX=/usr")
        usr = self.root / "package/usr"
        for path in [*(usr / "bin").iterdir(), *(usr / "share/man/man1").iterdir()]:
            self.assertTrue(path.is_symlink() and not os.path.isabs(os.readlink(path)) and path.exists(), path)
        self.assertEqual(subprocess.run([usr / "bin/train-expert", "--version"], capture_output=True).returncode, 0)

    def test_uninstall_leaves_what_was_there(self):
        prefix = self.root / "other"
        (prefix / "share/man/man1").mkdir(parents=True)
        (prefix / "share/man/man1/mine.1").write_text("")
        for _ in range(2):  # a second copy takes the place of the first
            install(f"PREFIX={prefix}")
        before = sorted(path.name for path in (prefix / "bin").iterdir())
        self.assertEqual(before, sorted([*self.tools, "mde-make"]))
        # By the copy itself.
        subprocess.run([prefix / "bin/mde-make", "uninstall"], cwd=self.root, check=True)
        self.assertEqual([str(path.relative_to(prefix)) for path in sorted(prefix.rglob("*")) if not path.is_dir()],
                         ["share/man/man1/mine.1"])
        self.assertEqual(sorted(path.name for path in prefix.iterdir()), ["share"])
        done = run_make(["make", "uninstall", f"PREFIX={prefix}"])
        self.assertEqual(done.returncode, 2)
        self.assertIn("is not there, or not installed by make", done.stdout)


class ManualTests(Installed):
    """Pages and completions of the copy."""

    @property
    def pages(self) -> list[pathlib.Path]:
        return sorted((self.prefix / "share/man").rglob("*.[15]"))

    def test_every_tool_has_a_page_and_so_have_formats_and_the_pipeline(self):
        names = {page.name for page in self.pages}
        self.assertEqual(names, {f"{tool}.1" for tool in [*self.tools, "mde-make"]} | {"mde-formats.5"})

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_mandoc_finds_nothing_in_the_pages(self):
        done = subprocess.run(["mandoc", "-T", "lint", *self.pages], text=True, stdout=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    @unittest.skipUnless(shutil.which("man"), "man is not installed")
    def test_man_warns_of_nothing_in_the_pages(self):
        for page in self.pages:
            done = subprocess.run(["man", "--warnings=all", "-E", "UTF-8", "-l", page], text=True, capture_output=True,
                                  env=os.environ | {"LC_ALL": "C.UTF-8", "MANWIDTH": "80", "PAGER": "cat"})
            with self.subTest(page=page.name):
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                # Examples fit a terminal.
                self.assertEqual([line for line in done.stdout.splitlines() if len(line) > 80], [])

    def test_pages_have_the_flags_and_examples_of_help(self):
        for tool in self.tools:
            said = subprocess.run([self.prefix / "bin" / tool, "--help"], text=True, capture_output=True).stdout
            text = (self.prefix / f"share/man/man1/{tool}.1").read_text()
            text = re.sub(r"\\f[BIR]", "", text).replace("\\-", "-")
            with self.subTest(tool=tool):
                for flag in re.findall(r"^  (?:-\w, )?(--[a-z0-9-]+)", said, re.M):
                    self.assertIn(flag, text)
                for line in said.split("Examples:\n")[1].split("\n\n")[0].splitlines():
                    self.assertIn(line.strip().replace("\\", "\\e"), text)

    def completed(self, shell: str, script: str) -> str:
        """What a shell says that loads the files of the copy."""
        done = subprocess.run([shell, "-c", script], cwd=self.root, text=True, capture_output=True,
                              env=os.environ | {"PATH": f"{self.prefix}/bin:/usr/bin:/bin", "HOME": str(self.root)})
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def test_bash_completes(self):
        share = self.prefix / "share/bash-completion/completions"
        for tool in self.tools:
            words = f"COMP_WORDS=({tool} --pro) COMP_CWORD=1 COMP_LINE='{tool} --pro' COMP_POINT={len(tool) + 6}"
            said = self.completed("bash", f"source {share}/{tool}; {words}; "
                                  f"$(complete -p {tool} | grep -oP '(?<=-F )\\S+') {tool} --pro {tool}; "
                                  "printf '%s\\n' \"${COMPREPLY[@]}\"")
            self.assertIn("--progress", said.split(), tool)
        for words, found in (("mde-make cam", "campaign"), ("mde-make RUN = 28", "280m"), ("mde-make COR", "CORPUS="),
                             ("mde-make fit-regressor.f", "fit-regressor.flags=")):
            said = self.completed("bash", f"compopt() {{ :; }}; source {share}/mde-make; COMP_WORDS=({words}); "
                                  'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _mde_make; printf "%s\\n" "${COMPREPLY[@]}"')
            self.assertIn(found, said.split(), words)

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_loads(self):
        share = self.prefix / "share/zsh/site-functions"
        said = self.completed("zsh", f"fpath=({share} $fpath); autoload -Uz compinit; compinit -u -D; "
                              f"for tool in {' '.join(self.tools)}; do "
                              'autoload +X -U _$tool; echo "$_comps[$tool]"; done')
        self.assertEqual(said.split(), [f"_{tool}" for tool in self.tools])

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish_completes(self):
        share = self.prefix / "share/fish/vendor_completions.d"
        for tool in self.tools:
            said = self.completed("fish", f"source {share}/{tool}.fish; complete -C '{tool} --prog'")
            self.assertIn("--progress", said, tool)


if __name__ == "__main__":
    unittest.main()
