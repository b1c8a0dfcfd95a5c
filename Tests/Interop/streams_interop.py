"""Streams of mix-tokens read by the libraries of their formats, and corpora of theirs imported.

usage: streams_interop.py --tools FOLDER TOKENS    (needs numpy and zstandard; of megatron-core,
ai2-olmo-core and datatrove, with torch, what is installed)

TOKENS is the parent of token folders and their tokenizer.json. Every format, of our own two ranks,
is compared with one stream of our own, every input and every target; once with these tokens and
once with made-up ones of a vocabulary that needs four bytes an id. The other way round,
import-tokens reads the validation documents of a domain from what a library wrote, and every
document has to come back. Exits 1 if anything differs.
"""
import argparse
import importlib.metadata
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy

import token_formats as formats

LIBRARIES = {"mde": None, "llmc": None, "megatron": "megatron-core", "olmo": "ai2-olmo-core",
             "datatrove": "datatrove"}
CONTEXT, BATCH, STEPS = 64, 8, 40
RANKS = {"mde": 2}  # the readers of the other formats share one file
LINE = "{:<16} {:<6} {:<20} {:>5} {:>9} {:>7}  {}"


def tool(folder, name, *arguments):
    subprocess.run([folder / name, *map(str, arguments), "-q"], check=True)


def library(name):
    """The library of a format and its version; PackageNotFoundError if it is not installed."""
    package = LIBRARIES[name]
    return f"{package} {importlib.metadata.version(package)}" if package else "by its bytes"


def expected(name, ids):
    """The inputs and targets that a format gives its reader of sequences of context + 1 ids."""
    inputs, targets = ids[:, :-1], ids[:, 1:].copy()
    if name in ("llmc", "megatron"):  # the next sequence's first id stands behind the inputs
        targets[:-1, -1] = inputs[1:, 0]
    if name == "olmo":  # what follows the inputs is not read
        targets[:, -1] = formats.IGNORED
    return inputs, targets


def read(name, path, stream):
    if name == "mde":
        _, ids = formats.read_mde(path + ".stream.zst")
        return ids[:, :-1], ids[:, 1:]
    return getattr(formats, "read_" + name)(path, stream)


def compare(name, folder, header, ids):
    """Whether the files in a folder have all sequences."""
    ranks = RANKS.get(name, 1)
    for rank in range(ranks):
        mine = ids[rank::ranks]
        stream = formats.Stream(CONTEXT, BATCH // ranks, len(mine), header["vocabulary"],
                                header["endOfText"])
        stem = f"rank-{rank:03d}" if name == "mde" else "stream"
        found = read(name, str(folder / stem), stream)
        if not all(map(numpy.array_equal, found, expected(name, mine))):
            return False
    return True


def mixed_streams(tools, tokens, folder):
    """One row for each format of the streams of a mixture of all domains."""
    # Targets and end tasks have no text to learn from.
    domains = sorted(path.parent for path in tokens.glob("*/manifest.json")
                     if "train" in json.loads(path.read_text())["splits"])
    weights = numpy.arange(1, len(domains) + 1) / sum(range(1, len(domains) + 1))
    mixture = ",".join(f"{path.name}={weight}" for path, weight in zip(domains, weights))

    def mix(name, ranks):
        path = folder / f"{name}-of-{ranks}"
        tool(tools, "mix-tokens", "--mixture", mixture, *domains, "--context", CONTEXT,
             "--batch-size", BATCH, "--steps", STEPS, "--ranks", ranks, "--format", name,
             "-o", path)
        return path

    header, ids = formats.read_mde(mix("mde", 1) / "rank-000.stream.zst")
    assert ids.shape == (STEPS * BATCH, CONTEXT + 1), ids.shape
    assert (ids.max() >= 1 << 16) == (header["vocabulary"] > 1 << 16), ids.max()
    for name in LIBRARIES:
        written = mix(name, RANKS.get(name, 1))
        files = len(json.loads((written / "stream.json").read_text())["files"])
        yield name, header, files, len(ids), ids[:, 1:].size, lambda: compare(
            name, written, header, ids)


