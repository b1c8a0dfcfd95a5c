"""Compares the ids that tokenize-shards writes with those of Hugging Face tokenizers, document by document.

Usage: tokenizers_interop.py TOKENIZE_SHARDS TOKENIZER.json… -- CORPUS.jsonl…

A corpus file may be compressed with zstd. Prints one line of counts for each tokenizer; the status is 1 if a document
differs. Needs the Python package tokenizers and the command zstd.
"""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile

from tokenizers import Tokenizer


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
        width = "H" if json.loads(header)["vocabulary"] <= 65536 else "I"
        place = 0
        while place < len(content):
            count, tokens = struct.unpack_from("<II", content, place)
            lengths = struct.unpack_from(f"<{count}I", content, place + 8)
            place += 8 + 8 * count
            for length in lengths:
                yield list(struct.unpack_from(f"<{length}{width}", content, place))
                place += length * struct.calcsize(width)


def compare(tool, path, corpus):
    """The documents, their ids in all, and those that differ."""
    tokenizer = Tokenizer.from_file(path)
    added = tokenizer.get_added_tokens_decoder()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "domains.tsv").write_text("All\tpath=*\n")
        subprocess.run(
            [tool, *corpus, "-q", "--domains", folder / "domains.tsv", "--tokenizer", path, "-o", folder / "out",
             "--validation-fraction", "0", "--test-fraction", "0", "--end-of-text", next(iter(added.values())).content],
            check=True)
        count = ids = different = 0
        found = token_files(folder / "out" / "All")
        for text in documents(corpus):
            expected = tokenizer.encode(text, add_special_tokens=False).ids
            got = next(found, None)
            count, ids = count + 1, ids + len(expected)
            if got != expected:
                different += 1
                if different <= 3:
                    place = next((i for i, (a, b) in enumerate(zip(got or [], expected)) if a != b), -1)
                    print(f"{path}: document {count}: token {place}: {(got or [])[place:place + 5]} "
                          f"instead of {expected[place:place + 5]} in {text[:60]!r}", file=sys.stderr)
        different += sum(1 for _ in found)
    return count, ids, different


def main(arguments):
    middle = arguments.index("--")
    tool, tokenizers, corpus = arguments[0], arguments[1:middle], arguments[middle + 1:]
    failed = False
    for path in tokenizers:
        count, ids, different = compare(tool, path, corpus)
        failed = failed or different > 0
        print(json.dumps({"work": "interop", "peer": "tokenizers", "tokenizer": path, "documents": count,
                          "tokens": ids, "different": different}), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
