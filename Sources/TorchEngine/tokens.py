"""Token folders and token files, as data/README.md describes them."""
import os
import struct
from typing import Iterator, NamedTuple

import numpy

from failures import Failure
from files import read_json, require, sha256
from frames import read_frames


class Block(NamedTuple):
    """Whole documents with a value for each token."""

    values: numpy.ndarray  # (tokens,)
    lengths: numpy.ndarray  # (documents,): tokens of each
    bytes: numpy.ndarray  # (documents,): UTF-8 bytes of the text of each
    contexts: numpy.ndarray  # (documents,): tokens at the start of each that are not scored

    def documents(self) -> Iterator[numpy.ndarray]:
        """The values of each document."""
        return iter(numpy.split(self.values, numpy.cumsum(self.lengths)[:-1]))


class TokenFile:
    """A file of documents of one domain and split, read block after block."""

    def __init__(self, path: str):
        self.path = path
        self.header, _ = read_frames(path)
        place = f"{path}: header"
        require(self.header, "mde.tokens", range(1, 3), place)
        for key, kind in [("tokenizer", str), ("vocabulary", int), ("endOfText", int),
                          ("domain", str), ("split", str)]:
            if not isinstance(self.header.get(key), kind):
                raise Failure(f"{place}: field \"{key}\" is missing or has the wrong type")
        self.has_contexts = self.header["provenance"]["version"] == 2

    def blocks(self) -> Iterator[Block]:
        """All blocks, in order."""
        width = numpy.dtype("<u2" if self.header["vocabulary"] <= 1 << 16 else "<u4")
        for number, data in enumerate(read_frames(self.path)[1]):
            block = _decoded(data, width, self.has_contexts)
            if block is None or (block.values >= self.header["vocabulary"]).any():
                raise Failure(f"{self.path}: block {number}: its counts or ids are impossible")
            yield block


def _decoded(data: bytes, width: numpy.dtype, has_contexts: bool) -> Block | None:
    """The block, or None if its counts contradict each other or its length."""
    if len(data) < 8:
        return None
    documents, tokens = struct.unpack_from("<II", data)
    fields = 3 if has_contexts else 2
    values = 8 + 4 * fields * documents
    if len(data) != values + width.itemsize * tokens:
        return None
    numbers = numpy.frombuffer(data, "<u4", fields * documents, 8).astype(numpy.int64)
    numbers = numbers.reshape(fields, documents)
    contexts = numbers[2] if has_contexts else numpy.zeros(documents, numpy.int64)
    if numbers[0].sum() != tokens or (contexts > numbers[0]).any():
        return None
    return Block(numpy.frombuffer(data, width, tokens, values), *numbers[:2], contexts)


def read_manifest(folder: str) -> dict:
    """The manifest of a domain's token folder."""
    path = os.path.join(folder, "manifest.json")
    manifest = read_json(path)
    require(manifest, "mde.token-manifest", range(1, 2), path)
    return manifest


def split_start(folder: str, split: str, limit: int) -> numpy.ndarray:
    """The first `limit` + 1 tokens of a split, end of text before each document; all if fewer.

    The files must be those that the manifest lists, byte for byte.
    """
    manifest = read_manifest(folder)
    parts, count = [numpy.zeros(0, numpy.int64)], 0
    for shard in manifest["splits"].get(split, {}).get("shards", []):
        path = os.path.join(folder, shard["name"])
        if sha256(path) != shard["sha256"]:
            raise Failure(f"{path}: is not the file that {folder}/manifest.json lists; "
                          "make the tokens again")
        file = TokenFile(path)
        for block in file.blocks():
            if count >= limit:
                break
            for document in block.documents():
                parts += [numpy.array([file.header["endOfText"]]), document.astype(numpy.int64)]
            count += len(block.values) + len(block.lengths)
    return numpy.concatenate(parts)[:limit + 1]
