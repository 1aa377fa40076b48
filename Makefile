# smartpos: `make run` starts a terminal on emulated hardware, in the browser; `make test` runs every test.
# Both install what they need on a Debian machine that has Go and make.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# ADDR=host:port and DIR=folder of `make run`: else the next free port from 8080 on, and a temporary folder.
ADDR  ?=
DIR   ?=
BENCH ?= .
TIME  ?= 20s
BOARD ?= virt-arm64

# What the tests use beyond Go: a C compiler for the race detector, a browser with a Chinese font, another QR decoder.
TEST_PACKAGES := gcc libc6-dev chromium fonts-wqy-zenhei zbar-tools

# Packages with goroutines of their own run once more under the race detector.
RACE := ./device/... ./keypad/... ./scanner/... ./printer/... ./store/... ./txn/... ./cmd/internal/...

GO_BUILD := CGO_ENABLED=0 go build -trimpath -ldflags "-s -w"

say = @printf '\n== %s\n' "$(1)"

.PHONY: help run build test lint unit race bench fuzz image test-qemu clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: build ## a terminal on emulated hardware, in the browser
	@bin/posboard run $(if $(ADDR),--addr $(ADDR)) $(if $(DIR),--dir $(DIR))

build: go ## bin/pos, the firmware, and bin/posboard, the emulated board
	$(call say,build)
	$(GO_BUILD) -o bin/pos ./cmd/pos
	$(GO_BUILD) -o bin/posboard ./cmd/posboard

test: lint unit race ## every check and every test
	$(call say,all tests passed)

lint: go ## gofmt, go vet, staticcheck
	$(call say,lint)
	@unformatted=$$(gofmt -l cmd device keypad printer scanner store txn); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

unit: go packages ## all tests: units, the corpora of the fuzz targets, scenarios, the page in a browser
	$(call say,tests)
	go test -timeout 15m ./...

race: go packages ## the packages with goroutines, under the race detector
	$(call say,tests under the race detector)
	CGO_ENABLED=1 go test -race -short -timeout 15m $(RACE)

bench: go ## timings, as figures and ratios (BENCH=pattern)
	$(call say,benchmarks)
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

fuzz: go ## every fuzz target for a while (TIME=20s each)
	$(call say,fuzzing)
	@for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(TIME) $$package; \
		done; \
	done

test-qemu: go ## boots both ARM machines in QEMU (kernels: make image BOARD=… once for each)
	@.ci/need qemu-system-arm e2fsprogs
	SMARTPOS_QEMU=1 go test -timeout 15m ./device/qemu ./cmd/internal/image

image: build ## what an ARM board boots (BOARD=virt-armv7|virt-arm64), in bin/image
	@.ci/need e2fsprogs xz-utils
	$(call say,image of $(BOARD))
	@bin/posboard image --board $(BOARD) -o bin/image/$(BOARD)

clean: ## what make made
	rm -rf bin board

.PHONY: go packages
go:
	@command -v go >/dev/null || { echo "Go is missing: install Go $$(awk '$$1 == "go" { print $$2 }' go.mod) or newer and put it on PATH."; exit 1; }

packages:
	@.ci/need $(TEST_PACKAGES)
