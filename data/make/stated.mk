# What the command line states is there: settings by their names, files, folders. A slip ends before anything runs.

stated   := $(strip $(foreach v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $v))),$v)))
# The settings there are: what a makefile or a preset gives a value, and those of the tools.
settings := $(if $(stated),$(shell sed -nE 's/^(override )?([A-Z_]+) *[:?]?=.*/\2/p' $(here)Makefile \
  $(wildcard $(here)data/make/*.mk $(here)data/presets/*.mk data/presets/*.mk)))
settings += $(foreach t,$(tools),$(addprefix $t.,flags also launch engine cores memory time gres slurm))
# The last is make's own question of itself, in status.mk.
unknown  := $(firstword $(filter-out $(settings) MAKEFLAGS SHELL explain,$(stated)))
$(if $(unknown),$(error $(unknown)=$($(unknown)): is no setting; $(shell $(here)data/make/nearest $(call \
  quoted,$(unknown)) $(settings))$(here)data/presets/README.md has all of them))

# $(call missing,SETTING): what is said where its file is not there.
missing = $(shell $(here)data/make/missing $(call quoted,$($1)))
ifeq ($(filter slimpajama corpus,$(MAKECMDGOALS)),)
files := CORPUS DOMAINS BASELINES TARGETS TASKS TASK_TABLE TOKENS TOKENIZER CLUSTERS VECTORS LINEAGE
$(foreach v,$(filter $(files),$(stated)),$(if $(filter-out auto auto:% folders,$($v)),$(if $(call missing,$v),$(error \
  $v=$($v): $(call missing,$v)))))
endif
# What make makes is text too, and the next make would read it as a part of the corpus.
$(if $(CORPUS),$(if $(shell in=$$(realpath -m -- $(call quoted,$(CORPUS))) && out=$$(realpath -m -- $(OUT)) && \
  [[ -d $$in && $$out/ == "$$in"/* ]] && echo inside),$(error OUT=$(OUT): lies in CORPUS, all text of which is read; \
  give a folder beside it)))
# Flags that a tool would refuse hours later; PyTorch's engine has some of its own.
refused-flag = $(shell $(here)data/make/unknown-flag $(BIN)/$1 $($1.flags))
$(foreach t,$(tools),$(if $(and $(filter $t.flags $t.also,$(stated)),$(if $(call is-torch,$t),,yes)),$(if $(call \
  refused-flag,$t),$(error $t.flags: $(call refused-flag,$t)))))
