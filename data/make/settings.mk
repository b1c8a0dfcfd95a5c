# Settings, each overridable on the command line and by the preset; data/presets/README.md has them in one table.

CORPUS     ?=
# A tokenizer.json to use, instead of one that is trained on the corpus.
TOKENIZER  ?=
# In how many parts, each by a job of its own, the corpus is tokenized.
PARTS      ?= 1
# A folder of token folders and their tokenizer.json, instead of a corpus.
TOKENS     ?=
# Of text or tokens of one's own, without a preset's name, the folder has theirs, and no later demo takes it.
of-own     := $(if $(filter undefined,$(origin RUN)),$(or $(CORPUS),$(TOKENS)))
of-own     := $(if $(word 2,$(of-own)),,$(if $(filter $(abspath $(of-own)),$(abspath \
  data/out/$(notdir $(of-own:%/=%)))),,$(filter-out . ..,$(firstword $(subst ., ,$(notdir $(of-own:%/=%)))))))
RUN        ?= demo
OUT        ?= data/out/$(or $(of-own),$(RUN))
CACHE      ?= data/out/cache
TASKS      ?=
# Text that the model is to be good at: a folder, a file or a table.
TARGETS    ?=
SEED       ?= 1
# Tokens of the run that the models stand for: they see of each domain as much as makes them repeat it as that run will.
TARGET_TOKENS ?=
override TARGET_TOKENS := $(if $(TARGET_TOKENS),$(shell printf %.0f '$(TARGET_TOKENS)' 2>/dev/null))
$(if $(TARGET_TOKENS),$(if $(call is-whole,$(filter-out 0,$(TARGET_TOKENS))),,$(error TARGET_TOKENS: is no number of \
  tokens; write 100e9 or 100000000000)))
include $(here)data/make/scales.mk
# What the proposal has to be within.
budget      = $(or $(TARGET_TOKENS),$(TRAIN_TOKENS))
# Where the tools run: nothing for this machine, or `slurm`.
CLUSTER    ?=
ifneq ($(CLUSTER),)
ifneq ($(CLUSTER),slurm)
$(error CLUSTER=$(CLUSTER): is not known; give slurm, or another launcher as LAUNCH=)
endif
include $(here)data/make/slurm.mk
endif
CORES      ?= $(shell nproc)
JOBS       ?= $(CORES)
# Of one model while JOBS models are trained side by side.
THREADS    ?= $(shell echo $$(( $(CORES) > $(JOBS) ? $(CORES) / $(JOBS) : 1 )))
LAUNCH     ?=
MARCH      ?= native
PROGRESS   ?= auto
# Asked for once, not for every recipe.
CORES      := $(CORES)
THREADS    := $(THREADS)
# The tools; make builds those of the default, others have to be there.
BIN        ?= $(here)$(if $(wildcard $(here)bin/train-expert),bin,.build/release)
# The Python of the PyTorch engine, of comparisons and of benchmarks.
PYTHON     ?= python3

include $(here)data/make/folders.mk
# The field of a line that has the text; of several, with commas between them, the first that a line has.
TEXT_FIELD ?= text
# What assigns documents to those domains of the table that are clusters; vectors of the documents, if it is of such.
CLUSTERS   ?=
VECTORS    ?=
# With DOMAINS=auto:12 so many are found in the text; with DOMAINS=auto discover-domains.flags say which.
discovering := $(filter auto auto:%,$(DOMAINS))
ifneq ($(discovering),)
topics   := $(patsubst auto:%,%,$(filter auto:%,$(DOMAINS)))
$(if $(filter auto:%,$(DOMAINS)),$(if $(call is-whole,$(topics)),,$(error DOMAINS=$(DOMAINS): auto:$(topics) is no \
  number of domains; write DOMAINS=auto:12)))
override DOMAINS  := $(OUT)/0-domains/domains.tsv
override CLUSTERS := $(OUT)/0-domains/clusters.zst
# There are no published mixtures of such domains.
ifeq ($(origin BASELINES),undefined)
RULES    ?= natural uniform
endif
$(if $(TOKENS),$(error DOMAINS=$(discovering): domains are found in text; give CORPUS in place of TOKENS))
endif
published-mixtures := $(here)data/mixtures/baselines.jsonl
BASELINES  ?= $(published-mixtures)
TASK_TABLE ?= $(here)data/tasks/paper.tsv
# What the proposal minimises; those of the other objectives are proposal-OBJECTIVE.
OBJECTIVE  ?= $(if $(TARGETS)$(TARGET_PACKAGES),avg-target,avg-sp)

