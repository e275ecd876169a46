# Two commands matter: `make run` and `make test`. Stamps in .stamps/ carry a sum of what they were built from in their
# names, so that a second start does nothing and needs no network, and a changed lock or source is built again.
PORT ?= 8000
INSTANCE ?= instance
JOBS ?= 2
export PORT INSTANCE
# Python keeps what it has compiled, whatever a machine's surroundings say: a server is started hundreds of times.
export PYTHONDONTWRITEBYTECODE :=

MAKEFLAGS += --no-print-directory --jobs=$(JOBS)
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input -qq
sum = $(shell cat /dev/null $(1) 2>/dev/null | cksum | cut -d' ' -f1)

# What was built and then deleted, or built for a Python that has gone, is built again.
_ := $(shell $(PY) -c '' 2>/dev/null || rm -f .stamps/python-*; \
	test -f node_modules/.package-lock.json || rm -f .stamps/node-*; \
	test -f app/static/dist/manifest.json || rm -f .stamps/assets-*)

POS := $(sort $(wildcard app/translations/*/LC_MESSAGES/*.po))
DOMAINS := $(sort $(notdir $(basename $(POS))))
_ := $(foreach po,$(POS),$(if $(wildcard $(po:.po=.mo)),,$(shell rm -f .stamps/catalogues-*)))
# Of Bootstrap goes out what the pages name: a changed page builds the styles again.
BROWSER_SOURCES := package.json package-lock.json app/engine/vocabulary.json $(wildcard app/domain/*.json) \
	$(sort $(wildcard frontend/*) $(wildcard frontend/*/*) \
	$(wildcard templates/*/*.html) $(wildcard app/web/*/*.py))

PYTHON_STAMP := .stamps/python-run-$(call sum,requirements.txt)
TEST_PYTHON_STAMP := .stamps/python-test-$(call sum,requirements.txt requirements-dev.txt)
NODE_STAMP := .stamps/node-$(call sum,package.json package-lock.json)
ASSETS_STAMP := .stamps/assets-$(call sum,$(BROWSER_SOURCES))
CATALOGUES_STAMP := .stamps/catalogues-$(call sum,$(POS))

# A stamp is made last; the older ones of its kind go.
stamp = rm -f $(1)-*; mkdir -p .stamps; touch $@

.PHONY: help run test bench check holes types layout pages imports tools sbom late tidy lock build

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: build ## build what is missing, then serve on http://127.0.0.1:8000 (PORT=, INSTANCE=); Ctrl-C stops all
	@ESP_DEMO=1 exec $(PY) -m app.serve

# A run is worth what it repeats: CI and everybody take one order. ORDER=default takes a new one; what is green becomes the next.
ORDER ?= 53401264

test: check ## every check and every test; CI=true makes a missing Chromium or PostgreSQL a failure
	@$(PY) -m pytest -n $(JOBS) --dist worksteal --randomly-seed=$(ORDER)

bench: build $(TEST_PYTHON_STAMP) ## the table of budgets, in some fifteen minutes (QUICK=1: in three), and bench/results.json
	@$(PY) -m bench $(if $(QUICK),--quick)

# The longest first: what makes goals side by side makes them in this order.
check: holes types layout pages imports ## linters, types, import rules

holes: tools
	@$(PY) -m bandit --quiet --recursive --severity-level medium --ignore-nosec --skip $(NOT_ASKED) app

# Bandit asks at each node: not for B704 (Markup is judged line by line by ruff), nor for what is of low severity.
NOT_ASKED := B704,B101,B105,B106,B107,B110,B112,B311,B403,B404,B405,B406,B407,B408,B409,B603,B606,B607

types: tools
	@$(PY) -m mypy --no-error-summary

layout: tools
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m ruff check --quiet .

pages: tools
	@$(PY) -m djlint --quiet --lint templates

imports: tools
	@.venv/bin/lint-imports >.stamps/imports.log || { cat .stamps/imports.log; exit 1; }

tools: build $(TEST_PYTHON_STAMP)

sbom: ## the bill of materials from the locks, as CycloneDX 1.6: sbom.json
	@python=$$(sh setup/need.sh python) && $$python setup/sbom.py >sbom.json && echo sbom.json

late: $(TEST_PYTHON_STAMP) ## locks past their term, and known holes by FEED="PyPI.zip npm.zip" of osv.dev; fetches nothing
	@$(PY) setup/late.py $(FEED)

tidy: $(TEST_PYTHON_STAMP) ## put layout and simple faults right by themselves
	@$(PY) -m ruff check --fix --quiet . || true
	@$(PY) -m ruff format --quiet .

lock: ## write the locks anew from requirements*.in and package.json (UPGRADE=1: to the newest versions)
	@python=$$(sh setup/need.sh python) && sh setup/need.sh node && $$python -m venv .stamps/lock
	@.stamps/lock/bin/python -m pip --disable-pip-version-check --quiet install 'pip-tools>=7.5,<8'
	@for name in requirements requirements-dev; do \
		.stamps/lock/bin/python -m piptools compile --quiet $(if $(UPGRADE),--upgrade) --strip-extras --generate-hashes --no-header \
			--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --pip-args='--only-binary :all:' \
			--output-file=$$name.txt $$name.in || exit 1; done
	@npm install --package-lock-only --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved
	@$(if $(UPGRADE),date -u +%F >setup/locked)

build: $(PYTHON_STAMP) $(ASSETS_STAMP) $(CATALOGUES_STAMP)

# pip compiles on one processor: that is left to all of them, behind it. What is no Python of today stays as it is.
install = python=$$(sh setup/need.sh python) && { $(PY) -c '' 2>/dev/null || $$python -m venv --clear .venv; } && \
	$(PIP) install --no-compile --only-binary :all: --require-hashes $(1) && \
	{ $(PY) -m compileall -qq -j 0 .venv/lib >/dev/null 2>&1 || true; }

# Whoever tests gets all at once: pip takes its time over every list.
TESTING := $(filter test bench check holes types layout pages imports tools late tidy,$(MAKECMDGOALS))

$(PYTHON_STAMP): | $(if $(TESTING),$(TEST_PYTHON_STAMP))
ifeq ($(TESTING),)
	@echo 'Python के पुस्तकालय लगाए जा रहे हैं (एक-दो मिनट) / installing Python libraries into .venv (a minute or two)'
	@$(call install,-r requirements.txt)
endif
	@$(call stamp,.stamps/python-run)

$(TEST_PYTHON_STAMP):
	@echo 'पुस्तकालय और जाँच के औज़ार लगाए जा रहे हैं / installing Python libraries and what the tests need'
	@$(call install,-r requirements.txt -r requirements-dev.txt)
	@$(call stamp,.stamps/python-test)

$(NODE_STAMP):
	@test ! -L node_modules || rm node_modules  # npm empties what a link leads to, and others use it
	@sh setup/need.sh node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@$(call stamp,.stamps/node)

$(ASSETS_STAMP): $(NODE_STAMP)
	@node frontend/build.mjs
	@$(call stamp,.stamps/assets)

$(CATALOGUES_STAMP): | $(PYTHON_STAMP)
	@for domain in $(DOMAINS); do $(PY) -m babel.messages.frontend --quiet compile -d app/translations -D $$domain || exit 1; done
	@$(call stamp,.stamps/catalogues)
