"""A terminal of a few rows, as far as what make writes to one goes, and programs that run in it."""
import fcntl
import os
import pty
import re
import struct
import termios
import time


class Screen:
    """What a terminal shows: text, scroll regions, positions kept and restored, rows erased."""

    CONTROL = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b([78])")

    def __init__(self, rows: int, columns: int):
        self.rows, self.columns = rows, columns
        self.cells = [[" "] * columns for _ in range(rows)]
        self.row = self.column = 0
        self.top, self.bottom = 0, rows - 1
        self.kept = (0, 0)
        # Rows that were scrolled out at the top.
        self.past: list[str] = []
        self.rest = ""

    def line(self, row: int) -> str:
        return "".join(self.cells[row]).rstrip()

    def lines(self) -> list[str]:
        """All that scrolled in the window so far, without the last row."""
        return self.past + [self.line(row) for row in range(self.rows - 1)]

    def feed(self, data: bytes) -> None:
        text = self.rest + data.decode(errors="replace")
        self.rest, place = "", 0
        while place < len(text):
            if text[place] == "\x1b":
                match = self.CONTROL.match(text, place)
                if not match:
                    self.rest = text[place:]
                    return
                self.control(match)
                place = match.end()
            else:
                self.put(text[place])
                place += 1

    def put(self, letter: str) -> None:
        if letter == "\r":
            self.column = 0
        elif letter == "\n":
            self.down()
        elif letter >= " ":
            if self.column == self.columns:
                self.column = 0
                self.down()
            self.cells[self.row][self.column] = letter
            self.column += 1

    def down(self) -> None:
        if self.row != self.bottom:
            self.row = min(self.row + 1, self.rows - 1)
            return
        if self.top == 0:
            self.past.append(self.line(0))
        del self.cells[self.top]
        self.cells.insert(self.bottom, [" "] * self.columns)

    def control(self, match: re.Match) -> None:
        numbers = [int(n) for n in (match[1] or "").split(";") if n.isdigit()]
        if match[3] == "7":
            self.kept = (self.row, self.column)
        elif match[3] == "8":
            self.row, self.column = self.kept
        elif match[2] == "r":
            self.top, self.bottom = (numbers[0] - 1, numbers[1] - 1) if numbers else (0, self.rows - 1)
            self.row = self.column = 0
        elif match[2] == "H":
            self.row, self.column = (n - 1 for n in (numbers or [1, 1]))
        elif match[2] == "A":
            self.row = max(self.row - (numbers or [1])[0], 0)
        elif match[2] == "K":
            first = {0: self.column, 2: 0}[(numbers or [0])[0]]
            self.cells[self.row][first:] = [" "] * (self.columns - first)
        elif match[2] != "m":
            raise ValueError(f"a control sequence that is not known: {match[0]!r}")


class Terminal:
    """A program in a terminal of its own, and what that shows."""

    def __init__(self, command: list[str], folder: str, environment: dict[str, str], rows=24, columns=80):
        self.screen = Screen(rows, columns)
        self.process, self.file = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        # What the last row showed, each text once.
        self.told: list[str] = []
        self.ended = self.closed = False
        self.code: int | None = None

    def read(self) -> bool:
        """Whether anything was there to read."""
        try:
            data = os.read(self.file, 4096)
        except OSError:
            data = b""
        self.screen.feed(data)
        last = self.screen.line(self.screen.rows - 1)
        if self.screen.bottom < self.screen.rows - 1 and last and self.told[-1:] != [last]:
            self.told.append(last)
        return bool(data)

    def wait(self, until=lambda terminal: False, seconds=300.0) -> None:
        """Reads until that holds or the program and all that write to its terminal have ended."""
        end = time.monotonic() + seconds
        while not until(self) and self.read():
            if time.monotonic() > end:
                raise TimeoutError(self.screen.lines()[-9:])

    def close(self) -> int:
        """The program's exit code, or minus its signal."""
        status = os.waitpid(self.process, 0)[1]
        os.close(self.file)
        return os.waitstatus_to_exitcode(status)
