"""Manual pages in the macros of man(7), of plain text and of the Markdown that the README files are written in."""
import re

WIDTH = 73  # of lines that are not filled
SIGNS = {"\\": "\\e", "-": "\\-", "`": "\\(ga", "'": "\\(aq", "^": "\\(ha", "~": "\\(ti"}
POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ", "-0123456789T")  # which roff has no signs for, beside ² and ³
ITEM = re.compile(r"- +")


def literal(text: str) -> str:
    """Text that is typed as it stands: no sign becomes another one."""
    return "".join(SIGNS.get(sign, sign) for sign in text)


def bold(text: str) -> str:
    return f"\\fB{literal(text)}\\fR"


def argument(text: str) -> str:
    return f"\\fI{literal(text)}\\fR"


def lines(text: str) -> str:
    """Text whose lines do not begin with a sign that is roff's."""
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.M)


def filled(rows: list[str]) -> str:
    """The text of a page: no paragraph begins twice, and lines that are filled are of at most 80 bytes."""
    made, is_filled = [], True
    for row in "\n".join(rows).splitlines():
        if row == ".PP" and made and made[-1].startswith(".S"):
            continue
        is_filled = {".EX": False, ".EE": True}.get(row, is_filled)
        is_tag, line = made[-1:] == [".TP"], ""
        for word in row.split(" ") if is_filled and not row.startswith(".") else []:
            # Of other signs than ASCII's man makes eight bytes, \[u03BB].
            if line and sum(1 if sign.isascii() else 8 for sign in f"{line} {word}") > 79:
                # What follows .TP is one line for roff.
                made.append(line + " \\" if is_tag else line)
                line = ""
            line = f"{line} {word}" if line else lines(word)
        made.append(line or row)
    return "\n".join(made) + "\n"


def page(name: str, section: int, about: str, date: str, version: str) -> list[str]:
    """The head of a page: its title and name, and no hyphens but those that are typed."""
    return [f'.TH {literal(name.upper())} {section} {date} "data\\-experts {version}" "Data experts"',
            ".nh", ".nr HY 0", ".ad l", *heading("NAME"),
            f"{literal(name)} \\- {lines(plain(about))}"]


def address(link: str) -> str:
    """A link, which lines may be broken in after a slash."""
    return literal(link).replace("/", "/\\:")


def heading(title: str, level: int = 1) -> list[str]:
    """A section in capitals, or a part of one; what is code in the title stays as it is."""
    parts = [part if index % 2 or level > 1 else part.upper() for index, part in enumerate(title.split("`"))]
    return [f'{".SH" if level == 1 else ".SS"} {plain("".join(parts))}']


def tagged(tag: str, *text: str) -> list[str]:
    """A term and what it means; both are roff already."""
    return [".TP", lines(tag), *map(lines, text)]


def example(text: str) -> list[str]:
    """Lines that are not filled. Of long ones the remark comes before; others are cut after a comma or a space."""
    kept = []
    for line in text.splitlines():
        parts = re.fullmatch(r"(.*\S) +(# .*)", line) if len(line) > WIDTH else None
        for part in (parts[2], parts[1]) if parts else (line,):
            margin = "# " if part.startswith("# ") else re.match(" *", part)[0] + "  "
            while len(part) > WIDTH and (cut := max(part.rfind(sign, len(margin), WIDTH) for sign in ", ") + 1):
                kept.append(part[:cut].rstrip())
                part = margin + part[cut:]
            kept.append(part)
    return [".PP", ".EX", *(lines(literal(line)) for line in kept), ".EE"]


def plain(text: str) -> str:
    """A sentence, in which only roff's own sign is special; flags keep their dashes."""
    text = text.replace("\\", "\\e").replace("ℓ", "l")
    text = re.sub("[⁻⁰¹²³⁴-⁹]{2,}|[⁻⁰¹⁴-⁹ᵀ]", lambda power: "\\(ha" + power[0].translate(POWERS), text)
    return re.sub(r"(?<![^\s(/\[])-+(?=\w)", lambda dashes: "\\-" * len(dashes[0]), text)


def sentence(markdown: str) -> str:
    """A paragraph of Markdown: code and bold text in bold, of links the text and, to elsewhere, the address."""
    parts = re.split(r"(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\)|<https?:[^>]+>)", markdown)
    made = ""
    for part in parts:
        if part.startswith("`"):
            made += bold(part.strip("`"))
        elif part.startswith("**"):
            made += f"\\fB{plain(part.strip('*'))}\\fR"
        elif link := re.fullmatch(r"\[([^\]]+)\]\(([^)]+)\)", part):
            made += sentence(link[1])
            if link[2].startswith("http"):
                made += f" ({address(link[2])})"
        else:
            made += address(part.strip("<>")) if part.startswith("<http") else plain(part)
    return made


def table(rows: list[str]) -> list[str]:
    """A table as terms and what they mean: its first column, and the others with their titles."""
    titles, _, *cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))] for row in rows]
    made = []
    for term, *others in cells:
        tag = sentence(term)
        named = [(title, cell) for title, cell in zip(titles[1:], others) if cell]
        if len(titles) > 2 and named and named[0][0].startswith("type"):
            tag += f" ({sentence(named.pop(0)[1])})"
        is_plain = len(others) == 1
        text = [sentence(cell if is_plain or title in ("", "meaning", "what") else f"{title}: {cell}")
                for title, cell in named]
        made += tagged(tag, "; ".join(text) or "\\&")
    return made


def markdown(text: str, level: int = 2) -> list[str]:
    """Headings of `level` hashes become sections, deeper ones their parts."""
    made, rows = [], text.splitlines()
    while rows:
        row = rows.pop(0)
        if row.startswith("```"):
            code = rows[:rows.index("```")]
            del rows[:len(code) + 1]
            made += example("\n".join(code))
        elif title := re.match(r"(#+) (.*)", row):
            made += heading(title[2], 1 + (len(title[1]) > level))
        elif row.startswith("|"):
            block = [row, *take(rows, lambda other: other.startswith("|"))]
            made += table(block)
        elif row.startswith("    "):
            block = [row, *take(rows, lambda other: other.startswith("    "))]
            made += example("\n".join(line[4:] for line in block))
        elif ITEM.match(row):
            # What is indented belongs to the item, empty lines before it too.
            block = take(rows, lambda other: (other or "".join(rows[1:2])).startswith("  "))
            inner = markdown("\n".join([row[2:], *(line[2:] for line in block)]), level)
            made += [".IP \\(bu 2", *inner[1:2], *([".RS 2", *inner[2:], ".RE"] if inner[2:] else [])]
        elif row.strip():
            block = [row, *take(rows, lambda other: other.strip() and not re.match(r"```|#|\||- ", other))]
            made += [".PP", lines(sentence("\n".join(block)))]
    return made


def take(rows: list[str], belongs) -> list[str]:
    """The first rows, as long as they belong, which are taken out."""
    taken = []
    while rows and belongs(rows[0]):
        taken.append(rows.pop(0))
    return taken
