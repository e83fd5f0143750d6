# The commands of a developer and of .ci/run. tools/environment.py makes the environments; it needs
# Python 3.11 or newer and a package index, nothing else: `make run PYTHON=python3.13` names another.

PYTHON = python3
# An empty PYTHONPATH keeps other people's packages out; .peers has what apt unpacked for tests.
IN = PYTHONPATH= PATH="$$PATH:$$PWD/.peers/usr/bin" .venv-test/bin

help:
	@echo 'make run     the daemon with config.example.yaml, on an embedded database'
	@echo 'make test    every check: ruff, mypy, tests'
	@echo 'make mutations  take each guard of tests/mutations out: a test must fail'
	@echo 'make fmt     format, and fix what ruff can fix'
	@echo 'make bench   the numbers of docs/performance.md'
	@echo 'make lock    requirements.lock anew from pyproject.toml (needs uv)'
	@echo 'make clean   remove what the others made'

run:
	@$(PYTHON) tools/environment.py run
	@PYTHONPATH= exec .venv/bin/triaged serve --config config.example.yaml

test: environment
	$(IN)/ruff check .
	$(IN)/ruff format --check .
	@$(MAKE) --no-print-directory --jobs 2 types suite

# Beside one another: tests wait for clocks and other programs half of their time.
types:
	$(IN)/mypy $$(ls -d triaged tests tools bench 2>/dev/null)

suite:
	$(IN)/python -m pytest --numprocesses 2 --dist worksteal

mutations: environment
	$(IN)/python -m tests.mutations $(ONLY)

fmt: environment
	$(IN)/ruff check --fix .
	$(IN)/ruff format .

bench: environment
	$(IN)/python -m bench

coverage: environment
	$(IN)/coverage run -m pytest
	$(IN)/coverage report

lock:
	uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --all-extras \
		--custom-compile-command 'make lock' --quiet --output-file requirements.lock pyproject.toml

environment:
	@$(PYTHON) tools/environment.py test

clean:
	rm -rf .venv .venv-test .peers build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help run test types suite mutations fmt bench coverage lock environment clean
