"""Writes the tables of characters that Hugging Face tokenizers has, found by asking it about every code point.

Usage: python make_characters.py            (needs tokenizers, numpy, fonttools and unicodedata2, and libpcre2-8)
Made with tokenizers 0.23.3, PCRE2 10.42, fonttools 4.68.0 and unicodedata2 17.0.0.

    characters.json                                          the ranges of each class, as tokenizers has them
    normalized.json                                          SHA-256 of every code point beside marks, normalized
    Sources/Tokenization/Characters/NewerCharacters.swift    what its Oniguruma knows and this PCRE2 does not
    Sources/Tokenization/Characters/KnownSets.swift          the sets of its own code: digits, punctuation, words
    Sources/Tokenization/Characters/OldNormalization.swift   what its normalization does not know

Each part of tokenizers has a Unicode of its own: patterns 16 (Oniguruma), Digits 17 (Rust's library), Punctuation 8
(unicode_categories), Whitespace and single words 16 (regex), normalization 9 (unicode-normalization-alignments).
"""

import ctypes
import hashlib
import json
import pathlib

import numpy as np
import tokenizers
import unicodedata2 as newest
from fontTools import unicodedata as scripts
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers

here = pathlib.Path(__file__).parent
sources = here.parents[2] / "Sources/Tokenization/Characters"
points = np.array([c for c in range(0x110000) if not 0xD800 <= c < 0xE000], dtype=np.uint32)
chunks = ["".join(map(chr, points[i:i + 2048])) for i in range(0, len(points), 2048)]
everything = "".join(chunks).encode()
lengths = 1 + (points > 0x7F).astype(np.int64) + (points > 0x7FF) + (points > 0xFFFF)
starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])  # where each code point starts in `everything`


def mask(text):
    """Which code points `text` holds."""
    held = np.zeros(0x110000, dtype=bool)
    held[np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)] = True
    return held


every = mask("".join(chunks))


def removed(pre_tokenizer):
    """The code points that a pre-tokenizer takes away."""
    left = "".join(piece for chunk in chunks for piece, _ in pre_tokenizer.pre_tokenize_str(chunk))
    return every & ~mask(left)


def oniguruma(pattern):
    """The code points that a pattern of one character matches, or None if Oniguruma has no such class."""
    try:
        return removed(pre_tokenizers.Split(Regex(pattern), "removed"))
    except Exception as error:
        if "Oniguruma error" in str(error):
            return None
        raise


def isolated(pre_tokenizer, neighbour="a", together=False):
    """The code points that are cut off from `neighbour`, or that stay with it."""
    found = []
    for chunk in chunks:
        words = pre_tokenizer.pre_tokenize_str(" ".join(neighbour + character for character in chunk))
        pieces = {piece for piece, _ in words}
        found += [c for c in chunk if (neighbour + c in pieces if together else c in pieces and c != neighbour)]
    return mask("".join(found))


pcre2 = ctypes.CDLL("libpcre2-8.so.0")
for name in ["compile", "match_data_create"]:
    getattr(pcre2, f"pcre2_{name}_8").restype = ctypes.c_void_p
pcre2.pcre2_get_ovector_pointer_8.restype = ctypes.POINTER(ctypes.c_size_t)


def installed(pattern):
    """The code points that a class has in PCRE2, or None if it has no such class."""
    error, offset, pattern = ctypes.c_int(), ctypes.c_size_t(), (pattern + "++").encode()
    code = pcre2.pcre2_compile_8(  # PCRE2_UTF | PCRE2_UCP
        pattern, ctypes.c_size_t(len(pattern)), ctypes.c_uint32(0xA0000), ctypes.byref(error), ctypes.byref(offset), None)
    if not code:
        return None
    code, data = ctypes.c_void_p(code), ctypes.c_void_p(pcre2.pcre2_match_data_create_8(ctypes.c_uint32(1), None))
    held, position = np.zeros(0x110000, dtype=bool), 0
    while pcre2.pcre2_match_8(  # PCRE2_NO_UTF_CHECK
            code, everything, ctypes.c_size_t(len(everything)), ctypes.c_size_t(position), ctypes.c_uint32(0x40000000),
            data, None) > 0:
        ends = pcre2.pcre2_get_ovector_pointer_8(data)
        first, last = np.searchsorted(starts, [ends[0], ends[1]])
        held[points[first:last]] = True
        position = ends[1]
    return held


def ranges(held):
    """The ranges of a set: [first, last]…"""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], held[:0xD800].view(np.int8), [0]])))
    low = [[int(a), int(b) - 1] for a, b in zip(edges[::2], edges[1::2])]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], held[0xE000:].view(np.int8), [0]]))) + 0xE000
    return low + [[int(a), int(b) - 1] for a, b in zip(edges[::2], edges[1::2])]


