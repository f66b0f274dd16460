# `make run` and `make test` do all the set-up; `make help` lists the rest.

BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help setup run test check chaos bench up clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv and install everything into it (run and test do it themselves)

run: $(STAMP) ## Run the whole system on a replayed day, without a key or an account: ARGS="--seconds 60"
	$(BIN)/flightagents demo $(ARGS)

test: $(STAMP) ## Run every test, and say what is skipped: ARGS="-k name"
	@PATH="$$PATH:/usr/sbin"; for need in java:openjdk-17-jre-headless mvn:maven postfix:postfix \
			chromium:chromium promtool:prometheus; do \
		command -v "$${need%%:*}" >/dev/null || \
		echo "$${need%%:*} is missing, so its tests are skipped: sudo apt-get install $${need##*:}"; \
	done
	$(BIN)/pytest $(ARGS)

check: $(STAMP) ## Check format, lint, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

chaos: $(STAMP) ## Kill workers, then senders, under load and count what is missing or double: ARGS=--messages
	$(BIN)/python -m tests.chaos.run $(ARGS)

bench: $(STAMP) ## Measure how fast a backlog drains, then how fast people are told: ARGS=--sending, --pages or --budget for one alone
	$(BIN)/python -m benchmarks.run $(ARGS)

up: ## Build and start Kafka, MongoDB, Mailpit, a worker, Prometheus and Grafana with Docker Compose
	docker compose up --build

clean: ## Remove .venv, downloads and caches; .env and data/ stay
	rm -rf .venv .cache .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	rm -rf build dist flightagents.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): setup.cfg pyproject.toml tools/environment.sh
	tools/environment.sh
	@touch $@
