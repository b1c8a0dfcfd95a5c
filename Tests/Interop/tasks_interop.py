"""evaluate-tasks against EleutherAI's lm-eval, on a small random model and made-up questions.

usage: tasks_interop.py BINARIES    (needs torch, transformers, lm-eval)

Compares every choice's log-probability, with and without examples before the question, the predictions of
every normalization question by question, which answers are greedy, what the model writes, and the scores.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

os.environ.update(HF_DATASETS_OFFLINE="1", HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false",
                  TQDM_DISABLE="1")
import lm_eval
import torch
from lm_eval.tasks import TaskManager
from transformers import LlamaConfig, LlamaForCausalLM

BINARIES = pathlib.Path(sys.argv[1]).resolve()
TOLERANCE = 1e-3  # nats of a choice, f32 on both sides
END = "<|endoftext|>"
WORDS = """the a river house was old when she came home to see it again with her friend and found that
no one had been there for years but light of summer on stone made every window shine""".split()


def tool(name, *arguments):
    subprocess.run([BINARIES / name, *map(str, arguments), "-q"], check=True)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def text(words):
    return " ".join(random.choice(WORDS) for _ in range(words))


def ranking_questions(name, count, longest):
    return [{"task": name, "context": f"Question: {text(random.randint(1, longest))}?\nAnswer:",
             "choices": [text(random.randint(1, 6)) for _ in range(random.randint(2, 5))],
             "answer": random.randint(0, 1)} for _ in range(count)]


def make_model(folder):
    write(folder / "corpus.jsonl", ({"text": text(40), "meta": "x"} for _ in range(200)))
    (folder / "domains.tsv").write_text("Words\tmeta=x\n")
    model = folder / "model"
    model.mkdir()
    tool("train-tokenizer", "--domains", folder / "domains.tsv", "--vocab-size", 330,
         folder / "corpus.jsonl", "-o", model / "tokenizer.json")
    sizes = dict(vocab_size=330, hidden_size=48, intermediate_size=80, num_hidden_layers=3,
                 num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=256,
                 initializer_range=0.2, bos_token_id=0, eos_token_id=0)
    LlamaForCausalLM(LlamaConfig(**sizes)).save_pretrained(model)
    (model / "tokenizer_config.json").write_text(json.dumps(
        {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": END, "eos_token": END,
         "pad_token": END}))
    return model


def ours(model, questions, *flags):
    details, scores = questions.with_suffix(".details"), questions.with_suffix(".scores")
    tool("evaluate-tasks", "--model", model, questions, "--precision", "f32", *flags,
         "--details", details, "-o", scores)
    return lines(details)[1:], lines(scores)[1]


def theirs(folder, model, name, questions, output, **config):
    """Samples and results of lm-eval; the end-of-text token before everything is its description."""
    data = {"test": str(questions), **({"train": str(config.pop("train"))} if "train" in config else {})}
    task = {"task": name, "dataset_path": "json", "dataset_kwargs": {"data_files": data},
            "test_split": "test", "output_type": output, "description": END,
            "doc_to_text": "{{context}}", "metadata": {"version": 1}, **config}
    (folder / f"{name}.yaml").write_text(json.dumps(task))
    results = lm_eval.simple_evaluate(
        model="hf", model_args=f"pretrained={model},dtype=float32", tasks=[name], device="cpu",
        batch_size=8, log_samples=True, bootstrap_iters=0,
        task_manager=TaskManager(include_path=str(folder), include_defaults=False))
    samples = sorted(results["samples"][name], key=lambda sample: sample["doc_id"])
    return samples, results["results"][name]


NORMALIZATIONS = {"sum": "acc", "perByte": "acc_norm", "unconditional": "acc_mutual_info"}


def compare_ranking(folder, model, name, questions, shots, training):
    # A blank before the choices asks nothing, as lm-eval does.
    flags = ["--shots", shots, "--train", training, "--draw", "once"] if shots else []
    details, scores = ours(model, questions, "--unconditional-prompt", " ", *flags)
    config = dict(doc_to_choice="{{choices}}", doc_to_target="{{answer}}", num_fewshot=shots,
                  metric_list=[{"metric": metric} for metric in NORMALIZATIONS.values()])
    if shots:
        order = [lines(training)[number - 1] for number in details[0]["examples"]]
        config.update(train=write(folder / f"{name}-examples.jsonl", order), fewshot_split="train",
                      fewshot_config={"sampler": "first_n"})
    samples, results = theirs(folder, model, name, questions, "multiple_choice", **config)
    difference = 0
    for detail, sample in zip(details, samples, strict=True):
        found = [choice["logProb"] for choice in detail["choices"]]
        bare = [choice["unconditional"] for choice in detail["choices"]]
        expected = [response[0][0] for response in sample["resps"]]
        difference = max(difference, *(abs(a - b) for a, b in zip(found + bare, expected, strict=True)))
        for normalization, metric in NORMALIZATIONS.items():
            hit = detail["predictions"][normalization] == detail["answer"]
            assert hit == bool(sample[metric]), (name, normalization, detail, sample)
        greedy = [response[0][1] for response in sample["resps"]][:len(found)]
        assert [choice["isGreedy"] for choice in detail["choices"]] == greedy
    assert difference < TOLERANCE, difference
    for normalization, metric in NORMALIZATIONS.items():
        mean = scores["accuracy"][normalization]["mean"]
        assert abs(mean - results[f"{metric},none"]) < 1e-12, (mean, results)
    accuracies = {key: round(value["mean"], 3) for key, value in scores["accuracy"].items()}
    print(f"{name}: {len(samples)} questions, {shots} shots, {scores['truncated']} truncated: "
          f"log-probabilities differ by {difference:.1e}; predictions are equal: {accuracies}")
    assert shots or scores["truncated"] > 0


def compare_writing(folder, model):
    contexts = [f"Question: {text(random.randint(1, 30))}?\nAnswer:" for _ in range(60)]
    draft = write(folder / "draft.jsonl", (
        {"task": "writing", "context": context, "answers": ["none"]} for context in contexts))
    written = [detail["generation"]["text"] for detail in ours(model, draft, "--max-new-tokens", 12)[0]]
    questions = write(folder / "writing.jsonl", (
        {"task": "writing", "context": context,
         "answers": ["nothing", f"The {answer.strip().upper()}!" if number % 2 else "other"]}
        for number, (context, answer) in enumerate(zip(contexts, written))))
    details, scores = ours(model, questions, "--max-new-tokens", 12)
    samples, results = theirs(
        folder, model, "writing", questions, "generate_until", doc_to_target="{{answers}}",
        generation_kwargs={"until": ["\n"], "max_gen_toks": 12, "do_sample": False},
        filter_list=[{"name": "none", "filter": [
            {"function": "remove_whitespace"}, {"function": "take_first"}]}],
        metric_list=[{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True,
                      "ignore_case": True, "ignore_punctuation": True,
                      "regexes_to_ignore": [r"\b(?:[Tt]he|[Aa]n?)\b ?"]}])
    for detail, sample in zip(details, samples, strict=True):
        assert detail["generation"]["text"] == sample["resps"][0][0], (detail, sample)
        assert detail["generation"]["isExactMatch"] == bool(sample["exact_match"]), (detail, sample)
    assert abs(scores["exactMatch"]["mean"] - results["exact_match,none"]) < 1e-12
    print(f"writing: {len(samples)} questions: the same texts; exact match {scores['exactMatch']['mean']:.3f}")
    return contexts, written


def compare_last_words(folder, model, contexts, written):
    rows = [{"task": "last", "context": context, "answer": 0,
             "choices": [answer.split()[0] if number % 3 and answer.split() else text(1)]}
            for number, (context, answer) in enumerate(zip(contexts, written))]
    questions = write(folder / "last.jsonl", rows)
    details, scores = ours(model, questions)
    samples, results = theirs(folder, model, "last", questions, "loglikelihood",
                              doc_to_target="{{' ' + choices[0]}}", metric_list=[{"metric": "acc"}])
    for detail, sample in zip(details, samples, strict=True):
        (log_prob, is_greedy), = sample["resps"][0]
        choice = detail["choices"][0]
        assert abs(choice["logProb"] - log_prob) < TOLERANCE, (detail, sample)
        assert choice["isGreedy"] == is_greedy, (detail, sample)
    assert abs(scores["greedy"]["mean"] - results["acc,none"]) < 1e-12
    print(f"last words: {len(samples)} questions: the same are greedy: {scores['greedy']['mean']:.3f}")


def main():
    torch.manual_seed(1)
    random.seed(1)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = make_model(folder)
        training = write(folder / "training.jsonl", ranking_questions("ranking", 12, 8))
        for task, shots, longest in ("zero-shot", 0, 300), ("few-shot", 3, 20):
            questions = [{**q, "task": "ranking"} for q in ranking_questions(task, 80, longest)]
            compare_ranking(folder, model, task, write(folder / f"{task}.jsonl", questions), shots, training)
        compare_last_words(folder, model, *compare_writing(folder, model))


main()