def wide_tokens(tools, folder):
    """Tokens of a vocabulary of more than 65 536: made-up words, each of which comes twice."""
    draw = random.Random(1)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=9)) for _ in range(24000)]
    lines = [{"text": " ".join(words[i:i + 100] * 2), "of": "AB"[i // 100 % 2]}
             for i in range(0, len(words), 100)]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "domains.tsv").write_text("A\tof=A\nB\tof=B\n")
    tokens = folder / "1-tokens"
    corpus = ["--domains", folder / "domains.tsv", folder / "corpus.jsonl"]
    tokens.mkdir()
    tool(tools, "train-tokenizer", *corpus, "--vocab-size", 70000, "-o", tokens / "tokenizer.json")
    tool(tools, "tokenize-shards", *corpus, "--tokenizer", tokens / "tokenizer.json",
         "--validation-fraction", 0.1, "--test-fraction", 0.1, "-o", tokens)
    return tokens


def documents_of(folder):
    """The ids and bytes of the documents of all splits of a token folder, sorted."""
    return sorted(document for path in folder.glob("*.tok.zst")
                  for document in formats.read_token_file(path)[1])


def imported_corpora(tools, tokens, folder):
    """One row for each format of what import-tokens reads of a library's own files."""
    source = sorted(tokens.glob("*/validation-000.tok.zst"))[0]
    header, documents = formats.read_token_file(source)
    end = [header["endOfText"]]

    def come_back(name):
        ids = [ids + end for ids, _ in documents]
        if name in ("megatron", "datatrove"):  # an index tells where a document ends
            ids[::2] = [ids for ids, _ in documents[::2]]
        write = getattr(formats, "write_" + name)
        data = write(str(folder / f"corpus-{name}"), ids, header["vocabulary"] <= 1 << 16)
        output = folder / f"imported-{name}"
        tool(tools, "import-tokens", "--tokenizer", tokens / "tokenizer.json", "--domain", "It",
             "--allow-empty", data, "-o", output)
        return documents_of(output / "It") == sorted(documents)

    for name in ("llmc", "megatron", "olmo", "datatrove"):
        files = {"llmc": 1, "megatron": 2, "olmo": 2, "datatrove": 3}[name]
        count = sum(len(ids) for ids, _ in documents)
        yield name, header, files, len(documents), count, lambda: come_back(name)


def report(kind, rows):
    """Prints the rows of one kind; returns how many differ."""
    differing = 0
    for name, header, files, sequences, tokens, is_equal in rows:
        try:
            known, result = library(name), "yes"
            if not is_equal():
                result, differing = "NO", differing + 1
        except importlib.metadata.PackageNotFoundError:
            known, result = LIBRARIES[name], "not compared: not installed"
        except ImportError as missing:
            known, result = LIBRARIES[name], f"not compared: {missing}"
        except ValueError as error:
            result, differing = f"NO: {error}", differing + 1
        width = "uint16" if header["vocabulary"] <= 1 << 16 else "uint32"
        print(LINE.format(f"{kind} {name}", width, known, files, sequences, tokens, result),
              flush=True)
    return differing


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", type=pathlib.Path, required=True)
    parser.add_argument("tokens", type=pathlib.Path)
    arguments = parser.parse_args()
    tools, differing = arguments.tools.resolve(), 0
    print(LINE.format("format", "ids", "library", "files", "sequences", "tokens", "equal"))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        made_up = folder / "made-up"
        made_up.mkdir()
        for tokens in (arguments.tokens.resolve(), wide_tokens(tools, made_up)):
            work = pathlib.Path(tempfile.mkdtemp(dir=folder))
            differing += report("mix", mixed_streams(tools, tokens, work))
            differing += report("import", imported_corpora(tools, tokens, work))
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
