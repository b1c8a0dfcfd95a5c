"""Framed files, as data/README.md describes them: a header, blocks, a table of sizes."""
import io
import struct
from typing import BinaryIO, Iterator

import zstandard

from failures import Failure
from files import json_line, opened, parse_json

TABLE_MAGIC, FOOTER_MAGIC, LARGEST_FRAME = 0x184D2A5E, 0x8F92EAB1, 1 << 28


def read_frames(path: str, advice: str = "make the file again") -> tuple[dict, Iterator[bytes]]:
    """The header and the blocks of a file, whose frames have to fill it.

    `advice` is what to do about a damaged file.
    """
    frames = _contents(path, advice)
    return parse_json(next(frames), f"{path}: header"), frames


def _contents(path: str, advice: str) -> Iterator[bytes]:
    def damaged(what: str) -> Failure:
        return Failure(f"{path}: {what}; {advice}")

    with opened(path) as file:
        size = file.seek(0, io.SEEK_END)
        if size < 17:
            raise damaged(f"truncated: {size} bytes are no framed file")
        file.seek(size - 9)
        count, descriptor, magic = struct.unpack("<IBI", file.read(9))
        table = 17 + 8 * count
        if magic != FOOTER_MAGIC or descriptor != 0 or table > size or count < 1:
            raise damaged("truncated, or not a framed zstd file: no seek table at its end")
        file.seek(size - table)
        entries = struct.unpack(f"<{2 + 2 * count}I", file.read(table - 9))
        sizes = list(zip(entries[2::2], entries[3::2]))
        if (entries[:2] != (TABLE_MAGIC, table - 8) or max(entries[3::2]) > LARGEST_FRAME
                or sum(entries[2::2]) != size - table):
            raise damaged("truncated, or corrupted seek table")
        file.seek(0)
        decompressor = zstandard.ZstdDecompressor()
        for number, (compressed, content) in enumerate(sizes):
            place = f"frame {number} at byte {file.tell()}"
            try:
                block = decompressor.decompress(file.read(compressed), allow_extra_data=False)
            except zstandard.ZstdError:
                raise damaged(f"{place}: corrupted") from None
            if len(block) != content:
                raise damaged(f"{place}: corrupted")
            yield block


class FramedWriter:
    """A framed file being written to `file`: the header, blocks in order, then `finish`."""

    def __init__(self, file: BinaryIO, header: dict, level: int = 3):
        self.file, self.sizes = file, []
        self.compressor = zstandard.ZstdCompressor(level=level, write_checksum=True)
        self.append(json_line(header))

    def append(self, block: bytes) -> None:
        """Appends a block, compressed."""
        frame = self.compressor.compress(block)
        self.file.write(frame)
        self.sizes += [len(frame), len(block)]

    def finish(self) -> None:
        """Writes the table of sizes, which ends the file."""
        count = len(self.sizes) // 2
        self.file.write(struct.pack(f"<II{2 * count}I", TABLE_MAGIC, 8 * count + 9, *self.sizes))
        self.file.write(struct.pack("<IBI", count, 0, FOOTER_MAGIC))
