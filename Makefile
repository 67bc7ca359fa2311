# The commands. `make` alone lists them. Everything they need is installed inside the checkout, from requirements.lock.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
LOCKED := .venv/.locked
PARSED := dbt_project/target/.parsed
QUIET := DAGSTER_DISABLE_TELEMETRY=1 DBT_SEND_ANONYMOUS_USAGE_STATS=false DO_NOT_TRACK=1 GX_ANALYTICS_ENABLED=false
EXAMPLE_DATA = $(or $(C360_EXAMPLE_DATA),$(wildcard ../shared/data))
BERKA_FROM := 1998-12-01
BERKA_TO := 1999-01-31

.DEFAULT_GOAL := help
.PHONY: help setup manifest run live materialize land ui berka who-was why-closed override review junk rebuild backup restore test test-slow check bench bench-file linkage train-identity fit-clusters tags clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 14

$(LOCKED): requirements.lock
	@echo "Setting up .venv from requirements.lock"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=python3.x")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@grep -A99 '^uv==' requirements.lock | awk 'NR > 1 && /^[a-z]/ { exit } { print }' > .venv/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	@$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python requirements.lock
	@touch $@

$(PARSED): $(LOCKED) contract/landing.yml orchestration/manifest.py $(shell find dbt_project -name '*.sql' -o -name '*.yml' -not -path '*/target/*' -not -name sources.yml) dbt_project/models/columns.md
	@$(QUIET) $(BIN)/python -m orchestration.manifest
	@touch $@

setup: $(LOCKED) $(PARSED)  ## the locked environment and dbt's manifest (the others call it)

manifest: $(PARSED)  ## dbt's sources from the contract, and its parsed manifest

run: setup  ## the demo bank: its history, then its newest date; again: the next business day
	@$(QUIET) $(BIN)/python -m orchestration.cli run

live: setup  ## DAYS=n business days one after another, the demo bank's customers reacting in between (default: 5)
	@$(QUIET) $(BIN)/python -m orchestration.cli live --days $(or $(DAYS),5)

materialize: setup  ## FROM=YYYY-MM-DD TO=YYYY-MM-DD: any landing folder, any dates, one run
	@test -n "$(FROM)" -a -n "$(TO)" || { echo "say which dates: make materialize FROM=YYYY-MM-DD TO=YYYY-MM-DD"; exit 2; }
	@$(QUIET) $(BIN)/python -m orchestration.cli materialize --from $(FROM) --to $(TO)

land: setup  ## DATE=YYYY-MM-DD: what the databases and interfaces of C360_SOURCES have now, as that date's folders (AGAIN=1 replaces)
	@test -n "$(DATE)" || { echo "say which date: make land DATE=YYYY-MM-DD"; exit 2; }
	@$(QUIET) $(BIN)/python -m orchestration.cli land --date $(DATE) $(if $(AGAIN),--again)

ui: setup  ## Dagster's UI with daemon, schedule and sensor, and the sandbox, at ports that are printed (PORT=n to choose)
	@$(QUIET) $(BIN)/python -m orchestration.cli ui --port $(or $(PORT),0)

berka: setup  ## a real bank's public data (C360_EXAMPLE_DATA=its folder), mapped and run up to 1999-01-31
	@test -n "$(EXAMPLE_DATA)" || { echo "set C360_EXAMPLE_DATA to the folder of the public data; examples/berka/README.md says where it comes from"; exit 2; }
	@set -a; . examples/berka/settings.env; set +a; export C360_HOME="$${C360_HOME:-data/berka}"; \
	  $(BIN)/python -m examples.berka --data "$(EXAMPLE_DATA)" --landing "$$C360_HOME/landing" && \
	  $(QUIET) $(BIN)/python -m orchestration.cli materialize --from $(BERKA_FROM) --to $(BERKA_TO)

who-was: setup  ## CUSTOMER=id DATE=YYYY-MM-DD: tier, stage, micro-segment and tags of a customer on that day
	@test -n "$(CUSTOMER)" -a -n "$(DATE)" || { echo "say who and when: make who-was CUSTOMER=id DATE=YYYY-MM-DD"; exit 2; }
	@$(QUIET) $(BIN)/python -m orchestration.cli who-was --customer "$(CUSTOMER)" --date "$(DATE)"

why-closed: setup  ## DATE=YYYY-MM-DD: what closed, what it holds back, how to mend it or let it through
	@test -n "$(DATE)" || { echo "say which date: make why-closed DATE=YYYY-MM-DD"; exit 2; }
	@$(QUIET) $(BIN)/python -m orchestration.cli why-closed --date "$(DATE)"

