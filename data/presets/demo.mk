# The default run: seven domains of Debian text, 28 small models, a quarter of an hour on two cores.

# One budget for all models.
TRAIN_TOKENS ?= 2000000
OBSERVED     ?= 16
VOCABULARY   ?= 4096
MAX_TOKENS   ?= 40000

# What the mixture is for, unless text of one's own says so.
TARGET_PACKAGES ?= $(if $(CORPUS)$(TOKENS)$(TARGETS),,$(here)data/corpus/targets.tsv)

train-tokenizer.flags := --vocab-size $(VOCABULARY)
# Enough held-out documents for standard errors below the differences that matter.
# Parts hold fractions out.
tokenize-shards.flags := $(if $(filter-out 1,$(PARTS)),--validation-fraction 0.05 --test-fraction 0.05,\
  --validation-tokens $(MAX_TOKENS) --test-tokens $(MAX_TOKENS))
tokenize-tasks.flags  := --max-questions 200
# At this budget small models with many small steps learn most: an average loss of 5.3 nats per token
# after 30 s of one core, where width 128, 4 layers and batches of 16 reach 6.3.
train-expert.flags    := --layers 2 --hidden-size 64 --heads 2 --context 128 --batch-size 4 --learning-rate 1e-2 \
                         --train-tokens $(TRAIN_TOKENS)
# Runs trained before a domain was added have weight 0 there.
mde-features.flags    := --absent zero
fit-regressor.flags   := --draws 5
evaluate-tasks.flags  := --max-questions 100
search-mixture.flags  := --domains $(DOMAINS) --train-tokens $(budget)
