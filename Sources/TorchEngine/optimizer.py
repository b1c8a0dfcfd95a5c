"""AdamW, its learning rate and the clipping of the gradient, as train-expert has them."""
import argparse
import math

import torch
from torch import nn
from torch.distributed.tensor import DTensor


def rate(options: argparse.Namespace, step: int) -> float:
    """The learning rate of a step, counted from 1: a linear rise, then half a cosine down."""
    peak, warmup = options.learning_rate, options.warmup
    if step <= warmup:
        return peak * step / warmup
    progress = (step - warmup) / max(1, options.steps - warmup)
    least = options.min_lr_ratio
    return peak * (least + (1 - least) * 0.5 * (1 + math.cos(math.pi * progress)))


def adamw(model: nn.Module, options: argparse.Namespace) -> torch.optim.AdamW:
    """The optimizer, in which matrices decay, relative to the rate, and gains do not.

    Source: Loshchilov, Hutter 2019, arXiv:1711.05101, algorithm 2.
    """
    matrices = [p for p in model.parameters() if p.dim() == 2]
    gains = [p for p in model.parameters() if p.dim() != 2]
    return torch.optim.AdamW(
        [{"params": matrices, "weight_decay": options.weight_decay},
         {"params": gains, "weight_decay": 0.0}],
        lr=options.learning_rate, betas=(options.beta1, options.beta2), eps=1e-8, fused=True)


def squares(model: nn.Module) -> torch.Tensor:
    """The sum of the squares of the gradient, of its part in this process where it is sharded.

    In double: a Float32 sum of those of a large matrix is wrong by 10⁻⁵.
    """
    parts = [p.grad.to_local() if isinstance(p.grad, DTensor) else p.grad
             for p in model.parameters()]
    norms = torch._foreach_norm(parts, 2, dtype=torch.float64)
    return torch.stack(norms).square().sum()


def clip(model: nn.Module, norm: float, largest: float) -> None:
    """Scales a gradient of that norm down to the largest one allowed."""
    if norm > largest:
        torch._foreach_mul_([p.grad for p in model.parameters()], largest / norm)
