# How a tool is run, and when it runs again.

# $(call run,TOOL,THREADS): the first line of a recipe; $(call seeded,TOOL,THREADS,SEED): with another seed.
run      = $(call seeded,$1,$2,$(SEED))
seeded   = $(call start,$1,$2)$(call quietly,$1)$(if $($1.flags), $($1.flags)) --seed $3 -j $(or \
  $($1.cores),$2) $(break)$(if $(call precision-of,$1),--precision $$(<$(call precision-of,$1)) $(break))
# $(call start,TOOL,THREADS): the tool; a launcher sees both as $1 and $2.
start    = $(if $($1.launch),$($1.launch) )$(call program,$1)
# $(call split,FILE,FOLDER): writes the mixtures of a file to a folder, a file each.
split    = $(call start,sample-mixtures,1)$(call quietly,sample-mixtures) -n 0 --keep $1 $(break) --split-into $2
# The end of a recipe. A tool's file appears whole, but a launcher may end well although the machine did not.
export started := $(shell date +%s.%N)
made     = @$(here)data/make/made $@ $(OUT)$(if $(V),, told)
# The start of one: OUT/.steps has the second, for which data/make/steps has the words. A recipe is expanded earlier.
begun    = @{ echo $${EPOCHREALTIME/,/.} began $$PPID $(@:$(OUT)/%=%) >>$(OUT)/.steps; } 2>/dev/null || :

# ── What is said ─────────────────────────────────────────────────────────────────────────────────────────────────────
# A line for each step. V=1 shows the commands too, and the tables of tools whose tables the page has.
V       ?=
tabled  := sample-mixtures mde-features fit-regressor search-mixture
quietly  = $(if $(V),,$(if $(filter $1,$(tabled)), -q))
ifeq ($(V),)
.SILENT:
MAKEFLAGS += --no-print-directory
endif

# $(call copy,FILE): $@ is that file's copy, and at no time a part of it.
copy     = cp $1 $@.partial-0 && sync $@.partial-0 && mv $@.partial-0 $@

# Prerequisites of a tool's rule: its stamp and, order-only, the tool, the folder and what is named after it.
with     = $(OUT)/.flags/$1 | $(BIN)/$1 $(call engine-of,$1) $(call precision-of,$1) $$(@D)/
# Of a rule that makes further files: it runs again if one of them is gone.
with-all = $(if $(filter-out $(wildcard $1),$1),FORCE)

# ── One make at a time in a folder ───────────────────────────────────────────────────────────────────────────────────
# Not asked for by `make -n`, or by what only reads; a make that is called by this one works for it.
writing := all corpus tokens domains mixtures models logprobs runs finals features regressor proposal report scores \
  quick plan next campaign reuse
kept    ?=
ifeq ($(dry)$(filter $(abspath $(OUT)),$(kept)),)
ifneq ($(filter $(writing) $(OUT)/%,$(MAKECMDGOALS)),)
refusal := $(shell plan=$(call quoted,$(MAKE) $(again) $(MAKECMDGOALS)) overrides=$(call quoted,$(MAKEOVERRIDES)) \
  line=$(filter-out never,$(PROGRESS)) $(here)data/make/hold $(OUT) $$PPID)
$(if $(refusal),$(error $(refusal)))
# Scores of what is no set any more, such as a target that was dropped: no tool is to read them.
ifeq ($(and $(discovering),$(if $(wildcard $(DOMAINS)),,unknown)),)
$(shell $(here)data/make/lay-aside $(OUT)/4-logprobs $(sets))
endif
export kept    := $(kept) $(abspath $(OUT))
export kept_by := $(shell echo $$PPID)
endif
endif

# ── Precision ────────────────────────────────────────────────────────────────────────────────────────────────────────
# Which of f32 and bf16 `auto` stands for, in .flags/precision, is decided once for a run, where its first model is
# trained; of a run that had models before, they tell. Other nodes follow, or say why they cannot: what differs between
# models is the mixture alone.
precision   := $(OUT)/.flags/precision
precision-of = $(and $(filter $1,train-expert score-logprobs evaluate-tasks),$(if $(call is-torch,$1),,1),$(if \
  $(and $(TRAINER),$(filter train-expert,$1)),,1),$(if $(call named,$1),,1),$(precision))
