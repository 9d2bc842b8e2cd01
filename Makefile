# Every command a person types. Each target prepares what it needs, so a fresh clone needs no other step.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAGES := README.md README.zh-CN.md docs/scenario-file.md docs/service.md docs/steps/*.md docs/decisions/README.md examples/*/README.md
READY := $(VENV)/.ready
TOOLS := $(VENV)/.tools

.PHONY: run test test-all bench docs fix clean

run: $(READY)  ## install, then take the example scenario from data to verdict
	$(BIN)/luodi run examples/support-tickets

test: $(TOOLS)  ## all that must pass before a push, and all that CI calls
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell README.md CONTRIBUTING.md docs src
	$(BIN)/python -m cogapp --check $(PAGES)
	$(BIN)/pytest -q -m "not slow" -n 2 --dist worksteal

test-all: $(TOOLS)  ## the slow tests and the coverage too
	$(BIN)/coverage run -m pytest -q
	$(BIN)/coverage combine
	$(BIN)/coverage report

bench: $(TOOLS)  ## the benchmarks: ratios in one run, a table and a picture
	$(INSTALL) -e ".[train,data,rec,search,translate,lora,dev,bench]"
	$(BIN)/python -m bench

docs: $(TOOLS)  ## rewrite the generated parts of the documentation
	$(BIN)/python -m cogapp -r $(PAGES)

fix: $(TOOLS)  ## format, and repair what the linter can
	$(BIN)/ruff format src tests bench
	$(BIN)/ruff check --fix src tests bench

clean:  ## remove what was installed and computed
	rm -rf $(VENV) examples/*/.luodi

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("luodi needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV): a few minutes, once"
	$(INSTALL) torch==2.13.0
	$(INSTALL) -e ".[train,data,rec,translate]"
	touch $(READY)

# The tests start a PostgreSQL of their own and open pages in Chromium; where a program is missing they skip, and say so.
APT := DEBIAN_FRONTEND=noninteractive apt-get -qq
MISSING := $(shell command -v chromium >/dev/null || echo chromium) \
	$(shell (command -v initdb || ls /usr/lib/postgresql/*/bin/initdb) >/dev/null 2>&1 || echo postgresql)

$(TOOLS): $(READY)
	$(INSTALL) -e ".[train,data,rec,search,translate,lora,dev]"
	@test -z "$(strip $(MISSING))" || test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null || \
		($(APT) update && $(APT) install -y --no-install-recommends $(MISSING)) >/dev/null 2>&1 || \
		echo "not installed: $(MISSING): their tests will be skipped"
	touch $(TOOLS)
