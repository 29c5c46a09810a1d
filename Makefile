# The everyday jobs. `make demo` needs Python 3.11+ and nothing else; `make test` installs what tests need beside it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint matrix bench peers examples docs clean

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/installed-dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@ $(VENV)/installed

demo: $(VENV)/installed  ## make the packet form of the example practice in every format, and say where it is
	$(BIN)/plainconsent form consent --practice examples/solo/practice.yaml -s individual -s in_person -s teletherapy \
	    --format docx,pdf,html,txt,json --reviewer --force -o build/demo

test: $(VENV)/installed-dev  ## run every test
	$(BIN)/python -m pytest

lint: $(VENV)/installed-dev  ## style and types of the code
	$(BIN)/ruff check src tests
	$(BIN)/mypy

matrix: $(VENV)/installed-dev  ## make and check every form of every combination in every format (long)
	$(BIN)/python -m tests.matrix

bench: $(VENV)/installed-dev peers  ## measure speed as ratios in one run, beside other engines
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench_batch

peers: build/peers/installed  ## the engines that the benchmark compares with, at pinned versions
build/peers/installed:
	mkdir -p build/peers
	$(PYTHON) -m venv build/peers/python
	build/peers/python/bin/pip install --quiet --disable-pip-version-check docx-mailmerge2==1.0.3 weasyprint==70.0 -e .
	cd build/peers && npm install --silent --no-audit --no-fund docxtemplater@3.71.0 pizzip@3.2.0
	touch $@

examples: $(VENV)/installed  ## make the example files again
	$(BIN)/python examples/make_examples.py

docs: $(VENV)/installed  ## the page that shows how well each state's law is known
	mkdir -p build/docs
	$(BIN)/plainconsent law coverage --format html > build/docs/coverage.html
	@echo build/docs/coverage.html

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache
