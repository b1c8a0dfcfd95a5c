"""A Llama model, with the parameters' names and the configuration of Hugging Face transformers.

B sequences of T tokens; C channels of the residual stream, D channels of a head, V tokens of the
vocabulary. Matrices are products in the precision of autocast; the residual stream, norms,
rotations and losses are in Float32.
"""
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from shape import Shape

IGNORED = -100  # a target that has no loss


def rotary_table(shape: Shape, device: torch.device) -> Tensor:
    """Cosines and sines, (2, max T, D/2), of position · base^(-2i / D).

    Source: Su et al. 2021, arXiv:2104.09864, equation 15.
    """
    half = torch.arange(0, shape.head_dim, 2, dtype=torch.float64) / shape.head_dim
    times = torch.arange(shape.max_position_embeddings, dtype=torch.float64)
    angles = torch.outer(times, shape.rope_theta ** -half)
    return torch.stack([angles.cos(), angles.sin()]).float().to(device)


def rotate(x: Tensor, table: Tensor) -> Tensor:
    """Rotates channel i with channel i + D/2 of each head, (B, heads, T, D), by its position."""
    left, right = x.float().chunk(2, dim=-1)
    cosine, sine = table[:, :x.shape[2]]
    rotated = [left * cosine - right * sine, right * cosine + left * sine]
    return torch.cat(rotated, dim=-1).to(x.dtype)


class RMSNorm(nn.Module):
    """x / √(mean x² + epsilon) · gain. Source: Zhang, Sennrich 2019, arXiv:1910.07467."""

    def __init__(self, channels: int, epsilon: float):
        super().__init__()
        self.weight, self.epsilon = nn.Parameter(torch.ones(channels)), epsilon

    def forward(self, x: Tensor) -> Tensor:
        scale = torch.rsqrt(x.square().mean(dim=-1, keepdim=True) + self.epsilon)
        return x * self.weight * scale


class Attention(nn.Module):
    """Causal attention; `num_key_value_heads` heads of keys and values are shared by all."""

    def __init__(self, shape: Shape):
        super().__init__()
        channels, self.size = shape.hidden_size, shape.head_dim
        queries, keys = shape.num_attention_heads, shape.num_key_value_heads
        self.is_grouped = queries != keys
        self.q_proj = nn.Linear(channels, queries * self.size, bias=False)
        self.k_proj = nn.Linear(channels, keys * self.size, bias=False)
        self.v_proj = nn.Linear(channels, keys * self.size, bias=False)
        self.o_proj = nn.Linear(queries * self.size, channels, bias=False)

    def forward(self, x: Tensor, table: Tensor) -> Tensor:
        q, k, v = (y.unflatten(-1, (-1, self.size)).transpose(1, 2)
                   for y in (self.q_proj(x), self.k_proj(x), self.v_proj(x)))
        y = functional.scaled_dot_product_attention(
            rotate(q, table), rotate(k, table), v, is_causal=True, enable_gqa=self.is_grouped)
        return self.o_proj(y.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """SwiGLU: down(silu(gate x) · up x). Source: Shazeer 2020, arXiv:2002.05202."""

    def __init__(self, shape: Shape):
        super().__init__()
        channels, inner = shape.hidden_size, shape.intermediate_size
        self.gate_proj = nn.Linear(channels, inner, bias=False)
        self.up_proj = nn.Linear(channels, inner, bias=False)
        self.down_proj = nn.Linear(inner, channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.input_layernorm = RMSNorm(shape.hidden_size, shape.rms_norm_eps)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = RMSNorm(shape.hidden_size, shape.rms_norm_eps)
        self.mlp = FeedForward(shape)

    def forward(self, x: Tensor, table: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), table)
        return x + self.mlp(self.post_attention_layernorm(x))


class Trunk(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.num_hidden_layers))
        self.norm = RMSNorm(shape.hidden_size, shape.rms_norm_eps)


class Llama(nn.Module):
    """The model, whose forward pass gives losses.

    `recomputes`: whether the backward pass computes the activations inside layers again.
    """

    def __init__(self, shape: Shape, recomputes: bool = False):
        super().__init__()
        self.shape, self.recomputes = shape, recomputes
        self.model = Trunk(shape)
        if not shape.tie_word_embeddings:
            self.lm_head = nn.Linear(shape.hidden_size, shape.vocab_size, bias=False)
        self.table: Tensor | None = None
        self.losses = losses

    def compile_parts(self) -> None:
        """Compiles the layers, which share one graph, and the losses."""
        for layer in self.model.layers:
            layer.forward = torch.compile(layer.forward, dynamic=False)
        self.losses = torch.compile(losses, dynamic=False)

    def allocate(self, device: torch.device) -> None:
        """Gives a model of the device `meta` its memory, with parameters still undefined."""
        self.to_empty(device=device)
        self.table = rotary_table(self.shape, device)

    def forward(self, ids: Tensor, targets: Tensor, reduction: str = "sum") -> Tensor:
        """−log p of the targets, (B, T) like the ids: their sum, or (B · T) with `none`."""
        x = self.model.embed_tokens(ids).float()
        for layer in self.model.layers:
            if self.recomputes and torch.is_grad_enabled():
                x = checkpoint(layer, x, self.table, use_reentrant=False)
            else:
                x = layer(x, self.table)
        x = self.model.norm(x)
        tied = self.shape.tie_word_embeddings
        head = self.model.embed_tokens.weight if tied else self.lm_head.weight
        return self.losses(x, head, targets, reduction)


def losses(x: Tensor, head: Tensor, targets: Tensor, reduction: str) -> Tensor:
    """−log p of the targets, (B, T), of which x, (B, T, C), tells the logits by `head`, (V, C)."""
    logits = functional.linear(x, head)
    return functional.cross_entropy(
        logits.flatten(0, 1).float(), targets.flatten(), ignore_index=IGNORED, reduction=reduction)
