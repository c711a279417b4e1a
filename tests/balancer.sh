#!/usr/bin/env bash
# Sees that HAProxy is there, by which the end-to-end tests restart one server after the other. Where it is not, root on Debian gets it
# installed; anybody else is told, loudly, and in CI (CI set) that is a failure.
set -euo pipefail

is_there() {
    PATH=$PATH:/usr/sbin type -P haproxy >/dev/null
}

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    echo "installing HAProxy with apt-get" >&2
    {
        apt-get update -q
        # The package would otherwise start a server of its own.
        DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -yq --no-install-recommends haproxy
    } >&2
}

is_there || { install && is_there; } || {
    echo "!!! SKIPPED: every test behind a load balancer: HAProxy is not installed here !!!" >&2
    [ -z "${CI:-}" ] || exit 1
}
