#!/usr/bin/env bash
# Tries a server against its own OpenAPI document, with schemathesis: on SQLite and on PostgreSQL (the one of TEST_DATABASE_URL;
# tests/postgres.sh makes one), with the token of each role. Takes the binary as its argument.
#
# CONFORMANCE_EXAMPLES is how many requests an operation gets at most (20), CONFORMANCE_SEED what they are drawn from.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "${1:?the binary}")
examples=${CONFORMANCE_EXAMPLES:-20}
seed=${CONFORMANCE_SEED:-20261121}
place=$(realpath -m "${CARGO_TARGET_DIR:-target}")/conformance
rules=$PWD/tests/conformance

skipped() {
    echo "!!! SKIPPED: the conformance to the OpenAPI document: $1 !!!" >&2
    [ -z "${CI:-}" ] || exit 1
}

skip() {
    skipped "$1"
    exit 0
}

install() {
    python3 -m venv "$place" >&2 2>/dev/null && "$place/bin/pip" install -q -r "$rules/requirements.txt" >&2
}

command -v python3 >/dev/null || skip "python3 is not installed here"
if ! "$place/bin/pip" freeze 2>/dev/null | grep -qxFf "$rules/requirements.txt"; then
    if ! install; then
        # Debian's python3 comes without the module that makes environments.
        [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || skip "schemathesis could not be installed"
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends python3-venv; } >&2
        install || skip "schemathesis could not be installed"
    fi
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/ensemble-conformance.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
export ENSEMBLE__LOG__LEVEL=warn ENSEMBLE__RATE_LIMIT__ENABLED=false ENSEMBLE__AUTH__LOCAL_KEY=$folder/key.pem

failed=0
try() { # name, url
    export DATABASE_URL=$2
    local port=$((20000 + RANDOM % 12000)) role
    "$binary" migrate up >/dev/null
    "$binary" seed >/dev/null
    "$binary" serve --port "$port" >"$folder/$1.log" 2>&1 &
    server=$!
    for role in assistant director producer; do
        echo "=== $1, $role"
        (
            cd "$folder"
            "$place/bin/schemathesis" --config-file "$rules/schemathesis.toml" run "http://127.0.0.1:$port/openapi.json" \
                --header "Authorization: Bearer $("$binary" token --role "$role")" --wait-for-schema 20 \
                --checks all --phases examples,coverage,fuzzing,stateful --continue-on-failure \
                --max-examples "$examples" --seed "$seed" --no-color
        ) || failed=1
    done
    kill "$server"
    wait "$server" || true
    server=
}

try sqlite "sqlite://$folder/conformance.db"
if [ -n "${TEST_DATABASE_URL:-}" ]; then
    database=ensemble_conformance_$$
    psql -q "$TEST_DATABASE_URL" -c "CREATE DATABASE $database"
    try postgres "${TEST_DATABASE_URL%/*}/$database"
    psql -q "$TEST_DATABASE_URL" -c "DROP DATABASE $database"
else
    skipped "on PostgreSQL: TEST_DATABASE_URL names none"
fi
exit $failed
