"""A line on standard error that says how far the work is: rate, fraction done, time left."""
import os
import sys
import time


class Progress:
    """Redrawn in place on a terminal, six times a second; elsewhere a line every ten seconds.

    `total` is 0 if nobody knows it; `done` is what an earlier run did. The mode `auto` shows
    nothing where standard error is no terminal.
    """

    def __init__(self, label: str, unit: str, total: int, done: int, mode: str, quiet: bool):
        self.label, self.unit, self.total, self.before = label, unit, total, done
        self.is_terminal = sys.stderr.isatty()
        self.is_shown = mode == "always" or mode == "auto" and self.is_terminal and not quiet
        self.start, self.last = time.monotonic(), 0.0

    def update(self, done: int, detail: str = "") -> None:
        """Shows that `done` of the total are done."""
        now = time.monotonic()
        if not self.is_shown or now - self.last < (1 / 6 if self.is_terminal else 10):
            return
        self.last = now
        rate = (done - self.before) / max(now - self.start, 1e-9)
        parts = [f"{self.label}: {short(rate)} {self.unit}/s"]
        if self.total:
            parts.append(f"{100 * done // self.total} %")
            if rate > 0:
                parts.append(f"{duration((self.total - done) / rate)} left")
        line = ", ".join(parts + [detail] * bool(detail))
        os.write(2, (f"\r{line}\x1b[K" if self.is_terminal else f"{line}\n").encode())

    def finish(self) -> None:
        """Removes the line from a terminal."""
        if self.is_shown and self.is_terminal:
            os.write(2, b"\r\x1b[K")


def short(value: float) -> str:
    """A number with about three digits, and with k, M or G."""
    for limit, suffix in [(1e9, "G"), (1e6, "M"), (1e3, "k")]:
        if value >= limit:
            return f"{value / limit:.1f}{suffix}"
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def duration(seconds: float) -> str:
    """A time as `42 s`, `3 min` or `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
