# What the pipeline needs, and how it is built.

swift-flags := -c release -Xcc -march=$(MARCH)
built       := $(tools:%=.build/release/%)
# `make deps all` installs first, even with -j.
installed   := $(filter deps,$(MAKECMDGOALS))
# The source files that the tools are older than.
sources-newer := $(shell find Package.swift Sources Tests/Benchmarks -type f -newer $(firstword $(built)) 2>/dev/null \
  || echo Package.swift)

## deps: install the Debian packages that are missing; asks for root only if some are
deps:
	@data/make/install-packages

## build: compile the tools
build: $(built)
# One build makes all tools: SwiftPM locks .build, parallel builds would only wait.
$(built) &: $(sources-newer) | $(installed)
	swift build $(swift-flags) --quiet
	touch .build/release/$(call any-of,$(tools))

## estimate: FLOP, memory and hours of one model of RUN=280m or another preset, measured here; ENGINE=torch: on GPUs
estimate: build
	@$(call program,train-expert) --estimate --vocab-size $(VOCABULARY) $(train-expert.flags)

## slimpajama: download SLIMPAJAMA='--chunks 1 --files 0-9' of the real corpus; then make all CORPUS=data/out/slimpajama
SLIMPAJAMA ?= --chunks 1 --files 0-9
slimpajama: | $(installed)
	data/corpus/download-slimpajama $(SLIMPAJAMA) -o data/out/slimpajama

## clean: remove what a killed run left half-written; `rm -r data/out` removes all results
clean:
	find data/out -name '*.partial-*' -delete

## help: list the targets
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST) | awk -F': ' '{ printf "  %-14s %s\n", $$1, substr($$0, length($$1) + 3) }'

.PHONY: deps build estimate slimpajama clean help
