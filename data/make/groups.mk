# Groups: domains that share an expert, by the 7th column of the table of domains.

ifneq ($(groups),)
# What the experts of groups are trained on: their domains by the tokens that there are.
$(OUT)/2-mixtures/groups.jsonl: $(DOMAINS) $(manifests) $(call with-all,$(call mixtures,$(group-experts))) \
  $(call with,sample-mixtures)
	$(begun)
	$(call run,sample-mixtures,1) --group-experts --domains $< --manifests \
	  $(OUT)/1-tokens/$(call any-of,$(domains))/manifest.json --split-into $(@D)/groups -o $@
	$(made)
$(OUT)/2-mixtures/groups/%.json: $(OUT)/2-mixtures/groups.jsonl ;+
endif
