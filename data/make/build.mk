# How the tools are compiled, where their sources are.

swift-flags := -c release -Xcc -march=$(MARCH)$(if $(here), --package-path $(here))
built       := $(tools:%=$(here).build/release/%)
# The source files that the tools are older than.
sources-newer := $(shell find $(addprefix $(here),Package.swift Sources) -type f \
  -newer $(firstword $(built)) 2>/dev/null || echo $(sources))

## build: compile the tools
build: $(built)
# One build makes all tools: SwiftPM locks .build, parallel builds would only wait.
$(built) &: $(sources-newer) | $(installed)
	$(begun)
	TOOLS_ONLY=yes swift build $(swift-flags) --quiet
	touch $(here).build/release/$(call any-of,$(tools))
	@$(here)data/make/made $@ $(OUT)
# What measures and tests the tools, where it is asked for.
measuring := $(addprefix $(here).build/release/,fuzz-readers bench-design bench-engine bench-mixtures bench-regression \
  bench-tokenization bench-tasks)
$(measuring) &: $(built) $(shell find $(addprefix $(here)Tests/,Benchmarks Fuzz) -name '*.swift')
	swift build $(swift-flags) --quiet
	touch $(measuring)

.PHONY: build
