"""The PyTorch engine on a device: equality, speed of training and scoring, a table last.

usage: measure.py [--minutes 7] [--peak-tflops 989] [--profile]

Needs nothing but the repository and the engine's packages. Without a GPU it runs from end to end
with tiny shapes, which says nothing about speed. Equality is that of the device with the CPU,
which `make interop-engine` compares with train-expert.
"""
import argparse
import pathlib
import re
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Sources/TorchEngine"))
import numpy  # noqa: E402
import torch  # noqa: E402

import estimate  # noqa: E402
import trainer  # noqa: E402
import training_options  # noqa: E402
from processes import Group  # noqa: E402
from scorer import Scorer  # noqa: E402
from tokens import Block  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--minutes", type=float, default=7, help="nothing is begun after these")
parser.add_argument("--peak-tflops", type=float, default=989, help="dense bf16, of the data sheet")
parser.add_argument("--profile", action="store_true", help="kernels of a step of the last model")
arguments = parser.parse_args()
START = time.monotonic()
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
CARD = torch.cuda.get_device_name() if DEVICE == "cuda" else "CPU, tiny shapes"
VOCABULARY, CONTEXT, BATCH = (32_000, 1024, 512) if DEVICE == "cuda" else (512, 128, 16)
TINY = ["--layers", "2", "--hidden-size", "64", "--heads", "2"]
failures = 0


def preset(name):
    """The flags of a preset's shape, without those that say how much is in memory at once."""
    if DEVICE == "cpu":
        return TINY
    text = (ROOT / f"data/presets/{name}.mk").read_text()
    return re.findall(r"--(?:hidden-size|layers|heads|intermediate-size) \d+",
                      re.search(r"^SHAPE := (.*)$", text, re.M)[1])


def options(shape, *flags):
    words = [word for part in shape for word in part.split()]
    return training_options.parse([
        *words, "--init-std", "0.02", "--steps", "40", "--warmup", "4", "--mixture", "-", *flags,
        "--output", "none", "none"])


def new_trainer(chosen, device, vocabulary):
    """A trainer of a random model, the same on every device."""
    group = Group(device, 1)
    share, micro = training_options.share_of_batch(chosen, 1)
    shape = training_options.shape(chosen, vocabulary)
    model, parallel = trainer.distributed_model(shape, chosen, group)
    random = torch.Generator().manual_seed(1)
    for _, parameter in model.named_parameters():
        values = torch.ones(parameter.shape)
        if parameter.dim() == 2:
            values = chosen.init_std * torch.randn(parameter.shape, generator=random)
        trainer.fill(parameter, values)
    return trainer.Trainer(model, parallel, chosen, group, share, micro)


def batch(chosen, vocabulary, seed):
    """Sequences in which a token tells the next one half of the time: (batch, context + 1)."""
    random = numpy.random.default_rng(seed)
    rows = random.integers(0, vocabulary, (chosen.batch_size, chosen.context + 1))
    for t in range(1, rows.shape[1]):
        known = random.random(len(rows)) < 0.5
        rows[known, t] = (rows[known, t - 1] * 7 + 1) % vocabulary
    return rows


def losses(device, *flags):
    chosen = options(TINY, "--context", "64", "--batch-size", "8", *flags)
    run = new_trainer(chosen, device, 512)
    return numpy.array([run.step(step, batch(chosen, 512, step), None, False)[0]["loss"]
                        for step in range(1, 21)])


def equality():
    """Losses of 20 steps of a tiny model: this device with the CPU, and the ways to go about it."""
    global failures
    one = losses("cpu", "--precision", "f32", "--compile", "never")
    for name, tolerance, flags in [
            (f"{DEVICE}, Float32", 1e-4, ["--precision", "f32", "--compile", "never"]),
            (f"{DEVICE}, Float32, compiled", 1e-4, ["--precision", "f32", "--compile", "always"]),
            (f"{DEVICE}, Float32, recomputing, in parts", 1e-4,
             ["--precision", "f32", "--compile", "never", "--recompute",
              "--micro-batch-size", "2"]),
            (f"{DEVICE}, bfloat16", 1e-2, ["--precision", "bf16", "--compile", "never"])]:
        largest = float(abs(losses(DEVICE, *flags) / one - 1).max())
        failures += not largest <= tolerance
        yield [name, f"{largest:.1e}", f"{tolerance:.0e}",
               "agrees" if largest <= tolerance else "DIFFERS"]


def synchronize():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def seconds(work, times):
    """The least time of `work`, of so many, after one that is not counted."""
    work()
    found = []
    for _ in range(times):
        synchronize()
        start = time.monotonic()
        work()
        synchronize()
        found.append(time.monotonic() - start)
    return min(found)


