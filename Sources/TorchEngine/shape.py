"""The shape of a Llama model: the fields of `config.json` that matter, and what they amount to."""
import dataclasses
import json

from failures import Failure
from files import read_json


# What `config.json` may say that changes nothing here: Sources/Formats/Models/ModelConfig.swift has
# the same list.
HARMLESS = set("""
_name_or_path transformers_version dtype torch_dtype architectures auto_map use_cache
initializer_range pretraining_tp attention_dropout hidden_dropout embd_pdrop resid_pdrop
bos_token_id eos_token_id pad_token_id unk_token_id sep_token_id decoder_start_token_id
is_llama_config use_bfloat16 return_dict return_dict_in_generate output_attentions
output_hidden_states output_scores torchscript tf_legacy_loss chunk_size_feed_forward id2label
label2id problem_type finetuning_task task_specific_params temperature top_k top_p typical_p
num_beams num_beam_groups num_return_sequences max_length min_length do_sample early_stopping
length_penalty repetition_penalty diversity_penalty no_repeat_ngram_size
encoder_no_repeat_ngram_size bad_words_ids begin_suppress_tokens suppress_tokens
exponential_decay_length_penalty forced_bos_token_id forced_eos_token_id remove_invalid_values
prefix tokenizer_class max_window_layers pruned_heads attn_implementation _attn_implementation
_attn_implementation_autoset unsloth_version unsloth_fixed
""".split())
HONOURED = {
    "model_type", "hidden_act", "attention_bias", "mlp_bias", "quantization_config", "rope_scaling",
    "rope_parameters", "partial_rotary_factor", "rope_theta", "rms_norm_eps",
}


@dataclasses.dataclass(frozen=True)
class Shape:
    """The fields of transformers' `LlamaConfig`, under its names."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    head_dim: int
    intermediate_size: int
    max_position_embeddings: int
    rms_norm_eps: float = 1e-5
    rope_theta: float = 10_000.0
    tie_word_embeddings: bool = True

    @property
    def layer_parameters(self) -> int:
        """The parameters of the matrices of one layer."""
        heads = self.num_attention_heads + self.num_key_value_heads
        return (2 * heads * self.head_dim + 3 * self.intermediate_size) * self.hidden_size

    @property
    def parameters(self) -> int:
        """The parameters of the model; shared ones are counted once."""
        tables = 1 if self.tie_word_embeddings else 2
        gains = (2 * self.num_hidden_layers + 1) * self.hidden_size
        return (tables * self.vocab_size * self.hidden_size + gains
                + self.num_hidden_layers * self.layer_parameters)

    @property
    def forward_operations(self) -> int:
        """The operations of the products of a forward pass for one token.

        Attention counts with half of time², since a token sees no later ones.
        """
        attention = (2 * self.num_attention_heads * self.head_dim
                     * (self.max_position_embeddings + 1))
        layer = 2 * self.layer_parameters + attention
        return self.num_hidden_layers * layer + 2 * self.hidden_size * self.vocab_size

    def difference(self, other: "Shape") -> str | None:
        """The first field in which the shapes differ, as `name 1, not 2`, or None."""
        for field in dataclasses.fields(self):
            mine, others = getattr(self, field.name), getattr(other, field.name)
            if mine != others:
                return f"{field.name} {json.dumps(mine)}, not {json.dumps(others)}"
        return None


def read_shape(folder: str) -> Shape:
    """The shape of the Llama model in `folder`.

    Raises Failure if config.json cannot be read, or has a part that Llama of `llama.py` lacks.
    """
    path = f"{folder}/config.json"
    config = read_json(path)
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    kind = rope.get("rope_type", rope.get("type", "default"))
    for key, value, known in [
        ("model_type", config.get("model_type", "llama"), "llama"),
        ("hidden_act", config.get("hidden_act", "silu"), "silu"),
        ("attention_bias", config.get("attention_bias", False), False),
        ("mlp_bias", config.get("mlp_bias", False), False),
        ("quantization_config", config.get("quantization_config"), None),
        ("rope_scaling", kind, "default"),
        ("partial_rotary_factor", rope.get(
            "partial_rotary_factor", config.get("partial_rotary_factor", 1)), 1),
    ]:
        if value != known:
            raise Failure(f"{path}: {key} {json.dumps(value)} is not supported")
    known = HARMLESS | HONOURED | {field.name for field in dataclasses.fields(Shape)}
    for key in sorted(config.keys() - known):
        if config[key] is not None and config[key] is not False:
            raise Failure(f"{path}: {key} is not known here and may change the result; "
                          "leave it out if it does not")
    heads = config.get("num_attention_heads")
    sizes = {}
    for key, default in [
        ("vocab_size", None), ("hidden_size", None), ("num_hidden_layers", None),
        ("num_attention_heads", None), ("num_key_value_heads", heads),
        ("head_dim", config.get("hidden_size", 0) // (heads or 1)), ("intermediate_size", None),
        ("max_position_embeddings", None),
    ]:
        sizes[key] = config.get(key) or default
        if not isinstance(sizes[key], int) or not 1 <= sizes[key] <= 1 << 30:
            raise Failure(f"{path}: field \"{key}\" is missing or impossible")
    return Shape(
        **sizes, rms_norm_eps=config.get("rms_norm_eps", 1e-6),
        rope_theta=config.get("rope_theta", rope.get("rope_theta", 10_000.0)),
        tie_word_embeddings=config.get("tie_word_embeddings", False))
