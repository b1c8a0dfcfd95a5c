"""Domains found by discover-domains and by scikit-learn, against the labels of a corpus, in turns.

usage: clusters_peer.py TOOLS CORPUS [SEEDS]

TOOLS is the folder of the tools. CORPUS is a folder of .jsonl.zst files, each of one domain, as `make corpus` makes it;
nobody sees these labels but the scores. For each seed, one after the other: discover-domains with as many domains as there are files, and TfidfVectorizer, TruncatedSVD, Normalizer and KMeans on the same texts, with the
defaults and with the settings of scikit-learn's example of clustering texts. Prints a line of JSON for each, and medians.
Seconds are of processors, of all threads: ours with all reading, decompressing and writing, the peers' from texts in
memory to labels.
"""
import importlib.metadata
import io
import json
import math
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter

import zstandard
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

tools, corpus = (pathlib.Path(path) for path in sys.argv[1:3])
seeds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
files = sorted(corpus.glob("*.jsonl.zst"))
PEERS = {"defaults": {}, "example": {"max_df": 0.5, "min_df": 5, "stop_words": "english"}}


def texts(path):
    with open(path, "rb") as file:
        lines = io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True))
        yield from (json.loads(line)["text"] for line in lines)


def pairs(counts):
    return sum(n * (n - 1) / 2 for n in counts)


def scores(table):
    """Of a table of documents by (label, cluster): adjusted Rand index, normalised mutual information, purity."""
    rows, columns, n = Counter(), Counter(), sum(table.values())
    for (label, cluster), count in table.items():
        rows[label] += count
        columns[cluster] += count
    expected = pairs(rows.values()) * pairs(columns.values()) / pairs([n])
    rand = (pairs(table.values()) - expected) / ((pairs(rows.values()) + pairs(columns.values())) / 2 - expected)
    information = sum(c / n * math.log(c * n / (rows[a] * columns[b])) for (a, b), c in table.items() if c)
    entropies = [-sum(c / n * math.log(c / n) for c in side.values()) for side in (rows, columns)]
    purity = sum(max(c for (_, b), c in table.items() if b == cluster) for cluster in columns) / n
    return {"ari": rand, "nmi": information / (sum(entropies) / 2), "purity": purity}


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def ours(seed):
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(tools / "discover-domains", corpus, "-k", len(files), "--seed", seed, "-q", "-o", folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        table = Counter()
        for file in files:
            said = run(tools / "tokenize-shards", file, "--domains", f"{folder}/domains.tsv", "--clusters",
                       f"{folder}/clusters.zst", "--stats")
            for line in said.splitlines()[1:]:
                name, documents, _ = line.split("\t")
                table[file.name, name] += int(documents)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, table


def theirs(seed, settings):
    start = time.process_time()
    vectors = TfidfVectorizer(**settings).fit_transform(documents)
    places = normalize(TruncatedSVD(100, random_state=seed).fit_transform(vectors))
    clusters = KMeans(len(files), n_init=10, random_state=seed).fit_predict(places)
    return time.process_time() - start, Counter(zip(labels, clusters.tolist()))


documents, labels = [], []
for file in files:
    for text in texts(file):
        documents.append(text)
        labels.append(file.name)
size = sum(len(text.encode()) for text in documents)
print(json.dumps({"documents": len(documents), "megabytes": round(size / 1e6, 1), "clusters": len(files),
                  "scikit-learn": importlib.metadata.version("scikit-learn")}), flush=True)
found = {name: [] for name in ["ours", *PEERS]}
for seed in range(1, seeds + 1):
    for name in found:
        seconds, table = ours(seed) if name == "ours" else theirs(seed, PEERS[name])
        line = {"seconds": seconds, **scores(table)}
        found[name].append(line)
        print(json.dumps({"who": name, "seed": seed, **{k: round(v, 3) for k, v in line.items()}}), flush=True)
for name, lines in found.items():
    medians = {key: statistics.median(line[key] for line in lines) for key in lines[0]}
    ratios = [line["seconds"] / own["seconds"] for line, own in zip(lines, found["ours"])]
    print(json.dumps({"who": name, "median of seeds": {k: round(v, 3) for k, v in medians.items()},
                      "times our seconds": [round(min(ratios), 1), round(max(ratios), 1)]}))
