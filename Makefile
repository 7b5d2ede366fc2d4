# For a newcomer: `make demo` and `make test`. Each creates .venv if it is missing or out of date.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo run test test-all test-chaos bench format
.DEFAULT_GOAL := demo

.venv/installed: pyproject.toml constraints.txt
	@echo 'Installing into .venv, once. This takes about a minute.'
	@$(PYTHON) -m venv .venv
	@$(PIP) -e '.[dev]'
	@touch $@

.venv/installed-all: .venv/installed
	@$(PIP) -e '.[dev,browser]'
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
	$(BIN)/pytest -n 4 --dist worksteal  # most tests wait more than they compute

# Tests that take minutes in all, or need a package index or Chromium.
test-all: test .venv/installed-all
	$(BIN)/pytest -m long -n 3 --dist loadfile

# 300 kills at random instants, with lost answers: takes a quarter of an hour.
test-chaos: .venv/installed
	PYTHONPATH=tests $(BIN)/python -m support.chaos --cycles 300

bench: .venv/installed
	$(BIN)/python -m benchmarks

format: .venv/installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
