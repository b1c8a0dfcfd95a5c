# A run of another size: what it loses is predicted from runs of several sizes, and the mixture is searched for it.

# The parameters of that run, of which TARGET_TOKENS are the tokens; tables of runs of other sizes, or folders of runs.
TARGET_PARAMETERS ?=
RUNS_FROM  ?=
# With TARGET_TOKENS: `matched` where models see of each domain as much as makes them repeat it as that run will;
# `whole` where they see all of it.
POOLS      ?= matched
$(if $(filter matched whole,$(POOLS)),,$(error POOLS=$(POOLS): is not known; give matched or whole))
pool-for   := $(if $(filter matched,$(POOLS)),$(TARGET_TOKENS))

override TARGET_PARAMETERS := $(if $(TARGET_PARAMETERS),$(shell printf %.0f '$(TARGET_PARAMETERS)' 2>/dev/null))
$(if $(filter 0,$(TARGET_PARAMETERS)),$(error TARGET_PARAMETERS: is no number of parameters; write 1e9 or 1000000000))
runs-from  := $(foreach r,$(RUNS_FROM),$(if $(wildcard $r/5-runs/.),$r/5-runs/fitted.jsonl,$r))
ifneq ($(TARGET_PARAMETERS)$(RUNS_FROM),)
$(if $(and $(TARGET_PARAMETERS),$(TARGET_TOKENS)),,$(error \
  $(if $(TARGET_PARAMETERS),TARGET_PARAMETERS,RUNS_FROM): what is predicted is a run of TARGET_PARAMETERS and \
  TARGET_TOKENS; give both))
$(if $(RUNS_FROM),,$(error TARGET_PARAMETERS: the models of a run are of one size, which tells nothing of another; \
  give runs of other sizes as RUNS_FROM='FILE … FOLDER …'))
$(if $(BETA),$(error BETA: families across scales see no MDE features; leave it or TARGET_PARAMETERS out))
$(foreach r,$(runs-from),$(if $(wildcard $r),,$(error RUNS_FROM: $r is no table of runs, and no folder of a run with \
  5-runs/fitted.jsonl)))
$(if $(filter plan next campaign,$(MAKECMDGOALS)),$(error TARGET_PARAMETERS: further runs are chosen for what they \
  tell of this size; leave it out of make $(filter plan next campaign,$(MAKECMDGOALS))))
endif
# Families across scales see weights alone.
across     := $(if $(TARGET_PARAMETERS),--target-parameters $(TARGET_PARAMETERS) --target-tokens $(TARGET_TOKENS))
