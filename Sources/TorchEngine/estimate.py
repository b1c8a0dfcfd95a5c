"""What a training takes, told beforehand: operations, memory and time on GPUs."""
import argparse

import training_options
from environment import require_packages


def line(options: argparse.Namespace) -> dict:
    """The line of JSON that --estimate prints.

    Memory is that of one GPU. Time is that of the products of all steps at the stated share of
    the peak; recomputation is not counted, as is usual.
    """
    shape = training_options.shape(options, options.vocab_size or vocabulary(options.tokens[0]))
    _, micro = training_options.share_of_batch(options, options.gpus)
    is_sharded = options.gpus > 1 and (options.shard == "always" or options.shard == "auto"
                                       and shape.parameters > 10**9)
    width = 4 if options.precision == "f32" else 2
    # Float32 masters, gradients and two averages; the matrices in the precision of products.
    states = shape.parameters * 16 / (options.gpus if is_sharded else 1)
    copies = 0 if width == 4 else shape.parameters * width
    tokens = options.steps * options.batch_size * options.context
    flop = 3 * shape.forward_operations * tokens
    speed = options.gpus * options.peak_tflops * 1e12 * options.utilization
    return {
        "parameters": shape.parameters, "steps": options.steps,
        "tokensPerStep": options.batch_size * options.context, "tokens": tokens, "flop": flop,
        "parameterGiB": rounded((states + copies) / 2**30),
        "activationGiB": rounded(activation_bytes(shape, options, micro, width) / 2**30),
        "precision": "f32" if width == 4 else "bf16", "gpus": options.gpus,
        "peakTFLOPS": options.peak_tflops, "utilization": options.utilization,
        "hours": rounded(flop / speed / 3600)}


def vocabulary(folder: str) -> int:
    """The vocabulary of a token folder."""
    require_packages("zstandard", "numpy")
    from tokens import read_manifest
    return read_manifest(folder)["vocabulary"]


def activation_bytes(shape, options: argparse.Namespace, micro: int, width: int) -> int:
    """The bytes that a micro-batch keeps for the backward pass, with those of the logits."""
    rows = micro * options.context
    hidden, inner = shape.hidden_size, shape.intermediate_size
    queries = shape.num_attention_heads * shape.head_dim
    keys = shape.num_key_value_heads * shape.head_dim
    # Inputs of norms in Float32, and normalised; q, k, v; attention; gate, up, their product.
    layer = 8 * hidden + width * (2 * hidden + 2 * queries + 2 * keys + 3 * inner)
    kept = shape.num_hidden_layers * 4 * hidden + layer if options.recompute \
        else shape.num_hidden_layers * layer
    # The logits, their Float32 form and its gradient.
    return rows * (kept + (width + 4 + 4) * shape.vocab_size)


def rounded(value: float) -> float:
    """The value with four digits."""
    return float(f"{value:.4g}")
