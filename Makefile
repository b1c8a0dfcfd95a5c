# The pipeline from top to bottom: a rule makes one file with one tool. `make help` lists the targets, README.md tells
# what they are for. Files appear whole or not at all, so make can trust their times.

SHELL         := bash
.SHELLFLAGS   := -euo pipefail -c
MAKEFLAGS     += --no-builtin-rules --warn-undefined-variables --check-symlink-times
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDEXPANSION:

# Where these files are: nothing in the current folder, which has the runs; elsewhere a path that ends in a slash.
here    := $(filter-out ./,$(dir $(lastword $(MAKEFILE_LIST))))
# Of a copy of its own there are tools alone, and nothing to compile or to test.
sources := $(wildcard $(here)Package.swift)
include $(addprefix $(here)data/make/,words.mk values.mk settings.mk torch.mk stated.mk names.mk running.mk setup.mk \
  discover.mk tasks.mk targets.mk groups.mk install.mk reuse.mk status.mk \
  $(if $(sources),build.mk dist.mk checks.mk benchmarks.mk))

## all: run every stage that is out of date, for RUN=demo or another preset
all: $(OUT)/8-report/index.html
	@cat $(<D)/$(if $(V),summary,screen).txt
	@$(if $(V),:,echo "  page       $<")

# ── 0, 1: text, tokens ───────────────────────────────────────────────────────────────────────────────────────────────
## corpus: make the seven-domain corpus out of Debian packages (about 200 MB of downloads)
corpus: $(OUT)/0-corpus/manifest.json
$(OUT)/0-corpus/manifest.json: $(CORPUS_PACKAGES) | $(installed)
	$(begun)
	$(here)data/corpus/build-corpus --packages $< --cache $(CACHE) -o $(@D)
	$(made)

## tokens: tokenize the corpus
tokens: $(manifests) $(target-manifests)
ifneq ($(TOKENS),)
# Tokens from elsewhere stay where they are.
$(tokenizer): $(TOKENS)/tokenizer.json | $$(@D)/
	$(call copy,$<)
$(OUT)/1-tokens/.done: $(domains:%=$(TOKENS)/%/manifest.json) $(tokenizer)
	ln -sfn $(call any-of,$(domains:%=$(abspath $(TOKENS))/%)) -t $(@D)
	touch $@
else
ifneq ($(TOKENIZER),)
$(tokenizer): $(TOKENIZER) | $$(@D)/
	$(call copy,$<)
else
# Decided once for a run: a corpus that grows by a domain keeps the tokenizer, its models and the mixtures observed.
$(tokenizer): $(call with,train-tokenizer) $(corpus-is) $(domains-are)
	$(begun)
	$(call run,train-tokenizer,$(CORES)) $(by-domains) --progress $(PROGRESS) $(call quoted,$(corpus)) -o $@
	$(made)
