# The mixtures to compare with: published ones, those of BASELINES, or by rules of the tokens there are.

# There are no published mixtures of other domains; shares of their tokens and equal shares stand for them.
named-by = $(shell cut -f 1 $1 | grep -v '^\#')
ifneq ($(and $(filter $(published-mixtures),$(BASELINES)),$(wildcard $(DOMAINS))),)
ifneq ($(filter-out $(call named-by,$(DOMAINS)),$(call named-by,$(here)data/domains/debian.tsv)),)
RULES    ?= natural uniform
endif
endif
# Baselines that are made of the tokens there are, instead of BASELINES: natural temperature=3.3 unimax=4 uniform.
RULES      ?=
ifneq ($(RULES),)
BASELINES  := $(OUT)/2-mixtures/rules.jsonl
endif
