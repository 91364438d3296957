# Two targets do everything on a fresh machine: `make demo` and `make test`.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
COLLECTION := .build/ansible_collections/meshops/istio
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | column -t -s '	'

.PHONY: venv
venv: $(VENV)/.done $(COLLECTION) ## Make the virtual environment and the collection path

$(VENV)/.done: requirements-dev.lock
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.lock
	touch $@

$(COLLECTION):
	mkdir -p $(dir $@)
	ln -sfn ../../.. $@
