# demo · serve · test · check · bench: each installs what it needs into .venv, pinned with hashes, and then does its job.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
PIP    := $(PY) -m pip --disable-pip-version-check --quiet

.PHONY: demo serve test long heavy check bench soak sbom lock clean

demo: $(VENV)/demo.installed
	@$(PY) -m plumbrule demo --out build/mortgage

# A register of one's own on this machine, with the example in it: it prints its address, and a link for the first account.
serve: $(VENV)/demo.installed $(VENV)/portal.installed
	@$(PY) -m plumbrule serve build/portal

test: $(VENV)/test.installed
	@$(PY) -m pytest -n 2 --dist loadgroup -q -m "not long"

# What takes long: Spark, peers as oracles, hostile files, the portal on PostgreSQL and from every earlier form, all its pages in a browser.
long: $(VENV)/test.installed
	@$(PY) -m pytest -n 2 --dist loadgroup -q -m long

# Spark and Inspect's reader too, which `make test` leaves out unless they are there.
heavy: $(VENV)/heavy.installed

# What a machine can say about the code: style, types, the map of the house.
check: $(VENV)/test.installed
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports

# Side by side with peers and against the floor; the last figures are in benchmarks/.
bench: $(VENV)/test.installed
	@for file in benchmarks/bench_*.py; do $(PY) $$file || exit 1; done

# A hundred million rows: some minutes, 0.5 GB of disk. Then thousands of kills of a log's writer, and hostile bytes for long.
soak: $(VENV)/test.installed
	@$(PY) benchmarks/soak.py
	@PLUMBRULE_SOAK_KILLS=3000 PLUMBRULE_SOAK_EXAMPLES=20000 $(PY) -m pytest -q -s tests/evidence/test_evidence_killing.py tests/evidence/test_evidence_fuzz.py
	@PLUMBRULE_SOAK_PUBLISHING=200 $(PY) -m pytest -q -s tests/portal/ledger/test_portal_killed.py

# What a portal is made of, as CycloneDX 1.6: every package with its version, its hashes and its licence, in build/sbom.json.
sbom: $(VENV)/test.installed
	@$(PY) tools/sbom.py

# Pin every version with its hash; needs uv. The files name no address.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate
lock:
	$(LOCK) requirements/build.in -o requirements/build.txt
	$(LOCK) pyproject.toml -o requirements/base.txt
	$(LOCK) pyproject.toml --extra demo -o requirements/demo.txt
	$(LOCK) pyproject.toml --extra demo --extra portal -o requirements/portal.txt
	$(LOCK) pyproject.toml --extra demo --group dev -o requirements/test.txt
	$(LOCK) pyproject.toml --extra demo --group dev --group heavy -o requirements/heavy.txt
	for extra in inspect onnx postgres shap skops warehouse; do $(LOCK) pyproject.toml --extra $$extra -o requirements/$$extra.txt || exit 1; done
	for peer in benchmarks/peers/*.in; do $(LOCK) $$peer -o $${peer%.in}.txt || exit 1; done

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit("Plumbrule needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/%.installed: requirements/%.txt requirements/build.txt pyproject.toml | $(PY)
	@echo "Installing what $* needs into $(VENV) (once)"
	@$(PIP) install --require-hashes -r requirements/build.txt -r $<
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

clean:
	rm -rf build $(VENV)
