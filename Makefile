# Two commands on a fresh machine with Python 3.11, its venv module and make: `make demo` and `make test`.

PYTHON ?= python3
JOBS ?= 2
DEMO_FLAGS ?=

VENV := .venv
BIN := $(VENV)/bin
LOG := $(VENV)/install.log
# A stamp is written when its installation is complete, so that an interrupted one is done again.
EXAMPLES_STAMP := $(VENV)/examples.stamp
DEV_STAMP := $(VENV)/dev.stamp
REQUIREMENTS := pyproject.toml constraints.txt

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
# Two test processes on two cores are faster with one thread each than with two.
TEST_ENVIRONMENT := OMP_NUM_THREADS=1 MPLBACKEND=Agg

.DELETE_ON_ERROR:
.PHONY: help demo test lint types tests format clean

help:
	@echo "make demo    train the digit classifier of examples/addition/ from the sums of pairs alone"
	@echo "make test    run the linter, the type checker and all tests"
	@echo "make lint    run the linter and the check of the format only; likewise make types, make tests"
	@echo "make format  rewrite the Python files in the project's format"
	@echo "make clean   remove the environment and everything that was generated"
	@echo
	@echo "Variables: PYTHON=$(PYTHON) (3.11 or later), JOBS=$(JOBS) (test processes), DEMO_FLAGS=--quick (a shorter demo)"

demo: $(EXAMPLES_STAMP)
	@MPLBACKEND=Agg $(BIN)/python examples/addition/train.py $(DEMO_FLAGS)

test: lint types tests

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV_STAMP)
	$(BIN)/mypy

tests: $(DEV_STAMP)
	$(TEST_ENVIRONMENT) $(BIN)/python -m pytest -n $(JOBS)

format: $(DEV_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(EXAMPLES_STAMP): $(REQUIREMENTS)
	$(call install,.[examples],$(EXAMPLES_STAMP))

$(DEV_STAMP): $(REQUIREMENTS)
	$(call install,.[dev$(comma)examples],$(DEV_STAMP) $(EXAMPLES_STAMP))

comma := ,

# $(call install,REQUIREMENT,STAMPS): install the checkout with its extras, then write the stamps.
# An environment without any stamp is the rest of an interrupted set-up and starts over.
define install
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
  echo "nesylang needs Python 3.11 or later, and '$(PYTHON)' is not that; name another one, as in: make $(firstword $(MAKECMDGOALS)) PYTHON=python3.12" >&2; exit 1; }
@if [ ! -e $(EXAMPLES_STAMP) ]; then rm -rf $(VENV); fi
@echo "Setting up $(VENV) (one or two minutes) ..."
@rm -f $(EXAMPLES_STAMP) $(DEV_STAMP)
@[ -x $(BIN)/pip ] || $(PYTHON) -m venv $(VENV)
@$(BIN)/python -m pip install -c constraints.txt -e '$(1)' >$(LOG) 2>&1 || { \
  tail -n 40 $(LOG) >&2; echo "Setting up $(VENV) failed; the whole output of pip is in $(LOG)." >&2; exit 1; }
@touch $(2)
endef
