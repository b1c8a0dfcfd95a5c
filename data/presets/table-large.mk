# Whether what `make table` proposes is good at a larger scale too: `make finals RUN=table-large` trains the published
# proposals and baselines as models of 1.3M parameters on 6M tokens, and scores them on the test sets.

TRAIN_TOKENS ?= 6000000
VOCABULARY   ?= 4096
MAX_TOKENS   ?= 60000
BASELINES    := $(here)data/results/table/mixtures.jsonl
FINALS       ?= table-avg-sp uniform doge natural

train-tokenizer.flags := --vocab-size $(VOCABULARY)
# Parts hold fractions out.
tokenize-shards.flags := $(if $(filter-out 1,$(PARTS)),--validation-fraction 0.05 --test-fraction 0.05,\
  --validation-tokens $(MAX_TOKENS) --test-tokens $(MAX_TOKENS))
train-expert.flags    := --layers 4 --hidden-size 128 --heads 4 --context 128 --batch-size 8 --learning-rate 3e-3 \
                         --train-tokens $(TRAIN_TOKENS)
