# The pipeline: what is made from what. README.md explains it; `make help` lists the targets.
#
# One rule, one tool, one file. Files appear whole or not at all, so make can trust their times.

SHELL         := bash
.SHELLFLAGS   := -euo pipefail -c
MAKEFLAGS     += --no-builtin-rules --warn-undefined-variables
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDEXPANSION:

# ── Settings, each overridable on the command line ───────────────────────────────────────────────
RUN      ?= demo
OUT      ?= data/out/$(RUN)
CACHE    ?= data/out/cache
CORPUS   ?=
TASKS    ?=
SEED     ?= 1
CORES    ?= $(shell nproc)
JOBS     ?= $(CORES)
# Of one model while JOBS models are trained side by side.
THREADS  ?= $(shell echo $$(( $(CORES) > $(JOBS) ? $(CORES) / $(JOBS) : 1 )))
LAUNCH   ?=
MARCH    ?= native
PROGRESS ?= auto

DOMAINS   ?= data/domains/$(if $(CORPUS),slimpajama,debian).tsv
BASELINES ?= data/mixtures/baselines.jsonl
TASK_TABLE ?= data/tasks/paper.tsv
# What the proposal minimises; those of the other objectives are proposal-OBJECTIVE.
OBJECTIVE ?= avg-sp

preset := data/presets/$(RUN).mk
ifeq ($(wildcard $(preset)),)
$(error RUN=$(RUN): there is no $(preset); see data/presets)
endif
include $(preset)

OBSERVED ?= 16
FINALS   ?= proposal $(others:%=proposal-%) natural uniform
# Seeds that every final model is trained with: natural, natural-seed2 …
SEEDS    ?= 1
# Runs of the first mixture with other seeds: they tell how far a seed moves a loss.
REPEATS  ?= 0
# Every so many observed mixtures, one is held out: the audit is scored on it, nothing is fitted to it.
HELD     ?= 0
# Families of regressors to compare; empty for all.
FAMILIES ?=
# Compare regressors with MDE features of this β as well, one of those of mde-features.flags.
BETA     ?=
# Share of a task's questions that is for testing.
TEST_SHARE ?= 0.5

train-tokenizer.flags ?=
tokenize-shards.flags ?=
tokenize-tasks.flags  ?=
sample-mixtures.flags ?=
train-expert.flags    ?=
score-logprobs.flags  ?=
mde-features.flags    ?=
fit-regressor.flags   ?=
search-mixture.flags  ?=
evaluate-tasks.flags  ?=
collect-runs.flags    ?=
correlate-scores.flags ?=
render-report.flags   ?=
# The questions asked are those that the losses to minimise are not of.
override tokenize-tasks.flags := --test-fraction $(TEST_SHARE) $(tokenize-tasks.flags)
override evaluate-tasks.flags := --test-fraction $(TEST_SHARE) $(evaluate-tasks.flags)

