#!/usr/bin/env bash
# Installs the packages of tests/node, which the end-to-end tests run by Node: tests/node/package.json says which. They run by the
# Node that tests/node/node_modules/.bin/node leads to.
#
# Where Node is missing or too old, npm gets one, into the folder of cargo's builds. Where npm is missing too, or the packages
# cannot be had, a loud line says what is skipped; in CI (CI set) that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")/node
cd tests/node

# What the tests get where there is no other.
version=22.23.3

skip() {
    echo "!!! SKIPPED: every test of what runs by Node (tests/node): $1 !!!" >&2
    # Leftovers of another time must not pass for what was asked for.
    rm -rf node_modules
    [ -z "${CI:-}" ] || exit 1
    exit 0
}

is_new_enough() { # node
    "$1" -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 22 || (major == 22 && minor >= 12) || (major == 20 && minor >= 19) ? 0 : 1)' \
        >/dev/null 2>&1
}

# Installs the package that holds nothing but Node for this kind of machine, and prints where it is.
fetched_node() {
    local machine place
    case "$(uname -s) $(uname -m)" in
        "Linux x86_64") machine=linux-x64 ;;
        "Linux aarch64") machine=linux-arm64 ;;
        *) return 1 ;;
    esac
    mkdir -p "$target"
    place=$target/node_modules/node-$machine/bin/node
    if [ "$("$place" --version 2>/dev/null)" != "v$version" ]; then
        echo "getting Node $version from npm's registry: ${node:-none} is there, and 20.19, or 22.12 or newer, is needed" >&2
        npm install --prefix "$target" --no-save --ignore-scripts --no-audit --no-fund "node-$machine@$version" >&2 || return 1
    fi
    is_new_enough "$place" && echo "$place"
}

command -v npm >/dev/null || skip "npm is not installed here"
node=$(command -v node || true)
if ! is_new_enough "${node:-false}"; then
    node=$(fetched_node) || skip "there is no Node 20.19, nor 22.12 or newer, and none could be got"
fi

# What npm installed last is in a hidden copy of the lock file.
if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
    npm ci --ignore-scripts --no-audit --no-fund >&2 || skip "npm ci failed"
fi
ln -sfn "$node" node_modules/.bin/node
