# Names: of domains, tasks, mixtures and models, and of the files that hold them.

# ── Domains and tasks ────────────────────────────────────────────────────────────────────────────────────────────────
# Domains that are yet to be found have no names: discover.mk finds them before any of these is made.
domains := $(if $(discovering),$(if $(wildcard $(DOMAINS)),,$(shell seq -f 'domain-%.0f' $(or $(topics),2))))
domains := $(or $(domains),$(shell awk -F'\t' '{ sub(/\r$$/, ""); sub(/^\357\273\277/, "") } \
  !/^#/ && NF { gsub(/[^A-Za-z0-9._-]/, "?", $$1); print $$1 }' $(DOMAINS)))
$(if $(domains),,$(error DOMAINS=$(DOMAINS): no domains in it))
$(if $(findstring ?,$(domains)),$(error DOMAINS=$(DOMAINS): $(filter-out $(subst ?,,$(domains)),$(domains)) \
  is no name of a domain; use letters, digits, '-', '_' and '.'))
# Domains of a group (the table's 7th column) share an expert: its words are GROUP/DOMAIN.
grouped := $(if $(wildcard $(DOMAINS)),$(shell awk -F'\t' '{ sub(/\r$$/, "") } \
  !/^#/ && NF > 6 && $$7 != "-" { print $$7 "/" $$1 }' $(DOMAINS)))
groups  := $(sort $(foreach g,$(grouped),$(firstword $(subst /, ,$g))))
alone   := $(filter-out $(notdir $(grouped)),$(domains))
# The end tasks of the table whose files are in TASKS.
tasks   := $(if $(TASKS),$(shell $(here)data/make/find-tasks $(TASK_TABLE) $(call quoted,$(TASKS))))
ifneq ($(TASKS),)
$(if $(tasks),,$(error TASKS=$(TASKS): holds none of the files of $(TASK_TABLE)))
$(if $(filter $(domains),$(tasks)),$(error $(TASK_TABLE): $(filter $(domains),$(tasks)) is a domain and a task; \
  rename one of them))
endif
# The targets of TARGETS, by the table that it comes to.
targets-table = $(here)data/make/find-targets \
  $(if $(TARGETS),$(call quoted,$(TARGETS)),$(TARGET_PACKAGES) $(OUT)/0-targets)
targets := $(if $(TARGETS)$(TARGET_PACKAGES),$(shell $(targets-table) | cut -f 1 | sed 's/[^A-Za-z0-9._-]/?/g'))
ifneq ($(TARGETS),)
$(if $(targets),,$(error TARGETS=$(TARGETS): has no files in it))
endif
$(if $(findstring ?,$(targets)),$(error TARGETS=$(TARGETS): $(filter-out $(subst ?,,$(targets)),$(targets)) \
  is no name of a target; use letters, digits, '-', '_' and '.'))
$(if $(filter $(domains) $(tasks),$(targets)),$(error TARGETS=$(TARGETS): \
  $(filter $(domains) $(tasks),$(targets)) is a domain or a task as well; rename the target))
sets       := $(domains) $(targets) $(tasks)
objectives := $(if $(targets),avg-target) avg-sp $(if $(tasks),avg-et avg-et+sp)
# A slip in a name ends before models are trained for it.
known-objectives := $(objectives) worst $(if $(targets),worst-target) $(sets)
$(if $(discovering)$(filter $(known-objectives),$(OBJECTIVE:/byte=))$(wildcard $(OBJECTIVE)),,$(error \
  OBJECTIVE=$(OBJECTIVE): is no objective, set or file; $(shell $(here)data/make/nearest $(call \
  quoted,$(OBJECTIVE:/byte=)) $(known-objectives))known are $(strip $(known-objectives))))
others     := $(filter-out $(OBJECTIVE),$(objectives))
# Of a regressor's name.
objective-of = $(patsubst regressor-%,%,$(1:regressor=regressor-$(OBJECTIVE)))

