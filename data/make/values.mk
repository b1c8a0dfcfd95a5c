# Values that a setting cannot have, refused before anything runs. Only what was given is looked at: defaults are right.

given-by = $(filter command environment,$(firstword $(origin $1)))
refuse   = $(error $1=$($1): $2)

# Whole numbers; those that are counted by from 1 on. Of limits none is none.
limiting  := MAX_TOKENS MODELS
counted   := CORES JOBS SEEDS NEXT PARTS
$(foreach v,OBSERVED REPEATS HELD CALIBRATE SEED THREADS $(limiting) $(counted),$(if $(and $(call given-by,$v),$(or \
  $($v),$(filter-out $(limiting),$v))),$(if $(call is-whole,$($v)),,$(call refuse,$v,is no whole number; write it in \
  digits$(comma) such as $v=4))))
$(foreach v,$(counted),$(if $(call given-by,$v),$(if $(subst 0,,$($v)),,$(call refuse,$v,give 1 or more))))
# One of a few words.
one-of = $(if $(call given-by,$1),$(if $(filter-out $2,$($1))$(word 2,$($1)),$(call refuse,$1,is none of $2)))
$(call one-of,MINIMIZE,predicted mde)
$(call one-of,NEXT_BY,gain improvement variance space)
$(call one-of,PROGRESS,auto always never)
$(call one-of,TRAINER_FORMAT,mde llmc megatron olmo datatrove)
