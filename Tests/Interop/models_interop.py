"""Models of Hugging Face transformers scored by our tools, and our models opened by transformers.

usage: models_interop.py BINARIES    (needs torch, transformers, safetensors, zstandard)

Makes tiny random Llama models in every variant that is supported, writes token files with our own
tokenizer tools, and compares every token's log-probability; the other way round, opens what
train-expert writes with AutoModelForCausalLM and AutoTokenizer and compares logits and ids.
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import torch
import zstandard
from transformers.utils import logging as transformers_logging
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

BINARIES = pathlib.Path(sys.argv[1]).resolve()
TOLERANCE = 1e-3  # nats, f32 on both sides

TEXT = ["def f(x):\n    return x + 1  # the code number %d" % i for i in range(120)]
VARIANTS = {
    "tied": dict(tie_word_embeddings=True),
    "untied": dict(tie_word_embeddings=False),
    "grouped queries": dict(num_key_value_heads=2),
    "rope_theta": dict(rope_theta=500000.0),
    "bfloat16": dict(dtype=torch.bfloat16),
    "float16": dict(dtype=torch.float16),
    "shards": dict(max_shard_size="60KB"),
}
REFUSED = {
    "rope_scaling": dict(rope_scaling={"rope_type": "linear", "factor": 2.0}),
    "attention_bias": dict(attention_bias=True),
    "mlp_bias": dict(mlp_bias=True),
    "hidden_act": dict(hidden_act="gelu"),
}


def tool(name, *arguments, status=0):
    run = subprocess.run([BINARIES / name, *map(str, arguments)], capture_output=True, text=True)
    assert run.returncode == status, f"{name} {arguments}: {run.returncode}: {run.stderr}"
    return run.stderr


def blocks(path, kind):
    """Values of each document of a framed file, as data/README.md describes it."""
    data = path.read_bytes()
    frames, offset = [], 0
    size = struct.calcsize("<I")
    count = struct.unpack_from("<I", data, len(data) - 9)[0]
    table = len(data) - 9 - 8 * count
    for index in range(count):
        compressed = struct.unpack_from("<I", data, table + 8 * index)[0]
        frames.append(zstandard.ZstdDecompressor().decompress(data[offset:offset + compressed]))
        offset += compressed
    documents = []
    for frame in frames[1:]:
        n, tokens = struct.unpack_from("<II", frame)
        lengths = struct.unpack_from(f"<{n}I", frame, 2 * size)
        values = list(struct.unpack_from(f"<{tokens}{kind}", frame, 2 * size + 2 * size * n))
        for length in lengths:
            documents.append(values[:length])
            values = values[length:]
    return documents


def expected_log_probs(model, documents, end_of_text):
    result = []
    for document in documents:
        ids = torch.tensor([[end_of_text, *document]])
        with torch.no_grad():
            log_probs = model(ids).logits[0, :-1].float().log_softmax(-1)
        result.append(log_probs.gather(1, ids[0, 1:, None])[:, 0].tolist())
    return result


def largest_difference(found, expected):
    assert [len(d) for d in found] == [len(d) for d in expected]
    return max(abs(a - b) for f, e in zip(found, expected) for a, b in zip(f, e))


def make_tokens(folder):
    corpus = folder / "corpus.jsonl"
    corpus.write_text("".join(json.dumps({"text": t, "meta": "code"}) + "\n" for t in TEXT))
    (folder / "domains.tsv").write_text("Code\tmeta=code\n")
    flags = ["--domains", folder / "domains.tsv", "-q", corpus]
    tokens = folder / "1-tokens"
    tokens.mkdir()
    tool("train-tokenizer", *flags, "--vocab-size", 280, "-o", tokens / "tokenizer.json")
    tool("tokenize-shards", *flags, "--tokenizer", tokens / "tokenizer.json",
         "--validation-fraction", 0.3, "--test-fraction", 0.1, "-o", tokens)
    return tokens


def score(model, tokens, output, **keywords):
    return tool("score-logprobs", "--model", model, tokens / "Code" / "validation-000.tok.zst",
                "--precision", "f32", "-q", "-o", output, **keywords)


def make_model(folder, tokens, variant):
    variant = dict(variant)
    dtype, shard = variant.pop("dtype", torch.float32), variant.pop("max_shard_size", "5GB")
    sizes = dict(vocab_size=280, hidden_size=48, intermediate_size=80, num_hidden_layers=3,
                 num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=128,
                 initializer_range=0.3, bos_token_id=0, eos_token_id=0)
    model = LlamaForCausalLM(LlamaConfig(**{**sizes, **variant})).to(dtype)
    model.save_pretrained(folder, max_shard_size=shard)
    (folder / "tokenizer.json").write_bytes((tokens / "tokenizer.json").read_bytes())


def main():
    transformers_logging.disable_progress_bar()
    torch.manual_seed(1)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tokens = make_tokens(folder)
        documents = blocks(tokens / "Code" / "validation-000.tok.zst", "H")
        for name, variant in VARIANTS.items():
            path = folder / name.replace(" ", "-")
            make_model(path, tokens, variant)
            score(path, tokens, folder / "scores.lp.zst")
            model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)
            difference = largest_difference(
                blocks(folder / "scores.lp.zst", "f"), expected_log_probs(model, documents, 0))
            files = len(list(path.glob("*.safetensors")))
            print(f"theirs, {name} ({files} files): log-probabilities differ by {difference:.1e}")
            assert difference < TOLERANCE and (name != "shards" or files > 1)
        for name, variant in REFUSED.items():
            path = folder / ("refused-" + name)
            make_model(path, tokens, variant)
            message = score(path, tokens, folder / "refused.lp.zst", status=65)
            assert name in message, message
            print(f"refused: {message.strip().split(': ')[-1]}")
        for name, flags in {"tied": [], "untied": ["--no-tie-embeddings", "--kv-heads", 1]}.items():
            path = folder / ("ours-" + name)
            tool("train-expert", "--expert", "Code", tokens / "Code", "--hidden-size", 32, "--layers", 2,
                 "--heads", 2, "--context", 128, "--steps", 20, *flags, "-q", "-o", path)
            score(path, tokens, folder / "scores.lp.zst")
            model = AutoModelForCausalLM.from_pretrained(path)
            difference = largest_difference(
                blocks(folder / "scores.lp.zst", "f"), expected_log_probs(model, documents, 0))
            ids = AutoTokenizer.from_pretrained(path)(TEXT)["input_ids"]
            assert all(document in ids for document in documents)
            print(f"ours, {name}: log-probabilities differ by {difference:.1e}; ids are equal")
            assert difference < TOLERANCE


main()
