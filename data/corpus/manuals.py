"""Manual pages and message catalogues to plain text."""
import re
import struct
from typing import Iterator

BREAKS = frozenset("PP P LP sp br TP IP HP TQ Pp".split())
HEADINGS = frozenset("SH SS Sh Ss".split())
FONTS = frozenset("B I SM SB R".split())
MIXED = frozenset("BR RB IR RI BI IB".split())  # fonts in turns, without spaces
VERBATIM = {"nf": "fi", "EX": "EE", "TS": "TE", "de": ".", "ig": ".", "Bd": "Ed"}
SIGNS = {"aq": "'", "cq": "’", "oq": "‘", "lq": "“", "rq": "”", "dq": '"', "bu": "•", "em": "—",
         "en": "–", "co": "©", "ti": "~", "ha": "^", "rs": "\\", "Fo": "«", "Fc": "»", "Bq": "„",
         "mu": "×", "->": "→", "+-": "±", "de": "°", "ga": "`", "hy": "-"}
ESCAPE = re.compile(r"\\(?:f(?:\(..|\[[^\]]*\]|.)|s[+-]?\d{1,2}|\*(?:\(..|\[[^\]]*\]|.)"
                    r"|\((?P<two>..)|\[(?P<name>[^\]]*)\]|\".*|(?P<one>.))")
ONE = {"-": "-", "e": "\\", " ": " ", "~": " ", "0": " ", "'": "´", "`": "`"}
SHORTEST_MESSAGE = 20  # characters: of shorter ones a program's menus are made


def unescaped(text: str) -> str:
    def sign(match: re.Match) -> str:
        name = match["two"] or match["name"]
        if name:
            code = re.fullmatch(r"u([0-9A-F]{4,5})", name)
            return chr(int(code[1], 16)) if code else SIGNS.get(name, "")
        return ONE.get(match["one"], "")
    return ESCAPE.sub(sign, text)


def manual_page(page: str) -> Iterator[str]:
    """The paragraphs of a page in roff with the macros of `man`; examples and tables are left out.

    A paragraph is a line, without the line breaks of the source.
    """
    paragraphs, words, until = [], [], ""
    for line in page.split("\n"):
        request = re.match(r"[.'][ \t]*(\"|\w*|\.)[ \t]*(.*)", line)
        if until:
            until = "" if request and request[1] == until else until
            continue
        if request is None:
            words.append(unescaped(line))
            continue
        name, rest = request.groups()
        if name in BREAKS or name in HEADINGS or name in VERBATIM:
            paragraphs.append(" ".join(words))
            words = []
        until = VERBATIM.get(name, "")
        if name in HEADINGS:
            paragraphs.append(" ".join(arguments(rest)))
        elif name in FONTS:
            words.append(" ".join(arguments(rest)))
        elif name in MIXED:
            words.append("".join(arguments(rest)))
    paragraphs.append(" ".join(words))
    tidied = (re.sub(r"\s+", " ", paragraph).strip() for paragraph in paragraphs)
    yield "\n\n".join(paragraph for paragraph in tidied if paragraph)


def arguments(text: str) -> list[str]:
    """The arguments of a macro; those with spaces have quotes around them."""
    found = re.findall(r'"((?:[^"]|"")*)"?|((?:\\ |\S)+)', text)
    return [unescaped(quoted.replace('""', '"') or bare) for quoted, bare in found]


def catalogue(name: str, files: dict[str, bytes]) -> Iterator[str]:
    """The translations of a .mo file that are sentences, in its order, without access keys.

    The file: magic number, revision, count, and the offsets of two tables of lengths and offsets,
    of the originals and of the translations. Little-endian; NUL between plural forms.
    """
    data = files[name]
    magic, _, count, _, table = struct.unpack_from("<5I", data)
    if magic != 0x950412DE:
        return
    messages = []
    for index in range(1, count):  # 0 is the header
        length, offset = struct.unpack_from("<2I", data, table + 8 * index)
        text = data[offset:offset + length].split(b"\0")[0].decode("utf-8", "replace")
        text = re.sub(r"\s+", " ", re.sub(r"[~_](?=\w)|<[^<>]*>", "", text)).strip()
        if len(text) >= SHORTEST_MESSAGE:
            messages.append(text)
    yield "\n\n".join(dict.fromkeys(messages))
