# Twelve languages in eight scripts out of Debian, in translations of handbooks, help and manual pages: 12 experts, 16
# mixtures, and the baselines of multilingual models. Bits per byte: tokens of languages hold unlike amounts of text.

CORPUS_PACKAGES ?= $(here)data/corpus/languages.tsv
DOMAINS      := $(here)data/domains/languages.tsv
OBJECTIVE    := avg-sp/byte

# One budget for all models.
TRAIN_TOKENS ?= 2000000
OBSERVED     ?= 16
VOCABULARY   ?= 4096
# As many of each language: the smallest has 13 000 held out.
MAX_TOKENS   ?= 12000
# Of the tokens there are: tokens^(1/T), and UniMax, which is uniform at this budget: an equal share of it is less than
# one epoch of each language.
RULES        ?= natural temperature=2 temperature=3.3 temperature=5 unimax=1 uniform
FINALS       ?= proposal $(others:%=proposal-%) mde-optimum natural temperature-2 temperature-3.3 temperature-5 uniform

# Every language has the same say. Vowel signs and accents are letters, and text is in NFC.
train-tokenizer.flags := --vocab-size $(VOCABULARY) --words marks --normalize nfc \
                         --fertility $(OUT)/1-tokens/fertility.jsonl
# Parts hold fractions out.
tokenize-shards.flags := $(if $(filter-out 1,$(PARTS)),--validation-fraction 0.05 --test-fraction 0.05,\
  --validation-tokens 40000 --test-tokens 40000)
train-expert.flags    := --layers 2 --hidden-size 64 --heads 2 --context 128 --batch-size 4 --learning-rate 1e-2 \
                         --train-tokens $(TRAIN_TOKENS)
mde-features.flags    := --absent zero
fit-regressor.flags   := --draws 5
search-mixture.flags  := --domains $(DOMAINS) --train-tokens $(budget)
