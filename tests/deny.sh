#!/usr/bin/env bash
# What is built comes from crates.io, under known licences, without what is banned and without known holes (.deny.toml).
#
# With --install, and in CI, cargo-deny is built into target/tools where it is missing; else a loud line says that it is.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(realpath -m "${CARGO_TARGET_DIR:-target}")/tools
PATH=$tools/bin:$PATH

if ! command -v cargo-deny >/dev/null; then
    if [ -z "${CI:-}" ] && [ "${1:-}" != --install ]; then
        echo "!!! SKIPPED: the supply chain: cargo-deny is not installed here; \`make deny\` installs it !!!" >&2
        exit 0
    fi
    # Without optimisation it is built in a third of the time, and it has little to do.
    cargo install --debug --locked --quiet --root "$tools" --target-dir "$tools/build" cargo-deny@0.20.2
    rm -rf "$tools/build"
fi

cargo deny --locked check bans licenses sources
if timeout 60 cargo deny fetch db 2>/dev/null; then
    cargo deny --locked check --disable-fetch advisories
else
    echo "!!! SKIPPED: known holes in what is built: the database of advisories cannot be reached from here !!!" >&2
fi
