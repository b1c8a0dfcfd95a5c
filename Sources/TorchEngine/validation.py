"""Losses on the start of each domain's validation split, as train-expert computes them."""
from typing import Callable

import numpy
import torch

from llama import IGNORED
from processes import Group
from tokens import split_start


class Validation:
    """The validation sequences of each domain, cut in batches that the processes share.

    All process the same number of batches, which sharded parameters need; some are all padding.
    """

    def __init__(self, folders: dict[str, str], tokens: int, context: int, batch: int,
                 group: Group):
        self.group, self.batches, self.counts = group, {}, {}
        for domain, folder in folders.items():
            text = split_start(folder, "validation", tokens)
            count = max(0, len(text) - 1)
            if count == 0:
                continue
            unit = batch * context * group.size
            padded = -(-count // unit) * unit
            ids = numpy.zeros(padded, numpy.int64)
            targets = numpy.full(padded, IGNORED, numpy.int64)
            ids[:count], targets[:count] = text[:-1], text[1:]
            pairs = numpy.stack([ids, targets]).reshape(2, -1, group.size, batch, context)
            self.batches[domain] = torch.from_numpy(pairs[:, :, group.rank].copy())
            self.counts[domain] = count

    def losses(self, loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> dict:
        """The mean loss of each domain, where `loss` gives the sum over a batch's targets."""
        device = self.group.device
        sums = []
        with torch.no_grad():
            for batches in self.batches.values():
                total = torch.zeros((), dtype=torch.float64, device=device)
                for ids, targets in zip(*batches.to(device)):
                    total += loss(ids, targets)
                sums.append(total)
        if not sums:
            return {}
        totals = self.group.sum(torch.stack(sums))
        return {domain: total / self.counts[domain]
                for domain, total in zip(self.batches, totals)}
