# DOMAINS=folders: each folder of the corpus is a domain, and each file beside them. Of a corpus whose lines name no
# domain of SlimPajama that is the default.

by-folders := $(OUT)/0-domains/folders.tsv
own        := $(if $(and $(filter undefined,$(origin DOMAINS)),$(CORPUS)),$(shell \
  $(here)data/make/find-domains --own $(call quoted,$(CORPUS))))
DOMAINS    ?= $(if $(own),folders,$(here)data/domains/$(if $(CORPUS),slimpajama,debian).tsv)
ifeq ($(DOMAINS),folders)
$(if $(CORPUS),,$(error DOMAINS=folders: they are those of CORPUS; give that too))
override DOMAINS := $(by-folders)
# The table changes with their names alone.
folders-found := $(shell mkdir -p $(dir $(DOMAINS)) && $(here)data/make/find-domains $(call quoted,$(CORPUS)) \
  >$(DOMAINS).partial-0 && { cmp -s $(DOMAINS).partial-0 $(DOMAINS) && rm $(DOMAINS).partial-0 \
  || mv $(DOMAINS).partial-0 $(DOMAINS); })
$(if $(file <$(DOMAINS)),,$(error CORPUS=$(CORPUS): has no folders or files of a corpus in it))
endif
