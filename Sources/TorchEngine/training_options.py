"""The flags of train.py, which mean what they mean in train-expert, and what follows from them."""
import argparse
import math
import os
import re

from failures import USAGE, Failure
from options import Parser, count, positive
from shape import Shape

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The flags, checked, with the defaults that depend on others."""
    parser = Parser(
        "Train a Llama model on a mixture of domains, on GPUs or the CPU, with PyTorch.",
        "Example: train.py --mixture baselines.jsonl:natural 1-tokens/* -o 3-models/natural")
    parser.add_argument("tokens", nargs="*", help="token folders, one for each domain")
    parser.add_argument("--mixture", help="FILE, FILE:ID, or ArXiv=0.3,Github=0.7")
    parser.add_argument("--expert", help="train on this domain alone")
    parser.add_argument("--stream", help="a file of mix-tokens, instead of a mixture; "
                        "--steps may be left out")
    parser.add_argument("--pool-for", help="tokens of the run that this one stands for: of each "
                        "domain only so much is seen that it is repeated as often as there")
    parser.add_argument("--domains", help="with --pool-for: table of domains, whose "
                        "available-tokens that run has")
    parser.add_argument("--tokenizer", help="by default tokenizer.json beside the token folders")
    parser.add_argument("--initial-model", help="folder of the model to start from; by default one "
                        "that train-expert --initial draws")
    parser.add_argument("--tools", default=f"{REPOSITORY}/.build/release",
                        help="folder of mix-tokens and train-expert")
    add_shape(parser.add_argument_group("model"))
    add_training(parser.add_argument_group("training"))
    add_machine(parser.add_argument_group("machine"))
    add_planning(parser.add_argument_group("planning"))
    options = parser.parse_intermixed_args(arguments)
    problem = complete(options)
    if problem:
        parser.error(problem)
    return options


def add_shape(group) -> None:
    group.add_argument("--layers", type=positive, default=4)
    group.add_argument("--hidden-size", "--width", type=positive, default=128)
    group.add_argument("--heads", type=positive, default=4)
    group.add_argument("--kv-heads", type=positive, help="by default as many as --heads")
    group.add_argument("--intermediate-size", "--ffn", type=positive,
                       help="by default 8/3 of --hidden-size, in eights")
    group.add_argument("--context", type=positive, default=128, help="tokens in a sequence")
    group.add_argument("--rope-theta", "--rope-base", type=float, default=10_000.0)
    group.add_argument("--tie-embeddings", action=argparse.BooleanOptionalAction, default=True)
    group.add_argument("--init-std", "--initial-spread", type=float,
                       help="by default 1/√(hidden size)")


def add_training(group) -> None:
    group.add_argument("--batch-size", "--batch", type=positive, default=4,
                       help="sequences in a step, of all processes together")
    group.add_argument("--micro-batch-size", "--micro-batch", type=positive,
                       help="sequences in memory at once in each process; by default all")
    group.add_argument("--recompute", action="store_true",
                       help="compute the activations inside layers again when they are needed")
    group.add_argument("--steps", type=positive)
    group.add_argument("--train-tokens", type=positive, help="rounded up to whole steps")
    group.add_argument("--learning-rate", type=float, default=5e-3)
    group.add_argument("--min-lr-ratio", "--final-rate", type=float, default=0.1)
    group.add_argument("--warmup", type=count, help="by default a twentieth of all steps")
    group.add_argument("--weight-decay", type=float, default=0.1, help="of matrices")
    group.add_argument("--grad-clip", "--clip", type=float, default=1.0)
    group.add_argument("--beta1", type=float, default=0.9)
    group.add_argument("--beta2", type=float, default=0.99)
    group.add_argument("--eval-every", type=positive, help="by default a quarter of all steps")
    group.add_argument("--eval-tokens", type=positive, default=8192, help="of each domain")
    group.add_argument("--save-every", default="10min",
                       help="when to save a resume point: 500 steps, or 10min; 0: when stopped")


def add_machine(group) -> None:
    group.add_argument("--processes", type=positive,
                       help="processes on this machine; by default one for each GPU. Not under "
                       "torchrun, which starts them itself")
    group.add_argument("--shard", choices=["auto", "never", "always"], default="auto",
                       help="share parameters among processes; auto: above 10⁹ of them")
    group.add_argument("--compile", choices=["auto", "never", "always"], default="auto",
                       help="torch.compile; auto: on GPUs")


def add_planning(group) -> None:
    group.add_argument("--estimate", action="store_true",
                       help="print what the run would take, as a line of JSON, and do no more")
    group.add_argument("--vocab-size", "--vocabulary", type=positive)
    group.add_argument("--gpus", type=positive, default=1)
    group.add_argument("--peak-tflops", type=float, default=989.0,
                       help="of one GPU; by default dense bf16 of an H100 or H200")
    group.add_argument("--utilization", type=float, default=0.4,
                       help="share of the peak that training reaches")


def complete(options: argparse.Namespace) -> str | None:
    """Fills in defaults that depend on other flags; says what contradicts itself, if anything."""
    options.kv_heads = options.kv_heads or options.heads
    options.intermediate_size = (
        options.intermediate_size or (options.hidden_size * 8 // 3 + 7) // 8 * 8)
    options.init_std = options.init_std or 1 / math.sqrt(options.hidden_size)
    if options.steps and options.train_tokens or not (
            options.steps or options.train_tokens or options.stream):
        return "give either --steps or --train-tokens"
    if options.steps or options.train_tokens:
        per_step = options.batch_size * options.context
        set_steps(options, options.steps or -(-options.train_tokens // per_step))
    if options.hidden_size % options.heads or options.heads % options.kv_heads:
        return (f"--hidden-size {options.hidden_size} must be a multiple of --heads "
                f"{options.heads}, and that of --kv-heads {options.kv_heads}")
    if options.hidden_size // options.heads % 2:
        return "rotary embeddings need an even size of heads"
    if not (options.learning_rate > 0 and options.grad_clip > 0 and options.weight_decay >= 0
            and options.init_std > 0 and options.rope_theta > 0
            and 0 <= options.min_lr_ratio <= 1
            and 0 <= options.beta1 < 1 and 0 <= options.beta2 < 1):
        return ("--learning-rate and --grad-clip must be positive, --weight-decay not negative, "
                "--min-lr-ratio and betas between 0 and 1")
    if not re.fullmatch(r"\d+|\d+(\.\d+)?min", options.save_every):
        return f"--save-every {options.save_every}: is neither steps nor minutes"
    if options.estimate:
        return None if options.vocab_size or options.tokens else \
            "--estimate needs --vocab-size, or the token folders"
    if options.output == "-":
        return "-o must name a folder"
    if [options.mixture, options.expert, options.stream].count(None) != 2:
        return "give one of --mixture, --expert and --stream"
    if options.stream and options.pool_for:
        return "--pool-for: give it to mix-tokens, which makes the --stream"
    if not options.tokens:
        return "give the token folders of the domains"
    return None


def set_steps(options: argparse.Namespace, steps: int) -> None:
    """Sets the steps, which a stream may tell, and the defaults that depend on them."""
    options.steps = steps
    options.warmup = steps // 20 if options.warmup is None else options.warmup
    options.eval_every = options.eval_every or max(1, steps // 4)


def share_of_batch(options: argparse.Namespace, ranks: int) -> tuple[int, int]:
    """The sequences of a step, and those in memory at once, of each of `ranks` processes."""
    share, rest = divmod(options.batch_size, ranks)
    micro = options.micro_batch_size or share
    if rest or micro > share or share % micro:
        raise Failure(f"--batch-size {options.batch_size}: must be a multiple of {ranks} processes "
                      f"× --micro-batch-size {micro or 1}", USAGE)
    return share, micro


def shape(options: argparse.Namespace, vocabulary: int) -> Shape:
    """The shape of the model for tokens of a vocabulary."""
    return Shape(
        vocab_size=vocabulary, hidden_size=options.hidden_size, num_hidden_layers=options.layers,
        num_attention_heads=options.heads, num_key_value_heads=options.kv_heads,
        head_dim=options.hidden_size // options.heads,
        intermediate_size=options.intermediate_size, max_position_embeddings=options.context,
        rope_theta=options.rope_theta, tie_word_embeddings=options.tie_embeddings)


SHAPE_FLAGS = ["layers", "hidden-size", "heads", "kv-heads", "intermediate-size", "context",
               "rope-theta", "init-std"]
TRAINING_FLAGS = ["batch-size", "steps", "learning-rate", "min-lr-ratio", "warmup", "weight-decay",
                  "grad-clip", "beta1", "beta2", "eval-every", "eval-tokens"]


POOL_FLAGS = ["pool-for", "available-tokens"]


def flags(options: argparse.Namespace, precision: str, stream: dict[str, str]) -> dict[str, str]:
    """The flags that the model depends on beyond rounding, as its provenance has them.

    `stream` are the flags of its stream, of which those of pools matter.
    """
    values = vars(options)
    named = {flag: str(values[flag.replace("-", "_")]) for flag in SHAPE_FLAGS + TRAINING_FLAGS}
    pools = {flag: stream[flag] for flag in POOL_FLAGS if flag in stream}
    return {**named, **pools, "tie-embeddings": str(options.tie_embeddings).lower(),
            "precision": precision}


def shape_arguments(options: argparse.Namespace) -> list[str]:
    """The arguments that tell train-expert the shape of the model and its initial values."""
    values = vars(options)
    pairs = [(f"--{flag}", str(values[flag.replace("-", "_")])) for flag in SHAPE_FLAGS]
    tied = "--tie-embeddings" if options.tie_embeddings else "--no-tie-embeddings"
    return [argument for pair in pairs for argument in pair] + [tied]
