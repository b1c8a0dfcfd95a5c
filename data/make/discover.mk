# DOMAINS=auto:12: domains are found in the text before anything else is made of it. Their names are those of files, so
# a makefile depends on them: make makes it first, and then starts again with the names.

by-vectors  := $(if $(VECTORS), --vectors $(VECTORS))
by-domains  := --domains $(DOMAINS)$(if $(CLUSTERS), --clusters $(CLUSTERS)$(by-vectors) $(break))
domains-are := $(DOMAINS) $(CLUSTERS) $(VECTORS)
# What the page says of them.
found-report := $(if $(discovering),$(OUT)/0-domains/report.jsonl)
ifneq ($(discovering),)
$(OUT)/0-domains/report.jsonl: $(corpus-is) $(VECTORS) $(call with-all,$(DOMAINS) $(CLUSTERS)) \
  $(call with,discover-domains)
	$(begun)
	$(call run,discover-domains,$(CORES))$(addprefix -k ,$(topics))$(by-vectors) --progress $(PROGRESS) \
	  $(call quoted,$(corpus)) -o $(@D)
	$(made)
# Those that are the same keep their time.
$(DOMAINS) $(CLUSTERS): $(OUT)/0-domains/report.jsonl ;+

$(OUT)/0-domains/found.mk: $(OUT)/0-domains/report.jsonl
	echo '# The domains of domains.tsv beside this file.' >$@
# Not where names tell nothing, nor where nothing is to be made: make makes makefiles even with -n.
nameless := help status verify clean build deps deps-torch install uninstall estimate slimpajama corpus
flags-of-make := $(filter-out -%,$(firstword $(MAKEFLAGS)))
ifneq ($(filter-out $(nameless),$(or $(MAKECMDGOALS),help)),)
ifeq ($(findstring n,$(flags-of-make))$(findstring q,$(flags-of-make))$(findstring t,$(flags-of-make)),)
include $(OUT)/0-domains/found.mk
endif
endif
endif

## domains: with DOMAINS=auto:12, find the domains of the corpus, and no more
domains: $(DOMAINS)
.PHONY: domains
