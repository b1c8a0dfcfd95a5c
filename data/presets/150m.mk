# 149 804 928 parameters; 5.1e18 FLOP in 5.2e9 tokens; 6.2 GiB; 146 days.
SHAPE := --hidden-size 896 --layers 12 --heads 14 --intermediate-size 2560 --micro-batch-size 8
train-expert.memory ?= 8G
RATE  ?= 8e-4
include $(here)data/presets/sizes.mk
