# The end tasks of TASKS: their losses are sets beside the domains, and the models' scores on them are told.

ifneq ($(tasks),)
task-manifests := $(tasks:%=$(OUT)/1-tokens/%/manifest.json)
$(OUT)/1-tokens/.tasks-done: $(tokenizer) $(TASK_TABLE) $(OUT)/.flags/TASKS $(call with-all,$(task-manifests)) \
  $(call with,tokenize-tasks)
	$(begun)
	$(call run,tokenize-tasks,1) --test-fraction $(TEST_SHARE) --table $(TASK_TABLE) --tokenizer $< \
	  $(call quoted,$(TASKS)) -o $(@D) --log $@
	$(made)
$(task-manifests): $(OUT)/1-tokens/.tasks-done ;+

## scores: score the trained models on the end tasks of TASKS, and tell which losses go with the scores
scores: $(correlations)
# The questions asked are those that the losses to minimise are not of.
$(OUT)/4-logprobs/%/tasks.jsonl: $(OUT)/3-models/%/model.safetensors $(OUT)/1-tokens/.tasks-done \
  $(call with,evaluate-tasks)
	$(begun)
	@$(call run,evaluate-tasks,$(THREADS)) --test-fraction $(TEST_SHARE) --model $(<D) --table $(TASK_TABLE) \
	  $(call quoted,$(TASKS)) -o $@
	$(made)
$(call runs,asked): $(call logprobs,$(asked),validation)
$(correlations): $(call runs,asked) $(call scored,$(asked)) $(call with,correlate-scores)
	$(begun)
	$(call run,correlate-scores,$(CORES)) --runs $< \
	  --scores $(OUT)/4-logprobs/$(call any-of,$(asked))/tasks.jsonl -o $@
	$(made)
else
scores: ; @echo 'make scores: give TASKS=DIR with files of $(TASK_TABLE)' >&2; exit 1
endif
.PHONY: scores
