# The one entry point: what stands here is what CI runs.

CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
ENSEMBLE := $(TARGET)/debug/ensemble

# The tests that see how long others wait, which tests beside them would spoil: they run by themselves, after all others.
ALONE := a_held_up_database five_hundred_slow_heads outlive_a_primary_that_froze requests_in_flight_are_answered

.DEFAULT_GOAL := help
.PHONY: help run test check deny conformance fuzz mutants soak bench without-history dist clean

help: ## List the targets
	@awk -F ': ## ' '/^[a-z-]+: ## / { printf "%-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build, migrate, seed when empty, serve on http://127.0.0.1:5000, and print a curl line for each role
	$(CARGO) build --package ensemble
	$(ENSEMBLE) migrate up
	$(ENSEMBLE) seed
	$(ENSEMBLE) serve --examples

test: ## Run every test, on SQLite and on a PostgreSQL of its own (or the one of TEST_DATABASE_URL)
	tests/node.sh
	tests/console.sh --test
	tests/browser.sh
	tests/installed.sh haproxy haproxy "every test behind a load balancer"
	tests/installed.sh systemd-analyze systemd "what systemd makes of its unit"
	tests/installed.sh strace strace "every test of what has reached the disk before an answer"
	tests/postgres.sh run sh -ec '$(CARGO) test --workspace -- $(ALONE:%=--skip %); \
		$(CARGO) test --workspace --test e2e -- --test-threads 1 $(ALONE)'

check: ## Check format, lints, documentation, dependencies between the crates, the console's JavaScript, and the supply chain
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --all-features -- -D warnings
	tests/fuzz.sh --check
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --document-private-items
	tests/dependencies.sh
	tests/node.sh
	tests/console.sh --check
	tests/deny.sh

deny: ## Check licences, sources and known holes of what is built, with cargo-deny
	tests/deny.sh --install

conformance: ## Try a server against its own OpenAPI document, as each role, on both databases
	$(CARGO) build --package ensemble
	tests/postgres.sh run tests/conformance.sh $(ENSEMBLE)

mutants: ## Change the rules of access, castings and tokens, and see whether a test notices (needs cargo-mutants)
	PROPTEST_CASES=16 $(CARGO) mutants --package ensemble-domain --package ensemble-auth -- --lib

fuzz: ## Try whatever comes from outside with random input, 60 s each (needs a nightly toolchain)
	tests/fuzz.sh

soak: ## Keep a server at half of its peak for half an hour on each database, side by side, and see that nothing grows
	tests/postgres.sh run $(CARGO) test --release --workspace --test e2e -- --ignored --nocapture --test-threads 2 soak::

bench: ## Measure what a request costs, and print the medians
	$(CARGO) bench --workspace --benches --features ensemble-http/bench-api -- --quiet

without-history: ## Build a server without a history of actors and movies, in target/without-history, to measure what it costs
	RUSTFLAGS="--cfg without_history" $(CARGO) build --locked --release --package ensemble --target-dir $(TARGET)/without-history

dist: ## Pack a server for other machines of this kind, in target/dist, and see that it runs without anything else
	$(CARGO) build --locked --release --package ensemble
	rm -rf $(TARGET)/dist
	config/dist.sh $(TARGET)/release/ensemble $(TARGET)/dist
	tests/dist.sh $(TARGET)/dist/*.tar.gz

clean: ## Remove what was built
	$(CARGO) clean
