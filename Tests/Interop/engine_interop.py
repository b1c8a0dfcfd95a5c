"""The PyTorch engine beside train-expert and score-logprobs, on the CPU in Float32.

usage: engine_interop.py BINARIES TOKENS [--full]    (a Python that has the engine's packages)

TOKENS is a folder such as 1-tokens of the demo. Prints a table of losses by step and a line for
every comparison; exits with 1 if one is outside of its tolerance. --full trains on 2M tokens.
"""
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from engine_architectures import other_architectures
from engine_refusals import bad_input
from engine_tools import (CPU, ENGINE, HALF, LOG_PROB, LOSS, REPEATED, SHAPE, SHORT, STEPS,
                          TOKENS, VALIDATION, arguments, compare, failures, log, log_probs, mixture,
                          refused, relative, swift, torch_engine, validation)


def losses_by_step(work):
    swift("train-expert", *mixture(*SHORT), "-o", work / "swift")
    torch_engine("train.py", *mixture(*SHORT), "-o", work / "torch")
    one, other = log(work / "swift"), log(work / "torch")
    assert len(one) == STEPS
    print(f"{'step':>5} {'train-expert':>13} {'train.py':>13} {'relative':>9}", flush=True)
    differences = relative(one, other)
    for a, b, difference in list(zip(one, other, differences))[::25] + [
            (one[-1], other[-1], differences[-1])]:
        print(f"{a['step']:>5} {a['loss']:13.7f} {b['loss']:13.7f} {difference:9.1e}")
    compare(f"losses of the first {STEPS} steps, relative", differences, LOSS)
    compare("validation losses after them, relative", validation(one, other), LOSS)
    swift("train-expert", "--check", *(work / "torch" / name for name in (
        "config.json", "tokenizer.json", "run.json", "log.jsonl", "model.safetensors")))


def processes(work):
    one = log(work / "torch")
    for name, flags in [("two processes", ["--processes", 2]),
                        ("two processes, sharded", ["--processes", 2, "--shard", "always"]),
                        ("two processes, one sequence at a time",
                         ["--processes", 2, "--micro-batch-size", 1]),
                        ("activations computed again", ["--recompute"])]:
        folder = work / name.replace(" ", "-")
        torch_engine("train.py", *mixture(*SHORT, *flags), "-o", folder)
        compare(f"{name}, against one", relative(one, log(folder)), REPEATED)
    half = []
    for shard in "never", "always":
        half.append(work / f"half-{shard}")
        torch_engine("train.py", *mixture(*SHORT, "--processes", 2, "--shard", shard,
                                          "--precision", "bf16"), "-o", half[-1])
    compare("bfloat16, sharded or not", relative(*map(log, half)), HALF)
    swift("mix-tokens", *mixture("--context", 128, "--batch-size", 4, "--steps", STEPS),
          "-o", work / "stream")
    stream = next((work / "stream").glob("*.zst"))
    flags = [*SHORT[:SHORT.index("--steps")], *SHORT[SHORT.index("--warmup"):]]
    torch_engine("train.py", "--stream", stream, *flags, *TOKENS, "-o", work / "from-file")
    compare("a stream file, against the pipe", relative(one, log(work / "from-file")), REPEATED)
    return stream


def interruptions(work):
    """SIGKILL after the resume point of step 100, SIGTERM after that, and on to the end."""
    for name, number, status, save in [("kill", signal.SIGKILL, -9, 100),
                                       ("stop", signal.SIGTERM, 75, 20)]:
        folder = work / name
        command = [sys.executable, ENGINE / "train.py", *mixture(*SHORT), "--save-every", save,
                   "--tools", arguments.binaries, *CPU, "-o", folder]
        process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
        while not (folder / "resume.zst").exists() and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(number)
        error = process.communicate()[1]
        assert process.returncode == status, (process.returncode, error)
        assert not (folder / "model.safetensors").exists()
        swift("train-expert", "--check", folder / "resume.zst")
        if name == "stop":
            assert "stopped after step" in error and error.count("\n") == 1, error
            damage(folder / "resume.zst", work)
        error = torch_engine("train.py", *mixture(*SHORT, "--save-every", save), "-o", folder)
        assert "going on after step" in error, error
        assert not (folder / "resume.zst").exists()
        compare(f"{signal.Signals(number).name} and run again, against one run",
                relative(log(work / "torch"), log(folder)), REPEATED)


