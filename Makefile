# `make demo` installs a mesh on a real API server, `make test` runs everything; both start from nothing.
# Needed: Python 3.11 to 3.13 (PYTHON=... to choose one), make, git.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
COLLECTION := .build/ansible_collections/meshops/istio
NAME ?= demo
PLATFORM ?= kubernetes
ONLY ?=
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PYTHON

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z -]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- The environment

.PHONY: runtime venv
runtime: $(VENV)/.runtime $(COLLECTION)
venv: $(VENV)/.dev $(COLLECTION) ## Make the virtual environment for development

$(VENV)/.runtime: requirements.txt requirements-dev.lock scripts/venv
	@bash scripts/venv $(VENV) runtime && touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@bash scripts/venv $(VENV) dev && touch $@

$(COLLECTION): # the path by which Python and Ansible know this folder
	@mkdir -p $(@D) && ln -sfn ../../.. $@

# --- Use it

.PHONY: demo
demo: runtime ## Install a mesh: on the lab (PLATFORM=openshift), or on your cluster with KUBECONFIG=...
	@NAME=$(NAME) PLATFORM=$(PLATFORM) bash scripts/demo

.PHONY: lab-up lab-down lab-status
lab-up: runtime ## Start the embedded cluster; NAME=demo, AUDIT=1, PLATFORM=openshift
	@python -m lab up --name $(NAME) --platform $(PLATFORM) $(if $(filter 1,$(AUDIT)),--audit)

lab-down: runtime ## Stop it; leaves nothing behind
	@python -m lab down --name $(NAME)

lab-status: runtime ## Say which clusters run
	@python -m lab status

# --- Test it

.PHONY: test lint unit differential integration molecule bench
test: venv ## Run everything; ONLY=lint,unit for some groups
	@python -m tests.run --only "$(ONLY)"

lint unit differential integration molecule: venv ## Run one group of `make test`
	@python -m tests.run --only $@

bench: venv ## Measure against helm, istioctl, kubectl and kubernetes.core
	@python -m lab build --all
	@for name in render lookup proxy; do python -m tests.bench.$${name}_bench; done
	@python -m pytest -q -s tests/bench

# --- Keep it

.PHONY: format lock types changelog collection clean
format: venv ## Format the code, and fix what can be fixed
	@ruff format . && ruff check --fix .

lock: ## Renew requirements-dev.lock from requirements.txt and requirements-dev.in
	@bash scripts/lock

types: venv ## Renew the tables of Go types that injection and IstioOperator documents need
	@tables=$$(python -m lab build types) && cp "$$tables"/*.json plugins/plugin_utils/_gotypes/

changelog: venv ## Put the fragments into CHANGELOG.md, under the version of galaxy.yml
	@antsibull-changelog release --update-existing --reload-plugins

collection: venv ## Build the archive for Galaxy into .build/
	@ansible-galaxy collection build --force --output-path .build

clean: ## Remove what was built here, the virtual environment too (labs' binaries stay cached)
	@rm -rf .build .venv .ansible .hypothesis .mypy_cache .ruff_cache .pytest_cache tests/output
	@find plugins lab tests -name __pycache__ -type d -prune -exec rm -rf {} +
