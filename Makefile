# The two commands are `make book` and `make test`; each works alone in a fresh clone. `make help` lists the rest.

PYTHON ?= python3
UV_VERSION := 0.13.9

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTS_READY := $(VENV)/.ready-for-tests

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Makes a new environment. An incomplete one is removed, its mark (pyvenv.cfg) last; never a folder that make did not
# begin, nor what a link points to. Whether venv works is checked first, since it would leave half an environment.
define new_environment
	held=$$(find -H $(VENV) -type f -print -quit 2>/dev/null || true); \
	if [ -d $(VENV) ] && [ ! -L $(VENV) ] && { [ -z "$$held" ] || [ -f $(VENV)/pyvenv.cfg ]; }; then \
	  echo "$(VENV) is incomplete and is made again"; \
	  find $(VENV) -mindepth 1 -maxdepth 1 ! -name pyvenv.cfg -exec rm -rf {} +; rm -rf $(VENV); \
	elif [ -n "$$held" ] || { [ -L $(VENV) ] && [ ! -d $(VENV) ]; }; then \
	  echo "$(VENV) is a link or was not made here, and is left alone: move it away, or make VENV=..."; exit 1; \
	else echo "making $(VENV)"; fi; \
	if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then $(PYTHON) -m venv $(VENV); \
	elif command -v uv >/dev/null; then UV_NO_CACHE=1 uv venv --quiet --seed --python $(PYTHON) $(VENV); \
	elif $(PYTHON) -c 'import virtualenv' 2>/dev/null; then $(PYTHON) -m virtualenv --quiet $(VENV); \
	else \
	  echo "$(PYTHON) lacks its module venv or ensurepip: install it (Debian, Ubuntu: apt install python3-venv), or uv"; \
	  exit 1; \
	fi
endef

# Installs with uv, or with pip if uv is not available. A dry run checks first that everything can be downloaded. During
# the install the environment has no stamp, so that it is made again if this is interrupted. If the cache of uv is not
# writable, uv runs without it (pip does so by itself). Byte code is compiled at once, since the first start of every
# notebook would otherwise take some seconds more; PYTHONDONTWRITEBYTECODE does not apply to this environment.
define install
	@echo "installing $(1)"
	@if [ -x $(BIN)/uv ]; then \
	  { cache=$$($(BIN)/uv cache dir) && mkdir -p "$$cache" && [ -w "$$cache" ]; } 2>/dev/null || export UV_NO_CACHE=1; \
	  install="env -u PYTHONDONTWRITEBYTECODE $(BIN)/uv pip install --quiet --python $(BIN)/python"; \
	  $$install --dry-run -r $(1); rm -f $(READY) $(TESTS_READY); $$install --compile-bytecode -r $(1); \
	else \
	  install="$(BIN)/python -m pip install --quiet --disable-pip-version-check"; \
	  $$install --dry-run -r $(1); rm -f $(READY) $(TESTS_READY); $$install -r $(1); \
	  env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q $(VENV)/lib || true; \
	fi
endef

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: book
book: $(READY) ## run the notebooks and build the book: _build/html/index.html
	@$(BIN)/buzan book

.PHONY: test
test: $(TESTS_READY) ## run the tests
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

.PHONY: soak
soak: $(TESTS_READY) ## run the tests that take long
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "soak or raw" $(ARGS)

.PHONY: check
check: $(TESTS_READY) ## lint, formatting and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

.PHONY: data
data: $(READY) ## build the tables again where BUZAN_RAW names the raw files, and check every row
	@if [ -n "$${BUZAN_RAW:-}" ]; then $(BIN)/buzan data build; \
	else echo "BUZAN_RAW is not set: the tables that ship are checked, not built"; fi
	@$(BIN)/buzan data check

.PHONY: lock
lock: $(READY) ## pin every package again, keeping what still fits
	@[ -x $(BIN)/uv ] || { echo "make lock needs uv $(UV_VERSION)"; exit 1; }
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make lock" pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make lock" --group test -c requirements.txt -o tests/requirements.txt

.PHONY: pdf
pdf: $(TESTS_READY) ## make the book, and print it: _build/book.pdf
	@$(BIN)/buzan book
	@$(BIN)/buzan pdf

.PHONY: seminar
seminar: $(TESTS_READY) ## make the book for students and for instructors, handouts and slides: _build/seminar
	@$(BIN)/buzan seminar build

.PHONY: picture
picture: $(TESTS_READY) ## draw the picture of README again, from the book as it is built
	@$(BIN)/python tests/browser/picture.py

.PHONY: clean
clean: ## remove everything that was made, the environment too
	@rm -rf $(VENV) _build book/executed book/_generated buzanlib.egg-info \
	  .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "$(PYTHON) is $$($(PYTHON) --version 2>&1 || true); Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	@if [ ! -e $@ ] || ! $(BIN)/python -c '' 2>/dev/null; then $(new_environment); fi
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) \
	  || echo "uv is not available; pip takes a minute longer"
	$(call install,requirements.txt)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q buzanlib
	@$(BIN)/python .ci/whole.py
	@touch $@

# Chromium is for the browser tests, which are skipped if it is missing.
$(TESTS_READY): $(READY) tests/requirements.txt
	$(call install,tests/requirements.txt)
	@$(BIN)/python .ci/whole.py
	@touch $(READY)
	@command -v chromium chromium-browser google-chrome >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "installing Chromium" \
	    && apt-get -qq update && apt-get -qq install --yes --no-install-recommends chromium >/dev/null; } \
	  || echo "Chromium is not installed and cannot be by this user: the browser tests will be skipped"
	@touch $@
