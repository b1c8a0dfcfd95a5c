# CLUSTER=slurm: every tool is a job, or inside an allocation a step of it, and make stays the scheduler. What a tool is
# given are settings of the tool; a preset has those of its models.

# Jobs at a time; cores of a job, and so of a model: models side by side are other jobs.
JOBS    ?= 64
CORES   ?= 8
THREADS ?= $(CORES)
# srun's options for all jobs; of one tool TOOL.slurm besides.
SLURM   ?=
# How often a job is run again that was lost; seconds between its signs of life, of which six may be missing.
RETRIES   ?= 3
HEARTBEAT ?= 20
export RETRIES HEARTBEAT

# The launcher: $1 is the tool, $2 its threads.
LAUNCH ?= $(here)data/make/through-slurm $(strip --cpus-per-task=$(or $($1.cores),$2) --mem=$(call given,$1,memory,4G) \
  --time=$(call given,$1,time,240) $(addprefix --gres=,$(call gres,$1)) $(SLURM) $(call given,$1,slurm,)) $(break) \
  $(OUT) $@ $(break)
# $(call given,TOOL,SETTING,DEFAULT)
given   = $(if $(findstring undefined,$(origin $1.$2)),$3,$($1.$2))
# A GPU for the tools that take one.
gres    = $(call given,$1,gres,$(if $(call is-torch,$1),gpu:1))

# Minutes. Training saves and goes on, so its limit may be short; the signal comes a minute before it.
train-expert.time    ?= 1440
train-expert.slurm   ?= --signal=TERM@60
discover-domains.time ?= 1440
train-tokenizer.time ?= 1440
tokenize-shards.time ?= 1440
