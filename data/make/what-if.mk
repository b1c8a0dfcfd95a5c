# What if: what is predicted of mixtures that somebody names. It reads the files of a finished run, and writes none.

## what-if: predict MIXTURE='ArXiv=0.4,Github=0.1', changes to the proposal, or MIXTURE='natural doge', beside it
MIXTURE ?= natural uniform
what-if: | $(BIN)/search-mixture
	@[ -e $(OUT)/7-proposal/proposal.json ] || { echo 'make what-if: $(OUT)/7-proposal/proposal.json: is not there;' \
	  'run make proposal first' >&2; exit 66; }
	@$(call start,search-mixture,$(CORES)) -q$(if $(search-mixture.flags), $(search-mixture.flags)) -j $(CORES) $(break) \
	  --experts $(call folders,$(experts),validation) --baselines $(BASELINES) $(wildcard $(call mixtures,mde-optimum)) \
	  $(break) --manifests $(OUT)/1-tokens/$(call any-of,$(domains))/manifest.json $(break) \
	  $(if $(strip $(fitted)),--regressor $(OUT)/6-regressors/regressor.json,--objective $(OBJECTIVE)) $(break) \
	  --minimize $(MINIMIZE) $(if $(EXTRAPOLATE),--extrapolate) $(guarding) $(break) \
	  --compare $(OUT)/7-proposal/proposal.json $(foreach m,$(MIXTURE),$(call quoted,$m))

.PHONY: what-if
