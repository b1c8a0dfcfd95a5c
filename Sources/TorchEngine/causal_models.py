"""Models to score with: Llama as this engine has it, or any causal one of transformers."""
from typing import NamedTuple

import torch
from torch.nn import functional

from environment import require_packages
from failures import Failure
from files import read_json
from llama import IGNORED, Llama
from scorer import Loss
from shape import read_shape
from weights import check_digest, file_names, read_weights

CONTEXT_KEYS = ["max_position_embeddings", "n_positions", "n_ctx", "max_seq_len"]


class CausalModel(NamedTuple):
    """The losses of a model, and the sizes that token files have to fit."""

    loss: Loss
    context: int
    vocabulary: int


def open_model(folder: str, precision: str, device: torch.device) -> CausalModel:
    """The model in `folder`; `precision` is f32 or bf16.

    Raises Failure if it cannot be read, or transformers does not know it.
    """
    config = read_json(f"{folder}/config.json")
    if config.get("model_type", "llama") == "llama":
        try:
            shape = read_shape(folder)
        except Failure:
            pass  # a Llama with parts that transformers has
        else:
            return _open_llama(folder, shape, precision, device)
    return _open_other(folder, config, precision, device)


def _open_llama(folder, shape, precision, device) -> CausalModel:
    with torch.device("meta"):
        model = Llama(shape)
    model.allocate(device)
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        read_weights(folder, {name: p.shape for name, p in parameters.items()},
                     lambda name, values: parameters[name].copy_(values))

    def loss(ids: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
            return model(ids, targets, reduction="none")

    return CausalModel(loss, shape.max_position_embeddings, shape.vocab_size)


def _open_other(folder, config, precision, device) -> CausalModel:
    require_packages("transformers")
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    for name in file_names(folder):
        check_digest(f"{folder}/{name}")
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    try:
        model, report = AutoModelForCausalLM.from_pretrained(
            folder, dtype=dtype, local_files_only=True, use_safetensors=True,
            output_loading_info=True)
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        kind = config.get("model_type")
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise Failure(f"{folder}: {kind}: transformers cannot open it: {reason}") from None
    if report["missing_keys"]:
        raise Failure(f"{folder}: {min(report['missing_keys'])}: is in none of its safetensors "
                      "files")
    model = model.to(device).eval()
    text = model.config.get_text_config()
    context = next((getattr(text, key) for key in CONTEXT_KEYS if getattr(text, key, None)), None)
    if context is None:
        raise Failure(f"{folder}/config.json: does not tell the context: none of "
                      f"{', '.join(CONTEXT_KEYS)}")

    def loss(ids: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        logits = model(input_ids=ids, use_cache=False).logits
        return functional.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(),
                                        ignore_index=IGNORED, reduction="none")

    return CausalModel(loss, context, model.get_input_embeddings().num_embeddings)
