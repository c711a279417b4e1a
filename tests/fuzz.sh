#!/usr/bin/env bash
# Runs the fuzzers of tests/fuzz, or those that are named, for FUZZ_SECONDS (60) each. Stops at the first finding, whose input stays
# in target/fuzz/artifacts. With --check it only sees that they fit what they try, which needs no nightly toolchain.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
PATH=$target/tools/bin:$PATH

# What is tried is what is built: the same versions.
cp Cargo.lock tests/fuzz/Cargo.lock
if [ "${1:-}" = --check ]; then
    cargo fmt --manifest-path tests/fuzz/Cargo.toml --check
    exec cargo clippy --quiet --manifest-path tests/fuzz/Cargo.toml --target-dir "$target" --no-default-features -- -D warnings
fi

if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "the fuzzers need a nightly toolchain: rustup toolchain install nightly --profile minimal" >&2
    exit 1
fi
if ! command -v cargo-fuzz >/dev/null; then
    cargo install --locked --quiet --root "$target/tools" --target-dir "$target/tools/build" cargo-fuzz@0.13.2
    rm -rf "$target/tools/build"
fi

fuzz() { # subcommand, more arguments
    cargo +nightly fuzz "$1" --fuzz-dir tests/fuzz "${@:2}"
}
names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(fuzz list)
fuzz build --target-dir "$target/fuzz"
for name in "${names[@]}"; do
    echo "=== $name"
    log=$target/fuzz/$name.log
    mkdir -p "$target/fuzz/corpus/$name" "$target/fuzz/artifacts/$name"
    # What it finds out is kept beside what is built, not among the seeds.
    if ! fuzz run --target-dir "$target/fuzz" "$name" "$target/fuzz/corpus/$name" "tests/fuzz/seeds/$name" -- \
        -max_total_time="${FUZZ_SECONDS:-60}" -max_len=9000 -timeout=5 -print_final_stats=1 \
        -artifact_prefix="$target/fuzz/artifacts/$name/" >"$log" 2>&1; then
        tail -n 60 "$log"
        exit 1
    fi
    grep '^stat::' "$log"
done
echo "no finding in ${#names[@]} fuzzers"