# Independent models side by side, one thread each, unless the caller says otherwise.
ifeq ($(filter -j% --jobserver%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(JOBS)
endif

# ── Names ────────────────────────────────────────────────────────────────────────────────────────
tools    := $(patsubst %.flags,%,$(filter %.flags,$(.VARIABLES)))
bin      := .build/release
$(foreach t,$(tools),$(eval $t.launch ?= $$(LAUNCH)))
# $(call run,TOOL,THREADS): the start of a recipe; $(call seeded,TOOL,THREADS,SEED) with another seed.
run       = $(call seeded,$1,$2,$(SEED))
seeded    = $($1.launch) $(bin)/$1 $($1.flags) --seed $3 -j $2

domains  := $(shell awk -F'\t' '!/^#/ && NF && $$1 != "domain" { print $$1 }' $(DOMAINS))
ifeq ($(domains),)
$(error DOMAINS=$(DOMAINS): no domains in it)
endif
# Mixtures that `make next` proposed, in all its rounds.
next     := $(wildcard $(OUT)/2-mixtures/next.jsonl)
observed := $(shell printf 'mixture-%03d ' $$(seq 1 $(OBSERVED))) $(if $(next),$(shell jq -r .id $(next)))
experts  := $(domains:%=expert-%)
# The end tasks of the table whose files are in TASKS.
tasks    := $(if $(TASKS),$(shell set -f; while IFS=$$'\t' read -r task files _; do \
  if [[ $$task == [A-Za-z0-9]* ]]; then for file in $${files//,/ }; do \
    if [ "$$(find -L $(TASKS) -type f -path "*/$${file%%:*}" -print -quit)" ]; then echo $$task; break; fi; \
  done; fi; done <$(TASK_TABLE)))
ifneq ($(TASKS),)
ifeq ($(tasks),)
$(error TASKS=$(TASKS): holds none of the files of $(TASK_TABLE))
endif
ifneq ($(filter $(domains),$(tasks)),)
$(error $(TASK_TABLE): $(filter $(domains),$(tasks)) is a domain and a task; rename one of them)
endif
endif
objectives := avg-sp $(if $(tasks),avg-et avg-et+sp)
others     := $(filter-out $(OBJECTIVE),$(objectives))
# NAME-seedN is the mixture NAME trained with the seed N.
mixture-of = $(firstword $(subst -seed, ,$1))
seed-of    = $(word 2,$(subst -seed, ,$1))
finals   := $(FINALS) $(foreach n,$(shell seq 2 $(SEEDS)),$(FINALS:%=%-seed$n))
repeats  := $(foreach n,$(shell seq 2 $$(( $(REPEATS) + 1 ))),mixture-001-seed$n)
held     := $(if $(filter-out 0,$(HELD)),$(shell printf 'mixture-%03d ' $$(seq $(HELD) $(HELD) $(OBSERVED))))
fitted   := $(filter-out $(held),$(observed)) $(repeats)
# `make finals` alone trains the final models only.
models   := $(if $(filter-out finals,$(or $(MAKECMDGOALS),all)),$(experts) $(observed) $(repeats)) $(finals)
# The models that are asked the questions of the end tasks.
ASKED    ?= $(observed) $(repeats) $(finals)
asked    := $(ASKED)

corpus   := $(if $(CORPUS),$(CORPUS),$(OUT)/0-corpus)
# The user's files, or the manifest that `make corpus` writes last.
corpus-files := $(if $(CORPUS),$(shell find -L $(CORPUS) -type f 2>/dev/null | sort),$(OUT)/0-corpus/manifest.json)
manifests := $(domains:%=$(OUT)/1-tokens/%/manifest.json)
tokenizer := $(OUT)/1-tokens/tokenizer.json
logprobs   = $(foreach m,$1,$(domains:%=$(OUT)/4-logprobs/$m/$2/%.lp.zst) $(tasks:%=$(OUT)/4-logprobs/$m/$2/%.lp.zst))
choices    = $(foreach m,$1,$(tasks:%=$(OUT)/4-logprobs/$m/choices/%.lp.zst))
# MODEL/DOMAIN for every domain that a mixture made so far uses: a new domain retrains nothing.
uses     := $(if $(wildcard $(OUT)/2-mixtures/*.json),$(shell jq -r '.id as $$id | .weights | to_entries[] | select(.value > 0) | "\($$id)/\(.key)"' $(OUT)/2-mixtures/*.json))
tokens-used-by = $(patsubst $1/%,$(OUT)/1-tokens/%/manifest.json,$(filter $1/%,$(uses)))

# Real prerequisites: the data and the stage's flags. Order-only: the tool and the folder.
with      = $(OUT)/.flags/$1 | $(bin)/$1 $$(@D)/

# ── Set-up ───────────────────────────────────────────────────────────────────────────────────────
packages := libzstd-dev libarchive-dev libssl-dev libpcre2-dev libsimdjson-dev liblapacke-dev \
            pkg-config gnuplot-nox zstd xz-utils bzip2 jq python3 g++
# `make deps all` installs first, even with -j.
installed := $(filter deps,$(MAKECMDGOALS))

## deps: install the Debian packages that are missing; asks for root only if some are
deps:
	@missing=$$(comm -13 <(dpkg-query -W -f '$${Package} $${db:Status-Status}\n' $(packages) 2>/dev/null \
	    | sed -n 's/ installed$$//p' | sort) <(printf '%s\n' $(packages) | sort) | xargs); \
	if [ -n "$$missing" ]; then \
	  echo "make deps: installing $$missing" >&2; \
	  as_root=; [ "$$(id -u)" = 0 ] || as_root=sudo; \
	  if [ -n "$$as_root" ] && ! command -v sudo >/dev/null; then \
	    echo "make deps: run as root: apt-get install $$missing" >&2; exit 1; fi; \
	  $$as_root apt-get update -q >/dev/null; \
	  $$as_root env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -qy --no-install-recommends $$missing >/dev/null; \
	fi
	@command -v swift >/dev/null || { \
	  echo "make deps: needs Swift 6.2 or later: https://www.swift.org/install/linux/" >&2; exit 1; }

swift-flags := -c release -Xcc -march=$(MARCH)

## build: compile the tools
build: $(tools:%=$(bin)/%)
# One build makes all tools: SwiftPM locks .build, parallel builds would only wait.
$(tools:%=$(bin)/%) &: Package.swift $(shell find Sources Tests/Benchmarks -type f) | $(installed)
	swift build $(swift-flags) --quiet
	touch $(tools:%=$(bin)/%)

# ── Stages ───────────────────────────────────────────────────────────────────────────────────────
## all: run every stage that is out of date, for RUN=demo or another preset
all: $(OUT)/8-report/index.html
	@cat $(OUT)/8-report/summary.txt

## corpus: make the seven-domain corpus out of Debian packages (about 200 MB of downloads)
corpus: $(OUT)/0-corpus/manifest.json
$(OUT)/0-corpus/manifest.json: data/corpus/packages.tsv | $(installed)
	data/corpus/build-corpus --cache $(CACHE) -o $(@D)

# Decided once for a run: a corpus that grows by a domain keeps the tokenizer, its models and the mixtures observed.
$(tokenizer): $(call with,train-tokenizer) $(corpus-files)
	$(call run,train-tokenizer,$(CORES)) --domains $(DOMAINS) --progress $(PROGRESS) $(corpus) -o $@

## slimpajama: download SLIMPAJAMA='--chunks 1 --files 0-9' of the real corpus; then make all CORPUS=data/out/slimpajama
SLIMPAJAMA ?= --chunks 1 --files 0-9
slimpajama: | $(installed)
	data/corpus/download-slimpajama $(SLIMPAJAMA) -o data/out/slimpajama

## tokens: tokenize the corpus
tokens: $(manifests)
$(OUT)/1-tokens/.done: $(tokenizer) $(corpus-files) $(DOMAINS) $(call with,tokenize-shards)
	$(call run,tokenize-shards,$(CORES)) --domains $(DOMAINS) --tokenizer $< --progress $(PROGRESS) $(corpus) -o $(@D)
	touch $@
# Files that did not change keep their time, and what depends on them is left alone.
$(OUT)/1-tokens/%/manifest.json: $(OUT)/1-tokens/.done ;

# The end tasks, into the same folder.
ifneq ($(tasks),)
$(OUT)/1-tokens/.tasks-done: $(tokenizer) $(TASK_TABLE) $(shell find -L $(TASKS) -type f | sort) $(call with,tokenize-tasks)
	$(call run,tokenize-tasks,1) --table $(TASK_TABLE) --tokenizer $< $(TASKS) -o $(@D)
	touch $@
$(tasks:%=$(OUT)/1-tokens/%/manifest.json): $(OUT)/1-tokens/.tasks-done ;
endif

## mixtures: sample the mixtures to observe
mixtures: $(observed:%=$(OUT)/2-mixtures/%.json)
$(OUT)/2-mixtures/observed.jsonl: $(BASELINES) $(call with,sample-mixtures) $(manifests)
	$(call run,sample-mixtures,1) -n $(OBSERVED) --split-into $(@D) --base $< -o $@
$(OUT)/2-mixtures/mixture-%.json: $(OUT)/2-mixtures/observed.jsonl ;
$(OUT)/2-mixtures/next-%.json: $(OUT)/2-mixtures/next.jsonl
	@$(call extract-mixture,next-$*,next-$*)
$(OUT)/2-mixtures/proposal.json: $(OUT)/7-proposal/proposal.json
	@$(call extract-mixture,proposal,proposal)
$(OUT)/2-mixtures/proposal-%.json: $(OUT)/7-proposal/proposal-%.json
	@$(call extract-mixture,proposal-$*,proposal)
$(OUT)/2-mixtures/%.json: $(BASELINES) | $$(@D)/
	@$(call extract-mixture,$*,$*)
# The line of the mixture named $1, in its file $2, written only if it changed.
extract-mixture = jq -cen 'first(inputs | select(.id == "$2")) | {id: "$1", weights}' $< >$@.partial-$$$$ \
    || { rm $@.partial-$$$$; echo "make: $<: holds no mixture $1; see BASELINES and FINALS" >&2; exit 65; }; \
  if cmp -s $@.partial-$$$$ $@; then rm $@.partial-$$$$; else mv $@.partial-$$$$ $@; fi

## models: train the experts, the observed mixtures and the final models
models: $(models:%=$(OUT)/3-models/%/model.safetensors)
# How far the training of all models is, and how long the rest takes at the pace of this call of make.
pace      := $(OUT)/.flags/pace
trained    = { ls $(models:%=$(OUT)/3-models/%/model.safetensors) 2>/dev/null || :; } | wc -l
start-pace = grep -qs "^$$PPID " $(pace) || echo $$PPID $$(date +%s) $$($(trained)) >$(pace)
# Of the models that run beside this one, half is done on average.
tell-pace  = read -r _ start before <$(pace); n=$$($(trained)); \
  done=$$(( 2 * (n - before) + $(JOBS) - 1 )); left=$$(( 2 * ($(words $(models)) - n) - $(JOBS) + 1 )); \
  seconds=$$(( left > 0 && done > 0 ? ($$(date +%s) - start) * left / done : 0 )); \
  echo "make: $$n of $(words $(models)) models trained, $$(( (seconds + 59) / 60 )) min left" >&2
# $(call train,FLAGS,THREADS)
define train
@$(start-pace)
$(call seeded,train-expert,$2,$(or $(call seed-of,$(notdir $(@D))),$(SEED))) $1 $(domains:%=$(OUT)/1-tokens/%) --progress $(if $(filter 1,$(JOBS)),$(PROGRESS),never) -o $(@D)
@$(tell-pace)
endef
$(OUT)/3-models/expert-%/model.safetensors: $(OUT)/1-tokens/%/manifest.json $(call with,train-expert)
	$(call train,--expert $*,$(THREADS))
$(OUT)/3-models/proposal/model.safetensors: $(OUT)/2-mixtures/proposal.json $$(call tokens-used-by,proposal) $(call with,train-expert) $(manifests)
	$(call train,--mixture $<,$(CORES))
$(OUT)/3-models/%/model.safetensors: $(OUT)/2-mixtures/$$(call mixture-of,$$*).json $$(call tokens-used-by,$$(call mixture-of,$$*)) $(call with,train-expert) $(manifests)
	$(call train,--mixture $<,$(THREADS))

## finals: train FINALS with SEEDS seeds each and score them on the test sets, whatever they come from
finals: $(call logprobs,$(finals),test) $(OUT)/8-report/finals.jsonl
$(OUT)/8-report/finals.jsonl: $(call logprobs,$(finals),test) $(call with,collect-runs)
	$(call run,collect-runs,1) $(call folders,$(finals),test) -o $@

## estimate: FLOP, memory and hours of one model of RUN=280m or another preset, at a rate measured here
estimate: build
	@$(bin)/train-expert --estimate --vocab-size $(VOCABULARY) $(train-expert.flags)

## logprobs: score the validation and test sets with the models
logprobs: $(call logprobs,$(models),validation) $(call logprobs,$(finals),test) $(call choices,$(experts))
model-of  = $(OUT)/3-models/$(word 1,$(subst /, ,$1))/model.safetensors
set-of    = $(word 3,$(subst /, ,$1))
split-of  = $(word 2,$(subst /, ,$1))
# Tasks are limited by their questions; each file counts those that are too long for the model.
without-limit := -q $(shell sed -E 's/--max-tokens[ =]+[0-9]+//' <<<'$(score-logprobs.flags)')
$(foreach t,$(tasks),$(eval $(OUT)/4-logprobs/%/$t.lp.zst: private score-logprobs.flags := $(without-limit)))
$(OUT)/4-logprobs/%.lp.zst: $$(call model-of,$$*) $(OUT)/1-tokens/$$(call set-of,$$*)/manifest.json $(call with,score-logprobs)
	@$(call run,score-logprobs,$(THREADS)) --model $(<D) $(OUT)/1-tokens/$(call set-of,$*)/$(call split-of,$*)-*.tok.zst -o $@

## features: the MDE features of the observed mixtures
features: $(OUT)/5-features/observed.jsonl.zst
folders    = $(1:%=$(OUT)/4-logprobs/%/$2)
$(OUT)/5-features/observed.jsonl.zst: $(OUT)/2-mixtures/observed.jsonl $(next) $(call logprobs,$(experts),validation) $(call choices,$(experts)) $(call with,mde-features)
	$(call run,mde-features,$(CORES)) --mixtures $< $(next) --experts $(call folders,$(experts),validation) \
	  $(if $(tasks),--choices $(call folders,$(experts),choices)) -o $@

# Named, so that one that is deleted is made again.
regressors := $(OUT)/6-regressors/regressor.json $(others:%=$(OUT)/6-regressors/regressor-%.json)
## regressor: fit the losses observed, with scores out of fold
regressor: $(regressors)
runs      = $(OUT)/5-features/observed.jsonl.zst $(call logprobs,$(fitted) $(held),validation) $(call with,fit-regressor)
# $(call fit,OBJECTIVE,FAMILIES): the audit lies beside the regressor.
fit       = $(call run,fit-regressor,$(CORES)) --features $< --runs $(call folders,$(fitted),validation) \
  $(if $(held),--test $(call folders,$(held),validation)) --objective $1 $(if $2,--families $2) \
  --audit $(@D)/$(patsubst regressor%.json,audit%.jsonl,$(@F)) -o $@
$(OUT)/6-regressors/regressor.json: $(runs)
	$(call fit,$(OBJECTIVE),$(FAMILIES))
$(OUT)/6-regressors/regressor-%.json: $(runs)
	$(call fit,$*,$(FAMILIES))
# Of another β only what sees the experts.
$(OUT)/6-regressors/regressor-beta-%.json: $(runs)
	$(call fit,$*,$(filter mde% %-mde,$(FAMILIES))) --beta $(BETA)

## runs: the table of the observed runs, held-out ones apart: weights, losses, tokens, epochs
runs: $(OUT)/6-regressors/runs.jsonl $(if $(held),$(OUT)/6-regressors/runs-held.jsonl)
$(OUT)/6-regressors/runs.jsonl: $(call logprobs,$(fitted),validation) $(call with,collect-runs)
	$(call run,collect-runs,1) $(call folders,$(fitted),validation) -o $@
$(OUT)/6-regressors/runs-held.jsonl: $(call logprobs,$(held),validation) $(call with,collect-runs)
	$(call run,collect-runs,1) $(call folders,$(held),validation) -o $@

## scores: scores of the trained models on the end tasks of TASKS, and which losses go with them
ifeq ($(tasks),)
scores: ; @echo 'make scores: give TASKS=DIR with files of $(TASK_TABLE)' >&2; exit 1
else
scores: $(OUT)/6-regressors/correlations.jsonl
$(OUT)/4-logprobs/%/tasks.jsonl: $(OUT)/3-models/%/model.safetensors $(OUT)/1-tokens/.tasks-done $(call with,evaluate-tasks)
	@$(call run,evaluate-tasks,$(THREADS)) --model $(<D) --table $(TASK_TABLE) $(TASKS) -o $@
$(OUT)/6-regressors/correlations.jsonl: $(call logprobs,$(asked),validation) $(asked:%=$(OUT)/4-logprobs/%/tasks.jsonl) $(call with,correlate-scores)
	$(call run,correlate-scores,$(CORES)) --runs $(call folders,$(asked),validation) --scores $(asked:%=$(OUT)/4-logprobs/%/tasks.jsonl) -o $@
endif

## proposal: search the mixture with the lowest predicted loss
proposal: $(OUT)/7-proposal/proposal.json $(others:%=$(OUT)/7-proposal/proposal-%.json)
searched  = $(call logprobs,$(experts),validation) $(BASELINES) $(manifests) $(call with,search-mixture)
search    = $(call run,search-mixture,$(CORES)) --regressor $< --experts $(call folders,$(experts),validation) --manifests $(manifests) --baselines $(BASELINES)
$(OUT)/7-proposal/proposal.json: $(OUT)/6-regressors/regressor.json $(searched)
	$(search) -o $@
# What the flags export is the proposal alone.
$(OUT)/7-proposal/proposal-%.json: private search-mixture.flags := $(shell sed -E 's/--export([ =]+[^ -][^ ]*)+//' <<<'$(search-mixture.flags)')
$(OUT)/7-proposal/proposal-%.json: $(OUT)/6-regressors/regressor-%.json $(searched)
	$(search) -o $@

## next: propose NEXT=4 more mixtures to observe, train them, and fit and search again
NEXT     ?= 4
next: $(OUT)/6-regressors/regressor.json $(searched) $(OUT)/7-proposal/
	$(search) -o $(OUT)/7-proposal/proposal.json --next $(NEXT) --next-output $(OUT)/2-mixtures/next.new
	@cd $(OUT)/2-mixtures; [ -s next.new ] || { echo 'make next: no mixture is left to propose' >&2; exit 1; }; \
	  cat $(notdir $(next)) next.new >next.jsonl.partial-$$$$; mv next.jsonl.partial-$$$$ next.jsonl; rm next.new
	$(MAKE) proposal

## table: the paper's table of loss prediction at the scale of two cores, and the proposals against the baselines
table:
	$(MAKE) RUN=table all runs finals

## report: one page with the answer, the tables and the pictures
report: $(OUT)/8-report/index.html
beta-audits := $(if $(BETA),$(objectives:%=$(OUT)/6-regressors/regressor-beta-%.json))
$(OUT)/8-report/index.html: $(beta-audits) $(if $(tasks),$(OUT)/6-regressors/correlations.jsonl) $(OUT)/7-proposal/proposal.json $(regressors) $(others:%=$(OUT)/7-proposal/proposal-%.json) $(call logprobs,$(experts) $(observed),validation) $(call logprobs,$(finals),test) $(call with,render-report)
	$(call run,render-report,1) $(OUT) --summary $(@D)/summary.txt -o $@

# Kept although nothing names them. (.SECONDARY would make all files intermediate, which are made again when what they
# come from was, even if they did not change.)
.PRECIOUS: $(OUT)/1-tokens/%/manifest.json $(OUT)/2-mixtures/mixture-%.json $(OUT)/2-mixtures/next-%.json \
  $(OUT)/2-mixtures/proposal-%.json $(OUT)/2-mixtures/%.json $(OUT)/3-models/expert-%/model.safetensors \
  $(OUT)/3-models/%/model.safetensors $(OUT)/4-logprobs/%.lp.zst $(OUT)/4-logprobs/%/tasks.jsonl \
  $(OUT)/6-regressors/regressor-beta-%.json $(OUT)/6-regressors/regressor-%.json $(OUT)/7-proposal/proposal-%.json $(OUT)/.flags/% %/

# A stamp rewritten only when a stage's flags change, or the revision that its program tells: then the stage runs again,
# and all after it.
stamped    = $($1.flags) --seed $(SEED)$(if $(filter fit-regressor,$1), --objective $(OBJECTIVE) --families $(FAMILIES) --beta $(BETA)) revision: $(shell $(bin)/$1 --revision)
$(OUT)/.flags/%: FORCE | $(OUT)/.flags/ $(bin)/%
	@cmp -s $@ - <<<'$(call stamped,$*)' || cat >$@ <<<'$(call stamped,$*)'
%/: ; @mkdir -p $@

# ── Checks ───────────────────────────────────────────────────────────────────────────────────────
## test: every test; those that need what is not here say so
test: | $(installed)
	swift test $(swift-flags)
	python3 -m unittest discover Tests/CorpusTests
	python3 -m unittest discover Tests/MakeTests
	python3 -m unittest discover Tests/DocumentTests

## lint: the formatting rules of .swift-format
lint:
	swift format lint --strict --recursive Package.swift Sources Tests

## format: lay the Swift files out by those rules
format:
	swift format --in-place --recursive Package.swift Sources Tests

## verify: read every file of the run and check it
verify: build
	find $(OUT) -name '*.zst' -o -name '*.json' -o -name '*.jsonl' -o -name '*.safetensors' | sort | xargs $(bin)/render-report --check

## bench: speed of all that takes time; PYTHON= one with torch, scikit-learn, tiktoken, lm-eval measures them in turns, beside it
PYTHON ?= python3
peer    = $(if $(shell $(PYTHON) -c 'import torch' 2>/dev/null && echo yes),--peer '$(PYTHON) Tests/Peers/torch_peer.py')
bench: bench-engine bench-mixtures bench-regression bench-tokenization bench-tasks

bench-engine: build
	@for work in train score; do for config in S M L; do \
	  $(bin)/$@ $$work $$config $(peer); \
	done; done

# The features, few mixtures and many, in turns with numpy and torch; the certificate; ways to search this run's cache.
mde-peers = $(if $(peer),numpy torch torch-product)
bench-mixtures: build
	@for work in '2000000 256' '1000000 2048'; do for kind in $(or $(mde-peers),none); do \
	  $(bin)/$@ features $$work $(CORES) -- $(if $(peer),$(PYTHON) Tests/Peers/mde_features.py $$kind); \
	done; done
	$(bin)/$@ certify 10000000 $(CORES) -- $(if $(peer),$(PYTHON) Tests/Peers/mde_search.py)
	$(if $(wildcard $(OUT)/4-logprobs/expert-*/validation),$(bin)/$@ compare $(wildcard $(OUT)/4-logprobs/expert-*/validation))

# Fits of 512 runs of 17 domains to 13 sets, choices of settings included; the audit of 48 runs.
regression-peer = $(if $(shell $(PYTHON) -c 'import $1' 2>/dev/null && echo yes),$(PYTHON) Tests/Peers/regression_peer.py $1)
bench-regression: build
	@$(bin)/$@ fit-ridge $(CORES) -- $(call regression-peer,sklearn)
	@$(bin)/$@ fit-law $(CORES)
	@$(bin)/$@ fit-gbm $(CORES) -- $(call regression-peer,lightgbm)
	@$(bin)/$@ fit-gp $(CORES)
	@$(bin)/$@ audit $(CORES)

# Ingestion, encoding on one thread and on all, training of 32 000 tokens on half of the corpus; with this run's tokenizer or BENCH_TOKENIZER.
BENCH_TOKENIZER ?= $(tokenizer)
bench-corpus    = $(wildcard $(corpus)/*.jsonl.zst)
# $(call token-peer,NAME): the arguments that add a peer, if Python has it.
token-peer      = $(if $(shell $(PYTHON) -c 'import $1, orjson, zstandard' 2>/dev/null && echo yes),$(PYTHON) Tests/Peers/tokenizer_peer.py $1)
bench-tokenization: build
	$(bin)/$@ ingest $(bench-corpus) -- $(call token-peer,zstandard)
	@for threads in $(sort 1 $(CORES)); do \
	  $(bin)/$@ encode $(BENCH_TOKENIZER) $$threads 4 $(bench-corpus) -- $(call token-peer,tiktoken); \
	  $(bin)/$@ encode $(BENCH_TOKENIZER) $$threads 8 $(bench-corpus) -- $(call token-peer,tokenizers); \
	  $(bin)/$@ train-tokenizer 32000 $$threads 2 $(bench-corpus) -- $(call token-peer,tokenizers); \
	done

# Made-up questions of four choices, without examples and with five, which lm-eval gets too where Python has it.
task-peer = $(if $(shell $(PYTHON) -c 'import lm_eval' 2>/dev/null && echo yes),--peer '$(PYTHON) Tests/Peers/tasks_peer.py')
bench-tasks: build
	@for precision in f32 auto; do \
	  $(bin)/$@ $(BENCH_TOKENIZER) --precision $$precision $(task-peer); \
	  $(bin)/$@ $(BENCH_TOKENIZER) --precision $$precision --shots 5 --draw each $(task-peer); \
	  $(bin)/$@ $(BENCH_TOKENIZER) --precision $$precision --shots 5 --draw once $(task-peer); \
	done

## interop: ids of the whole corpus against Hugging Face tokenizers; PYTHON= one with that package, TOKENIZERS= files
TOKENIZERS ?= $(tokenizer) Tests/TokenizationTests/Golden/styles.json
interop: build
	$(PYTHON) Tests/Interop/tokenizers_interop.py $(bin)/tokenize-shards $(TOKENIZERS) -- $(wildcard $(corpus)/*.jsonl $(corpus)/*.jsonl.zst)

## interop-models: log-probabilities against Hugging Face transformers, which pip installs into data/out/interop
interop-models: data/out/interop/.installed build
	data/out/interop/bin/python Tests/Interop/models_interop.py $(bin)
## interop-tasks: scores of questions against lm-eval, which pip installs likewise; INTEROP= another Python that has it
INTEROP ?= data/out/interop/bin/python
interop-tasks: $(if $(filter data/out/%,$(INTEROP)),data/out/interop/.lm-eval) build
	$(INTEROP) Tests/Interop/tasks_interop.py $(bin)
data/out/interop/.lm-eval: data/out/interop/.installed
	data/out/interop/bin/pip install --quiet "lm-eval[hf]"
	touch $@
data/out/interop/.installed:
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet torch transformers safetensors zstandard
	touch $@

## clean: remove what a killed run left half-written; `rm -r data/out` removes all results
clean:
	find data/out -name '*.partial-*' -delete

## help: list the targets
help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST)) | awk -F': ' '{ printf "  %-12s %s\n", $$1, $$2 }'

.PHONY: deps build all corpus slimpajama tokens mixtures models estimate logprobs features regressor proposal scores runs finals table next report test lint format verify bench bench-engine bench-mixtures bench-regression bench-tokenization bench-tasks interop interop-models interop-tasks clean help FORCE
