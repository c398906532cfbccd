# `make run` and `make test` are all that a bare machine needs: Python 3.11+, make, a package index.
# Everything they install stays in .venv, and is installed again only when the lock changes.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help
# What is compiled once is read by every process after it.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help run test lint types imports audit units bench env web clients lock clean

help:
	@echo "make run    start everything here: database, cache, app and worker (HOST, PORT, DATA_DIR)"
	@echo "make test   check everything: lint, types, import arrows, sizes, all tests"
	@echo "make bench  measure against the targets (NAMES=\"sockets memory\" for some of it)"

run: env web
	@exec $(BIN)/launch up

# The quick ones first, and the first failure ends it. The app is built beside them.
test: env
	@$(MAKE) -j 2 lint types imports audit web clients
	@$(MAKE) units

lint: env
	@echo "== lint"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .

types: env
	@echo "== types"
	@$(BIN)/mypy .

imports: env
	@echo "== import arrows"
	@$(BIN)/lint-imports

# Fails for what is known; a service that cannot be reached from here is only said.
audit: env
	@echo "== known vulnerabilities"
	@$(BIN)/python -m tests.audit

units: env web clients
	@echo "== tests (sizes among them)"
	@$(BIN)/python -m tests.suite -n 3 --ignore=tests/e2e/test_browser.py
	@echo "== tests in a browser (alone: its machine is watched for slowness)"
	@$(BIN)/pytest tests/e2e/test_browser.py

# Some minutes on an idle machine; docs/performance.md says what it measures.
bench: env
	@$(BIN)/python -m bench $(NAMES)

env: $(READY)

# Only what pip says about errors is shown, and how far it has come.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: '$(PYTHON)' is not Python 3.11 or newer; name one: make run PYTHON=python3.12" >&2; \
	  exit 1; }
	@if ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
	  $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	    echo "error: '$(PYTHON)' cannot make environments: install its venv package" \
	      "(python3-venv on Debian and Ubuntu) or name another one with PYTHON=" >&2; \
	    exit 1; }; \
	  echo "environment: creating $(VENV) with $$($(PYTHON) --version)"; \
	  $(PYTHON) -m venv --clear $(VENV); \
	fi
	@total=$$(grep -c '^[A-Za-z0-9]' requirements.lock); \
	echo "environment: installing $$total packages..."; \
	$(BIN)/python -m pip install --disable-pip-version-check --no-input --progress-bar off --no-compile \
	    --require-hashes -r requirements.lock 2> >(grep -v '^WARNING: ' >&2) \
	  | { n=0; while read -r word rest; do case $$word in \
	      Collecting|Processing) n=$$((n + 1)); \
	        if ((n % 20 == 0)); then echo "environment: $$n of $$total fetched"; fi ;; \
	      Installing) echo "environment: all fetched, unpacking" ;; \
	    esac; done; }
	@$(BIN)/python -m pip install --disable-pip-version-check --no-input --quiet \
	  --no-deps --no-build-isolation -e .
	@touch $(READY)
	@echo "environment: ready"

# The single-page app: Node comes from a wheel, and a build is made only when its sources change.
WEB_SOURCES := $(shell find web/src web/public web/scripts web/*.* -type f -not -path 'web/src/gql/*' 2>/dev/null)
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"

web: env web/dist/.ready

clients: env tests/clients/node_modules/.ready

web/node_modules/.ready: web/package-lock.json $(READY)
	@echo "web: installing $$(grep -c '^    "node_modules/' web/package-lock.json) packages..."
	@cd web && $(NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

# Other people's clients of the graph, for tests/e2e/test_clients.py.
tests/clients/node_modules/.ready: tests/clients/package-lock.json $(READY)
	@echo "clients: installing $$(grep -c '^    "node_modules/' tests/clients/package-lock.json) packages..."
	@cd tests/clients && $(NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

web/dist/.ready: web/node_modules/.ready schema/schema.graphql $(WEB_SOURCES)
	@echo "web: types from the schema, checks, build..."
	@cd web && $(NODE) npm run --silent build
	@touch $@
	@echo "web: ready"

# Needs the network; pins the newest versions for every Python from 3.11 on.
lock:
	@$(PYTHON) -m venv .cache/lock
	@.cache/lock/bin/pip install --disable-pip-version-check --quiet uv
	@.cache/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	  --generate-hashes --no-header --extra dev pyproject.toml -o requirements.lock
	@echo "requirements.lock: $$(grep -c '^[A-Za-z0-9]' requirements.lock) packages"

# The data folder stays: it holds your rows.
clean:
	@rm -rf $(VENV) .cache build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache \
	  .hypothesis .import_linter_cache .grimp_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
