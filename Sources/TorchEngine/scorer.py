"""The log-probability of every token of documents, in the windows of score-logprobs."""
from typing import Callable, NamedTuple

import numpy
import torch

from llama import IGNORED
from tokens import Block

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class Window(NamedTuple):
    """A part of a document that a model sees at once, and the tokens whose prediction is kept.

    Each token is predicted from those before it in the window, and from the one before the
    window, which is end of text at the start of a document.
    """

    document: int
    start: int
    scored: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


def windows_of_text(document: int, count: int, context: int, stride: int) -> list[Window]:
    """The windows, `stride` tokens apart, that score all tokens of a text."""
    windows, start, scored = [], 0, 0
    while scored < count:
        end = min(count, start + context)
        windows.append(Window(document, start, scored, end))
        start, scored = start + stride, end
    return windows


def windows_of_answer(document: int, first: int, count: int, context: int) -> list[Window]:
    """The windows that score the tokens from `first` on, each with as many before it as fit.

    It is one window, or pieces of half a context where the scored tokens do not fit in one.
    """
    piece = max(1, count - first if count - first <= context else context // 2)
    return [Window(document, max(0, end - context), start, end)
            for start in range(first, count, piece)
            for end in [min(count, start + piece)]]


class Scorer:
    """Scores with a model whose `loss` gives −log p of each target of a batch, flattened.

    Sequences are padded on the right, where a causal model does not look. `batch` is the number
    of tokens that a batch should have.
    """

    def __init__(self, loss: Loss, context: int, stride: int, batch: int, device: torch.device):
        self.loss, self.context, self.stride = loss, context, stride
        self.batch, self.device = batch, device

    def log_probs(self, block: Block, documents: int, are_answers: bool, end_of_text: int
                  ) -> numpy.ndarray:
        """In nats, of every token of the first `documents` documents; 0 for those not scored."""
        offsets = numpy.concatenate([[0], numpy.cumsum(block.lengths)])
        values = numpy.zeros(offsets[documents], numpy.float32)
        windows = []
        for document in range(documents):
            count = int(block.lengths[document])
            windows += windows_of_answer(
                document, int(block.contexts[document]), count, self.context) if are_answers \
                else windows_of_text(document, count, self.context, self.stride)
        windows.sort(key=lambda window: window.length)
        while windows:
            size, time = self._batch(windows)
            self._score(windows[:size], time, block, offsets, end_of_text, values)
            windows = windows[size:]
        return values

    def _batch(self, windows: list[Window]) -> tuple[int, int]:
        """How many of the windows, shortest first, make a batch, and the length it has."""
        size, time = 0, self._padded(windows[0].length)
        while size < len(windows) and size < self._sequences(time):
            longer = self._padded(windows[size].length)
            if longer > time and size >= self._sequences(longer):
                break
            size, time = size + 1, longer
        return size, time

    def _padded(self, length: int) -> int:
        """The context, halved as often as `length` and a least length of 16 allow."""
        time = self.context
        while time // 2 >= max(16, length):
            time //= 2
        return time

    def _sequences(self, time: int) -> int:
        return max(1, self.batch // time)

    def _score(self, windows: list[Window], time: int, block: Block, offsets: numpy.ndarray,
               end_of_text: int, values: numpy.ndarray) -> None:
        ids = numpy.full((len(windows), time), end_of_text, numpy.int64)
        targets = numpy.full((len(windows), time), IGNORED, numpy.int64)
        for row, (document, start, scored, end) in enumerate(windows):
            text = block.values[offsets[document]:offsets[document + 1]]
            first = max(start, 1)
            ids[row, first - start:end - start] = text[first - 1:end - 1]
            targets[row, scored - start:end - start] = text[scored:end]
        with torch.no_grad():
            losses = self.loss(torch.from_numpy(ids).to(self.device),
                               torch.from_numpy(targets).to(self.device))
        found = -losses.float().cpu().numpy().reshape(targets.shape)
        for row, (document, start, scored, end) in enumerate(windows):
            place = offsets[document]
            values[place + scored:place + end] = numpy.minimum(
                0, found[row, scored - start:end - start])
