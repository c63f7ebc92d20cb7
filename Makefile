# Two commands for a fresh machine: `make demo` and `make test`. Everything lives in .venv, .proxy and node_modules here.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types rooms tests oracle storm stand bench-scope bench-service bench-plan bench-rows lock templates clean

help:  ## What one can make here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

demo: $(VENV)/.runtime  ## Set up, then file ten reports on both forges of the sandbox and show what becomes of them
	$(BIN)/xsa-scope demo

test: $(VENV)/.dev $(if $(shell command -v npm),node_modules/.ready)  ## Set up, then all checks and tests
	@$(MAKE) --no-print-directory check

check: lint types rooms tests

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

rooms:
	$(BIN)/lint-imports

# Most tests of the stand wait for processes, so four files at once are worth it on two cores; JOBS=0 runs in one process.
JOBS ?= 4
tests:
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(PYTEST)

oracle: $(VENV)/.dev  ## All 147,456,000 ground combinations against the independent oracle
	$(BIN)/python -m pytest -m oracle -s

storm: $(VENV)/.dev  ## Edits, faults and kills for a minute and a half on each database; SEED=... repeats one
	$(BIN)/python -m tests.stand.storm

stand: $(VENV)/.dev node_modules/.ready .proxy/.ready  ## Install what the tests against emulate need (npm, a second environment)

bench-scope: $(VENV)/.dev  ## Verdicts a second beside zen-engine and a plain Python function
	$(BIN)/python tests/bench/bench_scope.py

bench-service: $(VENV)/.dev build/peers/.ready tests/bench/peers/node_modules/.ready  ## The service beside Probot and gidgethub on the sandbox (8 minutes)
	$(BIN)/python tests/bench/bench_service.py

bench-plan: $(VENV)/.dev  ## A policy plan over 1,000 to 100,000 stored reports
	$(BIN)/python tests/bench/bench_plan.py

bench-rows: $(VENV)/.dev  ## Taking deliveries and claiming issues with 1,000 and with 100,000 rows due
	$(BIN)/python tests/bench/bench_rows.py

templates: $(VENV)/.runtime  ## Write issue_templates/ from the policy
	$(BIN)/xsa-scope templates write

lock:  ## Renew the lock files (hashes, no addresses of any index)
	$(PYTHON) -m venv build/lock && build/lock/bin/pip -q install pip-tools
	for set in "requirements.lock --extra postgresql" "requirements-dev.lock --extra postgresql --extra dev -c requirements.lock"; do \
	  CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --no-config \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file $$set pyproject.toml || exit 1; done
	CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --no-config \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements-proxy.lock tests/stand/proxy.in
	CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --no-config \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file tests/bench/peers/requirements.lock tests/bench/peers/requirements.in

clean:
	rm -rf $(VENV) .proxy node_modules build tests/bench/peers/node_modules

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "xsa-scope needs Python 3.11 or newer; give PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian: apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.runtime: $(VENV)/bin/python requirements.lock pyproject.toml
	$(PIP) install -q --require-hashes -r requirements.lock
	$(PIP) install -q --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(PIP) install -q --require-hashes -r requirements-dev.lock
	@touch $@

node_modules/.ready: package.json package-lock.json
	npm ci --no-audit --no-fund --silent
	@touch $@

.proxy/.ready: requirements-proxy.lock
	$(PYTHON) -m venv .proxy
	.proxy/bin/python -m pip --disable-pip-version-check install -q --require-hashes -r requirements-proxy.lock
	@touch $@

build/peers/.ready: tests/bench/peers/requirements.lock
	$(PYTHON) -m venv build/peers
	build/peers/bin/python -m pip --disable-pip-version-check install -q --require-hashes -r $<
	@touch $@

tests/bench/peers/node_modules/.ready: tests/bench/peers/package.json tests/bench/peers/package-lock.json
	npm ci --prefix tests/bench/peers --no-audit --no-fund --silent
	@touch $@
