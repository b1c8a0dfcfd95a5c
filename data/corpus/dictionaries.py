"""Binary containers of text: dictd dictionaries, SWORD modules, data of R packages."""
import gzip
import html
import re
import struct
import zlib
from typing import Iterator

from markup import tidy

BASE64 = {c: i for i, c in enumerate(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}


def dictd(name: str, files: dict[str, bytes]) -> Iterator[str]:
    """Entries of a dictd dictionary.

    `name` is the index (others yield nothing): word, offset and length, the latter in base 64.
    """
    if not name.endswith(".index"):
        return
    data = gzip.decompress(files[name.removesuffix(".index") + ".dict.dz"])
    spans = set()
    for line in files[name].decode("utf-8", "replace").splitlines():
        word, offset, length = line.split("\t")[:3]
        if not word.startswith("00"):  # 00database… describes the dictionary
            spans.add((base64_number(offset), base64_number(length)))
    for offset, length in sorted(spans):
        entry = data[offset:offset + length].decode("utf-8", "replace")
        entry = re.sub(r"\{([^{}]*)\}", r"\1", entry)  # links
        entry = re.sub(r"\n[ \t]+", "\n", entry)
        yield tidy(re.sub(r"(?<=\S)\n(?=\S)", " ", entry))


def base64_number(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * 64 + BASE64[digit]
    return value


def sword(name: str, files: dict[str, bytes]) -> Iterator[str]:
    """Text of a SWORD module, one compressed block (a book or chapter) a document.

    `name` is the block index (others yield nothing), 12 bytes each: offset and size in the data
    file, full size.
    """
    if not name.endswith("zs"):
        return
    data = files[name[:-1] + "z"]
    index = files[name]
    for offset, size, _ in struct.iter_unpack("<III", index[:len(index) // 12 * 12]):
        if size:
            block = zlib.decompress(data[offset:offset + size])
            yield plain_verses(block.decode("utf-8", "replace"))


def plain_verses(text: str) -> str:
    """OSIS or ThML markup to text."""
    text = re.sub(r"<note.*?</note>", "", text, flags=re.S)
    text = re.sub(r"<(?:lb|l|lg|p|chapter|title|div|br)\b[^>]*>", "\n", text)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\0", "\n")
    text = re.sub(r"[ \t]{2,}", " ", text)
    return tidy(re.sub(r" ([,.;:!?])", r"\1", text))


def r_books(name: str, files: dict[str, bytes]) -> Iterator[str]:
    """Chapters of the books that an R package's lazy-load file holds, each a vector of lines.

    The file is a run of objects: size, then zlib; an object is R's serialization, version 3, of a
    character vector (type 16): count, then for each line flags, length and bytes. Big-endian.
    """
    data = files[name]
    while data:
        decoder = zlib.decompressobj()
        book = decoder.decompress(data[4:])
        data = decoder.unused_data
        encoding_length, = struct.unpack_from(">I", book, 14)
        at = 18 + encoding_length
        kind, count = struct.unpack_from(">II", book, at)
        if kind & 255 != 16:
            continue
        at += 8
        lines = []
        for _ in range(count):
            length = max(0, struct.unpack_from(">i", book, at + 4)[0])
            lines.append(book[at + 8:at + 8 + length].decode("utf-8", "replace"))
            at += 8 + length
        yield from re.split(r"\n(?=(?:CHAPTER|Chapter) [IVXL\d]+)", tidy("\n".join(lines)))
