# How far a run is, and why a file is made again: both ask a dry run of make, which knows.

# Of each stage the files that its steps make.
stages := corpus tokens experts answer mixtures fit search finals report
learned := $(sort $(observed) $(repeats) $(calibrating))
files-of-corpus   := $(filter-out $(OUT)/.flags/%,$(if $(TOKENS),,$(corpus-is)) $(if $(targets),$(targets-are)) \
  $(found-report))
files-of-tokens   := $(tokenizer) $(addprefix $(OUT)/1-tokens/,.done $(if $(targets),.targets-done) \
  $(if $(tasks),.tasks-done)) $(overlap)
files-of-experts  := $(if $(groups),$(OUT)/2-mixtures/groups.jsonl) $(call trained,$(experts)) \
  $(call logprobs,$(experts),validation) $(call choices,$(experts)) $(call runs,experts)
files-of-answer   := $(if $(RULES),$(BASELINES)) $(OUT)/7-proposal/mde-optimum.json
files-of-mixtures := $(if $(sampled),$(OUT)/2-mixtures/observed.jsonl) $(if $(reused),$(OUT)/2-mixtures/reused.jsonl) \
  $(call trained,$(learned)) $(call logprobs,$(learned),validation) \
  $(if $(tasks),$(call scored,$(filter $(asked),$(learned)))) \
  $(if $(strip $(fitted)),$(OUT)/5-features/observed.jsonl.zst $(call runs,fitted $(if $(held),held)))
files-of-fit      := $(regressors) $(beta-audits)
files-of-search   := $(filter-out $(files-of-answer),$(proposals))
files-of-finals   := $(if $(published),$(OUT)/2-mixtures/baselines.jsonl) \
  $(filter-out $(files-of-mixtures),$(call trained,$(finals)) \
  $(call logprobs,$(finals),validation) $(call logprobs,$(finals),test)) \
  $(if $(tasks),$(call scored,$(filter-out $(learned),$(asked))) $(call runs,asked) $(correlations)) \
  $(call runs,finals finals-validation)
files-of-report   := $(OUT)/8-report/index.html

# With explain=yes make tells the files of a run, and of each stamp what it would hold.
explain  ?=
explained = $(info stamp $1 $(call stamp,$1))
ifneq ($(explain),)
$(foreach s,$(stages),$(foreach f,$(files-of-$s),$(info $(if $(wildcard $f),there,gone) $s $(f:$(OUT)/%=%))))
endif
would-run = $(MAKE) $(again) -n --trace explain=yes

## status: tell by stage what is done, running, failed or to be made again, and why; with a flag, what that would change
status: private export models_of_run = $(sort $(models))
status:
	@$(if $(wildcard $(OUT)/.reused/plan.txt),cat $(OUT)/.reused/plan.txt)
	@{ $(would-run) all 2>&1 || true; } | $(here)data/make/status $(OUT) $(JOBS)
	@$(if $(wildcard $(parts)),echo 'parts       $(words $(wildcard $(parts))) of $(words $(parts))')

## why: tell why FILE=… of a run would be made again, or that it is current
FILE ?=
files-of-run = $(patsubst $(OUT)/%,%,$(foreach s,$(stages),$(files-of-$s)))
# FILE is a path, or one within the folder of the run; of what is made with others the file that make knows.
inside    = $(patsubst $(abspath $(OUT))/%,%,$(if $(filter $(abspath $(OUT))/%,$(abspath $1)),$(abspath $1),$(1:./%=%)))
known-as  = $(or $(filter $1 $(1:/=)/%,$(files-of-run)),$(if $(wildcard $(OUT)/$1),$(call made-with,$1)))
made-with = $(filter .flags/%,$1) $(call instead,3-models/%,$(dir $1)model.safetensors) \
  $(call instead,$(addsuffix /%,$(targets:%=1-tokens/%)),1-tokens/.targets-done) \
  $(call instead,$(addsuffix /%,$(tasks:%=1-tokens/%)),1-tokens/.tasks-done) $(call instead,1-tokens/%,1-tokens/.done) \
  $(call instead,2-mixtures/baselines/%,2-mixtures/baselines.jsonl) \
  $(call instead,$(proposed:%=2-mixtures/%.json),7-proposal/$(notdir $1)) \
  $(call instead,2-mixtures/mixture-%,2-mixtures/observed.jsonl) \
  $(call instead,6-regressors/audit%,6-regressors/regressor$(patsubst audit%.jsonl,%.json,$(notdir $1)))
instead   = $(if $(filter $1,$(call inside,$(FILE))),$2)
why: asked-file = $(firstword $(call known-as,$(call inside,$(FILE))))
why:
	$(if $(FILE),,$(error make why: give FILE=, a file of $(OUT)))
	$(if $(asked-file),,$(error make why: $(FILE): no step of this run makes it; $(call \
	  near,$(call inside,$(FILE)))`make status` tells of its stages))
	@{ $(would-run) all 2>&1 || true; } | $(here)data/make/why $(OUT) $(asked-file)
near = $(shell $(here)data/make/nearest $(call quoted,$1) $(filter $(firstword $(subst /, ,$1))/%,$(files-of-run)))
.PHONY: status why
