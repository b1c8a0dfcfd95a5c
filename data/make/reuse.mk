# REUSE=FOLDER, an earlier run whose domains changed: its models are taken over, its mixtures read over the new domains,
# and its scores kept where the sets are the same. OUT/.reused has them, with a list of names that make includes: it is
# made, and told, before anything is trained, by goals that come to models; then make reads all again.

ifneq ($(REUSE),)
ifneq ($(lists-reuse),)
$(reuse-list): $(manifests) $(target-manifests) $(task-manifests) $(wildcard $(REUSE)/3-models/*/run.json) $(LINEAGE) \
  $(call with,reuse-runs)
	$(begun)
	$(same-training)
	$(call run,reuse-runs,1) $(REUSE) --tokens $(OUT)/1-tokens/$(call any-of,$(sets)) $(settings-reuse-runs) \
	  $(if $(same-scoring),,--score-again) -o $(@D)
	@echo $(REUSE) >$(@D)/from
	$(made)
endif
$(if $(dry),$(if $(wildcard $(reuse-list)),,$(info reuse: nobody knows yet what; make reuse tells it)))

# Whether a tool had the same flags, whatever its revision.
flags-before = $(shell sed 's/ revision .*//' $(REUSE)/.flags/$1 2>/dev/null)
without-revision = $(strip $(shell sed 's/ revision .*//' <<<$(call quoted,$1)))
same-scoring = $(if $(call differ,$(call flags-before,score-logprobs),$(call without-revision,$(call \
  flags-of,score-logprobs))),,yes)
same-training = $(if $(call flags-before,train-expert),$(if $(call differ,$(call flags-before,train-expert),$(call \
  without-revision,$(call flags-of,train-expert))),$(error REUSE=$(REUSE): its models were trained with \
  $(call flags-before,train-expert), not $(call without-revision,$(call flags-of,train-expert)))))
settings-reuse-runs = -n $(OBSERVED) $(LINEAGE:%=--lineage %)

# Made with the list; those that did not change keep their time.
$(OUT)/.reused/%.jsonl: ;
$(OUT)/2-mixtures/reused.jsonl: $(OUT)/.reused/mixtures.jsonl $(call with-all,$(call mixtures,$(reused))) \
  | $(BIN)/sample-mixtures $$(@D)/
	$(begun)
	$(call split,$<,$(@D)) -o $@
	$(made)
$(OUT)/2-mixtures/reused-%.json: $(OUT)/2-mixtures/reused.jsonl ;+
endif

## reuse: tell what stays valid of REUSE=FOLDER, a run whose domains changed, and what is left to train; trains nothing
reuse:
	$(if $(REUSE),$(if $(restarted),@:,@cat $(OUT)/.reused/plan.txt),$(error make reuse: give REUSE=FOLDER of a run))
.PHONY: reuse
