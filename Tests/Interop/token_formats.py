"""Files of tokens of other programs, read and written by the programs' own libraries.

A reader takes what mix-tokens wrote for one rank, as a path without its suffix, and a Stream, and
returns the inputs and targets (sequences, context) that a trainer gets, in the order of the file;
IGNORED stands for a target that is not learned. A writer puts documents, ended by the end-of-text
id, into files whose names begin with a path, and returns the one to name to import-tokens.
Libraries are imported when they are used, so that one that is not installed does not hinder the
others: megatron-core (with packaging), ai2-olmo-core, datatrove, and torch for all three.
"""
import contextlib
import io
import json
import pathlib
import struct
import tempfile
import typing
import warnings

import numpy
import zstandard

IGNORED = -100  # what PyTorch's cross-entropy leaves out
AFTER_TABLE = 9  # bytes behind the entries of a seek table

warnings.filterwarnings("ignore")


class Stream(typing.NamedTuple):
    """What a reader has to be told."""
    context: int
    batch: int  # sequences of this rank in a step
    sequences: int
    vocabulary: int
    end_of_text: int

    @property
    def is_narrow(self):
        return self.vocabulary <= 1 << 16


def frames(path):
    """The content of the frames of a framed file, by the seek table at its end."""
    data = pathlib.Path(path).read_bytes()
    count, = struct.unpack_from("<I", data, len(data) - AFTER_TABLE)
    table, offset = len(data) - AFTER_TABLE - 8 * count, 0
    for index in range(count):
        size, = struct.unpack_from("<I", data, table + 8 * index)
        yield zstandard.ZstdDecompressor().decompress(data[offset:offset + size])
        offset += size


def read_mde(path):
    """The header of an mde.stream and its ids (sequences, context + 1)."""
    header, *blocks = frames(path)
    header = json.loads(header)
    kind = "<u2" if header["vocabulary"] <= 1 << 16 else "<u4"
    rows = [numpy.zeros((0, header["context"] + 1), numpy.int64)]
    for block in blocks:
        count, = struct.unpack_from("<I", block)
        ids = numpy.frombuffer(block, kind, offset=4 + 2 * count)
        rows.append(ids.reshape(count, header["context"] + 1).astype(numpy.int64))
    return header, numpy.concatenate(rows)


def read_token_file(path):
    """The header of a token file, and of every document its ids and bytes."""
    header, *blocks = frames(path)
    header, documents = json.loads(header), []
    kind = "<u2" if header["vocabulary"] <= 1 << 16 else "<u4"
    for block in blocks:
        count, _ = struct.unpack_from("<II", block)
        lengths, sizes = numpy.frombuffer(block, "<u4", 2 * count, 8).reshape(2, count)
        ids = numpy.frombuffer(block, kind, offset=8 + 8 * count)
        parts = numpy.split(ids, numpy.cumsum(lengths)[:-1])
        documents += [(part.tolist(), int(size)) for part, size in zip(parts, sizes)]
    return header, documents