# ── Mixtures and models ──────────────────────────────────────────────────────────────────────────────────────────────
# NAME-seedN is the mixture NAME trained with the seed N. A proposed next-NNN-seedN has its mixture in its own file.
mixture-of = $(if $(filter $(added),$1),$1,$(firstword $(subst -seed, ,$1)))
seed-of    = $(or $(word 2,$(subst -seed, ,$1)),$(SEED))
# $(call sequence,PATTERN,FIRST STEP LAST), as seq counts.
sequence   = $(shell seq -f '$1' $2)
sampled   := $(if $(REUSE),$(further),$(call sequence,mixture-%03.0f,$(OBSERVED)))
group-experts := $(groups:%=expert-%)
experts   := $(alone:%=expert-%) $(group-experts)
# What `make next` proposed, in all its rounds.
added     := $(patsubst $(OUT)/2-mixtures/%.json,%,$(wildcard $(OUT)/2-mixtures/next-*.json))
observed  := $(sampled) $(added) $(reused)
proposed  := proposal $(others:%=proposal-%) mde-optimum
# The final models that BASELINES has the mixtures of.
published := $(filter-out $(proposed) $(observed) $(experts),$(sort $(FINALS) \
  $(foreach m,$(CALIBRATIONS),$(call mixture-of,$m))))
# A baseline's name is one of the file, if that is there already.
baselines-known := $(if $(RULES),$(if $(filter RULES,$(stated)),,$(subst =,-,$(RULES))),$(if $(wildcard \
  $(BASELINES)),$(shell grep -oE '"id": *"[^" ]*"' $(BASELINES) | cut -d'"' -f4)))
$(if $(and $(filter FINALS CALIBRATIONS,$(stated)),$(baselines-known)),$(foreach m,$(filter-out \
  $(baselines-known) next-%,$(foreach n,$(published),$(call mixture-of,$n))),$(error FINALS, CALIBRATIONS: $m is no \
  baseline; $(shell $(here)data/make/nearest '$m' $(baselines-known) $(proposed))known are $(strip \
  $(baselines-known)))))
# The file that changes with that mixture alone; what is trained: of BASELINES by name, so that an unknown one is told.
mixture-file = $(OUT)/2-mixtures/$(if $(filter $(published),$1),baselines/)$(group-folder)$1.json
group-folder = $(if $(filter $(group-experts),$1),groups/)
source-of  = $(OUT)/2-mixtures/$(if $(filter $(published),$1),baselines.jsonl:$1,$(group-folder)$1.json)
finals    := $(FINALS) $(foreach n,$(call sequence,%.0f,2 $(SEEDS)),$(FINALS:%=%-seed$n))
finals-validation := $(finals)
repeats   := $(if $(sampled),$(call sequence,mixture-001-seed%.0f,2 $$(( $(REPEATS) + 1 ))))
held      := $(if $(filter-out 0,$(HELD)),$(filter $(sampled), \
  $(call sequence,mixture-%03.0f,$(HELD) $(HELD) $(OBSERVED))))
calibrating := $(if $(filter-out 0,$(CALIBRATE)),$(wordlist 1,$(CALIBRATE),$(CALIBRATIONS)))
fitted    := $(filter-out $(held),$(observed)) $(repeats) $(calibrating)
featured  := $(observed) $(sort $(foreach m,$(calibrating),$(call mixture-of,$m)))
asked     := $(ASKED)
# `make finals` alone trains the final models only.
models    := $(if $(filter-out finals,$(or $(MAKECMDGOALS),all)),$(experts) $(observed) $(repeats) \
  $(filter-out $(finals),$(calibrating))) \
  $(finals)
$(if $(MODELS_FROM),$(if $(wildcard $(models:%=$(MODELS_FROM)/%)),,$(error MODELS_FROM=$(MODELS_FROM): has none of \
  the folders $(wordlist 1,3,$(models)) … that a run takes models by)))

# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────
corpus    := $(or $(CORPUS),$(OUT)/0-corpus)
# What tells that the corpus changed: of the user's files a stamp, of ours the manifest, which is written last.
corpus-is := $(OUT)/$(if $(CORPUS),.flags/CORPUS,0-corpus/manifest.json)
tokenizer := $(OUT)/1-tokens/tokenizer.json
manifests := $(domains:%=$(OUT)/1-tokens/%/manifest.json)
# What parts of the corpus are tokenized by, until they are merged.
parts     := $(if $(filter-out 1,$(PARTS)),$(patsubst %,$(OUT)/1-tokens/.parts/%-of-$(PARTS)/part.zst,\
  $(call sequence,%.0f,$(PARTS))))
