# `make demo` and `make test` do all their set-up; they need Python 3.11 or newer, make and git.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
DEVELOP := $(VENV)/develop
EXTRAS := $(VENV)/extras
KERNELS := $(VENV)/kernels
# Tests of one file share a process: what they load and start, they load and start once. Files with
# most slow tests come first, and not, as xdist would have it, those with most tests of any length,
# which leaves the longest for the end. Otherwise the order of files, and of tests in a file, is
# random; the seed is printed, and `make test PYTEST_FLAGS=--randomly-seed=SEED` takes the same order.
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
PYTEST_FLAGS ?=

# Tests start some hundred commands, each of which would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

# Processes of tests share the processors: threads beyond those only wait for each other.
export POLARS_MAX_THREADS ?= 2

EVERYDAY := not extras and not thorough
LONG := extras or thorough

.PHONY: demo test test-all quick again lint programs clean

demo: $(INSTALLED)
	$(BIN)/tagatlas demo

# All but the long tests, those in a browser among them, and those of optional packages, above all
# PyTorch, which is several GB.
test: $(DEVELOP)
	$(MAKE) --no-print-directory -j2 lint $(KERNELS)
	$(PYTEST) -m "$(EVERYDAY)" $(PYTEST_FLAGS)

# What `make test` leaves out comes on top.
test-all:
	$(MAKE) --no-print-directory -j2 programs $(DEVELOP)
	$(MAKE) --no-print-directory test
	$(MAKE) --no-print-directory $(EXTRAS)
	$(PYTEST) -m "$(LONG)" $(PYTEST_FLAGS)

quick: $(DEVELOP)
	$(MAKE) --no-print-directory -j2 lint $(KERNELS)
	$(MAKE) --no-print-directory again

# The tests of `make quick`, in another order.
again: $(DEVELOP)
	$(PYTEST) -m "$(EVERYDAY) and not slow" $(PYTEST_FLAGS)

lint: $(DEVELOP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# Numeric kernels are compiled once, beside the check of types, and not by every process of tests.
$(KERNELS): $(DEVELOP) $(shell grep -rl '@kernel' --include='*.py' core libraries plugins)
	$(BIN)/tagatlas demo --no-open --out $(VENV)/demo.atlas > /dev/null
	touch $@

# The browser and other programs of some tests, which are skipped without them.
programs:
	scripts/install-test-programs

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable .
	touch $@

$(DEVELOP): $(INSTALLED)
	$(BIN)/pip install --quiet --group dev
	touch $@

# PyTorch, several GB; and fa2, which is compiled: GPL-3.0-only, and never part of the light install.
$(EXTRAS): $(DEVELOP)
	$(BIN)/pip install --quiet --editable '.[clip,evoc,fa2,ray,umap]' --group extras
	touch $@

clean:
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache
