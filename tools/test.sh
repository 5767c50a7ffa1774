#!/usr/bin/env bash
# Every test there is, set-up included. The last line is "N passed, M failed[, K skipped]".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=tools/common.sh
source tools/common.sh
# shellcheck source=tools/pages.sh
source tools/pages.sh
# shellcheck source=tools/debian-packages.sh
source tools/debian-packages.sh

# Debug: its assertions check the threading and buffer rules of the code under test.
configuration=Debug
logs=.artifacts/test
passed=0 failed=0 skipped=0
finished=""
child=""

# A stage runs in a process group of its own (`timeout` makes it); an interrupt has to be carried there.
stop() {
  trap '' INT TERM
  finished=interrupted
  if [ -n "$child" ]; then
    kill -TERM "$child" 2>/dev/null || true
    wait "$child" || true
  fi
  exit 130
}
trap stop INT TERM

# A step of the set-up that failed ends the run, but not without its last line.
unfinished() {
  if [ -z "$finished" ]; then echo "$passed passed, $((failed + 1)) failed"; fi
}
trap unfinished EXIT

stage() { printf '[%3d s] %s\n' "$SECONDS" "$*"; }

# limited SECONDS COMMAND...: its output goes to $log, then to the terminal. A pipe to `tee` would stay open
# for as long as any forgotten grandchild lives, and hang the run.
limited() {
  local limit="$1" result=0
  shift
  timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1 &
  child=$!
  wait "$child" || result=$?
  child=""
  cat "$log"
  if [ "$result" -eq 124 ]; then echo "stopped after $limit s"; fi
  return "$result"
}

# count PASSED FAILED SKIPPED RESULT: a runner that ended badly without a failed test has failed one: itself.
count() {
  local bad="$2"
  if [ "$4" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  passed=$((passed + $1)) failed=$((failed + bad)) skipped=$((skipped + $3))
}

# check NAME COMMAND...: a stage that is one test.
check() {
  local result=0
  stage "$1"
  log="$logs/${1// /-}.log"
  limited 300 "${@:2}" || result=$?
  if [ "$result" -ne 0 ]; then echo "FAILED: $1"; fi
  count $((result == 0)) 0 0 "$result"
}

# number PATTERN: the sum of the numbers at the ends of the lines of $log that match.
number() { awk -v pattern="$1" '$0 ~ pattern { sum += $NF } END { print sum + 0 }' "$log"; }

# node_tests FOLDER: `npm test`, which runs `node --test`; its summary lines begin with "#" or "ℹ".
node_tests() {
  local result=0
  stage "node tests: $1"
  install_packages "$1"
  log="$logs/node-${1//\//-}.log"
  limited 300 npm test --silent --prefix "$1" || result=$?
  count "$(number '^(#|ℹ) pass ')" "$(number '^(#|ℹ) (fail|cancelled) ')" "$(number '^(#|ℹ) (skipped|todo) ')" "$result"
}

# dotnet_tests COMMAND...: anything that ends up running the test executable.
dotnet_tests() {
  local result=0
  stage ".NET tests"
  log="$logs/dotnet.log"
  limited 660 "$@" || result=$?
  count "$(number '^ *succeeded: ')" "$(number '^ *failed: ')" "$(number '^ *skipped: ')" "$result"
}

covered_tests() {
  # A copy is instrumented: an interrupted run must not leave instrumented assemblies in the build output.
  local copy=".artifacts/bin/Node.Tests/coverage"
  rm -rf "$copy"
  cp -r ".artifacts/bin/Node.Tests/${configuration,,}" "$copy"
  dotnet_tests dotnet msbuild tools/coverage.proj -restore -nologo -verbosity:minimal -target:Cover \
    "-property:TestFolder=$PWD/$copy" "-property:Report=$PWD/$logs/coverage.json"
  check "coverage gate" node tools/coverage-gate.mjs "$logs/coverage.json"
}

finish() {
  finished=yes
  stage "done; logs are in $logs"
  local line="$passed passed, $failed failed"
  if [ "$skipped" -gt 0 ]; then line+=", $skipped skipped"; fi
  echo "$line"
  [ "$failed" -eq 0 ]
}

main() {
  need_dotnet
  mkdir -p "$logs"
  local executable folder
  executable="$(executable Node.Tests "$configuration")"

  if [ $# -gt 0 ]; then
    dotnet build tests/Node.Tests -c "$configuration" -v quiet
    dotnet_tests "$executable" --no-progress --no-ansi "$@"
    finish
    return
  fi

  stage "Debian packages"
  install_debian_packages
  stage "pages"
  build_pages
  # The .NET tests start programs from there.
  install_packages tests/conformance
  stage "build"
  log="$logs/build.log"
  limited 600 dotnet build Node.sln -c "$configuration" -v quiet
  # For the tests that drive the real process, from a browser or with foreign clients.
  STANDALONE_EXE="$(executable Node.Standalone "$configuration")"
  CHROMIUM_EXE="$(command -v chromium || true)"
  export STANDALONE_EXE CHROMIUM_EXE
  check "format" ./build.sh format --check
  for folder in "${page_folders[@]}"; do
    if [ -f "$folder/package.json" ]; then node_tests "$folder"; fi
  done
  covered_tests
  for folder in tests/*/; do
    if [ -f "$folder/package.json" ]; then node_tests "${folder%/}"; fi
  done
  finish
}

main "$@"
