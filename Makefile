# Everything a developer runs. Go is the only thing to install: tools are
# pinned in internal/tools/go.mod and built by the go command.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS := -s -w -X main.linked=$(VERSION)
FUZZTIME ?= 10s
WORLDS  ?= 2000
COUNT   ?= 1
SOAK    ?= 1000000
FIDELITY ?= model

.DEFAULT_GOAL := help
.PHONY: help drills live run test race lint bench bench-live backlog backlog-live soak exhaust fresh clients fuzz build cover schema clean

help: ## show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## play the whole scenario library and judge it
	$(GO) run ./cmd/syncproof run

test: ## run all tests
	$(GO) test ./...

race: ## run all tests under the race detector
	$(GO) test -race -timeout 40m ./...

lint: ## static analysis: golangci-lint, and the project's own rules
	$(GO) vet ./...
	$(GO) tool -modfile=internal/tools/go.mod golangci-lint run ./...
	$(GO) test ./internal/lint

bench: ## run all benchmarks; COUNT=10 for benchstat
	$(GO) test -run '^$$' -bench . -benchmem -count $(COUNT) ./...

bench-live: ## measure the live driver: durable acknowledgements, records synced, idle cost, as ratios of one run
	$(GO) test ./sim/serve -run '^$$' -bench Live -benchtime 1x -count $(COUNT) -timeout 30m

BACKLOG ?= 1000000

backlog: ## drain a backlog of BACKLOG records at model fidelity, and report memory and pace
	SYNCPROOF_BACKLOG=$(BACKLOG) $(GO) test ./sim -run '^TestBacklog$$' -v -timeout 60m

LIVE_QUOTA ?= 6000

backlog-live: ## drain BACKLOG records through the served engine and a CRM that answers 429, LIVE_QUOTA requests a minute twenty times as fast
	SYNCPROOF_BACKLOG_LIVE=$(BACKLOG) SYNCPROOF_BACKLOG_QUOTA=$(LIVE_QUOTA) $(GO) test ./sim/serve -run '^TestRL3' -v -timeout 12h

soak: ## explore SOAK worlds with the reference engine at FIDELITY wire or model; SEED=7 repeats
	$(GO) run ./cmd/syncproof explore --for 0 --runs $(SOAK) --fidelity $(FIDELITY) --enough 0 $(if $(SEED),--seed $(SEED))

KILLS ?= 200

drills: build ## play sim/live/testdata/drills with the served engine, then kill -9 it KILLS times under load; SEED=7 repeats
	bin/syncproof live --serve sim/live/testdata/drills
	bin/syncproof live --kills $(KILLS) $(if $(SEED),--seed $(SEED))

live: ## play the library over real HTTP, as far as it can be made live
	$(GO) run ./cmd/syncproof live

exhaust: ## play every order of two edits, a crash and a lost notice on one record
	$(GO) run ./cmd/syncproof explore --exhaustive sim/explore/testdata/two-edits-a-crash-a-lost-notice.yaml

clients: build ## play the vendors' own clients against the mocks; needs Node.js 20 and npm
	@command -v npm >/dev/null && command -v node >/dev/null || \
		{ echo "make clients needs Node.js 20 or later and npm: install them, nothing else is missing" >&2; exit 1; }
	cd mocks/clients && npm ci --no-audit --no-fund --ignore-scripts && SYNCPROOF=$(CURDIR)/bin/syncproof node --test
	cd mocks/clients/gosalesforce && SYNCPROOF=$(CURDIR)/bin/syncproof $(GO) test -count=1 ./...

fuzz: ## run every fuzz target for FUZZTIME
	@set -e; for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "== $$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

fresh: ## play WORLDS fresh plays and worlds for each property
	$(GO) test ./engine ./sim/property -timeout 12h -rapid.seed=0 -rapid.checks=$(WORLDS)

build: ## build bin/syncproof
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/syncproof ./cmd/syncproof

cover: ## write coverage.out and print the coverage of each package
	$(GO) test -coverprofile=coverage.out -coverpkg=./... ./...
	$(GO) tool cover -func=coverage.out | tail -n 1

schema: ## write the JSON Schemas anew from the Go types
	$(GO) run ./cmd/syncproof schema scenario > scenarios/scenario.schema.json.new
	mv scenarios/scenario.schema.json.new scenarios/scenario.schema.json
	@set -e; for name in report exploration exhaustion detection shrinking config; do \
		$(GO) run ./cmd/syncproof schema $$name > docs/$$name.schema.json.new; \
		mv docs/$$name.schema.json.new docs/$$name.schema.json; \
	done

clean: ## remove what was built and written
	rm -rf bin syncproof-failures syncproof-report
	rm -f coverage.out junit.xml report.json
