"""The training stream, format `mde.stream`: sequences in the order in which they are learned."""
import io
import os
import queue
import subprocess
import tempfile
import threading
from typing import BinaryIO, Iterator

import numpy
import zstandard

from failures import NO_INPUT, USAGE, Failure, system_failure
from files import parse_json, require

FIELDS = {"tokenizer": str, "vocabulary": int, "endOfText": int, "context": int, "batch": int,
          "steps": int, "fromStep": int, "rank": int, "ranks": int, "sequences": int,
          "domains": list, "weights": dict}


class Stream:
    """The sequences of one rank, from a file or from the pipe of a program.

    A reader of a pipe needs no table of sizes: blocks say how long they are. `close` at the end.
    """

    def __init__(self, name: str, source: BinaryIO, process: subprocess.Popen | None = None,
                 errors: BinaryIO | None = None):
        self.name, self.process, self.errors = name, process, errors
        reader = zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True)
        self.content = io.BufferedReader(reader, 1 << 20)
        self.header = parse_json(self._guarded(self.content.readline) or b"", f"{name}: header")
        require(self.header, "mde.stream", range(1, 2), f"{name}: header")
        for key, kind in FIELDS.items():
            if not isinstance(self.header.get(key), kind):
                raise Failure(f"{name}: header: field \"{key}\" is missing or has the wrong type")

    @classmethod
    def file(cls, path: str) -> "Stream":
        """The stream that a file holds."""
        try:
            return cls(path, open(path, "rb"))
        except OSError as error:
            raise system_failure(path, "open for reading", error) from None

    @classmethod
    def command(cls, arguments: list[str]) -> "Stream":
        """The stream that a program writes to its standard output.

        It has a session of its own, so that the interrupt of a terminal stops only its reader.
        """
        errors = tempfile.TemporaryFile()
        try:
            process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=errors, start_new_session=True)
        except OSError:
            raise Failure(f"{arguments[0]}: cannot be started; make build, or give --tools",
                          NO_INPUT) from None
        return cls(os.path.basename(arguments[0]), process.stdout, process, errors)

    def notes(self) -> list[str]:
        """What the program has said so far on its standard error."""
        if self.errors is None:
            return []
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace").splitlines()

    def rows(self) -> Iterator[numpy.ndarray]:
        """The ids of one block after another, (sequences, context + 1)."""
        width = numpy.dtype("<u2" if self.header["vocabulary"] <= 1 << 16 else "<u4")
        left, length = self.header["sequences"], self.header["context"] + 1
        while left > 0:
            count = int.from_bytes(self._exactly(4), "little")
            if not 0 < count <= left:
                raise Failure(f"{self.name}: a block of {count} sequences where {left} are left")
            self._exactly(2 * count)  # the domains, of which the header has the sums
            data = self._exactly(count * length * width.itemsize)
            ids = numpy.frombuffer(data, width).reshape(count, length)
            if ids.max() >= self.header["vocabulary"]:
                raise Failure(f"{self.name}: holds an id outside of its vocabulary")
            yield ids
            left -= count

    def close(self) -> None:
        """Ends the program, if there is one."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _exactly(self, count: int) -> bytes:
        data = self._guarded(lambda: self.content.read(count))
        if data is None or len(data) < count:
            raise self._ended("truncated: it has fewer sequences than its header says")
        return data

    def _guarded(self, read) -> bytes | None:
        try:
            data = read()
        except zstandard.ZstdError:
            raise self._ended("corrupted, or not a framed zstd file") from None
        if not data:
            raise self._ended("truncated")
        return data

    def _ended(self, problem: str) -> Failure:
        """What ended the stream too early: what its program says, or else `problem`."""
        if self.process is not None and (code := self.process.wait()) != 0:
            said = self.notes()[-1:] or [f"{self.name}: ended with code {code}"]
            tool, _, message = said[0].partition(": ")
            return Failure(message, code if code > 0 else 1, tool)
        return Failure(f"{self.name}: {problem}; make it again")


def check(stream: Stream, wanted: dict) -> None:
    """Refuses a stream that is not the one that the flags ask for."""
    provenance = stream.header["provenance"]
    header = {**stream.header, "seed": provenance.get("seed"), "inputs": provenance.get("inputs")}
    for key, value in wanted.items():
        if header[key] == value:
            continue
        what = "was made of other tokens or with another tokenizer" \
            if key in ("tokenizer", "inputs") else f"is {header[key]}, but this run needs {value}"
        raise Failure(f"{stream.name}: header: {key}: {what}; make the stream again")


def steps(stream: Stream, sequences: int, skipped: int, rank: int, ranks: int
          ) -> Iterator[numpy.ndarray]:
    """The ids of step after step, (sequences, context + 1), read ahead by another thread.

    `skipped` sequences of the stream are passed over; then every one whose number is `rank`
    modulo `ranks` is taken.
    """
    ahead: queue.Queue = queue.Queue(maxsize=4)

    def read() -> None:
        try:
            pending, number = [], -skipped
            for block in stream.rows():
                numbers = numpy.arange(number, number + len(block))
                number += len(block)
                pending.append(block[(numbers >= 0) & (numbers % ranks == rank)])
                while sum(map(len, pending)) >= sequences:
                    rows = numpy.concatenate(pending)
                    ahead.put(rows[:sequences].astype(numpy.int64))
                    pending = [rows[sequences:]]
            raise Failure(f"{stream.name}: ends before the last step", USAGE)
        except BaseException as error:
            ahead.put(error)

    threading.Thread(target=read, daemon=True).start()
    while True:
        item = ahead.get()
        if isinstance(item, BaseException):
            raise item
        yield item
