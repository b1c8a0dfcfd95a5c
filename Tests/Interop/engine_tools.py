"""What the comparisons of the PyTorch engine share: both engines' tools, tolerances, verdicts."""
import argparse
import json
import pathlib
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENGINE = ROOT / "Sources/TorchEngine"
sys.path.insert(0, str(ENGINE))
import numpy  # noqa: E402

from frames import read_frames  # noqa: E402

LOSS, VALIDATION, LOG_PROB, REPEATED, HALF = 1e-4, 1e-3, 1e-4, 1e-5, 1e-2
STEPS = 200

parser = argparse.ArgumentParser()
parser.add_argument("binaries", type=pathlib.Path)
parser.add_argument("tokens", type=pathlib.Path)
parser.add_argument("--full", action="store_true")
arguments = parser.parse_args()
# Targets and end tasks have no text to learn from.
TOKENS = sorted(path.parent for path in arguments.tokens.glob("*/manifest.json")
                if "train" in json.loads(path.read_text())["splits"])
DOMAINS = [folder.name for folder in TOKENS]
MIXTURE = ",".join(f"{domain}={1 / len(DOMAINS)!r}" for domain in DOMAINS)
SHAPE = ["--layers", 2, "--hidden-size", 64, "--heads", 2, "--context", 128, "--batch-size", 4,
         "--learning-rate", "1e-2", "--precision", "f32"]
# The demo's rates: its warm-up of a twentieth of 3907 steps.
SHORT = [*SHAPE, "--steps", STEPS, "--warmup", 195, "--eval-every", STEPS]
# A thread a process: where other work runs, threads that wait for each other take far longer.
CPU = ["--device", "cpu", "-j", 1]
failures: list[str] = []  # what differs


def run(program, *flags, status=0, **options):
    result = subprocess.run([*program, *map(str, flags)], capture_output=True, text=True,
                            **options)
    if result.returncode != status:
        sys.exit(f"{program[-1]} {' '.join(map(str, flags))}: exit {result.returncode}, not "
                 f"{status}: {result.stderr}")
    return result.stderr


def swift(tool, *flags, status=0):
    return run([arguments.binaries / tool], *flags, status=status)


def torch_engine(tool, *flags, status=0, **options):
    machine = ["--tools", arguments.binaries] if tool == "train.py" else []
    return run([sys.executable, ENGINE / tool], *machine, *CPU, *flags, status=status, **options)


def mixture(*flags):
    return ["--mixture", MIXTURE, *flags, *TOKENS]


def log(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def compare(what, differences, tolerance):
    """Prints the largest of the differences, and notes it if it is not within the tolerance."""
    largest, is_within = max(differences), max(differences) <= tolerance
    if not is_within:
        failures.append(what)
    print(f"{what:<58} {largest:8.1e}  at most {tolerance:.0e}  {'' if is_within else 'DIFFERS'}",
          flush=True)


def relative(one, other):
    pairs = list(zip(one, other, strict=True))
    return [abs(a["loss"] - b["loss"]) / a["loss"] for a, b in pairs]


def validation(one, other):
    """Relative differences of the last validation losses."""
    a, b = one[-1]["validation"], other[-1]["validation"]
    assert a.keys() == b.keys() == set(DOMAINS), (a, b)
    return [abs(a[domain] - b[domain]) / a[domain] for domain in a]


def log_probs(path):
    """The values of a file, with everything else that its blocks say."""
    values, counts = [], []
    for block in read_frames(str(path))[1]:
        documents, tokens = struct.unpack_from("<II", block)
        counts.append(block[:8 + 8 * documents])
        values.append(numpy.frombuffer(block, "<f4", tokens, 8 + 8 * documents))
    return numpy.concatenate(values), counts


def refused(what, status, words, *flags, tool="train.py", **options):
    """The engine fails with that exit code and one line that has the words."""
    error = torch_engine(tool, *flags, status=status, **options)
    is_right = error.count("\n") == 1 and words in error
    if not is_right:
        failures.append(what)
    print(f"{what:<58} {status:8}  {error.strip() if is_right else 'WRONG: ' + error}",
          flush=True)
