# Experts first: their answer alone, and then further runs, few at a time. All in the run's folder: what one of these
# and `make all` have trained, the others need not.

## quick: the experts' answer: one model for each domain, and three more to see what it is worth
quick: | $(installed)
	$(MAKE) $(again) all OBSERVED=0 MINIMIZE=mde FINALS='mde-optimum natural uniform' \
	  $(if $(findstring command,$(origin CALIBRATE)),,CALIBRATE=2)

## plan: say which NEXT=4 mixtures to train next, chosen by NEXT_BY, and what they are worth
plan: $(OUT)/2-mixtures/ $(OUT)/6-regressors/regressor.json $(call mixtures,mde-optimum) $(searched) $(OUT)/7-proposal/
	$(search) $(fits) --next $(NEXT) --next-by $(NEXT_BY) $(if $(MODELS),--budget $(MODELS)) \
	  $(if $(LEAST_GAIN),--least-gain $(LEAST_GAIN)) $(break) \
	  --next-output $(OUT)/7-proposal/next.jsonl --mixture-output $(call mixtures,proposal) \
	  --what-if-output $(OUT)/7-proposal/what-if.json -o $(OUT)/7-proposal/proposal.json
	@$(here)data/make/made $(OUT)/7-proposal/next.jsonl
	@[ -s $(OUT)/7-proposal/next.jsonl ] || rm $(OUT)/7-proposal/next.jsonl

## next: train what `make plan` proposes, and fit and search again
next: plan
	@[ -s $(OUT)/7-proposal/next.jsonl ] || { echo 'make next: no mixture is worth a run' >&2; exit 1; }
	$(call split,$(OUT)/7-proposal/next.jsonl,$(OUT)/2-mixtures) >/dev/null
	$(MAKE) $(again) proposal

## campaign: train experts, then batches of NEXT=4 models while they are worth it, at most BUDGET=20 (or 1e15flop, 3h)
campaign: $(tools:%=$(BIN)/%) $(OUT)/.flags/ | $(installed)
	@BUDGET='$(BUDGET)' NEXT=$(NEXT) LEAST_GAIN=$(LEAST_GAIN) EXPERTS='$(experts)' TAKEN_FROM=$(taken-from) \
	  REUSE=$(REUSE) BIN=$(BIN) $(here)data/make/campaign $(OUT) "$(MAKE) $(again)"
# What a campaign was begun with: with other runs it would be another one.
campaign-is := OBJECTIVE=$(OBJECTIVE) SEED=$(SEED) NEXT=$(NEXT) NEXT_BY=$(NEXT_BY) \
  $(train-expert.flags)$(pool-for:%= --pool-for %)$(if $(guarding), $(guarding))
campaign: private export CAMPAIGN = $(campaign-is)

.PHONY: quick plan next campaign
