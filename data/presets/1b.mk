# 990 455 808 parameters; 3.2e19 FLOP in 5.2e9 tokens; 19.7 GiB; 956 days.
# The paper trains it for 200 000 steps: TRAIN_TOKENS=104857600000.
SHAPE := --hidden-size 2048 --layers 18 --heads 16 --intermediate-size 5632 --micro-batch-size 4 --recompute
train-expert.memory ?= 26G
score-logprobs.memory ?= 8G
RATE  ?= 3e-4
include $(here)data/presets/sizes.mk
