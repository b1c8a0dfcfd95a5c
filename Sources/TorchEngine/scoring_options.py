"""The command line of score.py."""
import argparse
import sys

from options import Parser, positive


def parse() -> list[argparse.Namespace]:
    """The sets to score: the first, and those after each `--`, which share its other flags."""
    parser = Parser(
        "Log-probability of every token of an evaluation set under a causal model.",
        "Example: score.py --model 3-models/expert-ArXiv 1-tokens/Book/validation-*.tok.zst "
        "-o 4-logprobs/expert-ArXiv/validation/Book.lp.zst -- 1-tokens/Code/validation-*.tok.zst "
        "--max-tokens 40000 -o 4-logprobs/expert-ArXiv/validation/Code.lp.zst")
    parser.add_argument("tokens", nargs="+", help="token files of one domain and split, in order; "
                        "after --, those of another, with a --max-tokens and -o of its own")
    parser.add_argument("--model", required=True, help="folder: config.json, tokenizer.json, "
                        "safetensors, also in shards")
    parser.add_argument("--max-tokens", type=positive,
                        help="score whole documents from the start until they hold so many tokens")
    parser.add_argument("--stride", type=positive, help="tokens between windows in documents "
                        "longer than the context; by default half of it")
    parser.add_argument("--batch-tokens", type=positive,
                        help="tokens in memory at once; by default 2048, on a GPU 32768")
    parts: list[list[str]] = [[]]
    for word in sys.argv[1:]:
        if word == "--":
            parts.append([])
        else:
            parts[-1].append(word)
    first = parser.parse_intermixed_args(parts[0])
    sets = [first]
    for part in parts[1:]:
        own = argparse.Namespace(**vars(first) | {"max_tokens": None, "output": "-"})
        sets.append(parser.parse_intermixed_args(["--model", first.model, *part], own))
    return sets
