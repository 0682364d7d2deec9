# Two commands matter: `make run` and `make test`. Each makes its own .venv and installs all it needs.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
SOURCES := analytics bots cogs config sandbox scripts services tests
PIP := $(PY) -m pip --disable-pip-version-check --no-input install --quiet --require-hashes
ONLY ?=

.PHONY: run test check bench soak lock clean help
.DEFAULT_GOAL := help

help: ## Say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/'

run: $(VENV)/.ready-to-run ## Start the farm and the chat page
	@exec $(PY) -m bots run

test: $(VENV)/.ready-to-test ## Everything that must hold, chaos at one tenth (about a quarter of an hour on two cores)
	@$(PY) scripts/browser.py
	@$(MAKE) --no-print-directory lint
	@OMEGA_CHAOS=$${OMEGA_CHAOS:-0.1} $(PY) -m pytest -m "not soak" -n 2 --dist loadfile --no-loadscope-reorder $(ONLY)

check: $(VENV)/.ready-to-test ## Format, lint, types, layers and the fast tests (under 90 seconds)
	@$(MAKE) --no-print-directory lint
	@$(PY) -m pytest -q -m "not slow and not chaos and not soak" -n 2 --dist loadfile tests/unit tests/contracts

.PHONY: lint
lint: $(VENV)/.ready-to-test
	@$(PY) -m ruff format --check $(SOURCES)
	@$(PY) -m ruff check $(SOURCES)
	@$(PY) -m mypy $(SOURCES)
	@$(VENV)/bin/lint-imports

bench: $(VENV)/.ready-to-test ## Measure from real local servers; ONLY=name picks some; writes var/bench.json
	@$(PY) tests/bench/run.py $(if $(ONLY),--only $(ONLY))

soak: $(VENV)/.ready-to-test ## The full chaos and soak runs (about half an hour)
	@OMEGA_CHAOS=1 $(PY) -m pytest -m "chaos or soak" --timeout 7200 -s

lock: $(VENV)/.ready-to-test ## Pin every dependency with its hashes (for maintainers)
	@$(PY) -m piptools compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --output-file requirements-dev.lock requirements-dev.txt
	@$(PY) -m piptools compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --constraint requirements-dev.lock --output-file requirements.lock requirements.txt

clean: ## Remove what was made here: the environment, caches and var/
	@rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "Python 3.11 is needed; '$(PYTHON)' is another version. Run: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Making .venv ..." >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready-to-run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the farm needs (about half a minute, once) ..." >&2
	@$(PIP) -r requirements.lock
	@$(PY) -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-to-test: requirements-dev.lock $(VENV)/.ready-to-run | $(VENV)/bin/python
	@echo "Installing what the tests need (about a minute, once) ..." >&2
	@$(PIP) -r requirements-dev.lock
	@touch $@
