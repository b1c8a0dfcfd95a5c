"""data/trainers/transformers_trainer.py in place of train-expert: the same sequences, about the same model.

    python Tests/Interop/trainer_interop.py FOLDER-OF-TOOLS TOKENS

TOKENS has token folders and their tokenizer.json. The two differ in the warm-up's rounding, the schedule's end and the
order of sums; a wrong order or wrong targets would show in tenths of a nat.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
LIMIT = 0.05  # nats per token
FLAGS = ["--layers", "2", "--hidden-size", "64", "--heads", "2", "--context", "128", "--batch-size", "4",
         "--learning-rate", "1e-2", "--min-lr-ratio", "0", "--steps", "200", "--precision", "f32"]


def main(tools: pathlib.Path, tokens: pathlib.Path) -> int:
    folders = sorted(p.parent for p in tokens.glob("*/manifest.json"))
    weights = ",".join(f"{p.name}={1 / len(folders)}" for p in folders)
    scored = folders[0] / "validation-000.tok.zst"
    with tempfile.TemporaryDirectory(prefix="mde-trainer-") as name:
        # train-elsewhere knows token folders by the name of theirs.
        out = pathlib.Path(name)
        (out / "1-tokens").symlink_to(tokens.absolute())
        inputs = [str(out / "1-tokens" / p.name) for p in folders]
        train = [str(tools / "train-expert"), "--mixture", weights, *FLAGS, *inputs]
        score = [str(tools / "score-logprobs"), str(scored)]
        subprocess.run([*train, "--quiet", "-o", str(out / "3-models/ours")], check=True)
        command = f"{sys.executable} {ROOT}/data/trainers/transformers_trainer.py {{stream}} {{initial}} {{context}} {{batch}} {{seed}} {{out}}"
        subprocess.run(
            [str(ROOT / "data/trainers/train-elsewhere"), str(out / "3-models/theirs"), *score, "--", *train, "--log", str(out / "costs")],
            check=True, env=os.environ | {"trainer_command": command, "trainer_format": "datatrove", "BIN": str(tools)})
        losses = {}
        for model in ("ours", "theirs"):
            file = out / "4-logprobs" / model / "validation"
            file.mkdir(parents=True)
            subprocess.run([*score, "--max-tokens", "40000", "--quiet", "--model", str(out / "3-models" / model),
                            "-o", str(file / f"{folders[0].name}.lp.zst")], check=True)
            table = subprocess.run([str(tools / "collect-runs"), str(file)], check=True, capture_output=True, text=True).stdout
            losses[model] = json.loads(table.splitlines()[-1])["losses"][folders[0].name]
    nats = {name: value["nats"] if isinstance(value, dict) else value for name, value in losses.items()}
    difference = nats["theirs"] - nats["ours"]
    print(f"train-expert {nats['ours']:.4f}, transformers {nats['theirs']:.4f}: {difference:+.4f} nats per token, limit {LIMIT}")
    return 0 if abs(difference) <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).absolute(), pathlib.Path(sys.argv[2])))
