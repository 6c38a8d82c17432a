# Everything runs on the pinned Node in node_modules (bin/node finds it), so the machine's own may be older.
NODE := bin/node
.DEFAULT_GOAL := help

.PHONY: help
help: ## This list
	@echo 'make TARGET, where TARGET is one of'
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r target what; do printf '  %-10s %s\n' "$$target" "$$what"; done

# npm touches this file whenever it has put all packages in place.
node_modules/.package-lock.json: package-lock.json
	@echo 'installing the packages of package-lock.json into node_modules'
	@npm ci --ignore-scripts --no-audit --no-fund --no-progress --loglevel=error
	@touch $@

.PHONY: install
install: node_modules/.package-lock.json ## Packages into node_modules; restic, MariaDB and what else is missing into .tools
	@if [ -f scripts/tools/install.ts ]; then $(NODE) scripts/tools/install.ts; fi

.PHONY: tools
tools: node_modules/.package-lock.json ## install, and the storage servers, Prometheus and cluster clients that tests start
	@if [ -f scripts/tools/install.ts ]; then $(NODE) scripts/tools/install.ts --emulators; fi

.PHONY: check
check: node_modules/.package-lock.json ## Generated files, format, lint, types, layers, sizes, links, examples
	@$(NODE) scripts/check.ts

.PHONY: test
test: install ## All tests, or those of T: make test T=src/store
	@$(NODE) scripts/test.ts $(T)

.PHONY: demo
demo: install ## Files and two MariaDB servers: backups, a failover, an accident, a restore to just before it, compared
	@$(NODE) scripts/demo.ts

.PHONY: bench
bench: install ## MariaDB's whole data path against the same tools by hand: make bench T='MB ROUNDS', 4096 MB for the goals
	@$(NODE) bench/mariadb.ts $(T)

.PHONY: soak
soak: tools ## Random histories of two replicating MariaDB servers for an hour: make soak T='MINUTES SEED'
	@$(NODE) scripts/soak.ts $(T)

.PHONY: e2e
e2e: node_modules/.package-lock.json ## End to end on the cluster of KUBECONFIG, or on one made with kind; says what it needs
	@$(NODE) scripts/tools/install.ts helm kubectl
	@$(NODE) scripts/e2e.ts $(T)

.PHONY: e2e-full
e2e-full: node_modules/.package-lock.json ## e2e, and the scenarios that take longer
	@$(NODE) scripts/tools/install.ts helm kubectl
	@$(NODE) scripts/e2e.ts --full

.PHONY: clean
clean: ## Removes what install, test and demo put into this folder
	rm -rf node_modules .tools .demo .e2e
