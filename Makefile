# wxbind. `make help` says what there is.

.DEFAULT_GOAL := help
SHELL := /bin/sh

# The processor that `make build` builds the functions for: arm64 or x86_64. What is
# deployed follows samconfig.toml; see sam/.
ARCH ?= arm64
# The section of samconfig.toml that `make deploy` takes: default, dev, prod or cn.
ENV ?= default

GOARCH_arm64 := arm64
GOARCH_x86_64 := amd64
FUNCTIONS := $(notdir $(patsubst %/main.go,%,$(wildcard functions/*/main.go)))
# How functions are built; the tests read this line. Nothing of git goes into them: a commit that
# changes no code changes no artifact, and SAM builds in a clone of another user. The
# Lambda API, AWS and WeChat all speak HTTP/1.1; and calls within the SDK, which waits for a
# network anyway, are not inlined; nor are those that read stored hashes or
# the secret. All of that makes the zips smaller.
LAMBDA_FLAGS := -buildvcs=false -trimpath -tags lambda.norpc,nethttpomithttp2 -gcflags github.com/aws/...=-l -gcflags github.com/wxbind/wxbind/pkg/password=-l -gcflags github.com/wxbind/wxbind/pkg/secrets/...=-l -ldflags "-s -w"
LAMBDA_BUILD = CGO_ENABLED=0 GOOS=linux GOARCH=$(or $(GOARCH_$(ARCH)),$(error ARCH must be arm64 or x86_64)) go build $(LAMBDA_FLAGS)

comma := ,

# The tests look for data races in all code but SQLite's, which is C made into Go, and what
# only computes hashes: with the detector in it that takes five times as long.
RACE := -race $(foreach p,modernc.org/sqlite/lib modernc.org/libc/... golang.org/x/crypto/... crypto/internal/fips140/...,-gcflags=$(p)=-race=false)

# How many histories `make check-long` makes on each store, of some 150 operations each.
HISTORIES ?= 500
# How long each fuzz target runs.
FUZZTIME ?= 20s
# The last release that translates SAM's template before it judges it. Later ones know less
# of SAM, and refuse properties that it has:
# https://github.com/aws-cloudformation/cfn-lint/issues/4680
CFN_LINT_VERSION := 1.53.3
CFN_LINT := .cache/cfn-lint-$(CFN_LINT_VERSION)
SAM_CLI_VERSION := 1.170.0
SAM_CLI := .cache/sam-$(SAM_CLI_VERSION)
MOTO_VERSION := 5.2.1
MOTO := .cache/moto-$(MOTO_VERSION)
# What `make sam-check` builds, a folder for each processor.
SAM_BUILD := .cache/sam-build
# What `make test-node` runs the tests of the mini-program's side on, besides the Node.js that is installed.
NODE_VERSIONS ?= 18.20.8 20.20.2 22.23.3

.PHONY: help run build bin/wxbind image test test-go test-miniprogram test-node test-browser screenshots phone check-long faults lint lint-go lint-template sam-check fuzz bench cost bench-peers bench-growth bench-import bench-start deploy clean need-go need-test need-node need-browser need-python need-sam

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-16s %s\n' "$$name" "$$what"; done

# Go knows whether there is anything to build.
bin/wxbind: need-go
	@go build -o $@ ./cmd/wxbind

run: bin/wxbind ## Serve on this machine, on SQLite; ARGS="--addr 127.0.0.1:4000" for options
	@exec bin/wxbind serve $(ARGS)

build: bin/wxbind ## Build the command into bin/ and the functions into bin/<function>/bootstrap
	$(foreach f,$(FUNCTIONS),$(LAMBDA_BUILD) -o bin/$(f)/bootstrap ./functions/$(f) &&) true

# For this machine's processor, or ARCH if that is given.
image: need-go ## Build a container image into bin/wxbind-image.tar, for `docker load` or `podman load`
	@go run ./cmd/image -o bin/wxbind-image.tar $(if $(filter file,$(origin ARCH)),,-processor $(or $(GOARCH_$(ARCH)),$(error ARCH must be arm64 or x86_64)))

# The tests of these drive programs that they have built, or hold documents against each
# other. Our code that runs in the tests themselves is checked for races in its own package.
DRIVERS := /functions$$|/events(/|$$)|/cmd/(wxbind|image)$$|/testing/(contract|openapitest)$$
# These run both ways: what validates against an OpenAPI document is left out under the race
# detector, for which it takes minutes to compile.
BOTH := /pkg/platform$$

# -count 1, because a cached result does not depend on the programs that a test builds. `make lint` vets.
test: need-test need-node test-go test-miniprogram ## Run all tests, with the race detector where our code runs, on SQLite and DynamoDB Local, and those of miniprogram/

test-go: need-test
	@echo "compiling the tests, which takes minutes the first time; then each package says how it went"
	@go test $(RACE) -vet=off -timeout 15m $$(go list ./... | grep -vE '$(DRIVERS)')
	@echo "compiling the functions and the command, and what drives them"
	@go test -vet=off -count 1 -timeout 15m $$(go list ./... | grep -E '$(DRIVERS)|$(BOTH)')
	@cd bench && go test -vet=off ./...

# The tests of the SDK, which is type-checked and built for them, of the example and of the phone in the browser. They
# run `wxbind serve`, built once.
TEST_MINIPROGRAM = node miniprogram/sdk/build.mjs && \
	WXBIND_BIN="$(CURDIR)/bin/wxbind" node --test --test-reporter ./miniprogram/testing/reporter.mjs \
	$$(find miniprogram pkg/playground -name node_modules -prune -o -name '*.test.mjs' -print | sort)
test-miniprogram: need-node bin/wxbind ## Run the tests of miniprogram/ alone, on the Node.js that is installed
	@echo "testing the SDK, the example and the phone in the browser"
	@$(TEST_MINIPROGRAM)

test-node: need-node bin/wxbind ## Run them on each of NODE_VERSIONS
	@set -e; for version in $(NODE_VERSIONS); do \
		node=.cache/node-$$version; \
		[ -x $$node/node_modules/.bin/node ] || npm install --prefix $$node --no-save --no-audit --no-fund --loglevel error node@$$version; \
		echo "on Node.js $$version"; \
		(PATH="$(CURDIR)/$$node/node_modules/.bin:$$PATH"; $(TEST_MINIPROGRAM)); \
	done

phone: need-node ## Make what is generated of miniprogram/: the example's copy of the SDK, and pkg/playground/phone/
	node miniprogram/sdk/build.mjs --example
	node miniprogram/browser/build.mjs

test-browser: need-browser bin/wxbind ## Walk the README's story in Chromium, by clicking
	@WXBIND_BIN="$(CURDIR)/bin/wxbind" WXBIND_CHROMIUM="$$(.ci/chromium)" node miniprogram/browser/story/walk.mjs

screenshots: need-browser bin/wxbind ## Make the pictures of the READMEs: docs/pictures/
	@WXBIND_BIN="$(CURDIR)/bin/wxbind" WXBIND_CHROMIUM="$$(.ci/chromium)" node miniprogram/browser/story/pictures.mjs

check-long: need-test ## Check at length: the stores are linearizable (HISTORIES=500), 100,000 users are imported
	WXBIND_TEST_HISTORIES=$(HISTORIES) go test $(RACE) -count 1 -timeout 8h -run Linearizable ./pkg/storetest/history ./pkg/sqlitestore ./pkg/dynamostore
	WXBIND_TEST_IMPORT_USERS=100000 go test -count 1 -timeout 1h -v -run 'ImportInto' ./cmd/wxbind

faults: need-go ## Try each fault on each route, and print docs/reliability.md's table
	@cd functions && go test -count 1 -timeout 10m -run '^TestFaults$$' -print-faults

lint: lint-go lint-template ## Check the code and template.yaml

lint-go: need-go
	go tool -modfile=tools.mod golangci-lint run
	cd bench && go tool -modfile=../tools.mod golangci-lint run

lint-template: $(CFN_LINT)/bin/cfn-lint
	$(CFN_LINT)/bin/cfn-lint --regions us-east-1 cn-north-1 -- template.yaml

# Each Python program has a folder of its own, because their requirements conflict:
# $(call python-program,folder,packages). The program is what pip writes last.
define python-program
	python3 -m venv $(1)
	@$(1)/bin/pip --quiet --disable-pip-version-check install $(2) || \
		{ echo "$(firstword $(2)) was not installed: see above whether Python's package index was reached" >&2; exit 1; }
endef

# What SAM makes of template.yaml and of the code. The build is SAM's own, by samconfig.toml
# but for the processor and the folder: .aws-sam is that of whoever runs `sam`.
sam-check: need-go $(SAM_CLI)/bin/sam $(MOTO)/bin/moto_server ## Build as SAM does, and run that under Lambda's emulator: needs python3
	@set -e; unset MAKEFLAGS; export SAM_CLI_TELEMETRY=0 AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none; \
	for region in us-east-1 cn-north-1; do \
		$(SAM_CLI)/bin/sam validate --lint --region $$region; \
	done; \
	for processor in x86_64 arm64; do \
		$(SAM_CLI)/bin/sam build --build-dir $(SAM_BUILD)/$$processor \
			--parameter-overrides Architecture=$$processor; \
	done
	@set -e; export WXBIND_SAM_CLI="$(CURDIR)/$(SAM_CLI)" WXBIND_SAM_BUILD="$(CURDIR)/$(SAM_BUILD)" WXBIND_MOTO="$(CURDIR)/$(MOTO)"; \
	go test -count 1 -timeout 5m ./pkg/secrets/...; \
	go test -tags sam -count 1 -timeout 15m -run '^TestSAM' ./pkg/testing/contract; \
	cd functions && go test -tags sam -count 1 -timeout 15m -run '^TestSAM'

$(CFN_LINT)/bin/cfn-lint: | need-python
	$(call python-program,$(CFN_LINT),cfn-lint==$(CFN_LINT_VERSION))

$(SAM_CLI)/bin/sam: | need-python
	$(call python-program,$(SAM_CLI),aws-sam-cli==$(SAM_CLI_VERSION) cfn-lint==$(CFN_LINT_VERSION))

$(MOTO)/bin/moto_server: | need-python
	$(call python-program,$(MOTO),moto[server$(comma)cloudformation$(comma)secretsmanager]==$(MOTO_VERSION))

fuzz: need-go ## Fuzz everything that parses untrusted input, FUZZTIME each
	@set -e; for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

bench: need-go ## Measure whole requests through the built functions, their processor time, the handlers alone, and the store of wxbind serve
	go test -run '^$$' -bench 'Requests|Processor' -benchtime 1x ./functions
	go test -run '^$$' -bench 'CheckBind|Authorizer' -benchmem ./pkg/apigw
	go test -run '^$$' -bench . ./pkg/sqlitestore

bench-import: need-test ## Measure the imports of users and of bindings, in turn, on SQLite and DynamoDB Local
	go test -run '^$$' -bench Import -benchtime 3x ./cmd/wxbind

cost: need-go ## Count what a login, a bind and a verified token use and cost on AWS
	go test -run '^$$' -bench Cost -benchtime 1x ./functions

# bench/ is a module of its own, so that the peers' libraries are none of wxbind's.
BENCH = cd bench && go build -o ../.cache/bench/bench . && exec ../.cache/bench/bench

bench-peers: need-go ## Measure checkBind beside what people would write instead; PEERS="gin floor" measures fewer
	@$(BENCH) peers

bench-growth: need-go ## Measure checkBind as the store grows; SIZES="10000 100000" spares the million
	@$(BENCH) growth

bench-start: need-go ## Measure each function's start against an empty function's
	go test -run '^$$' -bench Start -benchtime 1x ./functions

deploy: need-sam ## Build and deploy with SAM: ENV=default|dev|prod|cn
	sam build --config-env $(ENV)
	sam deploy --config-env $(ENV)

clean: ## Remove what was built; data in .wxbind/ stays
	rm -rf bin .aws-sam .cache miniprogram/node_modules miniprogram/sdk/dist

# SAM calls build-<Name>Function with the folder to build into: functions/<name> is the
# function's folder, in lower case. With samconfig.toml a changed parameter is changed
# code: SAM publishes a new version for nothing less.
build-%Function: need-go
	$(LAMBDA_BUILD) -o "$(ARTIFACTS_DIR)/bootstrap" ./functions/$(shell echo $* | tr A-Z a-z)
	cp samconfig.toml "$(ARTIFACTS_DIR)/"

need-go:
	@command -v go >/dev/null || { echo "wxbind needs Go 1.26 or newer: https://go.dev/dl/" >&2; exit 1; }

need-test:
	@.ci/need go cc git curl java node npm

need-node:
	@.ci/need go git node npm
	@miniprogram/install

need-browser:
	@.ci/need go git node npm chromium fonts
	@miniprogram/install

need-python:
	@python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || \
		{ echo "this needs python3, 3.10 or newer, with its module venv (Debian: python3-venv)" >&2; exit 1; }

need-sam:
	@command -v sam >/dev/null || { echo "deploying needs the AWS SAM CLI: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/install-sam-cli.html" >&2; exit 1; }