mixtures   = $(foreach m,$1,$(call mixture-file,$m))
trained    = $(1:%=$(OUT)/3-models/%/model.safetensors)
# $(call logprobs,MODELS,SPLIT): the files, one for each set; $(call folders,MODELS,SPLIT): theirs, for a shell.
logprobs   = $(foreach m,$1,$(patsubst %,$(OUT)/4-logprobs/$m/$2/%.lp.zst,$(call sets-of,$m)))
# A reused run has no loss on a set whose text it learned from.
sets-of    = $(filter-out $(if $(filter $1,$(reused)),$(learned-sets)),$(sets))
choices    = $(foreach m,$1,$(tasks:%=$(OUT)/4-logprobs/$m/choices/%.lp.zst))
folders    = $(OUT)/4-logprobs/$(call any-of,$1)/$2
scored     = $(1:%=$(OUT)/4-logprobs/%/tasks.jsonl)
runs       = $(1:%=$(OUT)/5-runs/%.jsonl)
regressors := $(if $(strip $(fitted)),$(OUT)/6-regressors/regressor.json \
  $(if $(filter predicted,$(MINIMIZE)),$(others:%=$(OUT)/6-regressors/regressor-%.json)))
beta-audits := $(if $(BETA),$(objectives:%=$(OUT)/6-regressors/regressor-beta-%.json))
correlations := $(if $(tasks),$(OUT)/6-regressors/correlations.jsonl)
proposals := $(OUT)/7-proposal/mde-optimum.json $(OUT)/7-proposal/proposal.json \
  $(if $(filter predicted,$(MINIMIZE)),$(others:%=$(OUT)/7-proposal/proposal-%.json))

# A model depends on the tokens of the domains that its mixture uses, so that a new domain trains nothing again.
uses      := $(shell $(here)data/make/uses $(OUT)/2-mixtures)
tokens-used-by = $(patsubst $1/%,$(OUT)/1-tokens/%/manifest.json,$(filter $1/%,$(uses))) \
  $(call pools-of,$(patsubst $1/%,%,$(filter $1/%,$(uses))))
# Where the models stand for another run, they depend on what that one has of these domains.
pools-of = $(if $(pool-for),$(1:%=$(OUT)/.flags/pool-of-%))

# Parts of OUT/4-logprobs/MODEL/SPLIT/SET.lp.zst, of MODEL/SPLIT/SET.
model-of   = $(OUT)/3-models/$(word 1,$(subst /, ,$1))/model.safetensors
split-of   = $(word 2,$(subst /, ,$1))
set-of     = $(word 3,$(subst /, ,$1))
# Tasks are limited by their questions; each of their files would tell how many are too long for the model.
limit-of   = $(if $(filter $(tasks),$1),-q,$(MAX_TOKENS:%=--max-tokens %))

# Parts are not made again because they are gone.
ifneq ($(parts),)
.SECONDARY: $(parts)
endif
# Kept although nothing names them. (.SECONDARY of nothing would make all files intermediate, which are made again when
# what they come from was, even if they did not change.)
.PRECIOUS: $(OUT)/1-tokens/%/manifest.json $(OUT)/2-mixtures/mixture-%.json $(OUT)/2-mixtures/baselines/%.json \
  $(OUT)/2-mixtures/groups/%.json \
  $(OUT)/3-models/%/model.safetensors $(OUT)/3-models/expert-%/model.safetensors $(OUT)/4-logprobs/%.lp.zst \
  $(OUT)/4-logprobs/%/tasks.jsonl $(OUT)/5-runs/%.jsonl $(OUT)/6-regressors/%.json \
  $(OUT)/6-regressors/regressor-beta-%.json $(OUT)/7-proposal/%.json $(OUT)/.flags/% %/
