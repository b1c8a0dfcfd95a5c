"""How a tool of this engine fails: one line on standard error and an exit code of sysexits.h."""
import os
import sys

COMPUTATION, USAGE, BAD_DATA, NO_INPUT, INPUT_OUTPUT, STOPPED = 1, 64, 65, 66, 74, 75


class Failure(Exception):
    """What went wrong, as `path: where: what; what to do`, and the exit code.

    `tool` is the program that says so, where it is not this one. `is_ours` is whether this
    process is the one that tells it.
    """

    is_ours = True

    def __init__(self, message: str, code: int = BAD_DATA, tool: str | None = None):
        super().__init__(message)
        self.message, self.code, self.tool = message, code, tool

    def say(self) -> None:
        """Writes the line to standard error."""
        say(f"{self.tool or tool_name()}: {self.message}")


def tool_name() -> str:
    """The name of the running tool, as in messages."""
    return os.path.basename(sys.argv[0])


def say(line: str) -> None:
    """Writes a line to standard error in one piece, so that those of processes do not mix."""
    os.write(2, f"{line}\n".encode())


def system_failure(path: str, action: str, error: OSError) -> Failure:
    """The failure of `action` on `path`: input that is not there, or else input and output."""
    code = NO_INPUT if action == "open for reading" else INPUT_OUTPUT
    return Failure(f"{path}: cannot {action}: {os.strerror(error.errno or 5)}", code)
