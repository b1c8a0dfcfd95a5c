# Words and texts, for what follows.

comma    := ,
empty    :=
space    := $(empty) $(empty)
define newline


endef
# Breaks a line of a command: make joins the lines of a variable.
break    := \$(newline)$(space)
# A text as one word of a shell.
quoted    = '$(subst ','\'',$1)'
# Whether a text is a whole number: nothing is left of it without its digits.
is-whole  = $(if $1,$(if $(call without,$1,0 1 2 3 4 5 6 7 8 9),,yes))
without   = $(if $2,$(call without,$(subst $(firstword $2),,$1),$(wordlist 2,10,$2)),$1)
# Whether two texts differ.
differ    = $(if $(subst x$1,,x$2)$(subst x$2,,x$1),yes)
# Words as a shell's {a,b,c}, eight on a line.
any-of    = $(if $(word 2,$1),{$(call eights,$(strip $1))},$(strip $1))
eights    = $(call listed,$(wordlist 1,8,$1))$(if $(word 9,$1),$(comma)\$(newline)$(call eights,$(call from-9,$1)))
listed    = $(subst $(space),$(comma),$1)
from-9    = $(wordlist 9,$(words $1),$1)
