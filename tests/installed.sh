#!/usr/bin/env bash
# Sees that a program is there which the end-to-end tests use: tests/installed.sh PROGRAM PACKAGE WHAT, where WHAT are the tests
# that need it. Where it is not, root on Debian gets the package installed; anybody else is told, loudly, and in CI (CI set)
# that is a failure.
set -euo pipefail
program=$1 package=$2 what=$3

is_there() {
    PATH=$PATH:/usr/sbin type -P "$program" >/dev/null
}

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    echo "installing $package with apt-get" >&2
    {
        apt-get update -q
        # The package would otherwise start a server of its own.
        DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -yq --no-install-recommends "$package"
    } >&2
}

is_there || { install && is_there; } || {
    echo "!!! SKIPPED: $what: $program is not installed here !!!" >&2
    [ -z "${CI:-}" ] || exit 1
}
