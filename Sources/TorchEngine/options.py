"""Command lines whose errors are one line, and the flags that all tools have."""
import argparse
import os
import resource
import sys
import time
from typing import NoReturn

from failures import USAGE, Failure
from files import json_line

REVISION = 1  # of what these tools write; it grows when equal input gives other results


class Parser(argparse.ArgumentParser):
    """A parser that takes no shortened flags and fails as the project's tools do."""

    def __init__(self, description: str, epilog: str):
        super().__init__(description=description, epilog=epilog, allow_abbrev=False)
        common = self.add_argument_group("common")
        common.add_argument("-o", "--output", default="-", help="what to write")
        common.add_argument("-j", "--threads", type=count, default=0,
                            help="threads of all processes together; 0: all cores")
        common.add_argument("--seed", type=count, default=1, help="seed of everything random")
        common.add_argument("--log", help="append what the run took, as one line of JSON")
        common.add_argument("-q", "--quiet", action="store_true", help="only errors")
        common.add_argument("-v", "--verbose", action="store_true",
                            help="tell on standard error what the run took")
        common.add_argument("--progress", choices=["auto", "always", "never"], default="auto",
                            help="show progress on standard error")
        common.add_argument("--revision", action=Revision, nargs=0,
                            help="given alone: print the revision of what this tool writes")
        common.add_argument("--precision", choices=["auto", "f32", "bf16"], default="auto",
                            help="precision of products; auto: bf16 on a GPU, f32 elsewhere")
        common.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")

    def error(self, message: str) -> NoReturn:
        Failure(f"{message}; see '{self.prog} --help'", USAGE).say()
        sys.exit(USAGE)


class Revision(argparse.Action):
    """The flag --revision."""

    def __call__(self, parser, *_):
        print(REVISION)
        parser.exit()


def count(text: str) -> int:
    """A whole number from 0 on."""
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def positive(text: str) -> int:
    """A whole number from 1 on."""
    if count(text) < 1:
        raise ValueError(text)
    return int(text)


class Cost:
    """What a run takes, from its start on."""

    def __init__(self):
        self.start = time.monotonic()

    def report(self, tool: str, options: argparse.Namespace) -> None:
        """Appends the line that --log asks for, and tells it with -v."""
        usages = [resource.getrusage(who)
                  for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        line = {"tool": tool, "seconds": time.monotonic() - self.start,
                "processorSeconds": sum(u.ru_utime + u.ru_stime for u in usages),
                "peakBytes": max(u.ru_maxrss for u in usages) << 10}
        if options.log:
            try:
                with open(options.log, "ab") as file:
                    file.write(json_line(line))
            except OSError as error:
                raise Failure(f"{options.log}: cannot write: {os.strerror(error.errno)}",
                              74) from None
        if options.verbose:
            print(f"{tool}: {line['seconds']:.2f} s, {line['processorSeconds']:.2f} s of "
                  f"processors, {line['peakBytes'] >> 20} MiB", file=sys.stderr)
