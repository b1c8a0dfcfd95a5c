"""Writes the ids that Hugging Face tokenizers and tiktoken give to the texts below.

Usage: python make_goldens.py FOLDER_OF_TOKENIZERS    (FOLDER/{gpt2,gpt-neox-20b}/tokenizer.json)
Made with tokenizers 0.23.3 and tiktoken 0.14.0.

    texts.json      the texts
    NAME.json       {"sha256": of tokenizer.json, "ids": of each text}
    styles.json     small tokenizers of other styles, trained here: [{"name", "tokenizer", "ids"}]
    ranks.json      small rank files of tiktoken: [{"name": of the pattern, "ranks", "specials", "ids"}]
    training.json   what the trainer makes of the texts: {"merges", "vocab"}
"""

import base64
import hashlib
import json
import pathlib
import random
import sys

import tiktoken
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

here = pathlib.Path(__file__).parent

samples = [
    "",
    "a",
    " ",
    "\n",
    "  \n\n  x",
    "Hello, world! It's we'll they'd I'm you've he's 'S can't",
    "'s't're 've'm 'll''d ' 's",
    "tabs\t\tand   spaces \n \n\t\n end   ",
    "3.14159 and 1,000,000 or ½ ² Ⅷ ١٢٣ 一二三",
    "def f(x):\n    return [y**2 for y in range(10) if y % 2 == 0]  # squares\n\n\nclass A:\n\tpass\n",
    "int main(void) { for (int i = 0; i < 10; ++i) printf(\"%d\\n\", i); return 0; }",
    "<html><body class=\"x\">&nbsp;&lt;tag&gt;</body></html>",
    "The quick brown fox jumps over the lazy dog.",
    "Zażółć gęślą jaźń. Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "Falsches Üben von Xylophonmusik quält jeden größeren Zwerg. ẞ ß",
    "Съешь же ещё этих мягких французских булок, да выпей чаю.",
    "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. ᾳ ῷ",
    "いろはにほへと ちりぬるを。カタカナ、漢字！ がぎぐげご",
    "我能吞下玻璃而不伤身体。繁體中文，標點「符號」。",
    "다람쥐 헌 쳇바퀴에 타고파. 각",
    "أنا قادر على أكل الزجاج و هذا لا يؤلمني. مَرْحَبًا",
    "דג סקרן שט בים מאוכזב ולפתע מצא חברה. שָׁלוֹם",
    "मैं काँच खा सकता हूँ, मुझे उस से कोई पीडा नहीं होती.",
    "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า",
    "😀 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 👍🏽 ✂️",
    "e\u0301 o\u0308 A\u030a \u212b \u2126 \ufb01 \u1e9b\u0323 n\u0303o",
    "zero\u200bwidth \u200djoin \ufeffbom \u00adsoft \u00a0nbsp \u2003em \u3000ideographic \u0085nel \u180emvs",
    "line\u2028sep\u2029para \x00 \x01 \x7f \x1c\x1d\x1e\x1f",
    "<|endoftext|> a <|endoftext|><|endoftext|>b <|endoftext <|padding|>",
    "x" + " " * 3 + "y" + " " * 24 + "z" + " " * 25 + "w" + " " * 60,
    "a" * 500,
    "ab" * 300 + "\n" * 70 + "=" * 200 + "-" * 33,
    "https://example.org/path?query=1&b=2#frag user@host.example C:\\dir\\file.txt",
    "\U0001d400\U0001d41a \U00010330\U00010331 \U0002a6d6 \U000e0001 \uffff\ufffd",
    "camelCaseIdentifier snake_case_identifier SCREAMING_SNAKE kebab-case",
    "α=β∑∫√∞≈≠≤≥±×÷ \\frac{a}{b} $x^2$",
    "a <m> b \u3000<n> c\t<mn>\n\nd word swords word_ _word word's -word- éword e\u0301t \u00e9t <s>x <s>> y z<s>>  <m><n>",
    "Tiếng Việt rất hay. தமிழ் மொழி. ქართული ენა. Հայերեն լեզու. አማርኛ። नि॒र्वाण ௧௨௩ ⅔ ①② Ⓐⓑ",
    # Characters of Unicode 15 and 16, and bytes that some vocabularies lack.
    "I love you \U0001fa77 so \U0001fac8\U0001fae9! \U00011f04\U00011f50\U00011f43 \U00010d40\U00010d4a\U00010d6e \u0897\u1c89\ua7cb",
    "\U00031350\U000323af\u2ffc\u31ef \U0001e030\u0301 \U0001e6e3 \U0001e4f0\U0001e5f1 \U000105c9\U00011383\U00016121 \u1715\u0c3c\u08d3a",
    "bytes \x03\x04\x0b x \U00050000\U00050000y\U00090000 \u0366a 1\u00b22\u00bd3 123456 \u0967\u0968\u0969\u096a",
    "HTTPServer isOK DON'T I'LL we'Ve ſ'ſ ǅungla ʰaspirated x\ny\n x\r\ny  x",
]
samples.append("".join(chr(c) for c in range(0x250)))
generator = random.Random(1)
ranges = [(0x20, 0x7F), (0x20, 0x7F), (0, 0x20), (0xA0, 0x250), (0x300, 0x370), (0x400, 0x460),
          (0x900, 0x980), (0x1100, 0x1200), (0x2000, 0x2070), (0x4E00, 0x4F00), (0x1F600, 0x1F640), (0, 0xD800)]
