"""What the README files name is there: files, links, code, targets and settings of make.

Run by `make test`; python3 -m unittest discover Tests/DocumentTests
"""
import re
import shlex
import unittest

from documents import FILES, MAKEFILES, PACKAGE, PROJECT, README, TOOLS, commands, prose, quoted, rows, slug

NO_PATHS = {"metric/the_pile_arxiv_val_loss"}  # a column of a table


class NameTests(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for path in FILES:
            for target in re.findall(r"\]\(([^)]+)\)", prose(path.read_text())):
                if target.startswith("http"):
                    continue
                name, _, anchor = target.partition("#")
                file = (path.parent / name).resolve() if name else path
                file = file / "README.md" if anchor and file.is_dir() else file
                with self.subTest(file=path.relative_to(PROJECT), link=target):
                    self.assertTrue(file.exists())
                    if anchor:
                        headings = re.findall(r"^#+ (.*)$", prose(file.read_text()), re.M)
                        self.assertIn(anchor, [slug(heading) for heading in headings])

    def test_paths_exist_or_are_made(self):
        stages = re.findall(r"^ +(\d-[a-z]+)/", README.read_text(), re.M)
        made = tuple(f"{folder}/" for folder in ["data/out", ".build", "PREFIX", *stages])
        for path in FILES:
            for word in quoted(path):
                # A path has a slash and no spaces, and no signs such as those of formulas.
                if word in NO_PATHS or not re.fullmatch(r"[\w.*{},+-]+(/[\w.*{},+-]*)+", word, re.A):
                    continue
                # Capitals stand for any name, as in NAME.mk.
                patterns = [word.rstrip("/"), re.sub(r"\b[A-Z]{2,}\b", "*", word.rstrip("/"))]
                found = any(next(root.glob(pattern), None)
                            for root in (PROJECT, path.parent) for pattern in patterns)
                with self.subTest(file=path.relative_to(PROJECT), path=word):
                    self.assertTrue(found or word.startswith(made))

    def test_files_of_code_are_in_the_tree(self):
        names = {file.name for file in PROJECT.iterdir()}
        for folder in ("data", "Sources", "Tests"):
            names |= {file.name for file in (PROJECT / folder).rglob("*")}
        for path in FILES:
            for word in quoted(path):
                if re.fullmatch(r"[\w+-]+\.(swift|py|mk|h|c|cpp|md)", word):
                    with self.subTest(file=path.relative_to(PROJECT), name=word):
                        self.assertTrue(word in names or word.split(".")[0].isupper())

    def test_names_of_code_are_in_the_code(self):
        known = set(re.findall(r"\w+", PACKAGE))
        for folder in ("Sources", "Tests"):
            for file in (PROJECT / folder).rglob("*.swift"):
                known |= {file.parent.name, *re.findall(r"\w+", file.read_text())}
        for word in quoted(PROJECT / "Sources/README.md"):
            if re.fullmatch(r"[A-Z]\w*[a-z]\w*", word):
                with self.subTest(name=word):
                    self.assertTrue(word in known or (PROJECT / word).exists())

    def test_the_table_of_tools_is_that_of_the_package(self):
        self.assertEqual(sorted(rows(README, "tool")), sorted(f"`{tool}`" for tool in TOOLS))

    def test_the_map_of_modules_is_that_of_the_package(self):
        modules = re.findall(r'\bmodule\(\s*"(\w+)",\s*\[(.*?)\]', PACKAGE, re.S)
        uses = {name: re.findall(r'"(\w+)"', names) for name, names in modules}
        order = [row.strip("`") for row in rows(PROJECT / "Sources/README.md", "module")]
        self.assertEqual(sorted(order), sorted(uses))
        for place, name in enumerate(order):
            with self.subTest(module=name):
                self.assertLessEqual(set(uses[name]) & set(order), set(order[:place]))

    def test_the_table_of_settings_has_all_of_them(self):
        settings = {name for file in MAKEFILES
                    for name in re.findall(r"^([A-Z_]+) +\?=", file.read_text(), re.M)}
        table = " ".join(rows(PROJECT / "data/presets/README.md", "setting"))
        self.assertEqual(set(re.findall(r"`([A-Z_]+)`", table)), settings)

    def test_targets_and_settings_of_make_exist(self):
        text = "\n".join(file.read_text() for file in MAKEFILES)
        targets = set(re.findall(r"^## ([\w-]+):", text, re.M))
        targets |= set(" ".join(re.findall(r"^\.PHONY:(.*)$", text, re.M)).split())
        settings = set(re.findall(r"^(?:override )?([\w.-]+) *[?:]?=", text, re.M))
        settings |= {f"{tool}.{kind}" for tool in TOOLS
                     for kind in ("flags", "also", "launch", "engine", "cores", "memory", "time", "gres", "slurm")}
        for path in FILES:
            calls = commands(path) + [
                shlex.split(word.replace("…", "X")) for word in quoted(path) if word.startswith("make ")]
            for call in calls:
                for word in call[1:] if call[0] == "make" else []:
                    with self.subTest(file=path.relative_to(PROJECT), command=" ".join(call)):
                        if "=" in word:
                            self.assertIn(word.split("=")[0], settings)
                        elif not word.startswith("-"):
                            self.assertIn(word, targets)


if __name__ == "__main__":
    unittest.main()
