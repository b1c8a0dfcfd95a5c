"""Parameters of a model in `.safetensors`: read from shards or one file, written with a digest."""
import hashlib
import json
import math
import os
import struct
from typing import Callable, Iterable

import torch
from safetensors import SafetensorError, safe_open
from torch.distributed.tensor import DTensor

from failures import Failure
from files import opened, read_json, replacing, sha256


def file_names(folder: str) -> list[str]:
    """The names of the files with weights: one, or the shards that an index lists."""
    index = f"{folder}/model.safetensors.index.json"
    if os.path.exists(f"{folder}/model.safetensors") or not os.path.exists(index):
        return ["model.safetensors"]
    names = sorted(set(read_json(index).get("weight_map", {}).values()))
    if not names or any("/" in name for name in names):
        raise Failure(f"{index}: weight_map: is empty, or names a file of another folder")
    return names


def digest(folder: str) -> str:
    """The SHA-256 of the weights: of the file, or of the shards' digests, one a line."""
    digests = [sha256(f"{folder}/{name}") for name in file_names(folder)]
    return digests[0] if len(digests) == 1 else hashlib.sha256(
        "\n".join(digests).encode()).hexdigest()


def parameter_count(folder: str) -> int:
    """The number of parameters; those shared by two tensors are stored once."""
    count = 0
    for name in file_names(folder):
        with safe_open(f"{folder}/{name}", "pt") as file:
            count += sum(math.prod(file.get_slice(key).get_shape()) for key in file.keys())
    return count


def check_digest(path: str) -> None:
    """Refuses a file whose data are not those whose SHA-256 its header has; without it, none."""
    with opened(path) as file:
        size = struct.unpack("<Q", file.read(8).ljust(8, b"\0"))[0]
        try:
            header = json.loads(file.read(min(size, 100_000_000)))
            stated = header.get("__metadata__", {}).get("sha256")
        except (ValueError, AttributeError):
            raise Failure(f"{path}: is no safetensors file; make it again") from None
        if stated is not None and hashlib.file_digest(file, "sha256").hexdigest() != stated:
            raise Failure(f"{path}: its data are not those that its header states; make it again")


def read_weights(folder: str, shapes: dict[str, torch.Size],
                 take: Callable[[str, torch.Tensor], None]) -> None:
    """Calls `take` with the name and the Float32 values of each parameter of `shapes`.

    Raises Failure if one is missing or of another shape, or if the folder has one too many.
    """
    missing = set(shapes)
    for name in file_names(folder):
        path = f"{folder}/{name}"
        check_digest(path)
        try:
            with safe_open(path, framework="pt") as file:
                for key in sorted(file.keys()):
                    if key == "lm_head.weight" and key not in shapes:
                        continue  # a copy of the embedding
                    if key.endswith("rotary_emb.inv_freq"):
                        continue  # computed, not learned
                    if key not in shapes:
                        raise Failure(f"{path}: {key}: is no parameter of this model")
                    tensor = file.get_tensor(key)
                    if tensor.shape != shapes[key]:
                        raise Failure(f"{path}: {key}: has the shape {list(tensor.shape)}, "
                                      f"not {list(shapes[key])}")
                    take(key, tensor.float())
                    missing.discard(key)
        except SafetensorError as error:
            raise Failure(f"{path}: {error}; make it again") from None
    if missing:
        raise Failure(f"{folder}: {min(missing)}: is in none of its safetensors files")


def write_weights(path: str, tensors: Iterable[tuple[str, torch.Tensor]]) -> None:
    """Writes named Float32 tensors on the CPU, all or nothing, the data in that order.

    Written here, not by the package, whose header cannot have the digest of the data.
    """
    entries, data, end, sums = {}, [], 0, hashlib.sha256()
    for name, tensor in tensors:
        values = tensor.contiguous().numpy().astype("<f4", copy=False)
        entries[name] = {"dtype": "F32", "shape": list(tensor.shape),
                         "data_offsets": [end, end + values.nbytes]}
        end += values.nbytes
        data.append(values)
        sums.update(values.data)
    entries["__metadata__"] = {"format": "pt", "sha256": sums.hexdigest()}
    header = json.dumps(entries, sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    with replacing(path) as file:
        file.write(struct.pack("<Q", len(header)) + header)
        for values in data:
            file.write(values.data)


def whole(tensor: torch.Tensor) -> torch.Tensor:
    """A tensor on the CPU, gathered from all processes, which call this together."""
    tensor = tensor.detach()
    return (tensor.full_tensor() if isinstance(tensor, DTensor) else tensor).cpu()