override: setup  ## TABLE=source.table DATE=… BY="name" REASON="why": lets a closed batch through, exactly as it was judged
	@test -n "$(TABLE)" -a -n "$(DATE)" || { echo 'say what and who: make override TABLE=source.table DATE=YYYY-MM-DD BY="name" REASON="why"'; exit 2; }
	@$(QUIET) $(BIN)/python -m orchestration.cli override --table "$(TABLE)" --date "$(DATE)" --by "$(BY)" --reason "$(REASON)"

review: setup  ## BY="name": the pairs that may be one customer, side by side (DECISION=same|different PAIR="source key source key": one answer)
	@$(QUIET) $(BIN)/python -m orchestration.cli review --by "$(BY)" $(if $(DECISION)$(PAIR),--decision "$(DECISION)" \
	  --source-a "$(word 1,$(PAIR))" --record-a "$(word 2,$(PAIR))" --source-b "$(word 3,$(PAIR))" --record-b "$(word 4,$(PAIR))")

junk: setup  ## the values of forms that nobody means, or too many share: what identities ignore (MOST=100)
	@$(QUIET) $(BIN)/python -m orchestration.cli junk $(if $(MOST),--most $(MOST))

test: setup  ## the whole test suite but what takes too long for every change
	@$(QUIET) $(BIN)/python -m pytest -n 2

test-slow: setup  ## that: kills, full disks, ranges and restored backups as whole runs, hundreds of landing schedules
	@$(QUIET) $(BIN)/python -m pytest -m slow

check: setup  ## lint, types, import rules, dbt parse, tags, segments, moments, strategies, rules of who is who, clusters, sources; that the demo bank shows all of it
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(QUIET) $(BIN)/python -m orchestration.entry_check
	@$(QUIET) $(BIN)/python -m orchestration.strategy_check
	@$(BIN)/python -m orchestration.identity_check
	@$(QUIET) $(BIN)/python -m orchestration.cluster_check
	@$(BIN)/python -m orchestration.source_check
	@$(QUIET) $(BIN)/python -m orchestration.demo_check

rebuild: setup  ## deletes the derived files and builds them anew from the state; decides and sends nothing
	@$(QUIET) $(BIN)/python -m orchestration.cli rebuild

backup: setup  ## TO=folder: a copy of the state, while no run changes it
	@test -n "$(TO)" || { echo "say where to: make backup TO=folder"; exit 2; }
	@$(QUIET) $(BIN)/python -m orchestration.cli backup --to "$(TO)"

restore: setup  ## FROM=folder: a backup into an empty C360_HOME, and what is derived built from it
	@test -n "$(FROM)" || { echo "say from where: make restore FROM=folder"; exit 2; }
	@$(QUIET) $(BIN)/python -m orchestration.cli restore --from "$(FROM)"

train-identity: setup  ## TO=file.json: a model of who is who, trained on the home's own records, into a new file
	@test -n "$(TO)" || { echo "say where to: make train-identity TO=file.json"; exit 2; }
	@$(QUIET) $(BIN)/python -m orchestration.cli train-identity --to "$(TO)"

fit-clusters: setup  ## TO=file.json: a model of customers who behave alike, from the home's profile, into a new file (FROM=file.json: whose codes stay)
	@test -n "$(TO)" || { echo "say where to: make fit-clusters TO=file.json"; exit 2; }
	@$(QUIET) $(BIN)/python -m orchestration.cli fit-clusters --to "$(TO)" $(if $(FROM),--from "$(FROM)")

bench: setup  ## whole runs, stages, the same SQL bare, and how right identities are (SIZES="1000 5000" DATES=120 HISTORY=400; GROWN="60 365": the day after each)
	@$(QUIET) $(BIN)/python -m benchmarks $(foreach size,$(SIZES),--customers $(size)) \
	  $(if $(DATES),--dates $(DATES)) $(if $(HISTORY),--history-days $(HISTORY)) $(foreach days,$(GROWN),--grown $(days))
	@$(if $(GROWN),,$(MAKE) --no-print-directory linkage)

bench-file: setup  ## one landed file of GB=10 gigabytes taken in, and copied bare: speed and peak memory
	@$(QUIET) $(BIN)/python -m benchmarks.one_file --gigabytes $(or $(GB),10)

linkage: setup  ## who is who on public sets beside Splink alone (C360_EXAMPLE_DATA, SETS="febrl_1 fake_1000"), and at RECORDS=n drawn records
	@$(BIN)/python -m benchmarks.linkage --records $(or $(RECORDS),20000) $(foreach set,$(SETS),--set $(set)) \
	  $(if $(wildcard $(EXAMPLE_DATA)/er),--data "$(EXAMPLE_DATA)")

tags: setup  ## every tag: whom it holds, why it holds nobody, which strategies use it (MARKDOWN=file: as a page, too)
	@$(QUIET) $(BIN)/python -m orchestration.cli tags $(if $(MARKDOWN),--markdown "$(MARKDOWN)")

clean:  ## removes what can be built again: dbt's target and caches (never data)
	@rm -rf dbt_project/target .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
