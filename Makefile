# `make run` and `make test` each do everything on a machine that has only Python and make. `make help` tells the rest.
# No newer make than 3.81 is needed, which is what macOS has.

PYTHON ?= python3
ARGS ?=
TORCH_INDEX ?=

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
SOURCES := pyproject.toml constraints.txt

# Stamps: which torch was asked for, and when the application and the extra `test` were installed.
TORCH := $(VENV)/.torch-index
APP := $(VENV)/.app
TEST := $(VENV)/.test

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test screenshots lint types contracts check format wheel clean distclean FORCE

help:
	@echo 'make run         the window, or without a display the headless tour; ARGS="list" runs a command instead'
	@echo 'make test        the tests; ARGS="-k vae" selects some'
	@echo 'make check       all that must pass: test, lint, types, contracts'
	@echo 'make lint        style of the code (ruff)'
	@echo 'make types       types (mypy)'
	@echo 'make contracts   which part may import which (import-linter)'
	@echo 'make format      put the code into the format that lint wants'
	@echo 'make screenshots out/screenshots: every page in both themes, two sizes and two scales'
	@echo 'make wheel       dist/*.whl'
	@echo 'make clean       remove caches and what was built; make distclean removes $(VENV) too'
	@echo
	@echo 'Each target creates $(VENV) and installs into it what is missing. Variables, all optional:'
	@echo '  PYTHON=python3.12    the Python to create $(VENV) with, 3.11 or newer'
	@echo '  TORCH_INDEX=address  where torch comes from, to choose a CPU or a CUDA build; kept until another is given'

run: $(APP)
	@$(PY) -m explorer $(ARGS)

test: $(TEST)
	$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

lint: $(TEST)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(TEST)
	$(PY) -m mypy

contracts: $(TEST)
	$(VENV)/bin/lint-imports

check: test lint types contracts

format: $(TEST)
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

screenshots: $(APP)
	$(PY) benchmarks/screenshots.py $(ARGS)

wheel: $(TEST)
	rm -rf build
	$(PY) -m build --wheel

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find assets benchmarks explorer models tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)

$(APP): $(SOURCES) $(TORCH)
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(TEST): $(SOURCES) $(TORCH)
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	@touch $(APP) $@

# With --no-deps, because the index of torch has other versions of the rest; that comes with the application.
$(TORCH): | $(PY)
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo '$(VENV) has a Python older than 3.11; remove it: make distclean' >&2; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip
	$(if $(TORCH_INDEX),$(PIP) install --force-reinstall --no-deps --index-url $(TORCH_INDEX) --constraint constraints.txt torch)
	@echo '$(TORCH_INDEX)' >$@

ifneq ($(strip $(TORCH_INDEX)),)
ifneq ($(strip $(TORCH_INDEX)),$(shell cat $(TORCH) 2>/dev/null))
$(TORCH): FORCE
endif
endif

$(PY):
	@command -v $(PYTHON) >/dev/null \
	|| { echo 'there is no $(PYTHON); install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "$(PYTHON) is $$($(PYTHON) -V 2>&1), but 3.11 or newer is needed; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
	|| { echo '$(PYTHON) lacks the modules to make $(VENV); on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