def largest_product():
    """TFLOP/s of the fastest of some square products in the precision of training."""
    best = 0.0
    for size in [4096, 8192, 16_384] if DEVICE == "cuda" else [512]:
        x = torch.randn(size, size, device=DEVICE)
        x = x.bfloat16() if DEVICE == "cuda" else x
        best = max(best, 2 * size**3 / seconds(lambda: x @ x, 10) / 1e12)
    return best


def micro_batch(chosen, shape):
    """The most sequences, a power of two, whose activations take two thirds of the memory."""
    if DEVICE == "cpu":
        return 4
    free = torch.cuda.mem_get_info()[0] - 18 * shape.parameters
    one = estimate.activation_bytes(shape, chosen, 1, 2)
    return max(n for n in (1, 2, 4, 8, 16, 32, 64) if n == 1 or n * one < free * 2 / 3)


def speed(name, product):
    """A row for training and one for scoring, and the trainer, which has a model."""
    flags = [preset(name), "--context", str(CONTEXT), "--batch-size", str(BATCH), "--precision",
             "bf16" if DEVICE == "cuda" else "f32"]
    shape = training_options.shape(options(*flags), VOCABULARY)
    micro = micro_batch(options(*flags), shape)
    chosen = options(*flags, "--micro-batch-size", str(micro))
    run = new_trainer(chosen, "auto", VOCABULARY)
    rows = [batch(chosen, VOCABULARY, seed) for seed in range(2)]
    step = iter(range(1, 40))

    def train():
        number = next(step)
        run.step(number, rows[number % 2], None, False)

    if DEVICE == "cuda":
        torch.cuda.reset_peak_memory_stats()
    rate = BATCH * CONTEXT / seconds(train, 3)
    stated = (18 * shape.parameters + estimate.activation_bytes(shape, chosen, micro, 2)) / 2**30
    peak = torch.cuda.max_memory_allocated() / 2**30 if DEVICE == "cuda" else 0.0
    yield row(f"train {name}", shape, micro, rate, 3 * shape.forward_operations, product,
              f"{peak:.1f} of {stated:.1f}")

    def loss(ids, targets):
        with torch.autocast(DEVICE, torch.bfloat16, enabled=chosen.precision == "bf16"):
            return run.model(ids, targets, reduction="none")

    count = BATCH // 4
    lengths = numpy.full(count, CONTEXT)
    values = numpy.random.default_rng(1).integers(0, VOCABULARY, count * CONTEXT)
    scorer = Scorer(loss, CONTEXT, CONTEXT // 2, 32 * CONTEXT, run.group.device)
    block = Block(values, lengths, lengths, 0 * lengths)
    rate = values.size / seconds(lambda: scorer.log_probs(block, count, False, 0), 3)
    yield row(f"score {name}", shape, 32, rate, shape.forward_operations, product, "")
    if arguments.profile:
        profile(train)


def row(name, shape, micro, rate, operations, product, memory):
    tflops = rate * operations / 1e12
    return [name, f"{shape.parameters / 1e6:.1f}M", str(micro), f"{rate:,.0f}", f"{tflops:.3g}",
            f"{tflops / arguments.peak_tflops:.1%}" if DEVICE == "cuda" else "",
            f"{tflops / product:.1%}", memory]


def profile(work):
    """Prints the kernels that take most of the time of a step."""
    with torch.profiler.profile() as found:
        work()
        synchronize()
    print(found.key_averages().table(sort_by=f"self_{DEVICE}_time_total", row_limit=15,
                                     max_name_column_width=60))


def table(header, rows):
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    for cells in [header, *rows]:
        print("  ".join([cells[0].ljust(widths[0])]
                        + [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:])]))


product = largest_product()
compared = list(equality())
measured = []
for name in ["70m", "150m", "280m"]:
    if time.monotonic() - START < 60 * arguments.minutes:
        measured += speed(name, product)
    torch._dynamo.reset()
print(f"{CARD}; PyTorch {torch.__version__}; context {CONTEXT}, vocabulary {VOCABULARY}, "
      f"{BATCH} sequences a step; {time.monotonic() - START:.0f} s in all\n")
table(["losses of 20 steps, with the CPU's in Float32", "largest", "at most", ""], compared)
print(f"\nlargest matrix product: {product:.3g} TFLOP/s; peak: {arguments.peak_tflops:g}\n")
table(["work", "parameters", "at once", "tokens/s", "TFLOP/s", "of peak", "of product",
       "GiB, stated"], measured)
sys.exit(1 if failures else 0)
