# How the tools are compiled, where their sources are.

swift-flags := -c release -Xcc -march=$(MARCH)$(if $(here), --package-path $(here))
built       := $(tools:%=$(here).build/release/%)
# The source files that the tools are older than.
sources-newer := $(shell find $(addprefix $(here),Package.swift Sources Tests/Benchmarks) -type f \
  -newer $(firstword $(built)) 2>/dev/null || echo $(sources))

## build: compile the tools
build: $(built)
# One build makes all tools: SwiftPM locks .build, parallel builds would only wait.
$(built) &: $(sources-newer) | $(installed)
	$(begun)
	swift build $(swift-flags) --quiet
	touch $(here).build/release/$(call any-of,$(tools))
	@$(here)data/make/made $@ $(OUT)

.PHONY: build