endif
# Files that did not change keep their time, and what depends on them is left alone; the log is written last. Each of
# PARTS is a job, and one more merges them to the same bytes; then they are gone, since they take as much disk again.
tokenize = $(call run,tokenize-shards,$1) $(by-domains) --tokenizer $< --progress $(PROGRESS) $(break)
$(OUT)/1-tokens/.done: $(tokenizer) $(corpus-is) $(domains-are) $(call with-all,$(manifests)) $(parts) \
  $(call with,tokenize-shards)
	$(begun)
	$(call tokenize,$(CORES)) --log $@ $(if $(parts),--merge $(@D)/.parts/*-of-$(PARTS),$(call quoted,$(corpus))) -o $(@D)
	$(made)
	@rm -rf $(@D)/.parts
$(parts): $(tokenizer) $(corpus-is) $(domains-are) $(call with,tokenize-shards)
	$(begun)
	$(call tokenize,$(THREADS)) --part $(subst -of-,/,$(notdir $(@D))) $(call quoted,$(corpus)) -o $(@D)
	$(made)
endif
# (A recipe of + is done even by `make -n`, and does nothing: the file's time tells whether it changed.)
$(OUT)/1-tokens/%/manifest.json: $(OUT)/1-tokens/.done ;+

# ── 2: mixtures; 2-mixtures/NAME.json keeps its time as long as that mixture is the same ─────────────────────────────
## mixtures: sample the mixtures to observe
mixtures: $(call mixtures,$(observed))
# Baselines by RULES.
$(OUT)/2-mixtures/rules.jsonl: $(manifests) $(DOMAINS) $(OUT)/.flags/RULES | $(BIN)/sample-mixtures $$(@D)/
	$(begun)
	$(call start,sample-mixtures,1) --rules $(RULES) --domains $(DOMAINS) --train-tokens $(budget) $(break) \
	  --manifests $(OUT)/1-tokens/$(call any-of,$(domains))/manifest.json -o $@
	$(made)
ifneq ($(REUSE),)
$(OUT)/2-mixtures/observed.jsonl: $(OUT)/.reused/further.jsonl $(call with-all,$(call mixtures,$(sampled))) \
  | $(BIN)/sample-mixtures $$(@D)/
	$(begun)
	$(call split,$<,$(@D)) -o $@
	$(made)
else
$(OUT)/2-mixtures/observed.jsonl: $(BASELINES) $(if $(groups),$(OUT)/2-mixtures/groups.jsonl) \
  $(call with-all,$(call mixtures,$(sampled))) $(call with,sample-mixtures) $(manifests)
	$(begun)
	$(call run,sample-mixtures,1) -n $(OBSERVED) --split-into $(@D) --base $< $(break) \
	  $(if $(groups),--domains $(DOMAINS) --groups $(OUT)/2-mixtures/groups.jsonl $(break)) -o $@
	$(made)
endif
$(OUT)/2-mixtures/baselines.jsonl: $(BASELINES) $(call with-all,$(call mixtures,$(published))) \
  | $(BIN)/sample-mixtures $$(@D)/
	$(begun)
	$(call split,$<,$(@D)/baselines) -o $@
	$(made)
$(OUT)/2-mixtures/baselines/%.json: $(OUT)/2-mixtures/baselines.jsonl ;+
$(OUT)/2-mixtures/mixture-%.json: $(OUT)/2-mixtures/observed.jsonl ;+
$(call mixtures,$(proposed)): $(OUT)/2-mixtures/%: $(OUT)/7-proposal/% ;+
$(OUT)/2-mixtures/next-%.json: ;+

# ── 3, 4: models and their log-probabilities ─────────────────────────────────────────────────────────────────────────
# $(call train,FLAGS,THREADS); with TRAINER, that command trains on the sequences that train-expert would learn.
define train
$(begun)
$(or $(call taken,$1),$(call engine,$1,$2))
$(made)
$(if $(V),@$(here)data/make/pace $(OUT)/3-models $(JOBS))
endef
define engine
$(if $(TRAINER),$(elsewhere) )$(call seeded,train-expert,$2,$(call seed-of,$(notdir $(@D)))) $1$(pooled) \
  --progress $(if $(filter 1,$(JOBS)),$(PROGRESS),never) --log $(OUT)/.costs/$(notdir $(@D)) $(break) \
  $(OUT)/1-tokens/$(call any-of,$(domains))$(if $(TRAINER),, -o $(@D))
endef
pooled = $(if $(pool-for), --pool-for $(pool-for) --domains $(DOMAINS))
# A model that MODELS_FROM or REUSE has is not trained again.
there = $(if $(taken-from),$(wildcard $(taken-from)/$(notdir $(@D))))
taken = $(patsubst %,$(here)data/trainers/take-model $(@D) % $1,$(there))
elsewhere = $(here)data/trainers/train-elsewhere $(@D) $(call start,score-logprobs,$2) \
  $(OUT)/1-tokens/$(firstword $(domains))/validation-000.tok.zst --
$(OUT)/3-models/%: private export models_of_run = $(sort $(models))
$(OUT)/3-models/%: private export jobs_of_run := $(JOBS)
$(OUT)/3-models/%: private export trainer_command := $(TRAINER)
$(OUT)/3-models/%: private export trainer_format := $(TRAINER_FORMAT)
$(OUT)/3-models/%: private export BIN := $(BIN)
$(call trained,$(models)): | $(OUT)/.costs/
# The experts' answer is told before a mixture is trained, unless there are more jobs than experts to keep busy.
ifneq ($(and $(filter all report proposal,$(MAKECMDGOALS)),$(word $(JOBS),$(experts))),)
$(call trained,$(filter-out $(experts),$(models))): | $(OUT)/7-proposal/mde-optimum.json
endif
## models: train the experts, the observed mixtures and the final models
models: $(call trained,$(models))
$(call trained,$(alone:%=expert-%)): $(OUT)/3-models/expert-%/model.safetensors: $(OUT)/1-tokens/%/manifest.json \
  $(call pools-of,%) $(call with,train-expert)
	$(call train,--expert $*,$(THREADS))
# The proposal is trained when nothing else is, on all cores.
$(OUT)/3-models/%/model.safetensors: $$(call mixtures,$$(call mixture-of,$$*)) \
  $$(call tokens-used-by,$$(call mixture-of,$$*)) $(call with,train-expert) $(manifests)
	$(call train,--mixture $(call source-of,$(call mixture-of,$*)),$(if $(filter proposal,$*),$(CORES),$(THREADS)))

## logprobs: score the validation and test sets with the models
logprobs: $(call logprobs,$(models),validation) $(call logprobs,$(finals),test) $(call choices,$(experts))
$(OUT)/4-logprobs/%.lp.zst: $$(call model-of,$$*) $(OUT)/1-tokens/$$(call set-of,$$*)/manifest.json \
  $(call with,score-logprobs)
	$(begun)
	@$(or $(scored-before),$(score))
	$(made)
score = $(call run,score-logprobs,$(THREADS)) $(call limit-of,$(call set-of,$*)) --model $(<D) $(break) \
  $(OUT)/1-tokens/$(call set-of,$*)/$(call split-of,$*)-*.tok.zst -o $@
# PyTorch takes longer to start than to score a small set: one process has all sets of a model and split.
# $(call together,MODEL,SPLIT)
define together
$(call logprobs,$1,$2) &: $(call trained,$1) $(patsubst %,$(OUT)/1-tokens/%/manifest.json,$(call sets-of,$1)) \
  $(subst $$(@D),$(OUT)/4-logprobs/$1/$2,$(call with,score-logprobs))
	$$(begun)
	@$(here)data/make/score-sets $$@ $(OUT) $1/$2 $(call sets-of,$1) -- $(break) \
	  $$(call run,score-logprobs,$(THREADS)) --model $(OUT)/3-models/$1
endef
ifneq ($(call is-torch,score-logprobs),)
$(OUT)/4-logprobs/%: private export limits := $(foreach s,$(sets),$(addprefix $s=,$(subst \
  $(space),=,$(call limit-of,$s))))
$(foreach m,$(models),$(eval $(call together,$m,validation)))
$(foreach m,$(finals),$(eval $(call together,$m,test)))
endif
# The scores of an earlier run on a set that is the same.
scored-before = $(patsubst %,$(call copy,%),$(wildcard $(OUT)/.reused/$*.lp.zst))

# ── 5: tables of runs, and the features of the experts ───────────────────────────────────────────────────────────────
## runs: tables of the experts and of the observed runs: weights, losses, tokens, epochs
runs: $(call runs,experts fitted $(if $(held),held))
$(call runs,experts): $(call logprobs,$(experts),validation)
$(call runs,fitted): $(call logprobs,$(fitted),validation)
$(call runs,held): $(call logprobs,$(held),validation)
## finals: train FINALS alone, with SEEDS seeds each, and score them on the test sets
finals: $(call runs,finals)
$(call runs,finals): $(call logprobs,$(finals),test)
# What was predicted is compared with what the same sets measure.
$(call runs,finals-validation): $(call logprobs,$(finals),validation)
$(OUT)/5-runs/%.jsonl: $(OUT)/.flags/% $(OUT)/.flags/sets $(call with,collect-runs)
	$(begun)
	$(call run,collect-runs,1) $(call folders,$($*),$(if $(filter finals,$*),test,validation)) \
	  -o $@
	$(made)

## features: the MDE features of the observed mixtures
features: $(OUT)/5-features/observed.jsonl.zst
$(OUT)/5-features/observed.jsonl.zst: $(if $(sampled),$(OUT)/2-mixtures/observed.jsonl) \
  $(call mixtures,$(filter-out $(sampled),$(featured))) $(call logprobs,$(experts),validation) \
  $(call choices,$(experts)) $(OUT)/.flags/featured $(OUT)/.flags/sets $(call with,mde-features)
	$(begun)
	$(call run,mde-features,$(CORES)) --mixtures $(filter $(OUT)/2-mixtures/%,$^) \
	  --experts $(call folders,$(experts),validation) \
	  $(if $(tasks),--choices $(call folders,$(experts),choices)) -o $@
	$(made)

# ── 6, 7, 8: regressors, proposals, the report ───────────────────────────────────────────────────────────────────────
## regressor: fit the losses observed, and score the fit on runs that it did not see
regressor: $(regressors)
observations = $(OUT)/5-features/observed.jsonl.zst $(call runs,fitted $(if $(held),held)) $(runs-from) \
  $(call with,fit-regressor)
# The audit lies beside the regressor.
fit = $(call run,fit-regressor,$(CORES)) $(or $(across),--features $<) --runs $(call runs,fitted) $(runs-from) \
  $(if $(held),--test $(call runs,held)) $(break) $(if $(FAMILIES),--families $(FAMILIES) $(break)) --objective $1 \
  --audit $(@D)/$(patsubst regressor%.json,audit%.jsonl,$(@F)) -o $@$(if $(V),, >/dev/null)
$(OUT)/6-regressors/%.json: $(observations)
	$(begun)
	$(call fit,$(call objective-of,$*))
	$(made)
# Of another β only what sees the experts.
$(OUT)/6-regressors/regressor-beta-%.json: $(observations)
	$(begun)
	$(call fit,$*) --beta $(BETA) --mde-only
	$(made)

## proposal: search for the mixture of the lowest predicted loss
proposal: $(proposals)
searched = $(call logprobs,$(experts),validation) $(BASELINES) $(manifests) $(call with,search-mixture)
search = $(call run,search-mixture,$(CORES)) --experts $(call folders,$(experts),validation) $(break) \
  --baselines $(BASELINES) $(filter $(call mixtures,mde-optimum),$^) $(break) \
  --manifests $(OUT)/1-tokens/$(call any-of,$(domains))/manifest.json $(break)
# The answer of the experts alone, as soon as they are scored.
$(OUT)/7-proposal/mde-optimum.json: $(call with-all,$(call mixtures,mde-optimum)) $(searched) $(OUT)/2-mixtures/
	$(begun)
	$(search) --objective $(OBJECTIVE) $(if $(filter mde,$(MINIMIZE)),$(guarding)) \
	  --mixture-output $(call mixtures,mde-optimum) -o $@
	$(made)
fits = $(if $(strip $(fitted)),--regressor $(filter $(OUT)/6-regressors/%,$^) --trained $(call runs,fitted), \
  --objective $(OBJECTIVE)) --minimize $(MINIMIZE) $(if $(EXTRAPOLATE),--extrapolate) $(guarding) $(break)
guarding = $(if $(strip $(GUARDS)),--guard $(call quoted,$(GUARDS)) $(if $(CONFIDENCE),--confidence $(CONFIDENCE)))
$(OUT)/7-proposal/%.json: $$(if $(strip $(fitted)),$(OUT)/6-regressors/$$(subst proposal,regressor,$$*).json) \
  $$(call with-all,$$(call mixtures,$$*) $$(if $$(filter proposal,$$*),$(OUT)/7-proposal/what-if.json)) \
  $$(call mixtures,mde-optimum) $(searched)
	$(begun)
	$(search) $(fits) $(if $(filter proposal,$*),$(addprefix --export ,$(EXPORT)) \
	  --what-if-output $(@D)/what-if.json) --mixture-output $(call mixtures,$*) -o $@
	$(made)
# Other ways to an answer, with the rules above.
include $(here)data/make/campaign.mk
include $(here)data/make/what-if.mk

## report: one page with the answer, the tables and the pictures
report: $(OUT)/8-report/index.html
$(OUT)/8-report/index.html: $(proposals) $(regressors) $(beta-audits) $(correlations) \
  $(call runs,experts finals finals-validation) $(overlap) $(found-report) $(call with,render-report)
	$(begun)
	$(call run,render-report,1) $(OUT) --summary $(@D)/summary.txt \
	  --screen $(@D)/screen.txt -o $@
	$(made)

## table: train and measure the paper's table of loss prediction, at the scale of two cores
table: | $(installed)
	$(MAKE) $(again) RUN=table all runs finals

# What nothing makes.
.DEFAULT:
	$(error $@: is no target, and no file that is there; $(shell $(here)data/make/nearest '$@' $$(sed -nE \
	  's/^## ([a-z-]+): .*/\1/p' $(MAKEFILE_LIST)))`make help` lists the targets)

.PHONY: all corpus tokens mixtures models logprobs runs finals features regressor proposal report table
