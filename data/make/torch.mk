# The PyTorch engine: other programs under the contract of train-expert and score-logprobs.

# `torch`, or `swift` for the tools that make builds; of one tool TOOL.engine.
ENGINE  ?= swift
engines := train-expert score-logprobs
$(foreach t,$(engines),$(eval $t.engine ?= $$(ENGINE))$(if $(filter swift torch,$($t.engine)),,$(error \
  $t.engine=$($t.engine): is neither swift nor torch)))

torch-venv   := data/out/torch
# The Python that deps-torch makes, or the one that is given.
torch-python  = $(if $(filter file,$(origin PYTHON)),$(torch-venv)/bin/python,$(PYTHON))
train-expert.script   := train.py --tools $(BIN)
score-logprobs.script := score.py
# With TRAINER, train-expert makes the initial model, and nothing else.
is-torch  = $(and $(filter $1,$(if $(TRAINER),score-logprobs,$(engines))),$(filter torch,$($1.engine)))
program   = $(if $(call is-torch,$1),$(torch-python) $(here)Sources/TorchEngine/$($1.script),$(BIN)/$1)
# `make deps-torch all` installs first, even with -j.
engine-of = $(if $(call is-torch,$1),$(filter deps-torch,$(MAKECMDGOALS)))

## deps-torch: install PyTorch and what its engine needs into data/out/torch; some GB
deps-torch: $(torch-venv)/.installed
$(torch-venv)/.installed: $(here)Sources/TorchEngine/requirements.txt
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --requirement $<
	touch $@

.PHONY: deps-torch
