#!/usr/bin/env bash
# Checks the JavaScript of the console, crates/console/static, without a browser:
#
#   tests/console.sh --check   its types, which come from the OpenAPI document, by TypeScript; its style, by Biome
#   tests/console.sh --test    the unit tests, tests/node/console/*.test.mjs
#   tests/console.sh --fix     has Biome mend what it can
#
# To be run after tests/node.sh, which installs what it takes. Where that could not be, a loud line says what is skipped, and in CI
# (CI set) that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")/console
tools=tests/node/node_modules
static=crates/console/static

if ! [ -x "$tools/.bin/node" ]; then
    echo "!!! SKIPPED: tests/console.sh $*: the packages of tests/node are not installed; tests/node.sh does that !!!" >&2
    [ -z "${CI:-}" ] || exit 1
    exit 0
fi

node() {
    "$tools/.bin/node" "$@"
}

# By the executable itself: the package that chooses among those of all machines would have all of them in the lock file.
biome() { # command, options
    case "$(uname -m)" in
        x86_64) machine=linux-x64 ;;
        *) machine=linux-arm64 ;;
    esac
    "$tools/@biomejs/cli-$machine/biome" "$@" --error-on-warnings "$static" tests/node/*.mjs tests/node/console
}

# The types of the API are made anew each time, beside what else is built; «#api» is what they are called.
types() {
    mkdir -p "$target" || return 1
    node "$tools/openapi-typescript/bin/cli.js" docs/reference/openapi.json --output "$target/api.d.ts" >"$target/openapi-typescript.log" ||
        { cat "$target/openapi-typescript.log" >&2 && return 1; }
    cat >"$target/tsconfig.json" <<END
{
  "extends": "$PWD/tests/node/console/tsconfig.json",
  "compilerOptions": { "paths": { "#api": ["$target/api.d.ts"] } },
  "include": ["$PWD/$static/**/*.js", "$PWD/crates/console/types.d.ts"]
}
END
    node "$tools/typescript/bin/tsc" --project "$target/tsconfig.json" --pretty false
}

case ${1:-} in
    --check)
        # Whoever reads what one of them found wants to know what the other did.
        failed=0
        types || failed=1
        biome ci || failed=1
        exit "$failed"
        ;;
    --test) node --test --test-reporter spec tests/node/console/*.test.mjs ;;
    --fix) biome check --write ;;
    *)
        echo "usage: tests/console.sh --check | --test | --fix" >&2
        exit 2
        ;;
esac