# make takes a space for the end of a name; only CORPUS, TASKS and TARGETS are never names of what it makes.
$(foreach v,RUN OUT CACHE BIN DOMAINS CLUSTERS VECTORS BASELINES TASK_TABLE,$(if $(word 2,[$($v)]),$(error \
  $v=$($v): has a space in it, which make cannot have in a name; use another path, or a link to it)))

# Nor do recipes and patterns bear signs that mean something to make or a shell.
signs := % : ; & | ( ) { } [ ] * ? ' " ` \ < > $(comma) $$
$(foreach v,RUN OUT CACHE BIN DOMAINS CLUSTERS VECTORS BASELINES TASK_TABLE TOKENS TOKENIZER,$(foreach s,$(signs),$(if \
  $(findstring $s,$($v)),$(error $v=$($v): has $s in it, which means something to make or a shell; use another path))))

# A shell has the home folder in place of ~ only where the word begins with it, which that of a setting does not.
$(foreach v,RUN OUT CACHE BIN DOMAINS CLUSTERS VECTORS BASELINES TASK_TABLE TOKENS TOKENIZER CORPUS TASKS TARGETS,$(if \
  $(filter ~%,$(firstword $($v))),$(error $v=$($v): no shell has put the home folder in place of ~; write $$HOME)))
$(if $(wildcard $(OUT)),$(if $(wildcard $(OUT)/.),,$(error OUT=$(OUT): is no folder)))

