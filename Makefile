# What can be done here, one line each: `make help`.
SHELL := /bin/bash
# The distribution's Python is compiled with optimisation, one compiled at home rarely is: tests take four fifths of its time.
PYTHON ?= $(shell /usr/bin/python3.11 -c 'import ensurepip' 2>/dev/null && echo /usr/bin/python3.11 || echo python3)
PORT ?= 8000
BIN := .venv/bin
RUN := $(BIN)/python -m marksheet
PYTEST := $(BIN)/pytest -q
# Two at a time; each keeps to a stretch of the files, so that what a file prepares is prepared once.
TWO := -n 2 --dist worksteal
DEMO := MARKSHEET_DEMO=1
PURE := tests/rules tests/formats tests/test_architecture.py tests/test_docs.py
# What is compiled is kept for the next process, whatever the environment says: a run starts a dozen that load it all.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help up reset-demo test check style types imports rules sqlite postgres bench faults docs lock

help: ## say what can be done
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 14

up: .venv/runtime ## serve the demo on http://127.0.0.1:8000/ (PORT=... to change)
	$(DEMO) $(RUN) up --port $(PORT)

reset-demo: .venv/runtime ## make the demo institution anew
	$(DEMO) $(RUN) demo --reset

test: check sqlite postgres ## everything, on both databases; 15 minutes at most

check: .venv/test ## style, types, import contracts, rules, side by side: a minute
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target style types imports rules

style: .venv/test
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/test
	$(BIN)/mypy

imports: .venv/test
	$(BIN)/lint-imports --no-cache

rules: .venv/test
	$(PYTEST) $(TWO) $(wildcard $(PURE))

sqlite: .venv/test
	MARKSHEET_TEST_DB=sqlite $(PYTEST) $(TWO) $(addprefix --ignore=,$(PURE))

postgres: .venv/test
	MARKSHEET_TEST_DB=postgres $(PYTEST) $(TWO) $(addprefix --ignore=,$(PURE)) -m "(on_both or not browser) and not once"

bench: .venv/test ## the promises about speed and size, each against its reference
	$(BIN)/python -m bench

faults: .venv/test ## crashes at random moments, for long, on both databases
	MARKSHEET_FAULTS=long MARKSHEET_TEST_DB=sqlite $(PYTEST) tests/faults tests/security/test_anonymity.py
	MARKSHEET_FAULTS=long MARKSHEET_TEST_DB=postgres $(PYTEST) tests/faults tests/browser/test_main_job.py

docs: .venv/test ## hold the docs against the code
	$(PYTEST) tests/test_docs.py

lock: ## pin the dependencies of pyproject.toml anew (needs uv)
	uv pip compile -q $(LOCK) -o requirements/runtime.txt
	uv pip compile -q $(LOCK) --extra test --extra bench -o requirements/test.txt

LOCK := pyproject.toml --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

# The package is found through a path file: nothing to build, and the sources are what runs.
.venv/runtime .venv/test: .venv/%: requirements/%.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	echo $(CURDIR)/src > $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/marksheet.pth
	touch $@
