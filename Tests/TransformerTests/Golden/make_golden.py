"""Makes the golden batches of this folder: parameters, one batch, its logits, loss and gradients.

usage: make_golden.py FOLDER    (made with torch 2.15.0, transformers 5.23.0, safetensors 0.8.0)
"""
import sys

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

CASES = {
    # Grouped queries, odd sizes, more positions than one block of queries (64), untied.
    "grouped": dict(vocab_size=37, hidden_size=20, intermediate_size=27, num_hidden_layers=2,
                    num_attention_heads=4, num_key_value_heads=2, head_dim=6,
                    tie_word_embeddings=False, batch=2, time=70),
    # One head of keys for each of queries, tied embeddings, a short context.
    "tied": dict(vocab_size=33, hidden_size=16, intermediate_size=40, num_hidden_layers=3,
                 num_attention_heads=2, num_key_value_heads=2, head_dim=8,
                 tie_word_embeddings=True, batch=3, time=7),
}


def make(name, folder):
    case = dict(CASES[name])
    batch, time = case.pop("batch"), case.pop("time")
    torch.manual_seed(1)
    config = LlamaConfig(**case, max_position_embeddings=time, rms_norm_eps=1e-5,
                         rope_theta=10000.0, initializer_range=0.2, attn_implementation="eager")
    model = LlamaForCausalLM(config).float()
    with torch.no_grad():  # gains of 1 would hide a mistake
        for parameter_name, parameter in model.named_parameters():
            if "norm" in parameter_name:
                parameter.uniform_(0.5, 1.5)
    data = torch.randint(0, config.vocab_size, (batch, time + 1))
    logits = model(data[:, :-1]).logits
    loss = torch.nn.functional.cross_entropy(
        logits.reshape(-1, config.vocab_size), data[:, 1:].reshape(-1))
    loss.backward()
    tensors = {"data": data.float(), "logits": logits.detach(), "loss": loss.detach().reshape(1)}
    for parameter_name, parameter in model.named_parameters():
        tensors[parameter_name] = parameter.detach()
        tensors["gradient." + parameter_name] = parameter.grad
    save_file({key: value.contiguous() for key, value in tensors.items()},
              f"{folder}/{name}.safetensors")
    config.save_pretrained(folder)
    import os
    os.rename(f"{folder}/config.json", f"{folder}/{name}.json")


for name in CASES:
    make(name, sys.argv[1])
