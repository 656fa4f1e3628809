# `make demo` and `make test` do all their set-up; they need Python 3.11 or newer, make and git.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
DEVELOP := $(VENV)/develop
CLIP := $(VENV)/clip
# Tests of one file share a process: what they load and start, they load and start once.
PYTEST := $(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile

.PHONY: demo test quick lint clean

demo: $(INSTALLED)
	$(BIN)/tagatlas demo

test: lint $(CLIP)
	$(PYTEST)

quick: lint
	$(PYTEST) -m "not slow"

lint: $(DEVELOP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable .
	touch $@

$(DEVELOP): $(INSTALLED)
	$(BIN)/pip install --quiet --group dev
	touch $@

# PyTorch, several GB: only the tests of the backend clip need it.
$(CLIP): $(DEVELOP)
	$(BIN)/pip install --quiet --editable '.[clip]'
	touch $@

clean:
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache
