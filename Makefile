# Greenroom: `make run` serves it on this machine, `make test` runs every test.

# The first Python on the PATH that is new enough; without one, the plain name, for the message below.
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(or $(firstword $(foreach python,$(PYTHONS),$(shell \
  $(python) -c 'import sys; sys.version_info >= (3, 11) and print("$(python)")' 2>/dev/null))),python3)
VENV := .venv
# Bytecode is kept, whatever the machine's habit: every start of the server would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE
# Tests side by side: they wait for sockets and browsers more than they compute.
WORKERS ?= 4
# Where all tests stand that run alone: nothing else is collected for them.
QUIET := tests/dashboard/attacks tests/patterns tests/soak
# Those of `make test-fast` only compute: one process for each of two cores.
FAST_WORKERS ?= 2
# How often the bench measures everything.
REPS ?= 3
BIN := $(VENV)/bin

# What a server of one's own is told, for the checks that ask whether it may be deployed.
DEPLOYED := DEBUG=false SITE_URL=https://greenroom.example.org ALLOWED_HOSTS=greenroom.example.org BEHIND_PROXY=true \
  GREENROOM_DATA=$(abspath $(VENV))/check-data

.PHONY: help run link key keys test test-fast soak bench lint check format clean

help: ## Say what can be made
	@sed -n 's/^\([a-z][a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 18

run: $(VENV)/.run-packages ## Serve Greenroom on this machine and print a sign-in link (PORT=8765, HOSTS=name.example, DEBUG=true)
	@echo "Greenroom is getting ready"
	@exec env DEBUG=true $(BIN)/python manage.py run $(if $(filter true yes on 1,$(DEBUG)),--debug)

link: $(VENV)/.run-packages ## Print another one-time sign-in link (USER_NAME=… for someone else than the first admin)
	@DEBUG=true $(BIN)/python manage.py signin_link $(USER_NAME)

key: $(VENV)/.run-packages ## Make an API key, alone on the last line (NAME="my script", ROLE=editor)
	@DEBUG=true $(BIN)/python manage.py create_api_key "$(or $(NAME),my script)" $(if $(ROLE),--role "$(ROLE)")

keys: $(VENV)/.run-packages ## Print fresh keys for a server of one's own
	@$(BIN)/python -m dashboard.keys

test: $(VENV)/.test-packages ## Run every test, in the browser too (ARGS="…" goes to pytest)
	@$(BIN)/python -m tests.tools
	@prepared=$$(mktemp -d) && trap 'rm -rf "$$prepared"' EXIT && export GREENROOM_TESTS_PREPARED="$$prepared" && set -x && \
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder -m "not quiet" $(ARGS) && \
	{ $(BIN)/python -m pytest -m quiet $(or $(ARGS),$(QUIET)) || [ $$? -eq 5 ]; } # 5: ARGS chose none of these

# What needs a server, a browser or a database is known by its fixtures: tests/scheduling.py.
test-fast: $(VENV)/.test-packages ## Run the quick tests that need no browser, server or database server (ARGS="…")
	$(BIN)/python -m pytest -n $(FAST_WORKERS) --dist loadscope --no-loadscope-reorder \
	  -m "not (browser or postgres or redis or served or slow or quiet or hypothesis)" $(ARGS)

soak: $(VENV)/.test-packages ## Kill servers, PostgreSQL and Redis under people who talk (SECONDS=300, SEED=… of an earlier run)
	@SOAK_SECONDS=$(or $(SECONDS),300) SOAK_SEED=$(SEED) $(BIN)/python -m pytest -q -s tests/soak $(ARGS)

# Needs the machine for itself: what else runs there is told beside the table.
bench: $(VENV)/.test-packages ## Measure against a relay that does nothing else (CELLS="start cpu", REPS=3, QUICK=1)
	@$(BIN)/python -m tests.bench $(CELLS) --reps $(REPS) $(if $(QUICK),--quick) $(ARGS)

lint: $(VENV)/.test-packages ## Look for mistakes and for code out of its format, without a change
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check: lint ## Lint, strict types, import contracts, branches on a platform, deployment checks, missing migrations
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.check_platform_branches
	env $$($(BIN)/python -m dashboard.keys) $(DEPLOYED) $(BIN)/python manage.py check --deploy --fail-level WARNING
	env $$($(BIN)/python -m dashboard.keys) $(DEPLOYED) $(BIN)/python manage.py makemigrations --check --dry-run

format: $(VENV)/.test-packages ## Put the code into its format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Take away the packages and what tools left; the data folder stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Greenroom needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run-packages: requirements.txt | $(VENV)/bin/python
	@echo "Installing the packages of requirements.txt (a minute or so)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.test-packages: tests/requirements.txt $(VENV)/.run-packages
	@echo "Installing the packages of tests/requirements.txt (a minute or so)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@
