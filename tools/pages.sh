# shellcheck shell=bash
# npm packages and pages, redone only when their inputs changed. Sourced after common.sh.

# The SDK first: the pages use it.
page_folders=(src/clients/js src/Node.Web/ui)

# fingerprint FILE...: one hash over names and contents.
fingerprint() { sha256sum "$@" | sha256sum | cut -d' ' -f1; }

# unchanged NAME HASH: whether the last `remember NAME` had the same hash.
unchanged() { [ "$(cat ".artifacts/stamps/$1" 2>/dev/null)" = "$2" ]; }

remember() {
  mkdir -p .artifacts/stamps
  echo "$2" >".artifacts/stamps/$1"
}

# install_packages FOLDER
install_packages() {
  has npm || die "npm is missing and $1 needs it: install Node.js 20"
  [ -f "$1/package-lock.json" ] || die "$1/package-lock.json is missing: run npm install there and commit it"
  local stamp hash
  stamp="npm-${1//\//-}"
  hash="$(fingerprint "$1/package.json" "$1/package-lock.json")"
  if [ -d "$1/node_modules" ] && unchanged "$stamp" "$hash"; then return; fi
  echo "npm ci: $1"
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error)
  # npm makes none where there is nothing to install.
  mkdir -p "$1/node_modules"
  remember "$stamp" "$hash"
}

# build_page FOLDER EXTRA_HASH: `npm run build`, whose output is in dist/.
build_page() {
  local stamp hash sources
  stamp="page-${1//\//-}"
  mapfile -t sources < <(find "$1" \( -name node_modules -o -name dist \) -prune -o -type f -print | LC_ALL=C sort)
  hash="$(fingerprint "${sources[@]}")$2"
  if [ -d "$1/dist" ] && unchanged "$stamp" "$hash"; then return; fi
  echo "npm run build: $1"
  (cd "$1" && npm run build --if-present --silent)
  remember "$stamp" "$hash"
}

build_pages() {
  local folder above=""
  for folder in "${page_folders[@]}"; do
    [ -f "$folder/package.json" ] || continue
    install_packages "$folder"
    build_page "$folder" "$above"
    # A page is stale, too, when what it builds on changed.
    above="$(cat ".artifacts/stamps/page-${folder//\//-}")"
  done
}
