#!/usr/bin/env bash
# A throw-away PostgreSQL for the tests.
#
#   tests/postgres.sh run COMMAND...       runs the command with TEST_DATABASE_URL set, and leaves nothing behind; a server that
#                                          TEST_DATABASE_URL names already is used as it is
#   tests/postgres.sh create FOLDER        makes a cluster in an empty folder, starts it, and prints its URL
#   tests/postgres.sh stop FOLDER          stops it at once, as a crash would
#   tests/postgres.sh start FOLDER         starts it again, on the same port
#   tests/postgres.sh standby FOLDER URL   copies the running cluster of that URL into an empty folder, starts the copy as its
#                                          standby, and prints its URL
#   tests/postgres.sh promote FOLDER       makes a standby the primary
#   tests/postgres.sh rejoin FOLDER URL    starts a primary that was stopped as a standby of the one that took its place
#
# Root hands the cluster to an ordinary user, since PostgreSQL does not run as root. Where the server's binaries are missing,
# root installs Debian's package; anybody else is told, loudly, and in CI (CI set) that is a failure.
set -euo pipefail

binaries() {
    local newest
    newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    if [ -n "$newest" ] && [ -x "$newest/initdb" ]; then
        echo "$newest"
    elif command -v initdb >/dev/null; then
        dirname "$(command -v initdb)"
    else
        return 1
    fi
}

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    echo "installing PostgreSQL with apt-get" >&2
    # The package would otherwise start a cluster of its own.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    {
        apt-get update -q
        DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends postgresql
    } >&2
}

owner() {
    if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

as_owner() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u "$(owner)" -- "$@")
    else
        "$@"
    fi
}

start() {
    local folder=$1
    as_owner "$BIN/pg_ctl" -s -w -t 30 -D "$folder/data" -l "$folder/log" \
        -o "-p $(cat "$folder/port") -k $folder" start
}

stop() {
    as_owner "$BIN/pg_ctl" -s -w -t 30 -m immediate -D "$1/data" stop
}

hand_over() {
    if [ "$(id -u)" = 0 ]; then
        chmod 711 "$1"
        chown "$(owner)" "$1"
    fi
}

create() {
    hand_over "$1"
    # With checksums, and what it wrote last, a primary can be rewound to follow the one that took its place.
    as_owner "$BIN/initdb" -D "$1/data" -A trust -U postgres -E UTF8 -k --no-locale --no-sync >/dev/null
    cat >>"$1/data/postgresql.conf" <<-'END'
	listen_addresses = '127.0.0.1'
	max_connections = 200
	fsync = off
	wal_keep_size = '256MB'
	END
    start_anywhere "$1"
}

standby() {
    hand_over "$1"
    as_owner "$BIN/pg_basebackup" -D "$1/data" -d "$2" -c fast --no-sync -R
    start_anywhere "$1"
}

promote() {
    as_owner "$BIN/pg_ctl" -s -w -t 30 -D "$1/data" promote
}

rejoin() {
    # Before its first checkpoint, a new primary does not tell pg_rewind that it has gone a way of its own.
    as_owner "$BIN/psql" -qX -d "$2" -c CHECKPOINT
    as_owner "$BIN/pg_rewind" -D "$1/data" --source-server "$2" --no-sync -R
    start "$1"
}

# Starts a cluster on a port that is free, and prints its URL.
start_anywhere() {
    local folder=$1 attempt
    for attempt in 1 2 3 4 5; do
        echo $((20000 + RANDOM % 12000)) >"$folder/port"
        if start "$folder" >&2; then
            echo "postgres://postgres@127.0.0.1:$(cat "$folder/port")/postgres"
            return
        fi
    done
    cat "$folder/log" >&2
    return 1
}

run() {
    if [ -n "${TEST_DATABASE_URL:-}" ]; then
        exec "$@"
    fi
    if ! BIN=$(binaries) && ! { install && BIN=$(binaries); }; then
        echo "!!! SKIPPED: everything on PostgreSQL, whose server (initdb, pg_ctl) is not installed here !!!" >&2
        [ -z "${CI:-}" ] || exit 1
        status=0
        "$@" || status=$?
        echo "!!! SKIPPED: everything on PostgreSQL, whose server (initdb, pg_ctl) is not installed here !!!" >&2
        exit $status
    fi
    FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/ensemble-postgres.XXXXXX")
    trap 'stop "$FOLDER" || true; rm -rf "$FOLDER"' EXIT
    trap 'exit 130' INT TERM
    TEST_DATABASE_URL=$(create "$FOLDER")
    export TEST_DATABASE_URL
    "$@"
}

verb=${1:?run, create, start, stop, standby, promote or rejoin}
shift
case $verb in
run) run "$@" ;;
create | start | stop | standby | promote | rejoin)
    BIN=$(binaries) || { echo "PostgreSQL's initdb is not installed here" >&2; exit 1; }
    "$verb" "$@"
    ;;
*)
    echo "tests/postgres.sh: $verb is none of run, create, start, stop, standby, promote, rejoin" >&2
    exit 2
    ;;
esac
