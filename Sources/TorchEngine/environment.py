"""The packages that the engine needs, asked for before anything imports them."""
import importlib
import re

from failures import USAGE, Failure

LEAST = {"torch": (2, 8), "safetensors": (0, 4), "zstandard": (0, 22), "numpy": (1, 26),
         "transformers": (5, 0)}


def require_packages(*names: str) -> None:
    """Raises Failure in one line if a package is missing, broken or too old."""
    for name in names:
        least = ".".join(map(str, LEAST[name]))
        try:
            version = importlib.import_module(name).__version__
        except (ImportError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise Failure(f"{name}: cannot be imported ({reason}); run `make deps-torch`, or give "
                          f"PYTHON= one that has {name} {least} or later", USAGE) from None
        if tuple(map(int, re.findall(r"\d+", version)[:2])) < LEAST[name]:
            raise Failure(f"{name}: is version {version}, but {least} or later is needed; run "
                          "`make deps-torch`", USAGE)