# Presets of one's own lie in the current folder, or with the others.
preset := $(firstword $(wildcard data/presets/$(RUN).mk $(here)data/presets/$(RUN).mk))
ifeq ($(preset),)
$(error RUN=$(RUN): there is no data/presets/$(RUN).mk; $(shell $(here)data/make/nearest '$(RUN)' \
  $(basename $(notdir $(wildcard $(addsuffix data/presets/*.mk,$(here) ./)))))see $(here)data/presets)
endif
# A run whose domains changed: its models and runs are reused as far as they are valid. The folder remembers it.
REUSE      ?= $(file <$(OUT)/.reused/from)
REUSE      := $(strip $(REUSE))
# A table that says what became of its domains, instead of what their texts tell.
LINEAGE    ?=
ifneq ($(REUSE),)
$(if $(wildcard $(REUSE)/3-models),,$(error REUSE=$(REUSE): is no folder of a run with models in 3-models))
$(if $(filter-out $(abspath $(REUSE)),$(abspath $(OUT))),,$(error REUSE=$(REUSE): is this run's own folder; give \
  another OUT))
# Ids have to mean the same; and old runs tell the most.
TOKENIZER  := $(or $(TOKENIZER),$(if $(TOKENS),,$(REUSE)/1-tokens/tokenizer.json))
OBSERVED   ?= 4
endif
# What is reused: names, as far as they are known. Goals that come to models make the list first, once, but for `-n`.
reused       :=
further      :=
learned-sets :=
reuse-list   := $(OUT)/.reused/reuse.mk
learning     := all models mixtures logprobs runs finals features regressor proposal report scores plan next reuse
dry          := $(findstring n,$(filter-out -%,$(firstword $(MAKEFLAGS))))
restarted    := $(if $(filter-out undefined,$(origin MAKE_RESTARTS)),yes)
lists-reuse  := $(if $(REUSE),$(if $(restarted)$(dry),,$(filter $(learning) $(OUT)/%,$(MAKECMDGOALS))))
include $(if $(lists-reuse),$(reuse-list),$(wildcard $(reuse-list)))
include $(preset)

# What the corpus is made of where CORPUS is none: a list of Debian packages, as build-corpus reads it.
CORPUS_PACKAGES ?= $(here)data/corpus/packages.tsv
include $(here)data/make/baselines.mk
# Without TARGETS: a list of Debian packages to make targets of, as build-corpus reads it.
TARGET_PACKAGES ?=
OBSERVED   ?= 16
FINALS     ?= proposal $(others:%=proposal-%) mde-optimum natural uniform
# Seeds that every final model is trained with: natural, natural-seed2 …
SEEDS      ?= 1
# Runs of the first mixture with other seeds: they tell how far a seed moves a loss.
REPEATS    ?= 0
# Of CALIBRATIONS, final models, the first so many are fitted as well: they tell the experts' answer its level.
CALIBRATE    ?= 0
CALIBRATIONS ?= uniform natural mde-optimum
# What the proposal minimises of the objective: what is predicted, or the MDE loss, for which no mixture is observed.
MINIMIZE   ?= predicted
# Whether the proposal may have weights that no observed mixture has; empty for no.
EXTRAPOLATE ?=
# Bounds on losses that every proposal keeps, with ; between them; the probability to keep them with. The experts'
# answer keeps them where it is what is asked for, with MINIMIZE=mde.
GUARDS     ?=
CONFIDENCE ?=
# Every so many observed mixtures, one is held out: the audit is scored on it, nothing is fitted to it.
HELD       ?= 0
# The models that are asked the questions of the end tasks.
ASKED      ?= $(observed) $(repeats) $(finals)
# Tokens of a domain's validation or test set that models are scored on; empty for all.
MAX_TOKENS ?=
# Share of a task's questions that is for testing.
TEST_SHARE ?= 0.5
# Families of regressors to compare; empty for those of fit-regressor's own choice.
FAMILIES   ?=
# Compare regressors with MDE features of this β as well, one of those of mde-features.flags.
BETA       ?=
# The proposal for other programs, as search-mixture --export takes it: megatron=blend.txt olmo=mix.yaml.
EXPORT     ?=
# Mixtures that `make next`, or a batch of `make campaign`, proposes and trains; how they are chosen.
NEXT       ?= 4
NEXT_BY    ?= gain
# What `make campaign` may train, experts included: models, FLOP or hours.
BUDGET     ?= 20
# For `make plan` and `make next`: the same in models, and what a batch has to bring, in nats or `noise`.
MODELS     ?=
LEAST_GAIN ?=

# A folder of models that are there already, by the names of 3-models: they are taken instead of trained.
MODELS_FROM ?=
$(if $(MODELS_FROM),$(if $(REUSE),$(error MODELS_FROM and REUSE both say where models come from; give one)))
taken-from := $(or $(MODELS_FROM),$(if $(REUSE),$(OUT)/.reused))
# A command that trains each model instead of train-expert, with {stream} {out} and others in it; see data/trainers. The
# format of its sequences, one of `mix-tokens --format`.
TRAINER        ?=
TRAINER_FORMAT ?= mde

# In the order of the pipeline. TOOL.flags are a tool's own; TOOL.launch stands before it, as srun does; TOOL.cores are
# its threads, in place of CORES or THREADS.
tools := discover-domains train-tokenizer tokenize-shards import-tokens tokenize-tasks tokenize-targets \
  measure-overlap sample-mixtures mix-tokens train-expert score-logprobs evaluate-tasks collect-runs \
  correlate-scores reuse-runs mde-features fit-regressor search-mixture render-report
# TOOL.also are flags beside those.
# What is trained on is text: domains found by it are nearer the given ones in measured losses; see data/results.
discover-domains.flags ?= --by-text
$(foreach t,$(tools),$(eval $t.flags ?=)$(eval $t.launch ?= $$(LAUNCH))$(eval $t.cores ?=)$(eval $t.also ?=))
$(if $(filter-out text,$(TEXT_FIELD)),$(foreach t,discover-domains train-tokenizer tokenize-shards,\
  $(eval override $t.also += --text-field $(TEXT_FIELD))))
# Where both have a flag, the last one counts.
$(foreach t,$(tools),$(if $($t.also),$(eval override $t.flags += $$($t.also))))

# Flags that make gives itself, to some runs of a tool.
refused = $(if $(filter $2 $2=%,$($1.flags)),$(error $1.flags: $2 is not for all runs of the tool; $3))
$(call refused,score-logprobs,--max-tokens,give MAX_TOKENS=)
$(call refused,search-mixture,--export,give EXPORT='PROGRAM=FILE …')
$(call refused,search-mixture,--compare,make what-if MIXTURE='…' has it)
$(call refused,search-mixture,--guard,give GUARDS='SET <= MIXTURE + NATS; …')
$(call refused,tokenize-shards,--log,make has it in 1-tokens/.done)
$(call refused,tokenize-tasks,--log,make has it in 1-tokens/.tasks-done)

# Independent models side by side, one thread each; -j on the command line counts more, and a make called by this one
# shares its jobs.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS)
endif
# What a make called by this one is given, to read the same files.
again := $(addprefix -f ,$(here:=Makefile))
