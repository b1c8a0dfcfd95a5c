"""Debian packages as files: found, downloaded and read with apt-get and dpkg-deb.

Nothing is installed. apt-get checks signatures and hashes; the cache is checked again here, so that
a file damaged since is seen.
"""
import hashlib
import os
import re
import subprocess
import tarfile
import time
from typing import Iterator, NamedTuple

NO_INPUT, BAD_DATA, IO_FAILED = 66, 65, 74


class Failure(Exception):
    """Ends the run: `message` says what and what to do; `code` is the exit status."""

    def __init__(self, message: str, code: int):
        super().__init__(message)
        self.code = code


class Archive(NamedTuple):
    """The .deb file of one package, as apt's lists describe it."""

    package: str
    version: str
    name: str
    size: int
    sha256: str


def apt_get(*arguments: str, cwd: str = ".") -> subprocess.Popen:
    # apt's own user cannot write into a person's folder, and would only warn about it.
    command = ["apt-get", "-q", "-o", "APT::Sandbox::User=root", *arguments]
    environment = dict(os.environ, LC_ALL="C.UTF-8")
    try:
        return subprocess.Popen(command, cwd=cwd, env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except FileNotFoundError:
        raise Failure("apt-get: not found; this needs a Debian system", NO_INPUT) from None


def locate(packages: list[str]) -> list[Archive]:
    """The archive of every package, in the order given, from apt's lists."""
    process = apt_get("download", "--print-uris", *packages)
    listing, complaints = process.communicate()
    missing = re.findall(r"^E: (?:Unable to locate package|Can't select candidate version from "
                         r"package|Can't find a source to download version '.*?' of) '?([^'\s]+)",
                         complaints, re.M)
    if missing:
        few = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        raise Failure(f"apt: no package {few}; run apt-get update (Debian 12, main)", NO_INPUT)
    if process.returncode:
        raise Failure(f"apt-get: {one_line(complaints)}; run apt-get update", NO_INPUT)
    found = {}
    for name, size, sha256 in re.findall(r"^'.*' (\S+) (\d+) SHA256:(\w+)$", listing, re.M):
        package, version, _ = name.split("_")
        version = re.sub("%3a", ":", version, flags=re.I)
        found[package] = Archive(package, version, name, int(size), sha256)
    return [found[package] for package in packages]


def one_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.startswith("E:")] or ["failed"]
    return lines[0].removeprefix("E:").strip()


def is_whole(path: str, archive: Archive) -> bool:
    try:
        if os.path.getsize(path) != archive.size:
            return False
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == archive.sha256
    except FileNotFoundError:
        return False


def download(archives: list[Archive], cache: str, report) -> None:
    """Brings every archive into `cache`; `report(bytes)` is called with the bytes present so far.

    apt-get works in `cache/partial` and continues files it finds there. A file takes its place in
    `cache` only when its hash is right, so whatever is in `cache` by name is whole.
    """
    partial = os.path.join(cache, "partial")
    os.makedirs(partial, exist_ok=True)
    missing = [a for a in archives if not is_whole(os.path.join(cache, a.name), a)]
    if not missing:
        return
    here = sum(a.size for a in archives) - sum(a.size for a in missing)
    process = apt_get("download", *(f"{a.package}={a.version}" for a in missing), cwd=partial)
    try:
        while process.poll() is None:
            report(here + sum(size_or_zero(os.path.join(partial, a.name)) for a in missing))
            time.sleep(0.2)
    finally:
        process.terminate()
    complaints = process.communicate()[1]
    for archive in missing:
        path = os.path.join(partial, archive.name)
        if is_whole(path, archive):
            os.replace(path, os.path.join(cache, archive.name))
        elif process.returncode == 0:
            os.unlink(path)
            raise Failure(f"{path}: not the file apt's lists promise; run again", BAD_DATA)
    if process.returncode:
        raise Failure(f"apt-get download: {one_line(complaints)}; run again to continue, "
                      "or apt-get update if the version is gone", IO_FAILED)


def size_or_zero(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def pattern_of(glob: str) -> re.Pattern:
    """`**/` is any number of folders, `*` and `?` stay inside one name, `{a,b}` is either."""
    steps = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]", "{": "(?:", ",": "|", "}": ")"}
    parts = re.split(r"(\*\*/|[*?{},])", glob)
    return re.compile("".join(steps.get(part, re.escape(part)) for part in parts) + r"\Z")


def members(path: str, wanted) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the regular files in a .deb for which `wanted(name)` holds, by stream."""
    process = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", path], stdout=subprocess.PIPE)
    with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
        for member in archive:
            name = member.name.removeprefix("./")
            if member.isfile() and wanted(name):
                yield name, archive.extractfile(member).read()
    process.stdout.close()
    if process.wait():
        raise Failure(f"{path}: dpkg-deb cannot read it; delete it and run again", BAD_DATA)
