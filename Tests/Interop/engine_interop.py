"""The PyTorch engine beside train-expert and score-logprobs, on the CPU in Float32.

usage: engine_interop.py BINARIES TOKENS [--full]    (a Python that has the engine's packages)

TOKENS is a folder such as 1-tokens of the demo. Prints a table of losses by step and a line for
every comparison; exits with 1 if one is outside of its tolerance. --full trains on 2M tokens.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENGINE = ROOT / "Sources/TorchEngine"
sys.path.insert(0, str(ENGINE))
import numpy  # noqa: E402

from frames import read_frames  # noqa: E402

LOSS, VALIDATION, LOG_PROB, REPEATED = 1e-4, 1e-3, 1e-4, 1e-5
STEPS = 200

parser = argparse.ArgumentParser()
parser.add_argument("binaries", type=pathlib.Path)
parser.add_argument("tokens", type=pathlib.Path)
parser.add_argument("--full", action="store_true")
arguments = parser.parse_args()
TOKENS = sorted(path.parent for path in arguments.tokens.glob("*/manifest.json"))
DOMAINS = [folder.name for folder in TOKENS]
MIXTURE = ",".join(f"{domain}={1 / len(DOMAINS)!r}" for domain in DOMAINS)
SHAPE = ["--layers", 2, "--hidden-size", 64, "--heads", 2, "--context", 128, "--batch-size", 4,
         "--learning-rate", "1e-2", "--precision", "f32"]
# The demo's rates: its warm-up of a twentieth of 3907 steps.
SHORT = [*SHAPE, "--steps", STEPS, "--warmup", 195, "--eval-every", STEPS]
# A thread a process: where other work runs, threads that wait for each other take far longer.
CPU = ["--device", "cpu", "-j", 1]
failures = 0


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
    global failures
    largest, is_within = max(differences), max(differences) <= tolerance
    failures += not is_within
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


def refused(what, status, words, *flags, tool="train.py", **options):
    """The engine fails with that exit code and one line that has the words."""
    global failures
    error = torch_engine(tool, *flags, status=status, **options)
    is_right = error.count("\n") == 1 and words in error
    failures += not is_right
    print(f"{what:<58} {status:8}  {error.strip() if is_right else 'WRONG: ' + error}",
          flush=True)


def bad_input(work, stream):
    out = ["-o", work / "refused"]
    flags = [*SHAPE, *TOKENS, *out]
    refused("a stream of another context", 65, "context", *flags, "--stream", stream,
            "--context", 64)
    refused("a stream of another seed", 65, "seed", *flags, "--stream", stream, "--seed", 2)
    refused("a stream with too few sequences", 65, "steps", *flags, "--stream", stream,
            "--steps", STEPS + 1)
    short = work / "short.zst"
    short.write_bytes(stream.read_bytes()[:stream.stat().st_size // 2])
    refused("half of a stream", 65, "truncated", *flags, "--stream", short)
    other = work / "tokenizer.json"
    other.write_text((arguments.tokens / "tokenizer.json").read_text() + " ")
    refused("a stream of another tokenizer", 65, "tokenizer", *flags, "--stream", stream,
            "--tokenizer", other)
    refused("a tokenizer that is not the tokens'", 65, "tokenizer", *mixture(*SHORT), *out,
            "--tokenizer", other)
    refused("processes that do not divide the batch", 64, "must be a multiple", *mixture(*SHORT),
            *out, "--processes", 3)
    refused("a domain without tokens", 66, "has a positive weight", *SHORT, *out,
            "--mixture", "Nowhere=1", *TOKENS)
    refused("tools that are not there", 66, "cannot be started", *mixture(*SHORT), *out,
            "--tools", work)
    refused("an initial model of another shape", 65, "num_hidden_layers", *mixture(*SHORT),
            *out, "--layers", 3, "--initial", work / "swift")
    refused("no weights in the initial model", 66, "cannot open", *mixture(*SHORT), *out,
            "--initial", work / "nowhere")
    refused("a flag that does not exist", 64, "--help", *mixture(*SHORT), *out, "--batchsize", 4)
    refused("a rate at which training diverges", 1, "not a number", *mixture(*SHORT), *out,
            "--learning-rate", "1e30", "--warmup", 0)
    bare = work / "bare"
    bare.mkdir()
    (bare / "torch.py").write_text("raise ImportError('no torch here')")
    refused("no torch", 64, "make deps-torch", *mixture(*SHORT), *out,
            env={**os.environ, "PYTHONPATH": str(bare)})
    (bare / "torch.py").write_text("__version__ = '1.13.1'")
    refused("an old torch", 64, "1.13.1", *mixture(*SHORT), *out,
            env={**os.environ, "PYTHONPATH": str(bare)})
    assert not (work / "refused/model.safetensors").exists()


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
    changed = work / "changed"
    shutil.copytree(model, changed)
    (changed / "tokenizer.json").write_text("{}")
    refused("a model with another tokenizer", 65, "was not made with", *files, "--model", changed,
            "-o", other, tool="score.py")


def other_architectures(work):
    """Tiny models of transformers, each token against its own forward pass over the document."""
    import torch
    from transformers import AutoModelForCausalLM
    from transformers import (Gemma2Config, GemmaConfig, GPT2Config, GPTNeoXConfig, LlamaConfig,
                              Olmo2Config, Qwen2Config, Qwen3Config)
    from transformers.utils import logging

    from tokens import TokenFile
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    size = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                intermediate_size=48, max_position_embeddings=4096, head_dim=8)
    file = TokenFile(str(sorted(TOKENS[-1].glob("validation-*.tok.zst"))[0]))
    vocabulary, first = file.header["vocabulary"], file.header["endOfText"]
    block = next(iter(file.blocks()))
    documents = [ids for ids in list(block.documents())[:40] if len(ids) < 4096]
    limit = sum(map(len, documents[:8]))
    rope = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "rope_theta": 10000.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 1024}
    for kind, config in [
            ("GPT-NeoX", GPTNeoXConfig(**size)), ("OLMo2", Olmo2Config(**size)),
            ("Qwen2", Qwen2Config(**size)), ("Qwen3", Qwen3Config(**size)),
            ("Gemma", GemmaConfig(**size)), ("Gemma2", Gemma2Config(**size)),
            ("GPT-2", GPT2Config(n_embd=32, n_layer=2, n_head=4, n_positions=4096)),
            ("Llama 3", LlamaConfig(**size, rope_parameters=rope))]:
        torch.manual_seed(1)
        config.vocab_size = vocabulary + 8
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
        folder = work / kind
        model.save_pretrained(folder)
        shutil.copy(arguments.tokens / "tokenizer.json", folder)
        output = work / f"{kind}.lp.zst"
        torch_engine("score.py", "--model", folder, "--max-tokens", limit, file.path, "-o", output)
        expected = []
        for ids in documents[:8]:
            row = torch.tensor([[first, *map(int, ids)]])
            with torch.no_grad():
                found = model(row).logits[0, :-1].log_softmax(-1)
            expected.append(found.gather(1, row[0, 1:, None])[:, 0].numpy())
        expected = numpy.concatenate(expected)
        compare(f"{kind}: {len(expected)} tokens against its forward pass, nats",
                abs(log_probs(output)[0][:len(expected)] - expected), LOG_PROB)


def long_run(work):
    """Validation losses after as many tokens as the demo trains on, or a fifth of them."""
    flags = [*SHAPE, "--train-tokens", 2_000_000 if arguments.full else 400_000]
    swift("train-expert", *mixture(*flags), "-o", work / "swift-long")
    torch_engine("train.py", *mixture(*flags), "-o", work / "torch-long")
    one, other = log(work / "swift-long"), log(work / "torch-long")
    compare(f"validation losses after {one[-1]['tokens']} tokens, relative",
            validation(one, other), VALIDATION)


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
    sys.exit(f"engine_interop.py: {failures} comparisons failed")
print("engine_interop.py: everything agrees")
