# Speeds, beside other programs in turns where Python has them; Tests/README.md has the figures.

# $(call peer,MODULES,COMMAND): COMMAND if Python has MODULES.
peer = $(if $(shell $(PYTHON) -c 'import $1' 2>/dev/null && echo yes),$2)

## bench: speed of all that takes time; PYTHON= one with torch, scikit-learn, tiktoken, lm-eval measures them too
bench: bench-engine bench-mixtures bench-regression bench-tokenization bench-tasks

bench-engine: $(BIN)/bench-engine
	@for precision in auto f32; do for work in train score; do for config in S M L; do \
	  $(BIN)/$@ $$work $$config --precision $$precision \
	    $(call peer,torch,--peer '$(PYTHON) Tests/Peers/torch_peer.py'); \
	done; done; done

# The features, few mixtures and many, in turns with numpy and torch; the certificate; ways to search this run's cache.
searched-caches = $(wildcard $(OUT)/4-logprobs/expert-*/validation)
bench-mixtures: $(BIN)/bench-mixtures
	@for work in '2000000 256' '1000000 2048'; do for kind in $(or $(call peer,torch,numpy torch torch-product),none); do \
	  $(BIN)/$@ features $$work $(CORES) 7 -- $(call peer,torch,$(PYTHON) Tests/Peers/mde_features.py $$kind); \
	done; done
	@for many in '500000 1024 24' '200000 1024 64' '100000 1024 200' '20000 1024 1024'; do \
	  set -- $$many; $(BIN)/$@ features $$1 $$2 $(CORES) $$3; done
	$(BIN)/$@ certify 10000000 $(CORES) 7 -- $(call peer,torch,$(PYTHON) Tests/Peers/mde_search.py)
	$(BIN)/$@ certify 1000000 $(CORES) 200
	$(if $(searched-caches),$(BIN)/$@ compare $(searched-caches))

# Fits of 512 runs of 17 domains to 13 sets, choices of settings included; the audit of 48 runs.
regression-peer = $(call peer,$1,$(PYTHON) Tests/Peers/regression_peer.py $1)
bench-regression: $(BIN)/bench-regression
	@$(BIN)/$@ fit-ridge $(CORES) -- $(call regression-peer,sklearn)
	@$(BIN)/$@ fit-law $(CORES)
	@$(BIN)/$@ fit-gbm $(CORES) -- $(call regression-peer,lightgbm)
	@$(BIN)/$@ fit-gp $(CORES)
	@$(BIN)/$@ audit $(CORES)

# Ingestion, encoding on one thread and on all, training of 32 000 tokens on half of the corpus.
BENCH_TOKENIZER ?= $(tokenizer)
bench-corpus    = $(call quoted,$(corpus))/*.jsonl.zst
token-peer      = $(call peer,$1$(comma) orjson$(comma) zstandard,$(PYTHON) Tests/Peers/tokenizer_peer.py $1)
bench-tokenization: $(BIN)/bench-tokenization
	$(BIN)/$@ ingest $(bench-corpus) -- $(call token-peer,zstandard)
	@for threads in $(sort 1 $(CORES)); do \
	  $(BIN)/$@ encode $(BENCH_TOKENIZER) $$threads 4 $(bench-corpus) -- $(call token-peer,tiktoken); \
	  $(BIN)/$@ encode $(BENCH_TOKENIZER) $$threads 8 $(bench-corpus) -- $(call token-peer,tokenizers); \
	  $(BIN)/$@ near-duplicates $$threads 4 $(bench-corpus) -- $(call token-peer,rensa); \
	  $(BIN)/$@ train-tokenizer 32000 $$threads 2 $(bench-corpus) -- $(call token-peer,tokenizers); \
	done

# Domains found in the corpus without its labels, and by scikit-learn; half an hour, and not of `make bench`.
## bench-clusters: domains found beside scikit-learn's, against the corpus's labels; PYTHON= one with scikit-learn
bench-clusters: build
	$(PYTHON) Tests/Peers/clusters_peer.py $(BIN) $(corpus)

# Made-up questions of four choices, without examples and with five.
task-peer = $(call peer,lm_eval,--peer '$(PYTHON) Tests/Peers/tasks_peer.py')
bench-tasks: $(BIN)/bench-tasks
	@for precision in f32 auto; do \
	  for shots in '' '--shots 5 --draw each' '--shots 5 --draw once'; do \
	    $(BIN)/$@ $(BENCH_TOKENIZER) --precision $$precision $$shots $(task-peer); \
	  done; \
	done

# Designs replayed on the published table, of which each replication has four fifths, and on other tables as a whole. It
# tells the regrets as it goes on; data/out/design/NAME has them as lines of JSON, a table and a picture.
DESIGN_TABLES    ?=
DESIGN_OBJECTIVE ?= mean
DESIGN_FLAGS     ?=
table-designs    := random space variance improvement gain gain/4 gain/8 \
  random+mde order+mde improvement+mde gain+mde gain+mde/4 gain+mde/8
replayed = -j $(CORES) $(DESIGN_FLAGS) --table data/out/design/$1.md --picture data/out/design/$1.svg \
  -o data/out/design/$1.jsonl
## bench-design: regret of ways to choose runs, on measured tables; DESIGN_TABLES='WEIGHTS.csv LOSSES.csv' others too
bench-design: $(BIN)/bench-design
	@mkdir -p data/out/design
	$(BIN)/$@ --runs data/results/table/runs.jsonl data/results/table/runs-held.jsonl \
	  --features data/results/table/features.jsonl.zst --share 0.8 --most 12 --designs $(table-designs) \
	  $(call replayed,table)
	$(if $(DESIGN_TABLES),$(BIN)/$@ --runs $(DESIGN_TABLES) --objective $(DESIGN_OBJECTIVE) --most 24 \
	  $(call replayed,$(DESIGN_OBJECTIVE)))

.PHONY: bench bench-engine bench-mixtures bench-regression bench-tokenization bench-clusters bench-tasks \
  bench-design
