"""Bad input of the PyTorch engine: one line, the right exit code, nothing written."""
import os

from engine_tools import SHAPE, SHORT, STEPS, TOKENS, arguments, mixture, refused


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
            *out, "--layers", 3, "--initial-model", work / "swift")
    refused("no weights in the initial model", 66, "cannot open", *mixture(*SHORT), *out,
            "--initial-model", work / "nowhere")
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
