# Two commands for a newcomer: `make demo` and `make test`. Each makes .venv when it is missing or stale.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo run test test-chaos bench format
.DEFAULT_GOAL := demo

.venv/installed: pyproject.toml constraints.txt
	@echo 'Installing into .venv: once, for about a minute.'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: .venv/installed
	@exec $(BIN)/tocsin demo

run: .venv/installed
	@exec $(BIN)/tocsin run

test: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 3 --dist worksteal  # most of them wait more than they compute

# 300 kills at random instants, with answers lost on the way: for a quarter of an hour.
test-chaos: .venv/installed
	PYTHONPATH=tests $(BIN)/python -m support.chaos --cycles 300

bench: .venv/installed
	$(BIN)/python -m benchmarks

format: .venv/installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
