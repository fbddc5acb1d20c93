# What one may want, in words. Needs Python 3.11 or newer with venv, and make; nothing else.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SPARK := .venv/.spark
LINKAGE := .venv/.linkage
SPARK_PACKAGE := build/spark-package
MATCHING := matching/.venv
DEPARTMENT := build/department
OPENFISCA := build/openfisca
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: setup run test coverage mutants python-mutants harness api-fuzz lint fix docs bench kills spark spark-setup spark-package spark-linkage linkage linkage-setup linkage-figures openfisca-figures matching department

setup: $(READY)

run: setup
	$(BIN)/hedui demo

# A file is one worker's from beginning to end: its tests share processes and databases.
PYTEST := pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder --durations 40 --durations-min 3

test: setup
	$(BIN)/python -m $(PYTEST)

coverage: setup
	$(BIN)/coverage erase
	$(BIN)/coverage run -m $(PYTEST) tests/procedure tests/threats tests/ledger tests/faces -m "not browser"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

mutants: setup
	$(BIN)/python -m tests.mutants $(or $(DATABASE),sqlite) "$(ONLY)" $(or $(SAMPLE),0) $(or $(SEED),2026)

# mutmut, of which only the operators are wanted, lies apart: nothing of the project needs it.
MUTMUT := build/mutmut
python-mutants: setup $(MUTMUT)
	PYTHONPATH=$(MUTMUT) $(BIN)/python -m tests.mutants python "$(ONLY)" $(or $(SAMPLE),0) $(or $(SEED),2026)

$(MUTMUT): requirements/mutants.txt
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement $< --target $@

# Calls made up from the published contracts, more of them than in the suite.
api-fuzz: export HEDUI_TEST_CALLS ?= 1000
api-fuzz: setup
	$(BIN)/python -m pytest -q --timeout=7200 tests/faces/test_api_fuzzed.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup
	$(BIN)/python -m pytest -q tests/architecture/test_documents.py

bench: setup
	$(BIN)/hedui bench

# Optional, 450 MB: Spark beside what make setup installs, and its tests. Needs Java 17 or newer.
spark: spark-setup
	HEDUI_CI=spark $(BIN)/python -m pytest -m "spark and not linkage"

# Both extras: candidates found on Spark are those found on DuckDB
spark-linkage: spark-setup linkage-setup
	HEDUI_CI=spark $(BIN)/python -m pytest -m "spark and linkage"

spark-setup: $(SPARK)

# What the machines of a cluster need besides Spark, for this Python: docs/how-to/recheck-a-registry.md
spark-package: $(SPARK_PACKAGE).zip

# Optional, 300 MB: candidates for rows without a number, their tests, and how well they do.
linkage: linkage-setup
	HEDUI_CI=linkage $(BIN)/python -m pytest -m "linkage and not spark"

linkage-figures: linkage-setup
	$(BIN)/python -m tests.linkage_figures

linkage-setup: $(LINKAGE)

# Optional: the rules of the bench in OpenFisca and in SQL. OpenFisca-core has an environment of its own.
openfisca-figures: setup $(OPENFISCA)/.ready
	$(BIN)/python -m tests.openfisca.sample $(OPENFISCA)/sample.npz $(or $(HOUSEHOLDS),1000000) $(or $(COUNTIES),12)
	$(OPENFISCA)/bin/python -m tests.openfisca.figures $(OPENFISCA)/sample.npz

# Private matching is a program and an environment of its own
matching: $(MATCHING)/.ready
	cd matching && .venv/bin/python -m pytest -q

# A department's gateway alone, without Django: $(DEPARTMENT)/bin/hedui department, tried on the example
department: $(DEPARTMENT)/.ready
	@! $(DEPARTMENT)/bin/python -c 'import django' 2>/dev/null || { echo "Django is there: this is not a gateway alone"; exit 1; }
	$(DEPARTMENT)/bin/hedui department check examples/department/vehicles.mapping.yaml
	$(DEPARTMENT)/bin/hedui department test --data examples/department/vehicles.mapping.yaml

# The long proof: docs/explanation/how-it-is-proved.md. Needs HEDUI_TEST_POSTGRES_URL, and hours.
harness: export HEDUI_CI = 1
harness: export HEDUI_OPERATIONS ?= 100000
harness: export HEDUI_KILLS ?= 300
harness: export HEDUI_CLERKS ?= 6
harness: export HEDUI_SIEGE_SECONDS ?= 28800
harness: export HEDUI_INTERLEAVINGS ?= 10000
harness: setup
	$(BIN)/python -m pytest -s -m postgres tests/proof tests/threats/test_T05_over_http.py \
	  tests/stories/test_killed_at_any_moment.py

# A recheck killed at fifty random moments, each time taken up again; HEDUI_RECHECK_SEED for other moments.
kills: export HEDUI_RECHECK_KILLS ?= 50
kills: setup
	$(BIN)/python -m pytest -q --timeout=3600 tests/batch/test_recheck.py -k killed_at_any_moment

$(READY): requirements/lock.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hedui needs Python 3.11 or newer: make PYTHON=python3.12 setup")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/lock.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# --use-pep517: pyspark comes as source, and is built with the setuptools of the lock
$(SPARK): $(READY) requirements/spark.txt
	@java -version >/dev/null 2>&1 || { echo "Spark needs Java 17 or newer: apt-get install default-jre-headless"; exit 1; }
	$(BIN)/python -m pip install --quiet --use-pep517 --no-build-isolation --require-hashes --requirement requirements/spark.txt
	@touch $@

$(SPARK_PACKAGE).zip: $(READY) requirements/executors.txt $(shell find src -type f -not -name '*.pyc')
	rm -rf $(SPARK_PACKAGE)
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes --requirement requirements/executors.txt --target $(SPARK_PACKAGE)
	$(BIN)/python -m pip install --quiet --no-compile --no-deps --no-build-isolation --target $(SPARK_PACKAGE) .
	$(BIN)/python -c 'import shutil; shutil.make_archive("$(SPARK_PACKAGE)", "zip", "$(SPARK_PACKAGE)")'

$(LINKAGE): $(READY) requirements/linkage.txt
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/linkage.txt
	@touch $@

$(OPENFISCA)/.ready: requirements/openfisca.txt
	$(PYTHON) -m venv $(OPENFISCA)
	$(OPENFISCA)/bin/python -m pip install --quiet --require-hashes --requirement $<
	@touch $@

$(DEPARTMENT)/.ready: requirements/department.txt pyproject.toml
	$(PYTHON) -m venv $(DEPARTMENT)
	$(DEPARTMENT)/bin/python -m pip install --quiet --require-hashes --requirement $<
	$(DEPARTMENT)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(MATCHING)/.ready: matching/lock.txt matching/pyproject.toml
	$(PYTHON) -m venv $(MATCHING)
	$(MATCHING)/bin/python -m pip install --quiet --require-hashes --requirement matching/lock.txt
	$(MATCHING)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable . --editable matching
	@touch $@
