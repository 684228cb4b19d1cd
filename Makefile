# Two commands set everything up: `make run` and `make test`. The rest is for daily work.
.DEFAULT_GOAL := help
.PHONY: help run test test-long check format bench lock vendor wheel clean

BIN := .venv/bin
WORKERS ?= 2
export HOST ?= 127.0.0.1
export PORT ?= 8000
ifeq ($(shell uname -s),Darwin)
# Where Homebrew keeps pango; a Python that is not Homebrew's does not look there.
export DYLD_FALLBACK_LIBRARY_PATH ?= /opt/homebrew/lib:/usr/local/lib:/usr/lib
endif

help:  ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run:  ## Set up, load the demo programme on the first start, and serve (HOST, PORT)
	@.ci/setup.sh run
	@$(BIN)/iurc-events demo

test: check  ## Set up for tests, check the code, run all tests but the long ones
	$(BIN)/python -m pytest -n $(WORKERS)

test-long:  ## Run the tests that take minutes
	@.ci/setup.sh test
	$(BIN)/python -m pytest -m long

check:  ## Style, formatting, import rules, types
	@.ci/setup.sh test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format:  ## Put the code into its standard form
	@.ci/setup.sh test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench:  ## Measure
	@.ci/setup.sh test
	$(BIN)/python -m benchmarks

lock:  ## Write both lock files again (UPGRADE=1 takes newer versions)
	@.ci/lock.sh

vendor:  ## Fill static/vendor from npm, in the locked versions
	@.ci/vendor.sh

wheel:  ## Build dist/*.whl
	@.ci/setup.sh run
	rm -rf dist
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@ls dist/*.whl

clean:  ## Remove what tools leave behind (keeps .venv and instance)
	rm -rf build dist test-results .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
