"""SIGTERM and SIGINT, noted so that they can be asked for between two steps."""
import signal


class StopSignals:
    """From its creation on, the signals end the process no more."""

    def __init__(self):
        self.have_arrived = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)

    def _note(self, *_) -> None:
        self.have_arrived = True
