#!/usr/bin/env bash
# Installs what the end-to-end tests run by Node: an OpenID provider, and the tool that sets up an Auth0 tenant (tests/oidc).
#
# Where Node or npm is missing or too old, or the packages cannot be had, a loud line says what is skipped; in CI (CI set) that is
# a failure.
set -euo pipefail
cd "$(dirname "$0")/oidc"

skip() {
    echo "!!! SKIPPED: everything with a real OpenID provider and with auth0-deploy-cli: $1 !!!" >&2
    # Leftovers of another time must not pass for what was asked for.
    rm -rf node_modules
    [ -z "${CI:-}" ] || exit 1
    exit 0
}

for tool in node npm; do
    command -v "$tool" >/dev/null || skip "$tool is not installed here"
done
node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)' ||
    skip "Node $(node --version) is older than 20.19"

# What npm installed last is in a hidden copy of the lock file.
if [ node_modules/.package-lock.json -nt package-lock.json ]; then
    exit 0
fi
npm ci --ignore-scripts --no-audit --no-fund >&2 || skip "npm ci failed"
