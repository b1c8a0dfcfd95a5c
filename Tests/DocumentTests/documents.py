"""The README files of the project, and what they are compared with."""
import functools
import pathlib
import re
import shlex
import subprocess

PROJECT = pathlib.Path(__file__).resolve().parents[2]
BINARIES = PROJECT / ".build/release"
README = PROJECT / "README.md"
FILES = [README, PROJECT / "data/presets/WALKS.md"] + sorted(
    path for folder in ("data", "Sources", "Tests")
    for path in (PROJECT / folder).rglob("README.md")
    if "out" not in path.relative_to(PROJECT).parts)
PACKAGE = (PROJECT / "Package.swift").read_text()
TOOLS = re.findall(r'\btool\(\s*"([\w-]+)"', PACKAGE)
MAKEFILES = [PROJECT / "Makefile", *sorted((PROJECT / "data").glob("*/*.mk"))]
FENCED = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language; "" for those of none."""
    return [content for name, content in FENCED.findall(text) if name == language]


def prose(text: str) -> str:
    """The text without its fenced blocks."""
    return FENCED.sub("", text)


def quoted(path: pathlib.Path) -> list[str]:
    """What stands in backticks, outside of fenced blocks."""
    return re.findall(r"`([^`\n]+)`", prose(path.read_text()))


def commands(path: pathlib.Path) -> list[list[str]]:
    """The words of each command in the file's shell blocks, remarks left out."""
    lines = "\n".join(blocks(path.read_text(), "sh")).replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def rows(path: pathlib.Path, title: str) -> list[str]:
    """The first cells of the table whose first column has that title."""
    table = path.read_text().split(f"| {title} |")[1].split("\n\n")[0]
    return [row.split("|")[1].strip() for row in table.splitlines()[2:]]


def slug(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@functools.cache
def flags(tool: str) -> frozenset[str]:
    """The long flags that a program's help names."""
    scripts = [PROJECT / folder / tool for folder in ("data/corpus", "Sources/TorchEngine")]
    program = next(filter(pathlib.Path.exists, scripts), BINARIES / tool)
    said = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    return frozenset(re.findall(r"--[a-z][a-z0-9-]*", said))


def flags_among(words: list[str]) -> list[str]:
    """The long flags among the words of a command."""
    return [word.split("=")[0] for word in words if re.match(r"--[a-z]", word)]
