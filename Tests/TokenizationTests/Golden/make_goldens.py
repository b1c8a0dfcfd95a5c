"""Writes the ids that Hugging Face tokenizers gives to the texts below: `NAME.json` for each tokenizer.

Usage: python make_goldens.py FOLDER_OF_TOKENIZERS    (FOLDER/{gpt2,gpt-neox-20b}/tokenizer.json)
Made with tokenizers 0.23.3. Each file: {"sha256": of tokenizer.json, "cases": [[text, [id, …]], …]}.
`styles.json` holds whole small tokenizers of other styles, trained here, with their cases.
"""

import hashlib
import json
import pathlib
import random
import sys

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

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


def cases(tokenizer):
    return [[text, tokenizer.encode(text, add_special_tokens=False).ids] for text in samples]


def write(name, value):
    (here / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


def trained(pre_tokenizer, normalizer=None, specials=("<|endoftext|>",), size=500, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(specials), show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(samples * 2, trainer)
    return tokenizer


LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")


def main(folder):
    for name in ["gpt2", "gpt-neox-20b"]:
        path = pathlib.Path(folder) / name / "tokenizer.json"
        write(f"{name}.json", {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "cases": cases(Tokenizer.from_file(str(path))),
        })
    byte_level = pre_tokenizers.ByteLevel
    split = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(LLAMA3), "isolated"), byte_level(add_prefix_space=False, use_regex=False)])
    digits = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), byte_level(add_prefix_space=False, use_regex=True)])
    styles = {
        "prefix space": trained(byte_level(add_prefix_space=True)),
        "split by pattern, ignore merges": trained(split, ignore_merges=True),
        "split by pattern, NFC": trained(split, normalizers.NFC()),
        "digits": trained(digits, normalizers.NFKC()),
    }
    write("styles.json", [
        {"name": name, "tokenizer": tokenizer.to_str(), "cases": cases(tokenizer)}
        for name, tokenizer in styles.items()
    ])
    write_training(byte_level)


def write_training(byte_level):
    """What the trainer makes of the samples: its tokenizer.json, to compare merges with."""
    tokenizer = trained(byte_level(add_prefix_space=False), size=700)
    model = json.loads(tokenizer.to_str())["model"]
    write("training.json", {"texts": samples, "merges": model["merges"], "vocab": model["vocab"]})


main(sys.argv[1])
