# The commands that people and CI both run.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTABLE := $(VENV)/.testable
# tests run in so many processes at once, each with one maths thread, and share their servers; WORKERS=0: in one. Half of
# what they take is waiting, so there are five for two cores. What is compiled is kept, whatever the environment says:
# every process would compile all tests, and each program that they start all of ours
WORKERS ?= $(shell expr 5 '*' $$(getconf _NPROCESSORS_ONLN) / 2)
TESTS = OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# the container engine that answers, for `make image`; BUILD_FLAGS go to its `build`
ENGINE = $(shell for engine in docker podman; do $$engine info >/dev/null 2>&1 && echo $$engine && break; done)

# the build of torch, and what comes with it, depends on the machine: these have no place in the lock
NOT_LOCKED := cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cupti nvidia-cuda-nvrtc \
  nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver nvidia-cusparse \
  nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx torch triton

# maths threads that spin on a busy machine cost several times more
export OMP_WAIT_POLICY := PASSIVE

.PHONY: help run test attack check image bench lock clean
help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(READY) ## set up, index seeds/ if there is no index, start the bot (Telegram, or the terminal chat)
	@$(BIN)/python -m bot run

test: $(TESTABLE) ## every test but the slow ones (SLOW=1 runs those as well)
	@$(TESTS) $(if $(SLOW),-m "not network and not image")

attack: $(TESTABLE) ## what people who mean harm try: feeds, pages, presses, folders; some two minutes
	@$(TESTS) -m "not network and not image" tests/attacks tests/index/ingest/test_parsing_apart.py

check: $(TESTABLE) ## formatting, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

image: $(TESTABLE) ## build the container image with docker or podman, and try it out
	@test -n "$(ENGINE)" || { echo "neither docker nor podman answers"; exit 1; }
	BUILDAH_FORMAT=docker $(ENGINE) build $(BUILD_FLAGS) -f deploy/Dockerfile $(if $(TORCH_INDEX),--build-arg TORCH_INDEX="$(TORCH_INDEX)") -t newsquote .
	@CONTAINER_ENGINE=$(ENGINE) $(BIN)/python -m pytest -m image tests/test_image.py

bench: $(TESTABLE) ## measure speed, memory, kills and load; writes benchmarks/results/
	@$(BIN)/python -m benchmarks

lock: ## write requirements.lock anew, after a change of pyproject.toml; needs uv
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  $(addprefix --no-emit-package ,$(NOT_LOCKED)) --output-file requirements.lock

clean: ## remove the environment (never var/, which holds your index and conversations)
	rm -rf $(VENV)

# torch first and pinned: an unpinned torch pulls gigabytes of CUDA
$(READY): pyproject.toml requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it, or run make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "setting up $(VENV) (once, a minute or two)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) torch==2.13.0
	@$(INSTALL) --no-deps --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-deps --editable .
	@touch $@

# what tests and checks need beside it: linters, test servers, PostgreSQL, Telegram's own library
$(TESTABLE): $(READY)
	@echo "adding what tests and checks need"
	@$(INSTALL) --editable '.[dev]'
	@touch $@
