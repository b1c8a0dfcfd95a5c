# Tools that travel: with all that they need but the C library, for any processor of a stated baseline.

DIST_MARCH ?= x86-64-v3
dist       := data/out/dist
dist-build ?= $(dist)/build
# The old tag of the path is followed by libraries of libraries too.
dist-flags := -c release --scratch-path $(dist-build) -Xcc -march=$(DIST_MARCH) \
  -Xlinker --disable-new-dtags -Xlinker -rpath='$$ORIGIN/../lib'

## dist: one archive of the tools and of what make reads, which needs no Swift and no library but the C library
dist: build | $(dist)/
	swift build $(dist-flags) --quiet
	data/make/pack-tools $(dist-build)/release $(dist)/data-experts $(call any-of,$(tools))
	tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C $(dist) -c data-experts \
	  | zstd -q -f -o $(dist)/data-experts.tar.zst
	@echo "make dist: $(dist)/data-experts.tar.zst; $$(cat $(dist)/data-experts/NEEDS)"

.PHONY: dist
