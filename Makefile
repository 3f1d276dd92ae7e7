# Two commands do everything: `make demo` and `make test`. `make` alone lists them all.
# `make demo ARGS="--fresh"` and `make test ARGS="tests/domain -k journal"` hand words on.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# Compiled modules are kept: a desk starts in a third of the time, and the tests start hundreds of them.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check bench fuzz clean servers

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.desk  ## environment, install, and a whole desk with sample data
	$(BIN)/helpdesk demo $(ARGS)

test: $(VENV)/.tests servers  ## installs what the tests need, and runs them all
	$(BIN)/python -m pytest -n 2 $(ARGS)

check: $(VENV)/.checks  ## lint, types, floors, templates, migrations, wheel
	.ci/check.sh

bench: $(VENV)/.tests servers  ## intake, pages and search as ratios to bare references
	$(BIN)/python -m tests.bench $(ARGS)

fuzz: $(VENV)/.tests  ## hostile mail against the parser; FUZZ_SECONDS says how long
	$(BIN)/python -m pip install --quiet --group fuzz
	$(BIN)/python tests/fuzz/fuzz_mail.py -max_total_time=$${FUZZ_SECONDS:-60} $(ARGS)

servers:
	@.ci/install-servers.sh

clean:  ## removes the environment and what was built; no data
	rm -rf $(VENV) build dist helpdesk/static/vendor .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one with PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/.desk: $(VENV)/.pip pyproject.toml hatch_build.py helpdesk/static/package-lock.json helpdesk/static/icons.txt
	$(BIN)/python -m pip install --quiet --editable '.[postgres,redis]'
	@touch $@

$(VENV)/.tests: $(VENV)/.desk
	$(BIN)/python -m pip install --quiet --group test --group bench
	@touch $@

$(VENV)/.checks: $(VENV)/.tests
	$(BIN)/python -m pip install --quiet --group check
	@touch $@
