# 70 055 040 parameters; 2.4e18 FLOP in 5.2e9 tokens; 3.4 GiB; 72 days.
SHAPE := --hidden-size 640 --layers 10 --heads 10 --intermediate-size 1728 --micro-batch-size 8
train-expert.memory ?= 6G
RATE  ?= 1e-3
include $(here)data/presets/sizes.mk
