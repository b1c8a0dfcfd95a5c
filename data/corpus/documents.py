"""Which texts become documents: exact and near duplicates out, caps, and the order of writing."""
import hashlib
import json
import os
import re
import subprocess
import zlib
from array import array
from collections import Counter
from typing import NamedTuple

from debian import IO_FAILED, Failure

SHINGLE = 13  # words, as in SlimPajama's own deduplication
SAMPLED = 8  # one shingle in so many is looked at: those whose first word hashes to 0 mod this
OVERLAP = 0.5  # a document of whose shingles this share was seen before is a near duplicate
WORD = re.compile(r"\w+")
_anchors: dict[str, bool] = {}


class Document(NamedTuple):
    digest: bytes  # SHA-256 of the text: the order of writing, and equality
    row: int  # of the package list
    text: str
    shingles: array  # sampled hashes, 32 bits each


def document(text: str, row: int) -> Document:
    encoded = text.encode()
    return Document(hashlib.sha256(encoded).digest(), row, text, sampled_shingles(text))


def sampled_shingles(text: str) -> array:
    words = WORD.findall(text.lower())
    hashes = set()
    for start in range(len(words) - SHINGLE + 1):
        word = words[start]
        if word not in _anchors:
            _anchors[word] = zlib.crc32(word.encode()) % SAMPLED == 0
        if _anchors[word]:
            hashes.add(zlib.crc32(" ".join(words[start:start + SHINGLE]).encode()))
    return array("I", sorted(hashes))


def without_template(pages: list[str], longer_than: int = 15) -> list[str]:
    """Pages without the lines that a thirtieth of them (and ten) have: titles, menus, notices.

    Lines of at most so many characters stay.
    """
    counts = Counter(line for page in pages for line in set(page.split("\n"))
                     if len(line) > longer_than)
    limit = max(10, len(pages) / 30)
    template = {line for line, count in counts.items() if count >= limit}
    return ["\n".join(line for line in page.split("\n") if line not in template)
            for page in pages]


class Selection:
    """Takes documents in the order of their digests and keeps those that are new.

    The order depends on nothing but the texts, so the result does not depend on which package
    was read first. A row's cap (bytes) closes it once it is reached.
    """

    def __init__(self, caps: list[float]):
        self.caps, self.kept = caps, []
        self.bytes = [0] * len(caps)
        self.counts = [0] * len(caps)
        self.exact = [0] * len(caps)
        self.near = [0] * len(caps)
        self._seen: set[int] = set()

    def take(self, documents: list[Document]) -> None:
        last = None
        for item in sorted(documents, key=lambda d: (d.digest, d.row)):
            if item.digest == last:
                self.exact[item.row] += 1
            elif self.bytes[item.row] < self.caps[item.row]:
                self._consider(item)
            last = item.digest

    def _consider(self, item: Document) -> None:
        repeated = sum(shingle in self._seen for shingle in item.shingles)
        if repeated > 1 and repeated >= OVERLAP * len(item.shingles):
            self.near[item.row] += 1
            return
        self._seen.update(item.shingles)
        self.kept.append(item)
        self.counts[item.row] += 1
        self.bytes[item.row] += len(item.text.encode())


def write_lines(path: str, set_name: str, texts) -> None:
    """One SlimPajama line for each text, through zstd, into `path`."""
    command = ["zstd", "-q", "-f", "-9", "-T2", "-o", path]
    try:
        zstd = subprocess.Popen(command, stdin=subprocess.PIPE)
    except FileNotFoundError:
        raise Failure("zstd: not found; apt-get install zstd", IO_FAILED) from None
    meta = {"redpajama_set_name": set_name}
    try:
        for text in texts:
            line = json.dumps({"text": text, "meta": meta}, ensure_ascii=False)
            zstd.stdin.write(line.encode() + b"\n")
        zstd.stdin.close()
    except BrokenPipeError:
        pass  # zstd has said why, and its status counts
    if zstd.wait():
        raise Failure(f"{path}: zstd could not write it; see above", IO_FAILED)


def replace_all(files: dict[str, str]) -> None:
    """Gives finished files their names: {final: partial}, the manifest last."""
    for final, partial in files.items():
        with open(partial, "rb") as file:
            os.fsync(file.fileno())
        os.replace(partial, final)
