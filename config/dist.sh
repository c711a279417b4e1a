#!/usr/bin/env bash
# Packs a server for other machines of this kind: config/dist.sh BINARY FOLDER makes ensemble-VERSION-TARGET.tar.gz and
# SHA256SUMS in that folder, and prints the name of the archive. The same commit and the same binary make the same archive,
# byte for byte.
set -euo pipefail
binary=$(realpath "$1")
folder=$(realpath -m "$2")
cd "$(dirname "$0")/.."

target=$(rustc -vV | sed -n 's/^host: //p')
name=ensemble-$("$binary" --version | cut -d ' ' -f 2)-$target
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Every crate that is in the binary or helped to build it, as `name version|licence`.
crates() {
    cargo tree --locked --package ensemble --edges no-dev --target "$target" --prefix none --format '{p}|{l}' \
        | grep -v -F "($PWD" | sed 's/ (\*)$//; s/ (proc-macro)//; s/ v/ /' | sort -u
}

# The files with the licences of a crate, one a line: those that came with it, else the one in config/licences.
texts() { # package
    local source=("${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/"${1/ /-}")
    [ -d "${source[0]}" ] || { echo "the source of $1 is not at ${source[0]}" >&2; return 1; }
    local found
    found=$(find "${source[0]}" -maxdepth 4 -type f \
        \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'copyright*' -o -iname 'notice*' \) \
        ! -name '*.rs' ! -name '*.[ch]' ! -name '*.p[lm]')
    [ -n "$found" ] || found=$(find config/licences -name "${1% *}.txt")
    [ -z "$found" ] || printf '%s\n' "$found"
}

licences() {
    local digest text before=
    echo "What is built into Ensemble besides its own code, or helped to build it: name, version, licence."
    echo "The texts of the licences follow, each after the files that it came in."
    echo
    sed 's/|/: /' "$work/crates"
    while IFS='|' read -r package _; do
        texts "$package"
    done <"$work/crates" >"$work/texts"
    xargs -d '\n' sha256sum <"$work/texts" | sort >"$work/digests"
    while read -r digest text; do
        if [ "$digest" != "$before" ]; then
            [ -z "$before" ] || { echo && cat "$shown"; }
            printf '\n%s\n' "$(printf '=%.0s' {1..100})"
            before=$digest shown=$text
        fi
        echo "${text#*/registry/src/*/}"
    done <"$work/digests"
    echo && cat "$shown"
}

root=$work/$name
mkdir "$root"
install -m 755 "$binary" "$root/ensemble"
strip "$root/ensemble"
# What is in the repository, and nothing that was put beside it, such as passwords. An image is built from the sources.
git ls-files -z README.md 'LICENSE-*' docs config ':!config/Dockerfile' ':!config/compose.yaml' ':!config/dist.sh' \
    | xargs -0 cp --parents -t "$root"
crates >"$work/crates"
licences >"$root/THIRD-PARTY.txt"
(cd "$root" && find . -type f -printf '%P\n' | sort | xargs -d '\n' sha256sum) >"$work/sums"
mv "$work/sums" "$root/SHA256SUMS"

mkdir -p "$folder"
tar --create --directory "$work" --sort name --mtime "@$epoch" --owner 0 --group 0 --numeric-owner --mode u=rwX,go=rX \
    "$name" | gzip --no-name >"$folder/$name.tar.gz"
(cd "$folder" && sha256sum "$name.tar.gz" >SHA256SUMS)
echo "$folder/$name.tar.gz"
