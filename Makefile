# make help lists the targets. Each target does its own set-up; nothing is installed by hand.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
export PLAYWRIGHT_BROWSERS_PATH ?= $(CURDIR)/.make/browsers

.PHONY: help run test check audit model bench clean format

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "cxlib needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

.make/run: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt
	@mkdir -p .make && touch $@

.make/dev: requirements.txt requirements-spark.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements-dev.txt
	@mkdir -p .make && touch $@ .make/run

.make/browser: .make/dev
	$(BIN)/python -m tests.browser.install
	@touch $@

run: .make/run ## Serve the app on http://localhost:8501
	$(BIN)/python -m streamlit run app.py --server.port $(PORT)

# A worker has a core: threads of linear algebra, one a core in each, would wait for one another.
test: export OMP_NUM_THREADS ?= 1
test: export OPENBLAS_NUM_THREADS ?= 1
test: .make/dev .make/browser ## Run all tests, the browser's included
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder

check: .make/dev ## Lint, format, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .make/dev ## Put the code in ruff's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

audit: .make/dev ## Look for known vulnerabilities in the dependencies
	$(BIN)/pip-audit -r requirements.txt

model: .make/dev ## Train the sentiment model again; make model DATA=a folder with the public comments
	$(BIN)/python -m bench model --data $(DATA) --write

bench: .make/dev ## List the measurements; make bench NAME=recovery runs one
	$(BIN)/python -m bench $(NAME)

clean: ## Remove what the other targets made
	rm -rf $(VENV) .make .pytest_cache .mypy_cache .ruff_cache
