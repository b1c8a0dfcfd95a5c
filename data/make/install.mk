# The tools where people look for programs, with manual and completions; `mde-make` is this Makefile from any folder.

# What is installed there: of an installed copy its own place.
PREFIX  ?= $(or $(patsubst %/lib/data-experts/,%,$(filter %/lib/data-experts/,$(here))),/usr/local)
# Stands before PREFIX while a package is made.
DESTDIR ?=

## install: install the tools, mde-make, manual pages and completions, under PREFIX=/usr/local; DESTDIR= for packages
install: | $(tools:%=$(BIN)/%)
	@$(here)data/make/install-copy $(or $(here),./) $(BIN) $(call quoted,$(DESTDIR)) $(call quoted,$(PREFIX)) \
	  $(call any-of,$(tools))

## uninstall: remove what was installed under PREFIX
uninstall:
	@$(here)data/make/uninstall-copy $(call quoted,$(DESTDIR)$(PREFIX))

.PHONY: install uninstall
