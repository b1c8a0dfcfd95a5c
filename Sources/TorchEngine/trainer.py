"""The steps of a training: gradients over micro-batches and processes, AdamW, validation."""
import argparse
import contextlib
import math
import time
from typing import Callable, Iterator

import numpy
import torch
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.parallel import DistributedDataParallel

import optimizer as steps
from failures import COMPUTATION, Failure
from llama import Llama
from processes import Group
from shape import Shape

LARGEST_WHOLE = 10**9  # parameters; more are shared among the processes


def distributed_model(shape: Shape, options: argparse.Namespace, group: Group
                      ) -> tuple[Llama, torch.nn.Module]:
    """A model without values yet: itself, and what the forward passes of training call."""
    is_sharded = group.size > 1 and (options.shard == "always" or options.shard == "auto"
                                     and shape.parameters > LARGEST_WHOLE)
    is_compiled = options.compile == "always" or options.compile == "auto" and group.is_on_gpu
    with torch.device("meta"):
        model = Llama(shape, recomputes=options.recompute)
    if is_compiled:
        model.compile_parts()
    if is_sharded:
        # Norms and the residual stream stay in Float32, as without sharding.
        half = torch.bfloat16 if options.precision == "bf16" else None
        policy = MixedPrecisionPolicy(param_dtype=half, reduce_dtype=torch.float32,
                                      cast_forward_inputs=False)
        for layer in model.model.layers:
            fully_shard(layer, mp_policy=policy)
        fully_shard(model, mp_policy=policy)
    model.allocate(group.device)
    if is_sharded or group.size == 1:
        return model, model
    devices = [group.device.index] if group.is_on_gpu else None
    return model, DistributedDataParallel(model, devices, gradient_as_bucket_view=True,
                                          init_sync=False)


class Trainer:
    """A model in training. `share` sequences of a step are this process's, `micro` at once."""

    def __init__(self, model: Llama, parallel: torch.nn.Module, options: argparse.Namespace,
                 group: Group, share: int, micro: int):
        self.model, self.parallel, self.options, self.group = model, parallel, options, group
        self.share, self.micro = share, micro
        self.optimizer = steps.adamw(model, options)
        self.saves = SaveSchedule(options.save_every)

    def loss(self, ids: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """The sum of −log p of the targets, without a gradient that processes share."""
        total = self._sum(self.model, ids, targets)
        if isinstance(self.model, FSDPModule):
            self.model.reshard()  # without a backward pass it would stay gathered, in bfloat16
        return total

    def _sum(self, model, ids, targets) -> torch.Tensor:
        half = self.options.precision == "bf16"
        with torch.autocast(self.group.device.type, torch.bfloat16, enabled=half):
            return model(ids, targets)

    def _gradients(self, rows: numpy.ndarray) -> torch.Tensor:
        """Leaves the mean gradient of the step in the parameters; the sum of this share's losses.

        rows  (share, T + 1)
        """
        rows = torch.from_numpy(rows)
        if self.group.is_on_gpu:
            rows = rows.pin_memory().to(self.group.device, non_blocking=True)
        ids, targets = rows[:, :-1].contiguous(), rows[:, 1:].contiguous()
        self.optimizer.zero_grad(set_to_none=True)
        total = torch.zeros((), dtype=torch.float64, device=self.group.device)
        for start in range(0, self.share, self.micro):
            part = slice(start, start + self.micro)
            with self._shared(start + self.micro == self.share):
                loss = self._sum(self.parallel, ids[part], targets[part])
                (loss / targets.numel()).backward()
            total += loss.detach()
        return total

    def _shared(self, is_last: bool):
        """Gradients are summed over the processes after the last micro-batch only."""
        if isinstance(self.parallel, FSDPModule):
            self.parallel.set_requires_gradient_sync(is_last)
        elif self.group.size > 1 and not is_last:
            return self.parallel.no_sync()
        return contextlib.nullcontext()

    def run(self, stream: Iterator[numpy.ndarray], log: list[dict],
            validate: Callable[[], dict], save: Callable[[], None],
            report: Callable[[dict], None], is_stopping: Callable[[], bool]) -> bool:
        """Takes the steps that are left after those of `log`, and appends them to it.

        Returns whether it was stopped, after saving. Raises Failure if the loss diverges or the
        memory of the GPU is too small.
        """
        try:
            for step in range(len(log) + 1, self.options.steps + 1):
                last = log[-1]["loss"] if log else None
                line, stopped, due = self.step(step, next(stream), last, is_stopping())
                log.append(line)
                if step == self.options.steps or step % self.options.eval_every == 0:
                    line["validation"] = validate()
                    if not all(map(math.isfinite, line["validation"].values())):
                        raise diverged(step, line["loss"])
                report(line)
                if step < self.options.steps and (stopped or due):
                    save()
                    if stopped:
                        return True
        except torch.OutOfMemoryError:
            raise Failure(
                f"--micro-batch-size {self.micro}: the memory of the GPU is too small for so many "
                "sequences; lower it, or give --recompute", COMPUTATION) from None
        return False

    def step(self, step: int, rows: numpy.ndarray, last: float | None, is_stopping: bool
              ) -> tuple[dict, bool, bool]:
        """The line of the log, and whether any process is to stop and the first one to save."""
        options, tokens = self.options, self.options.batch_size * self.options.context
        total = self._gradients(rows)
        squares = steps.squares(self.model)
        flags = [is_stopping, self.group.is_first and self.saves.is_due(step)]
        sums = torch.tensor([0, 0, *flags], dtype=torch.float64, device=self.group.device)
        is_sharded = isinstance(self.parallel, FSDPModule)
        sums[0], sums[1] = total / tokens, squares if is_sharded else squares / self.group.size
        loss, squares, stopped, due = self.group.sum(sums)
        norm = math.sqrt(squares) if squares >= 0 else math.nan
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise diverged(step, last)
        rate = steps.rate(options, step)
        for parameters in self.optimizer.param_groups:
            parameters["lr"] = rate
        steps.clip(self.model, norm, options.grad_clip)
        self.optimizer.step()
        line = {"step": step, "tokens": step * tokens, "loss": loss, "learningRate": rate,
                "gradientNorm": norm}
        return line, stopped > 0, due > 0


def diverged(step: int, last: float | None) -> Failure:
    """The failure of a training whose losses are no numbers any more."""
    return Failure(f"step {step}: the loss is not a number any more; the last good one was "
                   f"{last or 'none'}; lower --learning-rate or raise --warmup", COMPUTATION)


class SaveSchedule:
    """Says after which steps a resume point is due: `500` steps, `10min`, or `0` for never."""

    def __init__(self, text: str):
        self.minutes = float(text[:-3]) if text.endswith("min") else None
        self.steps = None if self.minutes else int(text)
        self.last = time.monotonic()

    def is_due(self, step: int) -> bool:
        """Whether one is due after a step; if so, the next interval starts."""
        if self.minutes is None:
            return self.steps > 0 and step % self.steps == 0
        if time.monotonic() - self.last < 60 * self.minutes:
            return False
        self.last = time.monotonic()
        return True


def fill(parameter: torch.nn.Parameter, values: torch.Tensor) -> None:
    """Gives a parameter its values, of which a sharded one keeps its part; in all processes."""
    values = values.to(parameter.device)
    if isinstance(parameter, DTensor):
        values = distribute_tensor(values, parameter.device_mesh, parameter.placements)
    with torch.no_grad():
        parameter.copy_(values)
