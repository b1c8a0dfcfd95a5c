"""Files that are read whole, and outputs that appear all at once, as data/README.md asks."""
import contextlib
import errno
import hashlib
import json
import os
import sys
from typing import BinaryIO, Iterator

from failures import Failure, system_failure


def read_bytes(path: str) -> bytes:
    """The content of a file."""
    with opened(path) as file:
        return file.read()


@contextlib.contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """The file, open for reading."""
    try:
        file = open(path, "rb")
    except OSError as error:
        raise system_failure(path, "open for reading", error) from None
    with file:
        try:
            yield file
        except OSError as error:
            raise system_failure(path, "read", error) from None


def read_json(path: str) -> dict:
    """The object that a JSON file holds."""
    return parse_json(read_bytes(path), path)


def parse_json(text: bytes, place: str) -> dict:
    """The object `text`, which is at `place`, for errors."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Failure(f"{place}: is not a JSON object")
    return value


def require(header: dict, form: str, versions: range, place: str) -> None:
    """Refuses a file that is not of the format and a version of these."""
    provenance = header.get("provenance")
    found = provenance.get("format") if isinstance(provenance, dict) else None
    if found != form:
        raise Failure(f"{place}: is a file of format {found}, not {form}")
    if provenance.get("version") not in versions:
        raise Failure(f"{place}: {form}: version {provenance.get('version')} is not supported")


def json_line(value: object) -> bytes:
    """A line of JSON as in the project's files: keys sorted, in UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False,
                      allow_nan=False)
    return text.encode() + b"\n"


def sha256(path: str) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def replacing(path: str) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when the block ends without an error.

    It keeps the mode of the file that was there; a link stays, and what it leads to is replaced. To
    devices and FIFOs bytes go out as they come, and so they do to `-`, standard output.
    """
    try:
        if path in ("-", "/dev/stdout"):
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
            return
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:
                yield file
            return
        place = os.path.realpath(path)
        partial = f"{place}.partial-{os.getpid()}"
        try:
            with new_file(partial, place) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.rename(partial, place)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(partial)
            raise
        sync_folder(os.path.dirname(place))
    except OSError as error:
        raise system_failure(path, "write", error) from None


def new_file(path: str, place: str) -> BinaryIO:
    """A file to write that is going to be at `place`, with the mode of the one there, if any.

    Raises an OSError for one that is read-only.
    """
    if not os.path.exists(place):
        return open(path, "wb")
    if not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, "read-only")
    old = os.stat(place)
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
    with contextlib.suppress(OSError):
        os.fchown(file.fileno(), old.st_uid, old.st_gid)
    os.fchmod(file.fileno(), old.st_mode & 0o777)
    return file


def replace_file(path: str, content: bytes) -> None:
    """Writes `content` to `path`, all or nothing."""
    with replacing(path) as file:
        file.write(content)


def sync_folder(folder: str) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
