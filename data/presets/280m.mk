# 281 846 784 parameters; 9.5e18 FLOP in 5.2e9 tokens; 5.9 GiB; 289 days. The paper's proxy.
SHAPE := --hidden-size 1024 --layers 20 --heads 16 --intermediate-size 2688 --micro-batch-size 4 --recompute
train-expert.memory ?= 8G
RATE  ?= 6e-4
include $(here)data/presets/sizes.mk
