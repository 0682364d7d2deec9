#!/bin/sh
# Rebuild what the pages vendor, for maintainers with Node 20 or later: sh scripts/vendor/rebuild.sh
#
# Reads package.json, package-lock.json and src/vendor.js; works in a scratch folder; writes
#   dashboard/static/vendor/   vendor.js, LICENSES.txt, manifest.json (sha256 of each file)
#   tests/browser/vendor/      axe.min.js (unmodified) and its licence
# The same lock file gives the same bytes, so a rebuild without a version change leaves no difference.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
page=$root/dashboard/static/vendor
test=$root/tests/browser/vendor
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cp -r "$here/package.json" "$here/package-lock.json" "$here/src" "$scratch"
cd "$scratch"
npm ci --ignore-scripts --no-audit --no-fund

node_modules/.bin/esbuild src/vendor.js --bundle --minify --format=esm --target=es2022 \
  --legal-comments=none --outfile="$page/vendor.js"

# The minified files carry no notices, so their licence texts are written out in full.
: >"$page/LICENSES.txt"
for name in preact @preact/signals @preact/signals-core htm; do
  version=$(node -p "require('./node_modules/$name/package.json').version")
  printf '%s %s\n\n' "$name" "$version" >>"$page/LICENSES.txt"
  cat "node_modules/$name/LICENSE" >>"$page/LICENSES.txt"
  printf '\n\n' >>"$page/LICENSES.txt"
done

cp node_modules/axe-core/axe.min.js "$test/axe.min.js"
cp node_modules/axe-core/LICENSE "$test/LICENSE-axe-core.txt"
cp node_modules/axe-core/LICENSE-3RD-PARTY.txt "$test/LICENSE-axe-core-3rd-party.txt"

digests() {
  cd "$1"
  node -e '
    const { createHash } = require("node:crypto");
    const { readFileSync, writeFileSync } = require("node:fs");
    const digest = (name) => createHash("sha256").update(readFileSync(name)).digest("hex");
    const names = process.argv.slice(1);
    writeFileSync("manifest.json", JSON.stringify(Object.fromEntries(names.map((n) => [n, digest(n)])), null, 2) + "\n");
  ' $2
}
digests "$page" "LICENSES.txt vendor.js"
digests "$test" "LICENSE-axe-core-3rd-party.txt LICENSE-axe-core.txt axe.min.js"
