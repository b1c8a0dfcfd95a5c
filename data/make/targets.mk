# Targets: text that the model is to be good at. Their losses are sets beside the domains, and their mean is what the
# proposal minimises.

# What evaluation sets share with the training text.
overlap := $(OUT)/1-tokens/overlap.jsonl
target-manifests := $(targets:%=$(OUT)/1-tokens/%/manifest.json)
ifneq ($(targets),)
# What tells that they changed: of the user's files a stamp, of ours the manifest, which is written last.
targets-are := $(OUT)/$(if $(TARGETS),.flags/TARGETS,0-targets/manifest.json)
$(OUT)/0-targets/manifest.json: $(TARGET_PACKAGES) | $(installed)
	$(begun)
	$(here)data/corpus/build-corpus --targets --packages $< --cache $(CACHE) -o $(@D)
	$(made)

$(OUT)/1-tokens/.targets-done: $(tokenizer) $(targets-are) $(call with-all,$(target-manifests)) \
  $(call with,tokenize-targets)
	$(begun)
	$(targets-table) >$(@D)/targets.tsv
	$(call run,tokenize-targets,$(CORES)) --table $(@D)/targets.tsv --tokenizer $< \
	  $(settings-tokenize-targets) -o $(@D) --log $@
	$(made)
$(target-manifests): $(OUT)/1-tokens/.targets-done ;+
endif
$(overlap): $(manifests) $(target-manifests) $(tokenizer) $(call with,measure-overlap)
	$(begun)
	$(call run,measure-overlap,$(CORES)) --tokenizer $(tokenizer) --progress $(PROGRESS) \
	  $(OUT)/1-tokens/$(call any-of,$(domains) $(targets)) -o $@
	$(made)