for _ in range(60):
    text = ""
    for _ in range(generator.randint(1, 12)):
        low, high = generator.choice(ranges)
        text += "".join(chr(generator.randrange(low, high)) for _ in range(generator.randint(1, 6)))
        text += generator.choice(["", " ", "  ", "\n", "'s", "'ll", " '", "1"])
    samples.append(text)


def ids(tokenizer):
    return [tokenizer.encode(text, add_special_tokens=False).ids for text in samples]


def write(name, value):
    (here / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


def trained(pre_tokenizer, normalizer=None, specials=("<|endoftext|>",), size=500, alphabet=None, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(specials), show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet() if alphabet is None else alphabet)
    tokenizer.train_from_iterator(samples * 2 if alphabet is None else samples[:10] * 2, trainer)
    return tokenizer


byte_level = pre_tokenizers.ByteLevel


def after(*steps, use_regex=False):
    return pre_tokenizers.Sequence([*steps, byte_level(add_prefix_space=False, use_regex=use_regex)])


def split(pattern, behavior="isolated", **options):
    return pre_tokenizers.Split(Regex(pattern), behavior, **options)


# The patterns as the tokenizers that brought them have them.
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN = LLAMA3.replace("{1,3}", "")
O200K = "|".join([
    r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
    r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
    r"""\p{N}{1,3}""", r""" ?[^\s\p{L}\p{N}]+[\r\n/]*""", r"""\s*[\r\n]+""", r"""\s+(?!\S)""", r"""\s+""",
])
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"
DEEPSEEK = [r"[\r\n]", r"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-Ֆ]+",
            r"\s?[!-/:-~！-／：-～‘-‟　-。]+", r"\s+$", r"[一-龥ࠀ-一가-퟿]+"]
DEEPSEEK3 = [r"\p{N}{1,3}", r"[一-龥぀-ゟ゠-ヿ]+",
             r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"""
             r"""|\s*[\r\n]+|\s+(?!\S)|\s+"""]
TIKTOKEN_GPT2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
TIKTOKEN_CL100K = (r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"""
                   r"""|\s++$|\s*[\r\n]|\s+(?!\S)|\s""")


def styles():
    digits = pre_tokenizers.Digits(individual_digits=True)
    yield "prefix space", trained(byte_level(add_prefix_space=True))
    yield "Llama 3", trained(after(split(LLAMA3)), ignore_merges=True)
    yield "Qwen", trained(after(split(QWEN)), normalizers.NFC())
    yield "StarCoder", trained(after(digits, use_regex=True))
    yield "digits in runs, NFKC", trained(
        after(pre_tokenizers.Digits(individual_digits=False), use_regex=True), normalizers.NFKC())
    yield "GPT-4o", trained(after(split(O200K)))
    yield "GPT-4, removed between", trained(after(split(LLAMA3, "removed", invert=True)))
    yield "BLOOM", trained(after(split(BLOOM)))
    yield "DeepSeek", trained(after(*map(split, DEEPSEEK), digits))
    yield "Falcon's cuts", trained(
        after(pre_tokenizers.Punctuation("contiguous"), split("[0-9][0-9][0-9]"), use_regex=True))
    yield "DeepSeek V3", trained(after(*map(split, DEEPSEEK3)))
    yield "Falcon", trained(pre_tokenizers.Sequence([
        pre_tokenizers.Punctuation("contiguous"), byte_level(add_prefix_space=False), pre_tokenizers.Digits(),
        split("[0-9][0-9][0-9]")]))
    printable = [chr(c) for c in range(0x21, 0x7F)] + ["Ġ"]
    yield "bytes without a token", trained(after(digits, use_regex=True), alphabet=printable)
    unknown = {"specials": ("<|endoftext|>", "<unk>"), "alphabet": printable, "unk_token": "<unk>"}
    yield "an unknown token", trained(byte_level(add_prefix_space=False), **unknown)
    yield "a fused unknown token", trained(byte_level(add_prefix_space=False), fuse_unk=True, **unknown)
    yield "scripts", trained(after(split(
        r"\p{Han}+|\p{Cyrillic}+|[\p{Hiragana}\p{Katakana}]+|\b\w+\b|[[:punct:]]+|[\v\f]+|\h+")), normalizers.NFKC())
    yield "behaviours, NFD", trained(
        after(pre_tokenizers.Punctuation("merged_with_previous"), split(r"\d", "merged_with_next"),
              split(r"[aeiou]", "contiguous"), split(r"^\w", "merged_with_previous", invert=True),
              split("x$", "removed")),
        normalizers.Sequence([normalizers.NFD()]))
    yield "words only, NFKD", trained(after(pre_tokenizers.Whitespace()), normalizers.NFKD())
    added = trained(byte_level(add_prefix_space=False), normalizers.NFC())
    added.add_tokens([
        AddedToken("<m>", lstrip=True), AddedToken("<n>", rstrip=True), AddedToken("<mn>", lstrip=True, rstrip=True),
        AddedToken("word", single_word=True), AddedToken("e\u0301t", normalized=True), AddedToken("  ", normalized=False),
    ])
    added.add_special_tokens([AddedToken("<s>"), AddedToken("<s>>", single_word=True, lstrip=True)])
    yield "added tokens", added


def rank_files():
    alphabet = {chr(c): c for c in [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]}
    alphabet |= {chr(0x100 + i): c for i, c in enumerate(c for c in range(256) if chr(c) not in alphabet)}
    for name, hf, pattern in [("gpt2", None, TIKTOKEN_GPT2), ("cl100k", LLAMA3, TIKTOKEN_CL100K),
                              ("qwen", QWEN, QWEN), ("o200k", O200K, O200K)]:
        pre_tokenizer = after(split(hf)) if hf else byte_level(add_prefix_space=False)
        model = json.loads(trained(pre_tokenizer, size=600).to_str())["model"]
        merged = [bytes(alphabet[c] for c in "".join(pair)) for pair in model["merges"]]
        tokens = list(dict.fromkeys([bytes([b]) for b in range(256)] + merged))
        ranks = {token: rank for rank, token in enumerate(tokens)}
        specials = {"<|endoftext|>": len(ranks), "<|padding|>": len(ranks) + 3}
        encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens=specials)
        yield {
            "name": name, "specials": specials,
            "ranks": "".join(f"{base64.b64encode(token).decode()} {rank}\n" for token, rank in ranks.items()),
            "ids": [encoding.encode(text, allowed_special="all") for text in samples],
        }


def main(folder):
    write("texts.json", samples)
    for name in ["gpt2", "gpt-neox-20b"]:
        path = pathlib.Path(folder) / name / "tokenizer.json"
        write(f"{name}.json", {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "ids": ids(Tokenizer.from_file(str(path))),
        })
    write("styles.json", [
        {"name": name, "tokenizer": tokenizer.to_str(), "ids": ids(tokenizer)} for name, tokenizer in styles()
    ])
    write("ranks.json", list(rank_files()))
    model = json.loads(trained(byte_level(add_prefix_space=False), size=700).to_str())["model"]
    write("training.json", {"merges": model["merges"], "vocab": model["vocab"]})


main(sys.argv[1])
