# Every habit is one command. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Containers often forbid bytecode; every command of a test would then compile Airflow and the package anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo airflow test quick lint format bench docs pictures soak lock clean

help:  ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## install exactly what requirements.lock says into .venv

# uv comes from the lock too, so that nothing is installed that the lock does not name.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check "$$(sed -nE 's/^(uv==[^ ]+).*/\1/p' requirements.lock)"
	$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@

demo: $(READY)  ## an invented country from files to decided, final reports, in .demo/
	@scripts/demo.sh

airflow: $(READY)  ## Airflow in a browser, the country of the demo behind it; Ctrl-C stops it
	@scripts/airflow.sh

# Three workers for two cores: one of them mostly waits for Airflow.
test: $(READY)  ## every test
	@scripts/redis.sh
	@scripts/chromium.sh
	$(BIN)/pytest --numprocesses 3 --dist loadgroup

quick: $(READY)  ## the tests of under a minute
	$(BIN)/pytest --numprocesses 2 --dist loadgroup -m "not slow"

soak: $(READY)  ## long fuzzing, damaging, killing and backfilling
	SOGONG_SOAK=1 $(BIN)/pytest --numprocesses 2 --dist loadgroup tests/test_kill.py tests/nps tests/steps/test_whole_range.py \
		tests/quality/test_damage.py tests/quality/test_whole_months.py tests/dags/test_scheduler.py tests/dags/test_councils.py tests/dags/test_compose.py

lint: $(READY)  ## ruff and strict types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)  ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)  ## ratios against what one would write instead; the command line against Airflow
	$(BIN)/python -m benchmarks

docs: $(READY)  ## write the generated pages of docs/ and check links, words and what is undocumented
	$(BIN)/python -m docs.generate
	$(BIN)/pytest --quiet tests/docs/test_links.py tests/docs/test_words.py tests/docs/test_twins.py tests/docs/test_documented.py

pictures: $(READY)  ## take the pictures of README and docs again, from the demo
	@scripts/chromium.sh
	$(BIN)/python -m tools.pictures

clean:  ## remove what was installed and made here
	rm -rf $(VENV) .demo .mypy_cache .pytest_cache .ruff_cache .hypothesis

lock: $(READY)  ## resolve requirements.lock again from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--group dev pyproject.toml --output-file requirements.lock
