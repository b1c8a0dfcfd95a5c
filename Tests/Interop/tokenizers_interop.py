"""Compares the ids that tokenize-shards writes with those of Hugging Face tokenizers, document by document.

Usage: tokenizers_interop.py TOKENIZE_SHARDS TOKENIZER.json… -- CORPUS.jsonl…

A tokenizer file that holds a list, like Tests/TokenizationTests/Golden/styles.json, stands for each "tokenizer" in it; one
that ends in .tiktoken is compared with tiktoken. A corpus file may be compressed with zstd. Prints one line of counts for
each tokenizer, or why tokenize-shards refuses it; the status is 1 if a document differs. Needs the Python packages
tokenizers and, for rank files, tiktoken, and the command zstd.
"""

import array
import base64
import itertools
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

from tokenizers import Tokenizer

CL100K = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
# The pattern and the end of text of files with so many ranks: Llama 3 and Qwen.
RANKS = {128000: (CL100K, "<|end_of_text|>"), 151643: (CL100K.replace("{1,3}", ""), "<|endoftext|>")}


class Ranks:
    """A rank file of tiktoken, with what of tokenizers' interface is needed."""

    def __init__(self, content):
        import tiktoken

        ranks = {base64.b64decode(token): int(rank) for token, rank in map(str.split, content.splitlines())}
        pattern, self.end = RANKS.get(len(ranks), (CL100K, "<|endoftext|>"))
        self.encoding = tiktoken.Encoding("x", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})

    def encode_batch(self, texts):
        return self.encoding.encode_ordinary_batch(texts)


class JSONTokenizer:
    def __init__(self, content):
        self.tokenizer = Tokenizer.from_str(content)
        self.end = next(iter(self.tokenizer.get_added_tokens_decoder().values())).content

    def encode_batch(self, texts):
        return [encoding.ids for encoding in self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)]


def documents(paths):
    for path in paths:
        command = ["zstd", "-dcf", path] if path.endswith(".zst") else ["cat", path]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as reader:
            for line in reader.stdout:
                text = json.loads(line)["text"]
                if text:
                    yield text


def token_files(folder):
    """The ids of each document in the shards of `folder`, in order (data/README.md, sections 2 and 3)."""
    for path in sorted(folder.glob("train-*.tok.zst")):
        content = subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
        header, _, content = content.partition(b"\n")
        code = "H" if json.loads(header)["vocabulary"] <= 65536 else "I"
        size, place = array.array(code).itemsize, 0
        while place < len(content):
            count, tokens = struct.unpack_from("<II", content, place)
            lengths = struct.unpack_from(f"<{count}I", content, place + 8)
            place += 8 + 8 * count
            for length in lengths:
                ids = array.array(code, content[place:place + length * size])
                yield ids.tolist()
                place += length * size


def batches(items, size):
    items = iter(items)
    while batch := list(itertools.islice(items, size)):
        yield batch


def compare(tool, name, content, corpus):
    """The counts of documents, of their ids in all, and of those that differ; or why there are none."""
    tokenizer = (JSONTokenizer if content.startswith("{") else Ranks)(content)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "domains.tsv").write_text("All\tpath=*\n")
        (folder / "tokenizer.json").write_text(content)
        run = subprocess.run(
            [tool, *corpus, "-q", "--domains", folder / "domains.tsv", "--tokenizer", folder / "tokenizer.json",
             "-o", folder / "out", "--validation-fraction", "0", "--test-fraction", "0",
             "--end-of-text", tokenizer.end], stderr=subprocess.PIPE, text=True)
        if run.returncode:
            return {"refused": run.stderr.strip().replace(f"{folder}/", "")}
        count = ids = different = 0
        found = token_files(folder / "out" / "All")
        for texts in batches(documents(corpus), 256):
            for text, expected in zip(texts, tokenizer.encode_batch(texts)):
                got = next(found, None)
                count, ids = count + 1, ids + len(expected)
                if got != expected:
                    different += 1
                    if different <= 3:
                        place = next((i for i, (a, b) in enumerate(zip(got or [], expected)) if a != b), -1)
                        print(f"{name}: document {count}: token {place}: {(got or [])[place:place + 5]} "
                              f"instead of {expected[place:place + 5]} in {text[:60]!r}", file=sys.stderr)
        different += sum(1 for _ in found)
    return {"documents": count, "tokens": ids, "different": different}


def tokenizers(paths):
    """The name and content of each."""
    for path in paths:
        content = pathlib.Path(path).read_text()
        if content.startswith("["):
            yield from ((style["name"], style["tokenizer"]) for style in json.loads(content))
        else:
            yield path, content


def main(arguments):
    middle = arguments.index("--")
    tool, paths, corpus = arguments[0], arguments[1:middle], arguments[middle + 1:]
    failed = False
    for name, content in tokenizers(paths):
        counts = compare(tool, name, content, corpus)
        failed = failed or counts.get("different", 0) > 0
        print(json.dumps({"work": "interop", "peer": "tokenizers", "tokenizer": name, **counts}), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
