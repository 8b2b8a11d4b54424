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
FUNCTIONS := checkbind bind code2session userinfo logout sessions unbind account introspect authorizer whoami
# Lambda's events, AWS and WeChat are all asked in HTTP/1.1; and calls within the SDK,
# which waits for a network anyway, are not inlined. Both make the zips smaller.
LAMBDA_BUILD = CGO_ENABLED=0 GOOS=linux GOARCH=$(or $(GOARCH_$(ARCH)),$(error ARCH must be arm64 or x86_64)) \
	go build -tags lambda.norpc,nethttpomithttp2 -trimpath -gcflags github.com/aws/...=-l -ldflags "-s -w"

# How many histories `make check-long` makes on each store, of some 150 operations each.
HISTORIES ?= 500
# How long each fuzz target runs.
FUZZTIME ?= 20s
CFN_LINT_VERSION := 1.51.0
CFN_LINT := .cache/cfn-lint-$(CFN_LINT_VERSION)

.PHONY: help run build test check-long faults lint lint-go lint-template fuzz bench cost bench-start deploy clean need-go need-test need-python need-sam

help: ## Say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-14s %s\n' "$$name" "$$what"; done

run: need-go ## Serve on this machine, on SQLite; ARGS="--addr :4000" for options
	@go build -o bin/wxbind ./cmd/wxbind
	@exec bin/wxbind serve $(ARGS)

build: need-go ## Build the command into bin/ and the functions into bin/<function>/bootstrap
	go build -o bin/wxbind ./cmd/wxbind
	$(foreach f,$(FUNCTIONS),$(LAMBDA_BUILD) -o bin/$(f)/bootstrap ./functions/$(f) &&) true

test: need-test ## Run all tests, with the race detector, on SQLite and DynamoDB Local
	go vet ./...
	go test -race -timeout 15m ./...

check-long: need-test ## Check at length: the stores are linearizable (HISTORIES=500), 100,000 users go into DynamoDB Local
	WXBIND_TEST_HISTORIES=$(HISTORIES) go test -race -count 1 -timeout 8h -run Linearizable ./pkg/storetest/history ./pkg/sqlitestore ./pkg/dynamostore
	WXBIND_TEST_IMPORT_USERS=100000 go test -count 1 -timeout 1h -v -run ImportIntoDynamoDB ./cmd/wxbind

faults: need-go ## Let each fault meet each route, and print docs/reliability.md's table
	@cd functions && go test -count 1 -timeout 10m -run '^TestFaults$$' -print-faults

lint: lint-go lint-template ## Check the code and template.yaml

lint-go: need-go
	go tool -modfile=tools.mod golangci-lint run

lint-template: $(CFN_LINT)/bin/cfn-lint
	$(CFN_LINT)/bin/cfn-lint --regions us-east-1 cn-north-1 -- template.yaml

$(CFN_LINT)/bin/cfn-lint: | need-python
	python3 -m venv $(CFN_LINT)
	$(CFN_LINT)/bin/pip --quiet --disable-pip-version-check install cfn-lint==$(CFN_LINT_VERSION)

fuzz: need-go ## Fuzz all that reads foreign bytes, FUZZTIME each
	@set -e; for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

bench: need-go ## Measure whole requests through the built functions, and the handlers alone over in-memory ports
	go test -run '^$$' -bench Requests -benchtime 1x ./functions
	go test -run '^$$' -bench 'CheckBind|Authorizer' -benchmem ./pkg/apigw

cost: need-go ## Count what a login, a bind and a verified token use and cost on AWS
	go test -run '^$$' -bench Cost -benchtime 1x ./functions

bench-start: need-go ## Measure each function's start against an empty function's
	go test -run '^$$' -bench Start -benchtime 1x ./functions

deploy: need-sam ## Build and deploy with SAM: ENV=default|dev|prod|cn
	sam build --config-env $(ENV)
	sam deploy --config-env $(ENV)

clean: ## Remove what was built; data in .wxbind/ stays
	rm -rf bin .aws-sam .cache

# SAM calls build-<Name>Function with the folder to build into: functions/<name> is the
# function's folder, in lower case. With samconfig.toml a changed parameter is changed
# code: SAM publishes a new version for nothing less.
build-%Function: need-go
	$(LAMBDA_BUILD) -o $(ARTIFACTS_DIR)/bootstrap ./functions/$(shell echo $* | tr A-Z a-z)
	cp samconfig.toml $(ARTIFACTS_DIR)/

need-go:
	@command -v go >/dev/null || { echo "wxbind needs Go 1.26 or newer: https://go.dev/dl/" >&2; exit 1; }

need-test: need-go
	@command -v cc >/dev/null || command -v gcc >/dev/null || { echo "the race detector needs a C compiler, such as gcc or clang" >&2; exit 1; }
	@command -v curl >/dev/null || { echo "the tests paste what the READMEs say, for which they need curl" >&2; exit 1; }

need-python:
	@command -v python3 >/dev/null || { echo "cfn-lint needs Python 3.9 or newer with venv" >&2; exit 1; }

need-sam:
	@command -v sam >/dev/null || { echo "deploying needs the AWS SAM CLI: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/install-sam-cli.html" >&2; exit 1; }
