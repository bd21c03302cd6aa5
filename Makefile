# Every target sets up .venv first if it is missing or out of date.
#
#   make demo    a first run of about a minute; prints the path of its report
#   make test    the tests
#   make quick   the tests without the slow ones
#   make lint    ruff, mypy, import-linter
#   make bench   the benchmarks
#   make docs    the documentation as a site, in site/
#   make build   the wheel and the source distribution, in dist/
#   make clean   removes what these created, .venv included; results in runs/ stay
#
# Variables: PYTHON, the interpreter for .venv (3.11 or newer); TESTS, arguments of pytest; WORKERS, its processes.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
TESTS ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# A file of tests stays in one process, so that what it sets up is set up once; slow files begin (tests/conftest.py). Many
# tests wait for processes they started: one process more than there are cores keeps the cores busy.
WORKERS ?= $(shell cores=$$(nproc); echo $$((cores < 8 ? cores + 1 : 8)))
# Python keeps what it compiled even where the shell forbids it: every process of the tests would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
ROOTS := harness plugins datasets reports
TORCH := $(shell grep '^torch==' constraints.txt)

.PHONY: help demo test quick bench lint docs build clean

help:
	@sed -n 's/^#   make/  make/p' Makefile

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "freshmark needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || echo 'missing')."; \
	  echo "Name another one: make PYTHON=/path/to/python3.12 …"; exit 1; } >&2
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot create environments: install its venv module (Debian: apt-get install python3-venv)."; exit 1; } >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt '$(TORCH)'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,docs,examples]'
	@touch $@

demo: $(STAMP)
	$(BIN)/freshmark run

test: $(STAMP)
	$(PYTEST) $(TESTS)

quick: $(STAMP)
	$(PYTEST) -m 'not slow' $(TESTS)

bench: $(STAMP)
	$(BIN)/python -m pytest tests/bench --benchmark-only $(TESTS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(ROOTS) tests docs
	$(BIN)/lint-imports

docs: $(STAMP)
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --site-dir site
	@echo "site/index.html"

build: $(STAMP)
	rm -rf dist
	$(BIN)/python -m build --no-isolation

clean:
	rm -rf $(VENV) build dist site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
