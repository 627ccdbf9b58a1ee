# What is done often. The two commands that matter need no make:
#   go run ./cmd/langnghe demo
#   go test ./...

.DEFAULT_GOAL := help
.PHONY: help screenshots demo run test vet fmt lint race fuzz bench bench-rules bench-crawler bench-search bench-trend e2e vuln ci build dist docker up up-split bench-desk bench-pages bench-reports bench-restore bench-fresh systemd bench-idle invariants

# The tools, by version; .ci/run names the same ones.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
NILNESS     := golang.org/x/tools/go/analysis/passes/nilness/cmd/nilness@v0.52.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0

# The packages that start goroutines.
CONCURRENT := ./internal/bus/... ./internal/app/... ./internal/store/... ./internal/demo/... \
	./crawler/... ./indexer/... ./rules/... ./review/... ./alerts/... ./web/...

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILD   := CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## everything on sample data, on http://127.0.0.1:8080
	go run ./cmd/langnghe demo

run: ## the service on ./data; CONFIG=file.yaml names a configuration
	go run ./cmd/langnghe serve $(if $(CONFIG),-config $(CONFIG))

test: ## all tests; no network, no Docker
	go test ./...

vet: ## go vet
	go vet ./...

fmt: ## format all Go files
	gofmt -w .

lint: ## gofmt, vet, staticcheck, nilness
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	go run $(NILNESS) ./...

race: ## the race detector on the packages that start goroutines (needs a C compiler)
	CGO_ENABLED=1 go test -race -timeout 20m $(CONCURRENT)

fuzz: ## every fuzz target for 20 seconds
	@grep -roE --include='*_test.go' --exclude-dir=e2e '^func Fuzz[A-Za-z0-9_]*' . | sed 's/func //' | \
	while IFS=: read -r file name; do \
		echo "$$name in $$file"; \
		go test -run='^$$' -fuzz="^$$name\$$" -fuzztime=20s "./$$(dirname "$$file")" || exit 1; \
	done

bench: ## every benchmark, six times, for benchstat
	go test -run='^$$' -bench=. -benchmem -count=6 ./...

bench-rules: ## the rule matcher beside naive evaluation, bleve and Aho-Corasick
	cd e2e && go test -run='^$$' -bench=BenchmarkRules -benchtime=1x -timeout 30m -v .

bench-crawler: ## text of pages and speed beside go-trafilatura and go-readability, and feeds
	cd e2e && go test -run='^$$' -bench=BenchmarkCrawler -benchtime=1x -timeout 30m -v .

bench-search: ## index and search beside SQLite FTS5 and PostgreSQL, up to 500,000 items (8 GB of disk)
	cd e2e && CGO_ENABLED=$(shell command -v gcc >/dev/null && echo 1 || echo 0) go test -tags sqlite_fts5 -run='^$$' -bench=BenchmarkSearch -benchtime=1x -timeout 3h -v .

screenshots: ## pictures of every page into docs/screenshots/pages; needs Chromium
	mkdir -p docs/screenshots/pages
	cd e2e && LANGNGHE_SCREENSHOTS=$(CURDIR)/docs/screenshots/pages go test -run='TestPages$$' -count=1 -timeout 20m -v .

RESTORE_BENCH ?= $(CURDIR)/dist/restore-bench

bench-restore: ## 100,000 items and 1,000 cases backed up and restored on an empty machine (2 GB in RESTORE_BENCH)
	mkdir -p $(RESTORE_BENCH)
	cd e2e && LANGNGHE_BENCH_RESTORE=$(RESTORE_BENCH) go test -run='TestRestoreSize$$' -count=1 -timeout 60m -v .

FRESH ?= $(CURDIR)/dist/fresh

bench-fresh: ## a bare Debian to the first explained alert by the README alone (root, debootstrap, Chromium, network, 2 GB in FRESH)
	rm -rf $(FRESH) && mkdir -p $(FRESH)
	cd e2e && LANGNGHE_FRESH_DEBIAN=$(FRESH) go test -run='TestFreshDebian$$' -count=1 -timeout 40m -v .

SYSTEMD ?= $(CURDIR)/dist/systemd

systemd: ## the unit under a real systemd, in a Debian of its own (root, debootstrap, network, 600 MB in SYSTEMD)
	mkdir -p $(SYSTEMD)
	cd e2e && LANGNGHE_SYSTEMD=$(SYSTEMD) go test -run='TestSystemd$$' -count=1 -timeout 20m -v .

bench-idle: ## processor and memory with fifty sources and nothing to do, for a quarter of an hour, visits among it
	cd e2e && LANGNGHE_BENCH_IDLE=15m go test -run='TestIdle$$' -count=1 -timeout 30m -v .

bench-desk: ## decisions a second with pages read meanwhile, a storm of 10,000 flags, a million audit entries, observed to notified
	LANGNGHE_BENCH=1 LANGNGHE_STORM=10000 go test -run='TestSpeed|TestStorm' -count=1 -timeout 30m -v ./internal/store
	cd e2e && LANGNGHE_BENCH=1 go test -run=TestLatency -count=1 -timeout 10m -v .

bench-pages: ## server time of every page, as each role that has it, at 100,000 items (fills the demo first, some minutes)
	cd e2e && LANGNGHE_BENCH=1 go test -run='TestServerTime$$' -count=1 -timeout 60m -v .

bench-reports: ## the weekly summary from 100,000 items in the index (fills it first, some minutes)
	LANGNGHE_BENCH=1 go test -run='^$$' -bench=BenchmarkWeeklySummary -benchtime=20x -timeout 30m -v ./internal/app

invariants: ## a million random events at the desk; LANGNGHE_SEQUENCES sets how many sequences of about 79
	LANGNGHE_SEQUENCES=$${LANGNGHE_SEQUENCES:-13000} go test -run=TestInvariants -count=1 -timeout 60m -v ./review

TREND_BENCH ?= $(abspath ../shared/bench/trend)
PYTHON ?= python3

bench-trend: ## detector and forecasts under the scorers in TREND_BENCH (PYTHON with numpy)
	go build -o dist/langnghe ./cmd/langnghe
	cd e2e && go run ./trendbench -bench $(TREND_BENCH) -python $(PYTHON) -langnghe $(abspath dist/langnghe) -seeds 201,202,203,204

e2e: ## the program as its users see it: browser, crash, split form (needs Chromium)
	cd e2e && go test -count=1 -timeout 25m ./...

vuln: ## known vulnerabilities in what we use (needs the network)
	go run $(GOVULNCHECK) ./...

ci: ## everything that must hold before a change is kept
	.ci/run

build: ## the static binary for this machine, in dist/
	$(BUILD) -o dist/langnghe ./cmd/langnghe

dist: ## release binaries with checksums, in dist/
	GOOS=linux GOARCH=amd64 $(BUILD) -o dist/langnghe-linux-amd64 ./cmd/langnghe
	GOOS=linux GOARCH=arm64 $(BUILD) -o dist/langnghe-linux-arm64 ./cmd/langnghe
	cd dist && sha256sum langnghe-linux-* > SHA256SUMS

docker: ## the container image
	docker build --build-arg VERSION=$(VERSION) -t langnghe:$(VERSION) .

up: ## compose, one container
	docker compose --profile all up -d --build

up-split: ## compose, one container per role with NATS, Prometheus, Grafana
	docker compose --profile split up -d --build
