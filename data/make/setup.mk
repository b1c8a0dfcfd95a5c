# What the pipeline needs, and what is no stage of it.

# `make deps all` installs first, even with -j.
installed := $(filter deps,$(MAKECMDGOALS))
# build.mk tells them.
sources-newer :=

## deps: install the Debian packages that are missing; asks for root only if some are
deps:
	@$(here)data/make/install-packages $(if $(sources),to-build)

# Where the tools are not compiled they have to be there.
$(if $(filter $(BIN),$(if $(sources),$(here).build/release)),,$(eval $(tools:%=$(BIN)/%): ; \
  $$(error BIN=$(BIN): has no $$(@F); give another BIN, or install the tools again)))

## estimate: FLOP, memory and hours of one model of RUN=280m or another preset, measured here; ENGINE=torch: on GPUs
estimate: $(BIN)/train-expert
	@$(call program,train-expert) --estimate --vocab-size $(VOCABULARY) $(train-expert.flags)

## slimpajama: download SLIMPAJAMA='--chunks 1 --files 0-9' of the real corpus; then make all CORPUS=data/out/slimpajama
SLIMPAJAMA ?= --chunks 1 --files 0-9
slimpajama: | $(installed)
	$(here)data/corpus/download-slimpajama $(SLIMPAJAMA) -o data/out/slimpajama

## clean: remove what a killed run left half-written; `rm -r data/out` removes all results
clean:
	find data/out -name '*.partial-*' -delete

## help: this list
help:
	@{ sed -nE 's/^## (($(often)): .*)/\1/p' $(MAKEFILE_LIST); echo; \
	  sed -nE '/^## ($(often)):/d; s/^## //p' $(MAKEFILE_LIST); } \
	  | awk -F': ' '{ print NF ? sprintf("  %-14s %s", $$1, substr($$0, length($$1) + 3)) : "" }'
# What people ask for most comes first.
often := all|quick|campaign|status|report

.PHONY: deps estimate slimpajama clean help
