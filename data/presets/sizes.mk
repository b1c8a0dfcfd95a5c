# What the presets named by a model's size share. They are for a corpus such as SlimPajama's:
# make all RUN=280m CORPUS=DIR; `make estimate RUN=280m` says beforehand what a model takes.
#
# A step has 512 sequences of 1024 tokens, 0.52M, and the proxies take 10 000 steps, as the paper's
# do. Sizes are for a vocabulary of 32 000 with tied embeddings. Memory is that of training in
# bfloat16: 20 bytes a parameter, and the activations of a micro-batch. FLOP are those of the
# products of all steps; days are on two cores of an AMD EPYC (Zen 4), as `make estimate` measured
# them: they say why such runs belong on a cluster.
ifeq ($(CORPUS)$(filter estimate help,$(MAKECMDGOALS)),)
$(error RUN=$(RUN): give CORPUS=DIR with text for 5.2e9 tokens a model; see make slimpajama)
endif

# 10 000 steps.
TRAIN_TOKENS ?= 5242880000
OBSERVED     ?= 25
VOCABULARY   ?= 32000
MAX_TOKENS   ?= 2000000

train-tokenizer.flags := --vocab-size $(VOCABULARY)
# Parts hold fractions out.
tokenize-shards.flags := $(if $(filter-out 1,$(PARTS)),--validation-fraction 0.001 --test-fraction 0.001,\
  --validation-tokens $(MAX_TOKENS) --test-tokens $(MAX_TOKENS))
train-expert.flags    := $(SHAPE) --context 1024 --batch-size 512 --train-tokens $(TRAIN_TOKENS) \
                         --learning-rate $(RATE) --warmup 500 --beta2 0.95 --eval-tokens 262144 \
                         --init-std 0.02
mde-features.flags    := --absent zero
search-mixture.flags  := --domains $(DOMAINS) --train-tokens $(budget)
