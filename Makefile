# Short names for the scripts; each script says at its top what it does. Everything it fetches or compiles is kept in
# ~/.cache/kuma (or $XDG_CACHE_HOME/kuma), shared by all clones.
.DEFAULT_GOAL := help
.PHONY: help run build test torture fuzz dev lint fmt bench bench-retrieval models openapi clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 16

run: ## build what changed, fetch the starter models once, start Kuma
	@scripts/run.sh

build: ## web app and server into target/release/kuma
	@scripts/build.sh

test: ## everything that is tested, with all that the tests need
	@scripts/test.sh

torture: ## the fault suite, longer: make torture N=200 SEED=1
	@N="$(N)" SEED="$(SEED)" scripts/torture.sh

fuzz: ## fuzz the readers of documents: make fuzz TARGET=parse TIME=600
	@TARGET="$(TARGET)" TIME="$(TIME)" scripts/fuzz-documents.sh

dev: ## server rebuilt on change, and Vite on http://localhost:5173
	@scripts/dev.sh

lint: ## formatting, clippy, layers, sizes, licences, web lint and types, shellcheck
	@scripts/lint.sh

fmt: ## format Rust and web sources
	@scripts/fmt.sh

bench-retrieval: ## quality and speed of searching and reading documents (release build)
	@scripts/bench-retrieval.sh

bench: ## the measurements of docs/BENCHMARKS.md (release build)
	@scripts/bench.sh

models: ## the starter models into the data directory
	@scripts/starter-models.sh

openapi: ## web/openapi.json from the server, and the web client's types from it
	@scripts/openapi.sh

clean: ## delete what was built in this clone (not the data, not the shared cache)
	@rm -rf target web/dist web/node_modules web/tools/openapi/node_modules e2e/node_modules e2e/output