def spelled(pairs):
    return [f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in pairs]


def lines(words):
    """`words`, a space between two, in lines of at most 98 columns."""
    text, line = [], ""
    for word in words:
        if len(line) + len(word) > 95:
            text.append(line)
            line = ""
        line += (" " if line else "") + word
    return "\n".join(f"    {line}" for line in text + [line])


categories = ("Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co Cn").split()
flags = {"A": "Alphabetic", "U": "Uppercase", "L": "Lowercase", "I": "Ideographic", "H": "Unified_Ideograph",
         "E": "Emoji", "P": "Emoji_Presentation", "B": "Emoji_Modifier_Base"}
posix = "alnum alpha ascii blank cntrl digit graph lower print punct space upper xdigit word".split()


def newer():
    """The rows of NewerCharacters, [range, category, script, flags], and the scripts' names in them."""
    known = {code: name for code, name in scripts.Scripts.NAMES.items() if code not in ("Zzzz", "Hrkt")}
    classes = [(c, r"\p{%s}" % c, r"\p{%s}" % c) for c in categories]
    classes += [(f, r"\p{%s}" % name, r"\p{%s}" % name) for f, name in flags.items()]
    classes += [(code, r"\p{%s}" % name, r"\p{sc:%s}" % name) for code, name in known.items()]
    records, differs = {}, np.zeros(0x110000, dtype=bool)
    for key, theirs, ours in classes:
        has, had = oniguruma(theirs), installed(ours)
        if has is None:
            continue
        records[key] = has
        differs |= has ^ (had if had is not None else np.zeros_like(has))
    rows = []
    for first, last in ranges(differs):
        for c in range(first, last + 1):
            category = next(g for g in categories if records[g][c])
            script = next((s for s in known if s in records and records[s][c]), "Zzzz")
            value = [category, script, "".join(f for f in flags if records[f][c])]
            if rows and rows[-1][0][1] == c - 1 and rows[-1][1:] == value:
                rows[-1][0][1] = c
            else:
                rows.append([[c, c], *value])
    used = sorted({row[2] for row in rows} - {"Zzzz"})
    return rows, [f"{known[code].lower().replace('_', '').replace(' ', '')}={code}" for code in used]


def unknown_to_normalization():
    """What a newer Unicode knows as a mark or a composition, and these normalizers leave where it is."""
    marks = [0x300, 0x323, 0x334, 0x345]  # of the classes 230, 220, 1 and 240
    decompose, compatible, found = normalizers.NFD(), normalizers.NFKD(), []
    for c in map(int, points):
        text = chr(c)
        moves = any(decompose.normalize_str("a" + chr(m) + text) != "a" + chr(m) + text
                    or decompose.normalize_str("a" + text + chr(m)) != "a" + text + chr(m) for m in marks)
        knows = moves or compatible.normalize_str(text) != text
        if not knows and (newest.combining(text) or newest.decomposition(text) or c in second_parts):
            found.append(c)
    return mask("".join(map(chr, found)))


second_parts = set()  # of compositions that these normalizers do not make
for c in map(int, points):
    parts = newest.decomposition(chr(c)).split()
    if len(parts) == 2 and parts[0][0] != "<":
        pair = "".join(chr(int(part, 16)) for part in parts)
        if normalizers.NFC().normalize_str(pair) == pair != newest.normalize("NFC", pair):
            second_parts.add(int(parts[1], 16))


def word_neighbours():
    """The code points beside which a token that is a single word is passed over."""
    tokenizer = Tokenizer(models.BPE(vocab={"a": 0}, merges=[]))
    tokenizer.add_tokens([AddedToken("<x>", normalized=False, single_word=True)])
    token = tokenizer.token_to_id("<x>")
    found = "".join(chr(c) for c in map(int, points) if token not in tokenizer.encode("<x>" + chr(c)).ids)
    return mask(found)


def swift(name, text):
    (sources / name).write_text(text)


