"""The work of the tokenizer tools by the usual Python packages; see Tests/Benchmarks/bench-tokenization.

usage: tokenizer_peer.py zstandard  ingest CORPUS…
       tokenizer_peer.py tiktoken   encode TOKENIZER.json THREADS EVERY CORPUS…
       tokenizer_peer.py tokenizers encode TOKENIZER.json THREADS EVERY CORPUS…
       tokenizer_peer.py tokenizers train-tokenizer VOCABULARY THREADS EVERY CORPUS…
       tokenizer_peer.py rensa|datasketch near-duplicates THREADS EVERY CORPUS…

Takes every EVERY-th document of the .jsonl.zst files. Prints what it is when it is ready; then, for each line on standard
input, works once and prints the seconds that took and what it found: bytes of text, tokens, size of the vocabulary,
or near-duplicates among the runs of 5 words by 14 bands of 8 minima, which are estimated to have 0.8 of all in common.
tiktoken gets the merges of a tokenizer that cuts words as GPT-2 does.
"""
import importlib.metadata
import io
import itertools
import json
import os
import re
import sys
import time

peer, work, *arguments = sys.argv[1:]
if work == "near-duplicates":
    threads, every, *corpus = arguments
elif work != "ingest":
    argument, threads, every, *corpus = arguments
    threads = int(threads)
    os.environ["RAYON_NUM_THREADS"] = str(threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if threads > 1 else "false"

import orjson
import zstandard


def lines(paths):
    for path in paths:
        with open(path, "rb") as file:
            content = zstandard.ZstdDecompressor().stream_reader(file, read_size=1 << 20, read_across_frames=True)
            yield from io.BufferedReader(content, 1 << 20)


def texts():
    found = (orjson.loads(line)["text"] for line in itertools.islice(lines(corpus), 0, None, int(every)))
    return [text for text in found if text]


def ingest():
    def run():
        # Only the count of characters is cheap in Python; bytes are counted once, below.
        sum(len(orjson.loads(line)["text"]) for line in lines(arguments))
        return size
    size = sum(len(orjson.loads(line)["text"].encode()) for line in lines(arguments))
    return run


def byte_alphabet():
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = (byte for byte in range(256) if byte not in set(plain))
    return {chr(byte): byte for byte in plain} | {chr(0x100 + i): byte for i, byte in enumerate(others)}


def encode_tiktoken():
    import tiktoken
    alphabet = byte_alphabet()
    with open(argument, encoding="utf-8") as file:
        merges = json.load(file)["model"]["merges"]
    pairs = (merge.split(" ") if isinstance(merge, str) else merge for merge in merges)
    spellings = [bytes([byte]) for byte in range(256)] + [bytes(alphabet[c] for c in a + b) for a, b in pairs]
    encoding = tiktoken.Encoding(
        "merges", mergeable_ranks={spelling: rank for rank, spelling in enumerate(dict.fromkeys(spellings))},
        pat_str=r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s""", special_tokens={})
    documents = texts()
    if threads == 1:
        return lambda: sum(len(encoding.encode_ordinary(text)) for text in documents)
    return lambda: sum(map(len, encoding.encode_ordinary_batch(documents, num_threads=threads)))


def encode_tokenizers():
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(argument)
    documents = texts()
    batches = [documents[start:start + 256] for start in range(0, len(documents), 256)]
    return lambda: sum(
        len(encoding) for batch in batches for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False))


def train():
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    documents = texts()

    def run():
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(
            vocab_size=int(argument), min_frequency=2, show_progress=False, special_tokens=["<|endoftext|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
        tokenizer.train_from_iterator(documents, trainer, length=len(documents))
        return tokenizer.get_vocab_size()
    return run


def words(text):
    found = re.findall("[a-z0-9\x80-\U0010ffff]+", text.lower())
    return [" ".join(found[i:i + 5]) for i in range(max(1, len(found) - 4))]


def near_duplicates(documents, signature_of, index):
    kept, found = {}, 0
    for number, text in enumerate(documents):
        signature = signature_of(words(text))
        if any(signature.jaccard(kept[other]) >= 0.8 for other in index.query(signature)):
            found += 1
        else:
            index.insert(number, signature)
            kept[number] = signature
    return found


def near_duplicates_rensa():
    from rensa import RMinHash, RMinHashLSH
    documents = texts()

    def signature(runs):
        signature = RMinHash(num_perm=112, seed=1)
        signature.update(runs)
        return signature
    return lambda: near_duplicates(documents, signature, RMinHashLSH(threshold=0.8, num_perm=112, num_bands=14))


def near_duplicates_datasketch():
    from datasketch import MinHash, MinHashLSH
    documents = texts()

    def signature(runs):
        signature = MinHash(num_perm=112, seed=1)
        signature.update_batch([run.encode() for run in runs])
        return signature
    return lambda: near_duplicates(documents, signature, MinHashLSH(num_perm=112, params=(14, 8)))


run = {("rensa", "near-duplicates"): near_duplicates_rensa, ("datasketch", "near-duplicates"): near_duplicates_datasketch,
       ("zstandard", "ingest"): ingest, ("tiktoken", "encode"): encode_tiktoken,
       ("tokenizers", "encode"): encode_tokenizers, ("tokenizers", "train-tokenizer"): train}[peer, work]()
versions = f"{peer} {importlib.metadata.version(peer)}"
print(versions + (f", orjson {orjson.__version__}" if work == "ingest" else ""), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    result = run()
    print(time.perf_counter() - start, result, flush=True)
