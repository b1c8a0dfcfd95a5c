"""Resume points, format `mde.resume` of data/README.md, from which an interrupted run goes on."""
import contextlib
import json
import os
from typing import Iterator

import numpy
import torch
from torch.distributed.tensor import DTensor, distribute_tensor

from failures import Failure
from files import json_line, replacing, require
from frames import FramedWriter, read_frames

BLOCK = 1 << 22  # values
ADVICE = "remove it to start again"
STATES = ["", "exp_avg", "exp_avg_sq"]  # of each parameter: its values, the optimizer's averages


class ResumePoint:
    """The resume point of a run of that provenance and mixture; the file need not be there.

    All processes call its methods together; the first one writes.
    """

    def __init__(self, path: str, provenance: dict, weights: dict, model: torch.nn.Module):
        self.path, self.model = path, model
        self.header = {"provenance": {**provenance, "format": "mde.resume", "version": 1},
                       "weights": weights, "length": length(model)}

    def load(self, optimizer: torch.optim.Optimizer) -> tuple[list[dict], str | None]:
        """Takes the model and the optimizer to where the file says.

        Returns the steps taken, and why the file is not used, if it is of another run.
        """
        if not os.path.exists(self.path):
            return [], None
        header, blocks = read_frames(self.path, ADVICE)
        require(header, "mde.resume", range(1, 2), f"{self.path}: header")
        other = self.difference(header)
        if other:
            return [], other
        try:
            log = [json.loads(line) for line in next(blocks).splitlines()]
        except (StopIteration, ValueError):
            raise self.damaged("has no log") from None
        if len(log) != header.get("step"):
            raise self.damaged("its log is of another length")
        values = Values(self, blocks)
        for state in STATES:
            for place, parameter in places(self.model):
                tensor = values.take(place, parameter.shape).to(parameter.device)
                if isinstance(parameter, DTensor):
                    tensor = distribute_tensor(tensor, parameter.device_mesh,
                                               parameter.placements)
                if not state:
                    parameter.data.copy_(tensor)
                    step = torch.tensor(float(len(log)), device=parameter.device)
                    optimizer.state[parameter] = {"step": step}
                else:
                    optimizer.state[parameter][state] = tensor
            values.end_vector()
        if next(blocks, None) is not None:
            raise self.damaged("has blocks too many")
        return log, None

    def difference(self, header: dict) -> str | None:
        """The first thing in which the run of a file differs from this one, or None."""
        mine, others = self.header["provenance"], header["provenance"]
        for flag in sorted({*mine["flags"], *others.get("flags", {})}):
            was = others.get("flags", {}).get(flag)
            if was != mine["flags"].get(flag):
                return f"--{flag} was {was or 'not given'}"
        for key, said in [("seed", "--seed was another"),
                          ("inputs", "the tokens or the tokenizer were others"),
                          ("tool", f"{others.get('tool')} wrote it"),
                          ("revision", f"{others.get('tool')} was of another revision")]:
            if others.get(key) != mine[key]:
                return said
        if header.get("weights") != self.header["weights"]:
            return "the mixture was another"
        return None if header.get("length") == self.header["length"] else \
            "the model had another size"

    def save(self, optimizer: torch.optim.Optimizer, log: list[dict], writes: bool) -> None:
        """Replaces the file by one of where the model and the optimizer are now."""
        with contextlib.ExitStack() as stack:
            file = None
            if writes:
                file = FramedWriter(stack.enter_context(replacing(self.path)),
                                    {**self.header, "step": len(log)}, level=-5)
                file.append(b"".join(map(json_line, log)))
            for state in STATES:
                pending = numpy.zeros(0, "<f4")
                filled = 0  # values of this vector that are written or pending
                for place, parameter in places(self.model):
                    tensor = optimizer.state[parameter][state] if state else parameter.detach()
                    if isinstance(tensor, DTensor):
                        tensor = tensor.full_tensor()
                    if file is None:
                        continue
                    values = tensor.cpu().numpy().astype("<f4", copy=False).ravel()
                    gap = numpy.zeros(place - filled, "<f4")
                    pending = numpy.concatenate([pending, gap, values])
                    filled = place + values.size
                    while pending.size >= BLOCK:
                        file.append(pending[:BLOCK].tobytes())
                        pending = pending[BLOCK:]
                if file is not None and pending.size:
                    file.append(pending.tobytes())
            if file is not None:
                file.finish()

    def remove(self) -> None:
        """Removes the file, if it is there, because the run is complete."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)

    def damaged(self, problem: str) -> Failure:
        return Failure(f"{self.path}: {problem}; {ADVICE}")


class Values:
    """The values of the vectors of a resume point, read front to back."""

    def __init__(self, point: ResumePoint, blocks: Iterator[bytes]):
        self.point, self.blocks = point, blocks
        self.pending, self.position = numpy.zeros(0, "<f4"), 0

    def take(self, place: int, shape: torch.Size) -> torch.Tensor:
        """The tensor at `place` of the vector."""
        end = place + shape.numel()
        parts, size = [self.pending], self.pending.size
        while self.position + size < end:
            block = next(self.blocks, None)
            if block is None or len(block) % 4:
                raise self.point.damaged("blocks are missing")
            parts.append(numpy.frombuffer(block, "<f4"))
            size += parts[-1].size
        values = numpy.concatenate(parts)
        self.pending = values[end - self.position:]
        values = values[place - self.position:end - self.position]
        self.position = end
        return torch.from_numpy(values.copy()).reshape(shape)

    def end_vector(self) -> None:
        """The next tensor is of the next vector, which starts in a block of its own."""
        if self.pending.size:
            raise self.point.damaged("a block has another size")
        self.position = 0


def places(model: torch.nn.Module) -> Iterator[tuple[int, torch.nn.Parameter]]:
    """The index in the vector at which each parameter starts.

    Those whose products are one in train-expert lie together; each group starts at a multiple
    of 16.
    """
    end = 0
    for name, parameter in model.named_parameters():
        if not name.endswith(("k_proj.weight", "v_proj.weight", "up_proj.weight")):
            end = -(-end // 16) * 16
        yield end, parameter
        end += parameter.numel()


def length(model: torch.nn.Module) -> int:
    """The number of values in a vector."""
    place, parameter = list(places(model))[-1]
    return place + parameter.numel()