def read_llmc(path, stream):
    """As DataLoader of llm.c reads it: windows of batch · context + 1 ids."""
    path = path + ".bin"
    header = numpy.fromfile(path, "<i4", 256)
    kind, expected = ("<u2", [20240520, 1]) if stream.is_narrow else ("<u4", [20240801, 7])
    ids = numpy.fromfile(path, kind, offset=header.nbytes).astype(numpy.int64)
    if header[:3].tolist() != [*expected, len(ids)] or header[3:].any():
        raise ValueError(f"{path}: header {header[:4].tolist()} of {len(ids)} ids")
    step = stream.batch * stream.context
    starts = range(0, (len(ids) - 1) // step * step, step)
    inputs = [ids[start:start + step] for start in starts]
    targets = [ids[start + 1:start + step + 1] for start in starts]
    return [numpy.reshape(rows, (-1, stream.context)) for rows in (inputs, targets)]


def read_megatron(path, stream):
    """As GPTDataset serves it, with its permutation of the samples undone."""
    from megatron.core.datasets.gpt_dataset import GPTDataset, GPTDatasetConfig
    from megatron.core.datasets.utils import Split

    class Tokenizer:
        vocab_size, eod, eos, pad = stream.vocabulary, stream.end_of_text, stream.end_of_text, -1
        special_tokens_dict, unique_identifiers = {}, {}

    with tempfile.TemporaryDirectory() as cache:
        config = GPTDatasetConfig(
            random_seed=1234, sequence_length=stream.context, tokenizer=Tokenizer(), split="1,0,0",
            reset_position_ids=False, reset_attention_mask=False, eod_mask_loss=False,
            mid_level_dataset_surplus=0, path_to_cache=cache)
        indexed = GPTDataset.build_low_level_dataset(path, config)
        data = GPTDataset(indexed, path, numpy.arange(len(indexed), dtype=numpy.int32),
                          stream.sequences, Split.train, config)
    samples = [data[int(index)] for index in numpy.argsort(data.shuffle_index)]
    return [numpy.stack([sample["tokens"].numpy() for sample in samples]),
            numpy.stack([numpy.where(sample["loss_mask"] > 0, sample["labels"], IGNORED)
                         for sample in samples])]


def read_olmo(path, stream):
    """As a data loader of OLMo-core serves it that was told not to shuffle."""
    from olmo_core.data import (
        DataCollator, NumpyFSLDataLoader, NumpyFSLDatasetConfig, TokenizerConfig)
    from olmo_core.data.utils import get_labels, iter_document_indices
    spans = list(iter_document_indices(path + ".npy"))
    if spans != [(i * stream.context, (i + 1) * stream.context) for i in range(stream.sequences)]:
        raise ValueError(f"{path}.csv.gz: spans are not those of the sequences")
    tokenizer = TokenizerConfig(vocab_size=stream.vocabulary, eos_token_id=stream.end_of_text,
                                pad_token_id=stream.end_of_text)
    with tempfile.TemporaryDirectory() as work, contextlib.redirect_stdout(io.StringIO()):
        data = NumpyFSLDatasetConfig(tokenizer=tokenizer, paths=[path + ".npy"], work_dir=work,
                                     sequence_length=stream.context).build()
        loader = NumpyFSLDataLoader(
            data, collator=DataCollator(pad_token_id=stream.end_of_text), work_dir=work,
            global_batch_size=stream.batch * stream.context, shuffle=False)
        loader.reshuffle(epoch=1)
        batches = [(batch["input_ids"], get_labels(batch, IGNORED)) for batch in loader]
    return [numpy.concatenate([batch[side].numpy() for batch in batches]) for side in (0, 1)]


def read_datatrove(path, stream):
    """As DatatroveFolderDataset serves it, which nanotron reads: windows of context + 1 ids."""
    from datatrove.utils.dataset import DatatroveFolderDataset
    path = pathlib.Path(path)
    data = DatatroveFolderDataset(
        str(path.parent), stream.context, filename_pattern=path.name + ".ds", recursive=False,
        token_size=2 if stream.is_narrow else 4, return_positions=True)
    samples = [data[index] for index in range(len(data))]
    for sample in samples:
        if sample["positions"].tolist() != list(range(stream.context + 1)):
            raise ValueError(f"{path}.ds.index: a sequence has other positions than 0, 1, 2 …")
    ids = numpy.stack([sample["input_ids"].numpy() for sample in samples])
    return ids[:, :-1], ids[:, 1:]


def write_llmc(path, documents, is_narrow):
    header = numpy.zeros(256, "<i4")
    header[:2] = [20240520, 1] if is_narrow else [20240801, 7]
    ids = numpy.concatenate(documents).astype("<u2" if is_narrow else "<u4")
    header[2] = len(ids)
    pathlib.Path(path + ".bin").write_bytes(header.tobytes() + ids.tobytes())
    return path + ".bin"


def write_megatron(path, documents, is_narrow):
    import torch
    from megatron.core.datasets.indexed_dataset import IndexedDatasetBuilder
    builder = IndexedDatasetBuilder(path + ".bin", numpy.uint16 if is_narrow else numpy.int32)
    for document in documents:
        half = len(document) // 2  # a document may be several sequences
        builder.add_document(torch.tensor(document), [half, len(document) - half])
    builder.finalize(path + ".idx")
    return path + ".bin"


def write_olmo(path, documents, is_narrow):
    from olmo_core.data.utils import write_document_indices
    kind = numpy.uint16 if is_narrow else numpy.uint32
    numpy.concatenate(documents).astype(kind).tofile(path + ".npy")
    write_document_indices(pathlib.Path(path + ".npy"), dtype=kind, eos_token_id=documents[0][-1])
    return path + ".npy"


def write_datatrove(path, documents, is_narrow):
    from datatrove.pipeline.tokens.tokenizer import TokenizedFile
    path = pathlib.Path(path)
    file = TokenizedFile(str(path.parent), path.name + ".ds", token_size=2 if is_narrow else 4,
                         tokenizer_name_or_path="tokenizer.json", save_final_metadata=True)
    for document in documents:
        file.write(document, None)
    file.close()
    return str(path) + ".ds"