named        = $(filter --precision --precision=%,$($1.flags))
trained-in   = $(if $(call named,train-expert),,$(shell $(here)data/make/precision-of-models \
  $(or $(REUSE),$(OUT))/3-models))
$(precision): | $(BIN)/train-expert $$(@D)/
	$(begun)
	$(or $(call recorded,$(trained-in)),$(call start,train-expert,1) --show-precision -o $@)
	$(made)
recorded = $(if $1,echo $1 >$@.partial-0 && mv $@.partial-0 $@)

# ── Stamps ───────────────────────────────────────────────────────────────────────────────────────────────────────────
# .flags/NAME holds what no file tells: of a tool its flags and the revision of its results, of CORPUS and TASKS what
# files are there, of a list of models their names. It is written when that changes, and what comes of it is made again.
stamp          = $(or $(if $(filter RULES,$1),$(of-rules)),$(if $(filter pool-of-%,$1),$(available-of)), \
  $(if $(filter $(tools),$1),$(flags-of)), \
  $(if $(filter CORPUS TASKS,$1),$(listing-of)), \
  $(if $(filter TARGETS,$1),$(files-of)),$(names-of))
flags-of       = $(strip $($1.flags) $(settings-$1) --seed $(SEED) $(if $(call is-torch,$1),engine torch) \
  revision $(shell $(call program,$1) --revision 2>/dev/null))
of-rules       = $(RULES) $(budget) revision $(shell $(call program,sample-mixtures) --revision 2>/dev/null)
listing-of     = $(shell find -L $(call quoted,$($1)) -type f -printf '%P %s %T@\n' | LC_ALL=C sort | sha256sum)
files-of       = $(shell $(here)data/make/find-targets $(call quoted,$(TARGETS)) | cut -f 2 | tr '\n' '\0' \
  | xargs -0r -I@ find -L @ -type f -printf '%p %s %T@\n' | LC_ALL=C sort | sha256sum)
# Of pool-of-DOMAIN: the tokens that the target run has of it.
available-of   = $(shell awk -F'\t' '$$1 == "$(1:pool-of-%=%)" { print $$3 }' $(DOMAINS))
names-of       = $(if $(filter sets experts featured fitted held asked finals finals-validation,$1),$($1))
# What the rules give a tool beside TOOL.flags.
settings-discover-domains = $(topics)$(by-vectors)
settings-tokenize-tasks  = --test-fraction $(TEST_SHARE)
settings-tokenize-targets = $(if $(MAX_TOKENS),--tokens $(MAX_TOKENS))
settings-evaluate-tasks  = $(settings-tokenize-tasks)
settings-sample-mixtures = -n $(OBSERVED)
settings-train-expert    = $(if $(TRAINER),$(TRAINER) $(TRAINER_FORMAT)) $(pool-for:%=--pool-for %)
settings-score-logprobs  = --max-tokens $(MAX_TOKENS)
settings-fit-regressor   = --objective $(OBJECTIVE) --families $(FAMILIES) --beta $(BETA) $(across) $(runs-from)
settings-search-mixture  = --objective $(OBJECTIVE) --export $(EXPORT) --minimize $(MINIMIZE) $(EXTRAPOLATE) $(guarding)
$(foreach t,$(tools),$(eval settings-$t ?=))

# Compared before anything runs, so that `make -n` tells what would run; and again once the tool is built.
$(OUT)/.flags/%: $$(if $$(or $$(if $$(explain),$$(call explained,$$*),$$(sources-newer)),$$(call differ,$$(call \
  stamp,$$*),$$(file <$$@))),FORCE) | $$(@D)/ $$(if $$(filter $$*,$$(tools)),$(BIN)/$$*)
	@[[ $$text != *revision ]] || { echo 'make: $*: did not tell its revision' >&2 && exit 74; }
	@cmp -s $@ - <<<"$$text" || cat >$@ <<<"$$text"
$(OUT)/.flags/%: private export text = $(call stamp,$*)

## verify: read every file of the run and check it
verify: $(BIN)/render-report
	find $(OUT) -name '*.zst' -o -name '*.json' -o -name '*.jsonl' -o -name '*.safetensors' | sort \
	  | xargs $(BIN)/render-report --check
.PHONY: verify

%/: ; @mkdir -p $@
FORCE:
.PHONY: FORCE
