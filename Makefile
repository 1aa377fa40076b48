# smartpos: `make run` starts a terminal on emulated hardware, in the browser; `make test` runs every test.
# Both install what they need on a Debian machine that has Go and make.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# ADDR=host:port and DIR=folder of `make run`: else the next free port from 8080 on, and a temporary folder.
# BACKEND=host|armv7|arm64 is what runs the firmware there.
ADDR    ?=
DIR     ?=
BACKEND ?= host
BENCH   ?= .
TIME    ?= 20s
TOTAL   ?=
CPU     ?=
VULNDB  ?=
SEEDS   ?= 1000
SEED    ?= 1
SALES   ?= 50
ONLY    ?=
N       ?= 10000
BOARD   ?= virt-arm64
CUTS    ?= 100
JOBS    ?= 1

# What the tests use beyond Go: a C compiler for the race detector, a browser with a Chinese font, another QR decoder.
TEST_PACKAGES := gcc libc6-dev chromium fonts-wqy-zenhei zbar-tools

# What emulates ARM boards, and what builds what they boot.
ARM_PACKAGES := qemu-system-arm e2fsprogs xz-utils dosfstools mtools

SCENARIOS := cmd/posboard/testdata/scenarios
# What ARM boards play in `make test`: one of them what differs by the board, the power and the money, and of what differs
# by the network, the language or the goods alone a sample; the other what touches each part. Cuts at the writes of the
# journal are those of `make powercut` there. `make test-full` plays all on both.
MOST  := $(filter-out $(patsubst %,$(SCENARIOS)/%,alipay-% unionpay-% aggregator-% key-% refund-% offline-% reconcile-% items-% stick-backup-% stick-no-key% \
	power-intent-write-% power-paid-write-% cash-power-write-% damage-% settlement-english.txtar settlement-power-write.txtar english.txtar language-switch.txtar amount-limits.txtar \
	cancel-then-next.txtar choose-method.txtar fast-cashier.txtar keypad-letters.txtar cash-cancel.txtar cash-late.txtar \
	cash-no-printer.txtar network-gone-while-shown.txtar network-lost-show.txtar network-slow.txtar scan-balance.txtar \
	scan-nobody.txtar scan-not-a-code.txtar scan-same-code-twice.txtar scan-wrong-network.txtar scan-password-%.txtar \
	show-cancelled.txtar show-coupon.txtar show-expired.txtar show-late.txtar unknown-then-again.txtar items.txtar cover-open.txtar \
	network-forged.txtar power-charge-%.txtar power-on-qr-unpaid.txtar power-while-password.txtar printer-skipped.txtar stick-noise.txtar \
	stick-full.txtar power-second-copy.txtar show-paper.txtar settlement.txtar), \
	$(wildcard $(SCENARIOS)/*.txtar)) \
	$(patsubst %,$(SCENARIOS)/%.txtar,alipay-show alipay-scan unionpay-show-paid unionpay-scan-paid aggregator-two-phones \
	key-unusable refund-receipt refund-cash refund-power offline-confirmed offline-power-counted)
SMOKE := $(patsubst %,$(SCENARIOS)/%.txtar,\
	show-paid scan-paid network-lost-reply-reversed paper-out-during power-printing scanner-unplugged stick-backup)

# What has goroutines of its own runs once more under the race detector, and what others use from theirs.
RACE := ./device ./device/boot/... ./device/devicetest ./device/display/displaytest ./device/pty ./device/qemu/... \
	./keypad/... ./scanner/... ./printer/... ./store/... ./txn/pay/... ./cmd/internal/board/... ./cmd/internal/conformance \
	./cmd/internal/diskfault ./cmd/internal/image ./cmd/internal/powercut ./cmd/internal/terminal

# The firmware has no cgo. With the same flags for all, what one step compiles is there for the next: Go's own packages take
# a minute each time on a slow machine.
export CGO_ENABLED := 0
export GOFLAGS     := $(strip $(GOFLAGS) -trimpath)

GO_BUILD := go build -ldflags "-s -w"

say = @printf '\n== %s\n' "$(1)"

.PHONY: help run build test test-full lint unit race machines machines-full bench fuzz vuln sim broken payments powercut image clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: build $(if $(filter-out host,$(BACKEND)),arm-packages) ## a terminal on emulated hardware, in the browser (BACKEND=host|armv7|arm64)
	@bin/posboard run --backend $(BACKEND) $(if $(ADDR),--addr $(ADDR)) $(if $(DIR),--dir $(DIR))

build: go ## bin/pos, the firmware, and bin/posboard, the emulated board
	$(call say,build)
	$(GO_BUILD) -o bin/pos ./cmd/pos
	$(GO_BUILD) -o bin/posboard ./cmd/posboard

test: lint unit race machines ## every check and every test
	$(call say,all tests passed)

test-full: lint unit race broken machines-full ## the same, broken builds, and everything on both ARM boards
	$(call say,all tests passed)

lint: go ## gofmt, go vet, staticcheck
	$(call say,lint)
	@unformatted=$$(gofmt -l cmd device keypad printer scanner store txn); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

unit: go packages arm-packages ## all tests: units, the corpora of the fuzz targets, scenarios, the page in a browser
	$(call say,tests)
	go test -timeout 15m -parallel 4 ./...

race: go packages ## what runs in goroutines, under the race detector
	$(call say,tests under the race detector)
	CGO_ENABLED=1 go test -race -short -timeout 15m $(RACE)

bench: kernels ## timings, as figures and ratios (BENCH=pattern)
	$(call say,benchmarks)
	SMARTPOS_QEMU=1 go test -timeout 60m -run '^$$' -bench '$(BENCH)' -benchmem ./...

fuzz: go ## every fuzz target for a while (TIME=20s each, TOTAL=30m in all, or CPU=10m each, over many runs)
	$(call say,fuzzing)
	@go run ./cmd/internal/fuzz $(if $(CPU),-cpu $(CPU) $(if $(TOTAL),-total $(TOTAL)),$(if $(TOTAL),-total $(TOTAL),-time $(TIME)))

vuln: go ## known vulnerabilities of what is linked in (VULNDB=folder: of golang/vulndb's data/osv)
	$(call say,vulnerabilities)
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 $(if $(VULNDB),-db file://$(VULNDB)) ./...

sim: go ## whole days of trade with everything that goes wrong (SEEDS=n days from SEED=s on, of SALES=m; ONLY=steps)
	$(call say,simulation)
	go test ./cmd/internal/sim -run 'TestSim$$' -v -timeout 0 -seeds $(SEEDS) -first $(SEED) -sales $(SALES) $(if $(ONLY),-only $(ONLY)) | grep --line-buffered -v '^=== '

broken: go # builds that break a rule each: the simulation must find all of them
	$(call say,broken builds)
	SMARTPOS_FULL=1 go test ./cmd/internal/sim -run 'TestBrokenBuilds$$' -v -timeout 90m | grep -v '^=== '

payments: go ## random payments over the sandbox of the networks, 30 of 100 calls failing (N=n payments from SEED=s on)
	$(call say,payments)
	go test ./cmd/internal/conformance -run 'TestPayments$$' -v -timeout 0 -payments $(N) -first $(SEED) | grep -v '^=== \|--- PASS'

powercut: kernels ## power cuts while a terminal in QEMU sells, on a disk that forgets (CUTS=n SEED=s BOARD=… JOBS=n)
	$(call say,power cuts on $(BOARD))
	SMARTPOS_QEMU=1 go test ./cmd/internal/powercut -run PowerCuts -v -timeout 0 -cuts $(CUTS) -seed $(SEED) -board $(BOARD) -jobs $(JOBS) | grep --line-buffered -v '^=== '

machines: kernels ## the firmware on ARM boards in QEMU: most scenarios on one, some on the other
	$(call say,ARM boards)
	SMARTPOS_QEMU=1 go test -p 2 -timeout 15m ./device/qemu ./cmd/internal/image ./cmd/internal/board ./cmd/internal/powercut ./cmd/posboard -run 'QEMU|Machine|TestBoard$$'
	bin/posboard play --backend arm64 $(MOST)
	bin/posboard play --backend armv7 $(SMOKE)

machines-full: kernels
	$(call say,ARM boards)
	SMARTPOS_QEMU=1 SMARTPOS_FULL=1 go test -p 1 -timeout 30m ./device/qemu ./cmd/internal/image ./cmd/internal/board ./cmd/internal/powercut ./cmd/posboard -run 'QEMU|Machine|TestBoard$$'
	SMARTPOS_QEMU=1 go test ./cmd/internal/powercut -run PowerCuts -timeout 30m -board virt-armv7
	bin/posboard play --backend arm64 $(SCENARIOS)/*.txtar
	bin/posboard play --backend armv7 $(SCENARIOS)/*.txtar

image: build arm-packages ## what an ARM board boots (BOARD=virt-armv7|virt-arm64), in bin/image
	$(call say,image of $(BOARD))
	@bin/posboard image --board $(BOARD) -o bin/image/$(BOARD)

clean: ## what make made
	rm -rf bin board

.PHONY: go packages arm-packages kernels
go:
	@command -v go >/dev/null || { echo "Go is missing: install Go $$(awk '$$1 == "go" { print $$2 }' go.mod) or newer and put it on PATH."; exit 1; }

packages:
	@.ci/need $(TEST_PACKAGES)

arm-packages:
	@.ci/need $(ARM_PACKAGES)

# The first time on a machine this fetches both kernels, a minute each.
kernels: build packages arm-packages
	@for board in virt-arm64 virt-armv7; do bin/posboard image --board $$board -o bin/image/$$board; done