def damage(path, work):
    """A flipped bit of a resume point is refused; one of other flags is left aside."""
    folder = work / "damaged"
    folder.mkdir()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "resume.zst").write_bytes(content)
    refused("a damaged resume point", 65, "corrupted", *mixture(*SHORT), "-o", folder)
    shutil.copy(path, folder / "resume.zst")
    flags = [*SHAPE, "--steps", 2]
    error = torch_engine("train.py", *mixture(*flags), "-o", folder)
    assert "is not used: --eval-every was" in error, error


def scores(work):
    """One model scored by both, on whole documents that are longer than its context too."""
    model = work / "swift"
    for folder in TOKENS[:3]:
        files = sorted(folder.glob("validation-*.tok.zst"))
        flags = ["--model", model, "--max-tokens", 20_000, "--precision", "f32", *files]
        one, other = work / "one.lp.zst", work / "other.lp.zst"
        swift("score-logprobs", *flags, "-o", one)
        torch_engine("score.py", *flags, "-o", other)
        swift("score-logprobs", "--check", other)
        (a, counts), (b, others) = log_probs(one), log_probs(other)
        assert counts == others and len(a) >= 20_000
        compare(f"{len(a)} log-probabilities of {folder.name}, nats", abs(a - b), LOG_PROB)
    first, last = (sorted(folder.glob("validation-*.tok.zst")) for folder in (TOKENS[0], TOKENS[2]))
    flags = ["--model", model, "--precision", "f32"]
    torch_engine("score.py", *flags, *first, "--max-tokens", 5000, "-o", one, "--",
                 *last, "--max-tokens", 20_000, "-o", work / "last.lp.zst")
    assert (work / "last.lp.zst").read_bytes() == other.read_bytes(), "sets after -- as by themselves"
    changed = work / "changed"
    shutil.copytree(model, changed)
    (changed / "tokenizer.json").write_text("{}")
    refused("a model with another tokenizer", 65, "was not made with", *files, "--model", changed,
            "-o", other, tool="score.py")


def long_run(work):
    """Validation losses after as many tokens as the demo trains on, or a fifth of them.

    At the demo's rate, 1e-2, rounding alone moves them by up to 8e-3: in train-expert too, between
    --micro-batch-size 4 and 1. At 3e-3 it moves them by 1e-6, so that engines can be told apart.
    --full also trains at the demo's rate, where train.py may differ by what rounding does.
    """
    tokens = 2_000_000 if arguments.full else 400_000
    flags = [*SHAPE, "--train-tokens", tokens, "--learning-rate", "3e-3"]
    swift("train-expert", *mixture(*flags), "-o", work / "swift-long")
    torch_engine("train.py", *mixture(*flags), "-o", work / "torch-long")
    one, other = log(work / "swift-long"), log(work / "torch-long")
    compare(f"validation losses after {one[-1]['tokens']} tokens, relative",
            validation(one, other), VALIDATION)
    if arguments.full:
        flags = [*SHAPE, "--train-tokens", tokens]
        for size in 4, 2, 1:
            swift("train-expert", *mixture(*flags, "--micro-batch-size", size),
                  "-o", work / f"rounding-{size}")
        torch_engine("train.py", *mixture(*flags), "-o", work / "torch-demo")
        one = log(work / "rounding-4")
        rounding = [difference for size in (2, 1)
                    for difference in validation(one, log(work / f"rounding-{size}"))]
        compare("the same at the demo's rate, beside train-expert's own", validation(
            one, log(work / "torch-demo")), 2 * max(rounding))


with tempfile.TemporaryDirectory() as temporary:
    place = pathlib.Path(temporary)
    losses_by_step(place)
    stream = processes(place)
    interruptions(place)
    bad_input(place, stream)
    scores(place)
    other_architectures(place)
    long_run(place)
if failures:
    sys.exit(f"engine_interop.py: differs: {', '.join(failures)}")
print("engine_interop.py: everything agrees")
