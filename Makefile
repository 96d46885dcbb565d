# The commands that people and CI both run.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# maths threads that spin on a busy machine cost several times more
export OMP_WAIT_POLICY := PASSIVE

.PHONY: help run test check bench clean
help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(READY) ## set up, index seeds/ if there is no index, start the bot (Telegram, or the terminal chat)
	@$(BIN)/python -m bot run

test: $(READY) ## every test but the slow ones (SLOW=1 runs those as well)
	@$(BIN)/python -m pytest $(if $(SLOW),-m "not network")

check: $(READY) ## formatting, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) ## measure speed, memory, kills and load; writes benchmarks/results/
	@$(BIN)/python -m benchmarks

clean: ## remove the environment (never var/, which holds your index and conversations)
	rm -rf $(VENV)

# torch first and pinned: an unpinned torch pulls gigabytes of CUDA
$(READY): pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it, or run make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "setting up $(VENV) (once, a few minutes)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
