"""Models of other architectures, scored by the PyTorch engine and by transformers itself."""
import shutil

import numpy
import torch
from transformers import (AutoModelForCausalLM, Gemma2Config, GemmaConfig, GPT2Config,
                          GPTNeoXConfig, LlamaConfig, Olmo2Config, Qwen2Config, Qwen3Config)
from transformers.utils import logging

from engine_tools import LOG_PROB, TOKENS, arguments, compare, log_probs, torch_engine
from tokens import TokenFile

logging.set_verbosity_error()
logging.disable_progress_bar()


def other_architectures(work):
    """Tiny models of transformers, each token against its own forward pass over the document."""
    size = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                intermediate_size=48, max_position_embeddings=4096, head_dim=8)
    file = TokenFile(str(sorted(TOKENS[-1].glob("validation-*.tok.zst"))[0]))
    vocabulary, first = file.header["vocabulary"], file.header["endOfText"]
    block = next(iter(file.blocks()))
    documents = [ids for ids in list(block.documents())[:40] if len(ids) < 4096]
    limit = sum(map(len, documents[:8]))
    rope = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "rope_theta": 10000.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 1024}
    for kind, config in [
            ("GPT-NeoX", GPTNeoXConfig(**size)), ("OLMo2", Olmo2Config(**size)),
            ("Qwen2", Qwen2Config(**size)), ("Qwen3", Qwen3Config(**size)),
            ("Gemma", GemmaConfig(**size)), ("Gemma2", Gemma2Config(**size)),
            ("GPT-2", GPT2Config(n_embd=32, n_layer=2, n_head=4, n_positions=4096)),
            ("Llama 3", LlamaConfig(**size, rope_parameters=rope))]:
        torch.manual_seed(1)
        config.vocab_size = vocabulary + 8
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
        folder = work / kind
        model.save_pretrained(folder)
        shutil.copy(arguments.tokens / "tokenizer.json", folder)
        output = work / f"{kind}.lp.zst"
        torch_engine("score.py", "--model", folder, "--max-tokens", limit, file.path, "-o", output)
        expected = []
        for ids in documents[:8]:
            row = torch.tensor([[first, *map(int, ids)]])
            with torch.no_grad():
                found = model(row).logits[0, :-1].log_softmax(-1)
            expected.append(found.gather(1, row[0, 1:, None])[:, 0].numpy())
        expected = numpy.concatenate(expected)
        compare(f"{kind}: {len(expected)} tokens against its forward pass, nats",
                abs(log_probs(output)[0][:len(expected)] - expected), LOG_PROB)
