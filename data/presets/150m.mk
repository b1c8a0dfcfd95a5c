# 149 804 928 parameters; 5.1e18 FLOP in 5.2e9 tokens; 6.2 GiB; 146 days.
SHAPE := --width 896 --layers 12 --heads 14 --ffn 2560 --micro-batch 8
RATE  ?= 8e-4
include data/presets/sizes.mk