def main():
    made = f"tokenizers {tokenizers.__version__}"
    rows, names = newer()
    words = [f"{spelled([row[0]])[0]}:{row[1]}:{row[2]}:{row[3]}" for row in rows]
    swift("NewerCharacters.swift", f'''// Written by Tests/TokenizationTests/Golden/make_characters.py, from {made}.

/// The characters that Oniguruma in Hugging Face tokenizers knows otherwise than PCRE2 10.42 does.
///
/// It has Unicode 16, PCRE2 has Unicode 14.
enum NewerCharacters {{
  /// Ranges of code points with category, script and flags: A Alphabetic, U Uppercase,
  /// L Lowercase, I Ideographic, H Unified_Ideograph, E Emoji, P Emoji_Presentation,
  /// B Emoji_Modifier_Base.
  static let table = """
{lines(words)}
    """

  /// The codes of the scripts in the table, by name.
  static let scripts = """
{lines(names)}
    """
}}
''')
    digits = isolated(pre_tokenizers.Digits(individual_digits=True))
    punctuation = isolated(pre_tokenizers.Punctuation())
    beside, space = isolated(pre_tokenizers.Whitespace(), together=True), removed(pre_tokenizers.WhitespaceSplit())
    assert (word_neighbours() == beside).all() and (space == oniguruma(r"\s")).all()
    bases = {"digits": (digits, r"\p{N}"), "punctuation": (punctuation, r"[\p{P}\p{S}]"),
             "words": (beside, r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]")}
    parts = ""
    for name, (held, base) in bases.items():
        difference = spelled(ranges(held ^ oniguruma(base)))
        parts += f'''
  /// The code points in which `{name}` differs from Oniguruma's `{base}`.
  static let {name} = """
{lines(difference)}
    """
'''
    swift("KnownSets.swift", f'''// Written by Tests/TokenizationTests/Golden/make_characters.py, from {made}.

/// The sets of characters that the code of Hugging Face tokenizers has beside its patterns.
enum KnownSets {{{parts}}}
''')
    inert = unknown_to_normalization()
    swift("OldNormalization.swift", f'''// Written by Tests/TokenizationTests/Golden/make_characters.py, from {made}.

/// What the normalization of Hugging Face tokenizers, which has Unicode 9, does not know.
enum OldNormalization {{
  /// The code points that newer versions decompose, compose or reorder, and it leaves alone.
  static let unknown = """
{lines(spelled(ranges(inert)))}
    """
}}
''')
    golden = {"digits": digits, "punctuation": punctuation, "words": beside, "white space": space}
    for spelling in [r"\w", r"\W", r"[\w]", r"[^\w]", r"\s", r"\S", r"\d", r"\D", r"\h", r"\v", r"[\v]", r"\N", ".",
                     r"(?m:.)", r"\P{L}", r"[\P{L}]", r"\p{^L}", r"[^\s\p{L}\p{N}]", r"[\p{L}\p{M}]",
                     r"[\p{P}\p{S}]", r"[一-龥ࠀ-一가-퟿]", r"(?<=a)\b.", r"(?<=a)\B."]:
        golden[spelling] = oniguruma(spelling) if "a)" not in spelling else boundary(spelling)
    for name in [*categories, "L", "M", "N", "P", "S", "Z", "C", "LC", *flags.values(), "White_Space", "Letter", "Any",
                 "Han", "Hani", "Latin", "Greek", "Cyrillic", "Arabic", "Hebrew", "Devanagari", "Bengali", "Thai",
                 "Hiragana", "Katakana", "Hangul", "Common", "Inherited", "Kannada", "Egyptian_Hieroglyphs", "Lao",
                 "Extended_Pictographic", "Word", "Alnum", "Punct", "Assigned", "ASCII"]:
        golden[r"\p{%s}" % name] = oniguruma(r"\p{%s}" % name)
    for name in posix:
        golden[f"[[:{name}:]]"] = oniguruma(f"[[:{name}:]]")
    golden["[[:^alpha:]]"] = oniguruma("[[:^alpha:]]")
    text = ",\n".join(f"{json.dumps(name)}:{json.dumps(' '.join(spelled(ranges(held))))}" for name, held in golden.items())
    (here / "characters.json").write_text("{\n" + text + "\n}\n")
    (here / "normalized.json").write_text(json.dumps({
        form: hashlib.sha256("".join(map(getattr(normalizers, form)().normalize_str, beside_marks())).encode()).hexdigest()
        for form in ["NFC", "NFD", "NFKC", "NFKD"]}) + "\n")


def beside_marks():
    """Every code point behind a letter and between marks of three classes, in lines of 4096."""
    held = [chr(c) for c in map(int, points) if c not in (0, 10)]
    for start in range(0, len(held), 4096):
        yield "".join(f"a\u0345{c}\u0301\u0323{c} " for c in held[start:start + 4096])


def boundary(pattern):
    """The code points behind an `a` that a pattern which looks back at the `a` matches."""
    cut = pre_tokenizers.Split(Regex(pattern), "removed")
    found = [c for chunk in chunks for c in chunk if c not in "a\n" and len(cut.pre_tokenize_str("a" + c)[-1][0]) == 1
             and len(cut.pre_tokenize_str("a" + c)) == 1]
    return mask("".join(found))


main()
