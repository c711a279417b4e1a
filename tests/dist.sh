#!/usr/bin/env bash
# Sees that an archive of config/dist.sh is whole, and that its server runs where there is nothing but the libraries that it
# names: in a folder that is all it can see, by a user without rights.
#
# That needs root, or a kernel that lets others make a namespace of users. Elsewhere a loud line says what is skipped; in CI
# (CI set) that is a failure.
set -euo pipefail
archive=$(realpath "$1")
sums=$(dirname "$archive")/SHA256SUMS
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

(cd "$(dirname "$archive")" && sha256sum --check --strict --quiet "$sums")
tar --extract --no-same-owner --directory "$work" --file "$archive"
cd "$work"/ensemble-*
sha256sum --check --strict --quiet SHA256SUMS

if [ "$(id -u)" = 0 ]; then
    bare=(chroot --userspec 65532:65532 "$work/root")
elif unshare --map-root-user true 2>/dev/null; then
    bare=(unshare --map-root-user chroot "$work/root")
else
    echo "!!! SKIPPED: the server of the archive in a bare folder: that needs root !!!" >&2
    [ -z "${CI:-}" ] || exit 1
    exit 0
fi
chmod 755 "$work"
mkdir -p "$work/root/data"
[ "$(id -u)" != 0 ] || chown 65532:65532 "$work/root/data"
cp ensemble "$work/root/ensemble"
ldd ensemble | grep -o '/[^ ]*' | xargs cp --parents --dereference --target-directory "$work/root"
bare=(env -i DATABASE_URL=sqlite:///data/ensemble.db "PATH=$PATH" "${bare[@]}" /ensemble)

"${bare[@]}" --version
: >"$work/log"
"${bare[@]}" serve --port 0 2>"$work/log" &
server=$!
for _ in {1..200}; do
    port=$(sed -n 's/.*"address":"http:\/\/[^"]*:\([0-9]*\)".*/\1/p' "$work/log")
    [ -z "$port" ] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
[ -n "$port" ] || { cat "$work/log" >&2; exit 1; }
"${bare[@]}" healthcheck --set "http.port=$port"
curl -sS --fail --output "$work/page" "http://127.0.0.1:$port/console/"
grep -q '<script type="module"' "$work/page"
curl -sS --fail --output /dev/null "http://127.0.0.1:$port/console/screens/movie.js"
kill -TERM "$server"
wait "$server"
server=
