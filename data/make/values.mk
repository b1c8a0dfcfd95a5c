# Values that a setting cannot have, refused before anything runs. Only what was given is looked at: defaults are right.

given-by = $(filter command environment,$(firstword $(origin $1)))
digits   := 0 1 2 3 4 5 6 7 8 9
# What is left of a text without its digits.
undigits = $(call without,$1,$(digits))
without  = $(if $2,$(call without,$(subst $(firstword $2),,$1),$(wordlist 2,10,$2)),$1)
refuse   = $(error $1=$($1): $2)

# Whole numbers, those behind from 1 on.
counted  := CORES JOBS THREADS SEEDS NEXT PARTS
$(foreach v,OBSERVED REPEATS HELD CALIBRATE SEED MODELS MAX_TOKENS $(counted),$(if $(call given-by,$v),$(if \
  $(call undigits,$($v))$(word 2,$($v)),$(call refuse,$v,is no whole number))))
$(foreach v,$(counted),$(if $(call given-by,$v),$(if $(call without,$($v),0),,$(call refuse,$v,is below 1))))
# One of a few words.
one-of = $(if $(call given-by,$1),$(if $(filter-out $2,$($1))$(word 2,$($1)),$(call refuse,$1,is none of $2)))
$(call one-of,MINIMIZE,predicted mde)
$(call one-of,NEXT_BY,gain improvement variance space)
$(call one-of,PROGRESS,auto always never)
$(call one-of,TRAINER_FORMAT,mde llmc megatron olmo datatrove)
