#!/usr/bin/env python3
"""A trainer that exists, as an example: OLMo-core trains an OLMo 2 model, for TRAINER_FORMAT=olmo.

    make all TRAINER='torchrun --standalone data/trainers/olmo_core_trainer.py {stream} {initial} {steps} {batch} {context} {seed} {out}' \
        TRAINER_FORMAT=olmo score-logprobs.engine=torch

The sizes are those of {initial}, whose values it does not take: OLMo 2 has norms elsewhere. A stopped one goes on from what is in
{out}/checkpoints.
"""
import json
import pathlib
import shutil
import sys

import torch
from olmo_core.config import DType
from olmo_core.data import NumpyDatasetDType, NumpyFSLDatasetConfig, TokenizerConfig
from olmo_core.data.collator import DataCollator
from olmo_core.data.data_loader import NumpyFSLDataLoader
from olmo_core.distributed.parallel import DataParallelType
from olmo_core.distributed.utils import get_rank, get_world_size
from olmo_core.nn.feed_forward import FeedForwardConfig
from olmo_core.nn.hf import save_hf_model
from olmo_core.nn.transformer import TransformerBlockType, TransformerConfig
from olmo_core.optim import AdamWConfig, CosWithWarmup
from olmo_core.train import Duration, TrainerConfig, prepare_training_environment, teardown_training_environment
from olmo_core.train.callbacks import CheckpointerCallback
from olmo_core.train.train_module import TransformerDataParallelConfig, TransformerTrainModuleConfig


def main(stream: str, initial: str, steps: int, batch: int, context: int, seed: int, out: pathlib.Path):
    header = json.loads(pathlib.Path(stream, "stream.json").read_text())
    shape = json.loads(pathlib.Path(initial, "config.json").read_text())
    vocabulary, end = header["vocabulary"], header["endOfText"]
    is_on_gpu = torch.cuda.is_available()

    model = TransformerConfig.llama_like(
        d_model=shape["hidden_size"], n_layers=shape["num_hidden_layers"], n_heads=shape["num_attention_heads"],
        n_kv_heads=shape["num_key_value_heads"], vocab_size=vocabulary, block_name=TransformerBlockType.reordered_norm, qk_norm=True,
        feed_forward=FeedForwardConfig(hidden_size=shape["intermediate_size"], bias=False), layer_norm_eps=1e-6,
    ).build(init_device="meta")
    module = TransformerTrainModuleConfig(
        rank_microbatch_size=context * max(1, batch // get_world_size() // (4 if is_on_gpu else 1)), max_sequence_length=context,
        optim=AdamWConfig(lr=1e-2, betas=(0.9, 0.99), weight_decay=0.1), scheduler=CosWithWarmup(warmup=max(1, steps // 20)),
        max_grad_norm=1.0, compile_model=is_on_gpu, autocast_precision=DType.bfloat16 if is_on_gpu else None,
        dp_config=TransformerDataParallelConfig(name=DataParallelType.ddp) if get_world_size() > 1 else None,
    ).build(model)

    # In the order of the file, which `shuffle` would change.
    data = NumpyFSLDatasetConfig(
        paths=[f"{stream}/stream.npy"], sequence_length=context, work_dir=f"{out}/data",
        dtype=NumpyDatasetDType.uint16 if vocabulary <= 1 << 16 else NumpyDatasetDType.uint32,
        tokenizer=TokenizerConfig(vocab_size=vocabulary, eos_token_id=end, pad_token_id=end)).build()
    data.prepare()
    loader = NumpyFSLDataLoader(
        data, collator=DataCollator(pad_token_id=end), work_dir=f"{out}/data", global_batch_size=batch * context, shuffle=False,
        seed=seed, dp_world_size=get_world_size(), dp_rank=get_rank(), target_device_type="cuda" if is_on_gpu else "cpu")
    trainer = TrainerConfig(
        save_folder=f"{out}/checkpoints", save_overwrite=True, max_duration=Duration.steps(steps), metrics_collect_interval=100,
    ).with_callback("checkpointer", CheckpointerCallback(save_interval=max(1, steps // 4), remove="ephemeral_only")).build(module, loader)
    trainer.fit()
    save_hf_model(out / "saved", module.state_dict(optim=False)["model"], model, save_overwrite=True)
    if get_rank() == 0:
        leave(out, context)


def leave(out: pathlib.Path, context: int):
    """Puts the model where make looks for it; OLMo-core does not say its context."""
    config = json.loads((out / "saved/config.json").read_text()) | {"max_position_embeddings": context}
    (out / "config.json").write_text(json.dumps(config))
    (out / "saved/model.safetensors").replace(out / "model.safetensors")
    for folder in ("saved", "data", "checkpoints"):
        shutil.rmtree(out / folder)


if __name__ == "__main__":
    stream, initial, *numbers, out = sys.argv[1:]
    prepare_training_environment(seed=int(numbers[3]), backend="cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")
    main(stream, initial, *map(int, numbers), pathlib.Path(out))
    teardown_training_environment()
