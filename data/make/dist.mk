# Tools that travel: with all that they need but the C library, for every processor of a stated baseline.

# What the tools are compiled for, a copy for each: MARCH, or MARCH+FEATURE. data/dist/run-level.c chooses at start.
DIST_LEVELS ?= $(if $(filter x86_64,$(shell uname -m)),x86-64-v3 x86-64-v4 x86-64-v4+avx512bf16,armv8-a)
dist        := data/out/dist
dist-build  ?= $(dist)/build
level-march  = -Xcc -march=$(subst +,$(space)-Xcc -m,$1)
# The old tag of the path is followed by libraries of libraries too.
dist-flags   = -c release --scratch-path $(dist-build)/$1 $(level-march) \
  -Xlinker --disable-new-dtags -Xlinker -rpath='$$ORIGIN/../../lib'

## dist: pack the tools and what make reads into one archive, which needs no Swift and no library but the C library
dist: | $(installed) $(dist)/
	$(foreach l,$(DIST_LEVELS),TOOLS_ONLY=yes swift build $(call dist-flags,$l) --quiet$(newline))
	data/make/pack-tools $(foreach l,$(DIST_LEVELS),$l=$(dist-build)/$l/release) $(dist)/data-experts \
	  $(call any-of,$(tools))
	tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C $(dist) -c data-experts \
	  | zstd -q --long=27 -f -o $(dist)/data-experts.tar.zst
	@echo "make dist: $(dist)/data-experts.tar.zst; $$(cat $(dist)/data-experts/NEEDS)"

.PHONY: dist
