# `make run` and `make test` are all that a bare machine needs: Python 3.11+, make, a package index.
# Everything they install stays in .venv, web and tests, and is installed again only when a lock changes.
# `make run` installs what running needs; the tools of tests come with `make check` and `make test`.

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
TOOLS_READY := $(VENV)/.tools-ready
# Processes of pytest that run tests beside each other; two of them begin with the browser files.
WORKERS ?= 4

.PHONY: help run check test lint lint-web types imports unit audit units scenarios launch-day bench env tools web pages clients lock clean

help:
	@echo "make run    start everything here: database, cache, app and worker (HOST, PORT, DATA_DIR)"
	@echo "make check  within a minute: format, lint, types, import contracts, unit tests"
	@echo "make test   everything: the checks, the build of the web app, all tests on real servers"
	@echo "            ARGS=tests/api/test_flags.py runs one file, with any options of pytest"
	@echo "make scenarios  random sequences of steps against the real services (COUNT=500, SEED=)"
	@echo "make launch-day  eight minutes of a launch with faults, measured from outside (ARGS=--short)"
	@echo "make bench  measure against the targets (NAMES=\"sockets memory\" for some of it)"

run: env pages
	@exec $(BIN)/launch up

# What to run after every change.
check: tools
	@$(MAKE) -j 2 lint types imports unit lint-web

# The quick ones first, and the first failure ends it. The app is built beside them.
ifdef ARGS
test: tools $(if $(findstring e2e,$(ARGS)),web clients)
	@$(BIN)/pytest $(ARGS)
else
test: tools
	@$(MAKE) -j 2 lint types imports audit web clients lint-web
	@$(MAKE) units
endif

lint: tools
	@echo "== lint"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .

lint-web: web/lint/node_modules/.checked

unit: tools
	@echo "== unit tests"
	@$(BIN)/pytest -n 2 tests/unit

types: tools
	@echo "== types"
	@$(BIN)/mypy .

imports: tools
	@echo "== import arrows"
	@$(BIN)/lint-imports

# Fails for what is known; a service that cannot be reached from here is only said.
audit: tools
	@echo "== known vulnerabilities"
	@$(BIN)/python -m tests.support.audit

units: tools web clients
	@echo "== tests (sizes among them; the files of the browser beside the others)"
	@$(BIN)/python -m tests.support.retry_failed -n $(WORKERS)

# Prints each failing sequence in a short form that tests/scenarios/test_found.py can hold.
scenarios: tools
	@$(BIN)/python -m tests.scenarios $(or $(COUNT),500) $(SEED)

# Exit code 1: what was seen contradicts what was claimed; 3: this machine is too slow to judge.
launch-day: tools
	@$(BIN)/python -m tests.launch_day $(ARGS)

# Some minutes on an idle machine; docs/performance.md says what it measures.
bench: tools
	@$(BIN)/python -m bench $(NAMES)

env: $(READY)

tools: $(TOOLS_READY)

# install FILES: with their hashes; only what pip says about errors is shown, and how far it has come.
define install
	@total=$$(cat $(1) | grep -c '^[A-Za-z0-9]'); \
	echo "environment: installing $$total packages..."; \
	$(BIN)/python -m pip install --disable-pip-version-check --no-input --progress-bar off --no-compile \
	    --require-hashes $(addprefix -r ,$(1)) 2> >(grep -v '^WARNING: ' >&2) \
	  | { n=0; while read -r word rest; do case $$word in \
	      Collecting|Processing) n=$$((n + 1)); \
	        if ((n % 20 == 0)); then echo "environment: $$n of $$total fetched"; fi ;; \
	      Installing) echo "environment: all fetched, unpacking" ;; \
	    esac; done; }
endef

# An editable installation is meant: setuptools warns of it at length.
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
	$(call install,requirements.lock)
	@PYTHONWARNINGS="ignore:Editable installation" $(BIN)/python -m pip install \
	  --disable-pip-version-check --no-input --quiet --no-deps --no-build-isolation -e .
	@touch $@
	@echo "environment: ready"

$(TOOLS_READY): requirements-test.lock $(READY)
	$(call install,requirements-test.lock)
	@touch $@
	@echo "environment: tools of the tests ready"

# The single-page app: Node comes from a wheel, and a build is made only when its sources change.
WEB_SOURCES := $(shell find web/src web/public web/scripts web/*.* -type f -not -path 'web/src/gql/*' 2>/dev/null)
# Colors only for a terminal: a log of vitest is one escape sequence per test otherwise.
NODE := $(if $(MAKE_TERMOUT),,NO_COLOR=1) PATH="$(CURDIR)/$(BIN):$$PATH"

# What `launch` serves, without the tools of tests; `web` checks its types and runs its unit tests too.
pages: env web/dist/.ready

web: pages web/node_modules/.checked

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

# The browser that tests drive, and what steers it.
web/e2e/node_modules/.ready: web/e2e/package-lock.json $(READY)
	@echo "web: installing $$(grep -c '^    "node_modules/' web/e2e/package-lock.json) packages for tests..."
	@cd web/e2e && $(NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

# All files, when one has changed: what a file may do depends on the types of others.
web/lint/node_modules/.ready: web/lint/package-lock.json $(READY)
	@echo "web: installing $$(grep -c '^    "node_modules/' web/lint/package-lock.json) packages for lint..."
	@cd web/lint && $(NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

# The types of the documents come with the build.
web/lint/node_modules/.checked: web/lint/node_modules/.ready web/dist/.ready web/lint/package.json $(wildcard web/lint/*.js web/e2e/*.ts web/.prettier*)
	@echo "web: lint and format..."
	@cd web/lint && $(NODE) npm run --silent check
	@touch $@

web/dist/.ready: web/node_modules/.ready schema/schema.graphql $(WEB_SOURCES)
	@echo "web: types from the schema, build..."
	@cd web && $(NODE) npm run --silent build
	@touch $@
	@echo "web: ready"

web/node_modules/.checked: web/dist/.ready web/e2e/node_modules/.ready $(wildcard web/e2e/*.ts)
	@echo "web: types, unit tests..."
	@cd web && $(NODE) npm run --silent check
	@touch $@

# Needs the network; pins the newest versions for every Python from 3.11 on. What is in the first
# lock is not in the second, with the same versions: both were chosen together.
LOCK := .cache/lock
COMPILE := $(LOCK)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header pyproject.toml --extra build

lock:
	@$(PYTHON) -m venv $(LOCK)
	@$(LOCK)/bin/pip install --disable-pip-version-check --quiet uv
	@$(COMPILE) --upgrade --extra test -o $(LOCK)/all.txt
	@cp $(LOCK)/all.txt requirements.lock
	@cp $(LOCK)/all.txt requirements-test.lock
	@$(COMPILE) -o requirements.lock
	@$(COMPILE) --extra test -o requirements-test.lock \
	  $$(grep -oE '^[A-Za-z0-9._-]+' requirements.lock | sed 's/^/--no-emit-package /')
	@grep -c '^[A-Za-z0-9]' requirements.lock requirements-test.lock

# The data folder stays: it holds your rows.
clean:
	@rm -rf $(VENV) .cache build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache \
	  .hypothesis .import_linter_cache .grimp_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
