# Armillary: `make demo` and `make test` do all their own set-up on a bare Python 3.11+.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHARED ?= ../shared
DEMO := demo
TESTS ?= tests src/armillary

.PHONY: demo test check bench serve acceptance format lock clean

demo: $(VENV)/.run  ## build the demo observatory and say where its publications are
	@test -f $(DEMO)/observatory.toml || $(BIN)/armillary new $(DEMO)
	@$(BIN)/armillary build $(DEMO)

serve: demo  ## serve the demo observatory on this machine
	$(BIN)/armillary serve $(DEMO)

test: $(VENV)/.dev  ## every test but the long runs on real data
	$(BIN)/pytest -q -n 2 --dist loadgroup -m "not shared" $(TESTS)

check: $(VENV)/.dev  ## format, lint, types, import layers, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_docs.py

acceptance: $(VENV)/.dev  ## the long runs on the real data of SHARED
	ARMILLARY_SHARED=$(abspath $(SHARED)) $(BIN)/pytest -q -m shared -p no:randomly tests/shared

bench: $(VENV)/.dev  ## speed, as ratios against a peer or a limit in the same run
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.dev  ## resolve the lock files anew from pyproject.toml
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-annotate pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-annotate --extra spark --group dev -c requirements.lock pyproject.toml \
	    -o requirements-dev.lock

$(VENV)/.pip:
	$(PYTHON) -c 'import sys; sys.exit("Armillary needs Python 3.11 or newer: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.pip requirements.lock pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf $(VENV) $(DEMO) dist
