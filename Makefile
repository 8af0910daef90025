# porism's front door. Everything that a target needs it installs itself, into .venv and target/.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

PLUGINS      := $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml))
RUST_SOURCES := $(shell find rust -name '*.rs' -o -name Cargo.toml) Cargo.toml

.DEFAULT_GOAL := help
.PHONY: help install demo test test-rust test-python soak check-thorough bench recorded plots docs docs-check wheel lint stubs fmt clean

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/pyvenv.cfg:
	$(PYTHON) -c 'import sys; sys.exit("porism needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=23' 'maturin>=1.12,<2'

# The package is editable: Python changes count at once, and a change of the Rust source builds it anew.
$(STAMP): $(VENV)/pyvenv.cfg $(RUST_SOURCES) pyproject.toml $(PLUGINS:=/pyproject.toml)
	@command -v cargo >/dev/null || { echo "porism needs a Rust toolchain (1.89 or newer): https://rustup.rs"; exit 1; }
	$(BIN)/python -m pip install --quiet --no-build-isolation --editable '.[test,bench]'
	$(if $(PLUGINS),$(BIN)/python -m pip install --quiet $(PLUGINS:%=--editable './%[test]'))
	@touch $@

install: $(STAMP) ## make .venv, build the Rust core, install porism and its plugins into it

demo: $(STAMP) ## cluster real data with every k-medoids solver: a table, the laws, a picture
	$(BIN)/porism demo --out build/porism-demo.png

test: test-rust test-python ## run every test: Rust, Python, laws

test-rust: $(VENV)/pyvenv.cfg ## run the Rust tests
	cargo test --quiet --workspace --exclude porism-python

test-python: $(STAMP) ## run the Python tests and the laws of every solver
	$(BIN)/python -m pytest -p no:cacheprovider

soak: $(STAMP) ## long runs: a million updates killed and resumed (minutes)
	for script in tests/soak/*.py; do $(BIN)/python $$script || exit 1; done

check-thorough: $(STAMP) ## test every solver by its laws with 1000 examples each (long)
	$(BIN)/porism check --all --profile thorough

bench: $(STAMP) ## measure every solver beside its peers, record the result under benchmarks/
	$(BIN)/porism bench k-medoids --peers --out benchmarks

recorded: $(STAMP) ## keep what the records under benchmarks/ say in the packages, for porism show
	$(BIN)/python tools/recorded.py

plots: $(STAMP) ## draw every plot under benchmarks/ anew, from the records
	$(BIN)/porism bench --plots benchmarks
	for script in dynamic_submodular hamming k_mismatch_operations sumsets; do $(BIN)/python benchmarks/$$script.py draw || exit 1; done

$(VENV)/.docs: $(STAMP) pyproject.toml
	$(BIN)/python -m pip install --quiet --no-build-isolation --editable '.[docs-check]'
	@touch $@

docs: $(VENV)/.docs ## build the site into site/: guides, and the catalogue of all problems, solvers and papers
	$(BIN)/porism site --benchmarks benchmarks --out site

docs-check: docs ## look at the site in headless Chromium: links, pictures, search, console, phones (needs Debian's chromium)
	$(BIN)/python tools/docs_check.py site

wheel: $(VENV)/pyvenv.cfg ## make what is published: sdists and wheels, of the plugins too, into dist/, checked
	$(BIN)/python -m pip install --quiet 'build>=1' 'ziglang>=0.13' 'twine>=6' 'maturin>=1.12,<2'
	PATH=$(CURDIR)/$(BIN):$$PATH $(BIN)/maturin build --release --zig --compatibility manylinux_2_17 --out dist
	$(BIN)/maturin sdist --out dist
	for plugin in $(PLUGINS); do $(BIN)/python -m build --outdir dist $$plugin || exit 1; done
	$(BIN)/twine check --strict dist/*

lint: $(STAMP) stubs-current ## formatters, linters, type checkers, and whether the type stubs are current
	cargo fmt --all --check
	cargo clippy --quiet --workspace --all-targets -- -D warnings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

stubs: $(VENV)/pyvenv.cfg ## generate the type stubs of the compiled module from the Rust source
	$(BIN)/python tools/stubs.py

.PHONY: stubs-current
stubs-current: $(VENV)/pyvenv.cfg
	$(BIN)/python tools/stubs.py --check

fmt: $(STAMP) ## format everything
	cargo fmt --all
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

clean: ## remove everything that make made
	rm -rf $(VENV) .venvs target build dist site .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find python -name '*.so' -delete
