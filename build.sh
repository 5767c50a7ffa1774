#!/usr/bin/env bash
# The one entry to building, running and checking; `./build.sh help` lists the verbs.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$root"

# shellcheck source=tools/common.sh
source tools/common.sh
# shellcheck source=tools/pages.sh
source tools/pages.sh

help() {
  cat <<'TEXT'
usage: ./build.sh VERB [arguments]

  build            pages, then every project, Release
  run [args]       build the standalone process and start it; args are its own
  cluster          a whole cluster on this machine, with etcd, Redis and MariaDB from Debian's packages
  tune [options]   what this machine needs for a million connections, and why; --apply sets it
  test [filters]   every test with line coverage; filters (--filter-class '*Foo*') go to the
                   .NET tests alone and leave out the rest and the coverage gate
  perf [what …]    benchmarks, check, compare, load, million, soak: see perf/README.md
  fuzz [options]   --target T --seconds N --seed S, --input FILE to replay, --list
  format [--check] lay out C# code; --check only says what differs
  ci               what the build server runs: test

environment:
  NO_INSTALL=1     `test` installs no Debian packages; the tests that need them are skipped
TEXT
}

build_all() {
  need_dotnet
  build_pages
  dotnet build Node.sln -c Release
}

run() {
  need_dotnet
  build_pages
  dotnet build src/Node.Standalone -c Release -v quiet
  # exec: the process takes this shell's place, so a signal reaches it directly and nothing stays behind.
  exec "$(executable Node.Standalone Release)" "$@"
}

# By convention: `load` and `benchmarks` are the projects perf/Node.Load and perf/Node.Benchmarks,
# anything else is a script perf/NAME.sh.
perf() {
  need_dotnet
  local what="${1:-benchmarks}"
  if [ $# -gt 0 ]; then shift; fi
  case "$what" in
    load) exec dotnet run --project perf/Node.Load -c Release -- "$@" ;;
    benchmarks) exec dotnet run --project perf/Node.Benchmarks -c Release -- "$@" ;;
  esac
  [ -x "perf/$what.sh" ] || die "perf: no such thing as '$what' (load, benchmarks, or a script perf/$what.sh)"
  exec "perf/$what.sh" "$@"
}

fuzz() {
  need_dotnet
  exec dotnet run --project tests/Node.Fuzz -c Release -- "$@"
}

# The folder mode reads .editorconfig and needs no project to be loaded: two seconds in place of a minute.
# Naming and style rules that need a compiler are already errors in every build.
format() {
  need_dotnet
  local options=()
  if [ "${1:-}" = --check ]; then options+=(--verify-no-changes); fi
  dotnet format whitespace . --folder --exclude .artifacts "${options[@]}"
}

verb="${1:-help}"
if [ $# -gt 0 ]; then shift; fi
case "$verb" in
  build) build_all ;;
  run) run "$@" ;;
  cluster) exec tools/cluster.sh "$@" ;;
  tune) exec tools/tune/tune.sh "$@" ;;
  test) exec tools/test.sh "$@" ;;
  perf) perf "$@" ;;
  fuzz) fuzz "$@" ;;
  format) format "$@" ;;
  ci) exec tools/test.sh ;;
  help | -h | --help) help ;;
  *)
    help >&2
    die "no such verb: $verb"
    ;;
esac
