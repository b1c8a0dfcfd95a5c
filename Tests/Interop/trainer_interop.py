"""The examples of data/trainers in place of train-expert: the same sequences, about the same model.

    python Tests/Interop/trainer_interop.py FOLDER-OF-TOOLS TOKENS

TOKENS has token folders and their tokenizer.json. transformers' model differs in the warm-up's rounding, the schedule's end and
the order of sums; a wrong order or wrong targets would show in tenths of a nat. OLMo-core's, where it is installed, is OLMo 2,
from other initial values and with norms elsewhere.
"""
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
# Of each example its format, the engine that scores its model, its command, and the largest difference in nats per token.
EXAMPLES = {
    "transformers": ("datatrove", "swift", "{python} {root}/data/trainers/transformers_trainer.py {stream} {initial} {context} {batch} "
                     "{seed} {out}", 0.05),
    "olmo_core": ("olmo", "torch", "{python} -m torch.distributed.run --standalone {root}/data/trainers/olmo_core_trainer.py {stream} "
                  "{initial} {steps} {batch} {context} {seed} {out} >{out}/said 2>&1", 0.3)}
FLAGS = ["--layers", "2", "--hidden-size", "64", "--heads", "2", "--context", "128", "--batch-size", "4",
         "--learning-rate", "1e-2", "--min-lr-ratio", "0", "--steps", "200", "--precision", "f32"]


def main(tools: pathlib.Path, tokens: pathlib.Path) -> int:
    folders = sorted({p.parent for p in tokens.glob("*/train-*.tok.zst")})  # a target has none
    weights = ",".join(f"{p.name}={1 / len(folders)}" for p in folders)
    scored = folders[0] / "validation-000.tok.zst"
    scorers = {"swift": [str(tools / "score-logprobs")], "torch": [sys.executable, str(ROOT / "Sources/TorchEngine/score.py")]}
    with tempfile.TemporaryDirectory(prefix="mde-trainer-") as name:
        # train-elsewhere knows token folders by the name of theirs.
        out = pathlib.Path(name)
        (out / "1-tokens").symlink_to(tokens.absolute())
        inputs = [str(out / "1-tokens" / p.name) for p in folders]
        train = [str(tools / "train-expert"), "--mixture", weights, *FLAGS, *inputs]

        def loss(model: str, engine: str) -> float:
            """In nats per token of the first folder's validation set."""
            folder = out / "4-logprobs" / model / "validation"
            folder.mkdir(parents=True)
            subprocess.run([*scorers[engine], str(scored), "--max-tokens", "40000", "--quiet", "--model", str(out / "3-models" / model),
                            "-o", str(folder / f"{folders[0].name}.lp.zst")], check=True)
            table = subprocess.run([str(tools / "collect-runs"), str(folder)], check=True, capture_output=True, text=True).stdout
            value = json.loads(table.splitlines()[-1])["losses"][folders[0].name]
            return value["nats"] if isinstance(value, dict) else value

        subprocess.run([*train, "--quiet", "-o", str(out / "3-models/ours")], check=True)
        ours, failures = loss("ours", "swift"), 0
        for model, (form, engine, command, limit) in EXAMPLES.items():
            if importlib.util.find_spec(model) is None:
                print(f"{model}: is not installed, and left out")
                continue
            command = command.replace("{python}", sys.executable).replace("{root}", str(ROOT))
            subprocess.run(
                [str(ROOT / "data/trainers/train-elsewhere"), str(out / "3-models" / model), *scorers[engine], str(scored),
                 "--", *train, "--log", str(out / "costs")],
                check=True, env=os.environ | {"trainer_command": command, "trainer_format": form, "BIN": str(tools)})
            theirs = loss(model, engine)
            print(f"train-expert {ours:.4f}, {model} {theirs:.4f}: {theirs - ours:+.4f} nats per token, limit {limit}")
            failures += abs(theirs - ours) > limit
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).absolute(), pathlib.Path(sys.argv[2])))
