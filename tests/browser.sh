#!/usr/bin/env bash
# Finds the Chromium in which the end-to-end tests open pages, and has tests/node/node_modules/.bin/chromium lead to it. To be run
# after tests/node.sh, whose playwright-core drives it. CHROMIUM names another than the one that is found.
#
# Where there is none, root on Debian gets one installed; anybody else is told, loudly, and in CI (CI set) that is a failure.
set -euo pipefail
cd "$(dirname "$0")/node"
link=node_modules/.bin/chromium

skip() {
    echo "!!! SKIPPED: every test in a browser: $1 !!!" >&2
    # A leftover of another time must not pass for what was asked for.
    rm -f "$link"
    [ -z "${CI:-}" ] || exit 1
    exit 0
}

executable() {
    local name names=(chromium chromium-browser google-chrome google-chrome-stable)
    [ -z "${CHROMIUM:-}" ] || names=("$CHROMIUM")
    for name in "${names[@]}"; do
        type -P "$name" && return
    done
    return 1
}

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    echo "installing Chromium with apt-get" >&2
    {
        apt-get update -q
        DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends chromium
    } >&2
}

[ -d node_modules/.bin ] || skip "the packages of tests/node are not installed"
found=$(executable) || { [ -z "${CHROMIUM:-}" ] && install && found=$(executable); } ||
    skip "${CHROMIUM:-Chromium} is not installed here; CHROMIUM can name another"
ln -sfn "$(realpath "$found")" "$link"
