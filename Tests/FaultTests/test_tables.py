"""Tables and JSON of other programs that would be read as something else, models and tokenizers."""
import json
import shutil
import subprocess
import unittest

from cases import MadeRunCase
from pipeline import BIN, PROJECT, Run

WEIGHTS = "index,weight_a,weight_b\n0,0.2,0.8\n1,0.5,0.5\n2,0.7,0.3\n3,0.1,0.9\n4,0.9,0.1\n"
LOSSES = "index,loss_x\n0,3.1\n1,3.0\n2,2.9\n3,3.3\n4,2.8\n"


class TableTests(MadeRunCase):
    def run_tool(self, tool: str, *arguments) -> tuple[int, str]:
        done = subprocess.run([PROJECT / BIN / tool, *map(str, arguments)], cwd=self.folder, text=True,
                              capture_output=True, timeout=120)
        return done.returncode, done.stderr

    def fit(self, losses: str, weights: str = WEIGHTS, encoding: str = "utf-8") -> tuple[int, str]:
        (self.folder / "w.csv").write_bytes(weights.encode(encoding))
        (self.folder / "l.csv").write_bytes(losses.encode(encoding))
        return self.run_tool("fit-regressor", "-j", 1, "--families", "mean", "ridge-log", "-o", "r.json",
                             "--runs", "w.csv", "l.csv")

    def refused(self, done: tuple[int, str], problem: str) -> None:
        code, error = done
        self.assertEqual((code, problem in error, len(error.splitlines())), (65, True, 1), error)

    def test_tables_that_are_no_csv_of_ours(self):
        for losses, problem in [
            (LOSSES.replace("2.9", "2.\x009"), "has zero bytes"),
            (LOSSES.replace("2.9", "0x1p3"), "is 0x1p3, no finite"),
            (LOSSES.replace("\n", "\r"), "has carriage returns"),
            (LOSSES.replace(",", ";").replace(".", ","), "columns are separated by ;"),
            (LOSSES.replace(",", "\t"), "columns are separated by tabs"), ("# of May\n" + LOSSES, "a remark"),
        ]:
            with self.subTest(problem):
                self.refused(self.fit(losses), problem)
        self.refused(self.fit(LOSSES.replace("loss_x", "loss_é"), encoding="latin-1"), "is not UTF-8, perhaps Latin-1")
        same = "index,weight_a,weight_b\n" + "".join(f"{i},.5,.5\n" for i in range(5))
        self.refused(self.fit(LOSSES, same), "all have the same mixture")

    def test_what_programs_keep_for_themselves(self):
        rows = LOSSES.splitlines()
        kept = ["loss_x__MIN", "loss_x__MAX", "Runtime", "level_0"]
        table = rows[0] + "," + ",".join(kept) + "\n" + "".join(f"{row},1,4,10,{i}\n" for i, row in enumerate(rows[1:]))
        code, error = self.fit(table)
        self.assertEqual((code, all(name in error for name in kept)), (0, True), error)
        self.assertEqual(list(json.loads((self.folder / "r.json").read_text())["objective"]["weights"]), ["loss_x"])

    def test_json_that_says_two_things(self):
        mixture = '{"id":"m","weights":{"Prose":0.5,"Code":0.5,"Code":0.2}}\n'
        (self.folder / "m.jsonl").write_text(mixture)
        self.refused(self.run_tool("sample-mixtures", "-n", 0, "--keep", "m.jsonl"), 'has the key "Code" twice')
        (self.folder / "m.jsonl").write_text(mixture.replace(',"Code":0.2', "").replace("0.5}", "1e400}"))
        self.refused(self.run_tool("sample-mixtures", "-n", 0, "--keep", "m.jsonl"), "a number is too large, or not whole")
        shutil.copytree(self.made / "3-models/natural", self.folder / "m")
        config = self.folder / "m/config.json"
        text = config.read_text().strip()
        tokens = self.made / "1-tokens/Code/validation-000.tok.zst"
        for end, problem in [(',"hidden_size":32}', 'has the key "hidden_size" twice'),
                             (',"rope_parameters":{"rope_theta":7}}', "and 7.0 in rope_parameters")]:
            config.write_text(text[:-1] + end)
            self.refused(self.run_tool("score-logprobs", "--model", "m", tokens, "-o", "o.lp.zst"), problem)
        config.write_text("[]")
        self.refused(self.run_tool("score-logprobs", "--model", "m", tokens, "-o", "o.lp.zst"), "JSON of another kind")

    def test_a_model_whose_numbers_overflow(self):
        shutil.copytree(self.made / "3-models/natural", self.folder / "m")
        weights = self.folder / "m/model.safetensors"
        content = weights.read_bytes()
        start = 8 + int.from_bytes(content[:8], "little")
        header = json.loads(content[8:start])
        del header["__metadata__"]
        text = json.dumps(header).encode()
        largest = bytes.fromhex("ffff7f7f")
        weights.write_bytes(len(text).to_bytes(8, "little") + text + largest * ((len(content) - start) // 4))
        tokens = self.made / "1-tokens/Code/validation-000.tok.zst"
        self.refused(self.run_tool("score-logprobs", "-q", "--model", "m", tokens, "-o", "o.lp.zst"), "are not numbers")
        self.assertFalse((self.folder / "o.lp.zst").exists())

    def tokenize(self, change) -> tuple[int, str]:
        tokenizer = json.loads((self.made / "1-tokens/tokenizer.json").read_text())
        change(tokenizer)
        (self.folder / "t.json").write_text(json.dumps(tokenizer))
        return self.run_tool("tokenize-shards", "-q", "--domains", Run.inputs / "domains.tsv", "--tokenizer", "t.json",
                             Run.inputs / "corpus", "--validation-fraction", .1, "--test-fraction", .1, "-o", "t")

    def test_patterns_without_end(self):
        def split(pattern: str):
            return lambda tokenizer: tokenizer.update(pre_tokenizer={"type": "Sequence", "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False},
                {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]})
        self.refused(self.tokenize(split("(a+|[a-z ]+)+$")), "takes more than")
        self.refused(self.tokenize(split("(unclosed")), "t.json: pattern (unclosed")
        self.assertFalse(list(self.folder.rglob("*.tok.zst*")))

    def test_added_tokens_have_the_ids_that_tokenizers_gives_them(self):
        def add(tokenizer: dict) -> None:
            further = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
            for id, content in ((99999, "grey"), (0, ""), (7, "<|endoftext|>"), (300, "sky")):
                tokenizer["added_tokens"].append({"id": id, "content": content, **further})
        self.assertEqual(self.tokenize(add), (0, ""))
        manifest = json.loads((self.folder / "t/Prose/manifest.json").read_text())
        self.assertEqual(manifest["vocabulary"], 302)


if __name__ == "__main__":
    unittest.main()
