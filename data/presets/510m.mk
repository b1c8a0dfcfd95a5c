# 510 915 840 parameters; 1.7e19 FLOP in 5.2e9 tokens; 10.4 GiB; 527 days.
SHAPE := --hidden-size 1280 --layers 24 --heads 20 --intermediate-size 3392 --micro-batch-size 4 --recompute
train-expert.memory ?= 14G
RATE  ?= 5e-4
include $(here)data/presets/sizes.mk
