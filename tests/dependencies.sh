#!/usr/bin/env bash
# Proves from `cargo tree` that the arrows between the crates point inwards, and that what is banned is not built.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0

tree() { # crate, more arguments
    cargo tree --locked --edges normal --prefix none --package "$@" | sed 's/ .*//' | sort -u
}

fail() {
    echo "tests/dependencies.sh: $*" >&2
    failed=1
}

# The crates of this workspace that each one names.
names() { # crate, expected
    local all found
    all=$(tree "$1" --depth 1)
    found=$(grep -E '^ensemble' <<<"$all" | grep -vx "$1" | tr '\n' ' ' || true)
    [ "${found% }" = "$2" ] || fail "$1 names «${found% }», not «$2»"
}
names ensemble-domain ""
names ensemble-infra "ensemble-domain"
names ensemble-auth "ensemble-domain"
names ensemble-http "ensemble-auth ensemble-domain"
names ensemble-console "ensemble-domain"
names ensemble "ensemble-auth ensemble-console ensemble-domain ensemble-http ensemble-infra"

# The domain does no I/O: it names three crates, and nothing that they bring along can do any.
found=$(tree ensemble-domain --depth 1 | grep -vx ensemble-domain | tr '\n' ' ')
[ "$found" = "chrono thiserror unicode-normalization " ] || fail "ensemble-domain names «$found»"
allowed="chrono ensemble-domain num-traits proc-macro2 quote syn thiserror thiserror-impl tinyvec tinyvec_macros unicode-ident unicode-normalization"
all=$(tree ensemble-domain)
for crate in $all; do
    [[ " $allowed " == *" $crate "* ]] || fail "ensemble-domain brings along $crate; is it free of I/O?"
done

# Each adapter knows its own world only.
absent() { # crate, what it must not bring along
    local crate=$1 all other
    shift
    all=$(tree "$crate")
    for other in "$@"; do
        ! grep -qx "$other" <<<"$all" || fail "$crate brings along $other"
    done
}
absent ensemble-http diesel r2d2 libsqlite3-sys pq-sys
absent ensemble-console diesel r2d2 reqwest jsonwebtoken
absent ensemble-auth diesel r2d2 actix-web
absent ensemble-infra actix-web reqwest jsonwebtoken

# Mocks are for tests, the archive of the explorer is for building; the RSA of the crate `rsa` leaks timing (RUSTSEC-2023-0071).
absent ensemble mockall utoipa-swagger-ui-vendored zip rsa

# What is linked statically is built from sources that Cargo.lock names, whatever the machine has.
all=$(cargo tree --locked --edges normal,build,features --prefix none --package ensemble)
for source in openssl-src pq-src 'libsqlite3-sys feature "bundled"'; do
    grep -q "^$source" <<<"$all" || fail "ensemble is not built with $source"
done

# No crate of ours has unsafe code: the lints of the workspace forbid it, and every crate takes them.
grep -qx 'unsafe_code = "forbid"' Cargo.toml || fail "the workspace does not forbid unsafe code"
for manifest in crates/*/Cargo.toml; do
    grep -A 1 -x '\[lints\]' "$manifest" | grep -qx 'workspace = true' || fail "$manifest does not take the workspace's lints"
done

# A handler that panics is caught, which an aborting build could not do.
sed -n '/^\[profile.release\]/,/^$/p' Cargo.toml | grep -qx 'panic = "unwind"' || fail "the release profile does not say panic = \"unwind\""
! grep -rq '^panic = "abort"' Cargo.toml .cargo || fail "a profile aborts when something panics"

[ $failed = 0 ] && echo "the dependencies are as they should be"
exit $failed
