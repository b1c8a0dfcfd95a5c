"""Weights in shards, as transformers writes large models, joined to one model.safetensors."""
import json
import os
import pathlib
import struct

COPIED_AT_ONCE = 1 << 24


class Refused(Exception):
    """The shards are no model; says which file and why."""


def are_in(folder: pathlib.Path) -> bool:
    """Whether the weights in a folder are in shards that an index lists, and not in one file."""
    return not (folder / "model.safetensors").is_file() and (folder / "model.safetensors.index.json").is_file()


def join(folder: pathlib.Path, target: pathlib.Path):
    """Writes the tensors of all shards, in the order of their names, to one file, all or nothing."""
    index = folder / "model.safetensors.index.json"
    try:
        names = sorted(set(json.loads(index.read_text())["weight_map"].values()))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(f"{index}: has no weight_map of tensors to files") from None
    entries, parts, end = {}, [], 0
    for name in names:
        path = folder / name
        if "/" in name or not path.is_file():
            raise Refused(f"{index}: {name} is not in this folder")
        header, start = header_of(path)
        size = max((entry["data_offsets"][1] for entry in header.values()), default=0)
        if start + size != path.stat().st_size:
            raise Refused(f"{path}: has {path.stat().st_size} bytes, but its header says {start + size}")
        for tensor, entry in header.items():
            if tensor in entries:
                raise Refused(f"{path}: {tensor}: is in another shard too")
            entries[tensor] = entry | {"data_offsets": [end + offset for offset in entry["data_offsets"]]}
        parts.append((path, start))
        end += size
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    partial = target.with_name(f"{target.name}.partial-{os.getpid()}")
    with open(partial, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        for path, start in parts:
            with open(path, "rb") as shard:
                shard.seek(start)
                while data := shard.read(COPIED_AT_ONCE):
                    file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)


def header_of(path: pathlib.Path) -> tuple[dict, int]:
    """The tensors' entries of a safetensors file, and where its data begin."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        try:
            header = json.loads(file.read(min(size, 100_000_000)))
            header.pop("__metadata__", None)
            for entry in header.values():
                first, last = entry["data_offsets"]
                if not 0 <= first <= last:
                    raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Refused(f"{path}: is no safetensors file") from None
    return header, 8 + size
