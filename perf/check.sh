#!/usr/bin/env bash
# The hot path's benchmarks here and at another commit, in turns of milliseconds in one process: fails where one of them takes more than a tenth more
# CPU, allocates more, or does not run. usage: perf/check.sh [BASE [LAUNCHES]]; BASE is HEAD where something is not committed, else the commit before.
# What looks slower is launched again, by itself, and only those launches count.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

base="${1:-}"
launches="${2:-6}"
again=8
most_seconds=900
# A million members take a minute to set up, and do what a hundred thousand do.
filters=('Hub.BigRoom*: 10000)' 'Hub.BigRoom*: 100000)' 'Hub.Fanout*' 'Hub.Session*' 'Transport.Outbox*' 'Transport.Post*' 'Wire.Reader*' 'Wire.Codec*')
if [ -z "$base" ]; then
  if [ -n "$(git status --porcelain -- src perf/Node.Benchmarks)" ]; then base=HEAD; else base=HEAD^; fi
fi
commit="$(git rev-parse --verify --quiet "$base^{commit}")" || { echo "perf/check.sh: no such commit: $base" >&2; exit 2; }
out="$PWD/.artifacts/perf/check"
other="$out/base"
child=""
benchmarks=.artifacts/bin/Node.Benchmarks/release/Node.Benchmarks.dll

drop_base() { git worktree remove --force "$other" 2>/dev/null || true; }

# The launch ends with this script: it would be somebody's noise for minutes.
stop() {
  trap '' INT TERM HUP
  if [ -n "$child" ]; then kill -TERM "$child" 2>/dev/null && wait "$child" || true; fi
  exit 130
}

say() { printf '[%3d s] %s\n' "$SECONDS" "$*"; }

build() { (cd "$1" && dotnet build -c Release --nologo -v quiet "$2"); }

# launch STAGE COUNT FILTER …: who is set up first changes from launch to launch.
launch() {
  local stage="$1" count="$2" number first
  shift 2
  for ((number = 1; number <= count; number++)); do
    first=base
    if ((number % 2 == 0)); then first=head; fi
    say "launch $number of $count, $first first; head's CPU to base's:"
    # One CPU: what a benchmark does is what one loop does.
    timeout --foreground --kill-after=10 "$most_seconds" taskset -c "$(($(nproc) - 1))" .artifacts/bin/Node.Turns/release/Node.Turns \
      "$out/$stage-$number.jsonl" "$first" "$other/$benchmarks" "$benchmarks" "$@" &
    child=$!
    wait "$child" ||
      { echo "perf/check.sh: the launch ended with $? at the benchmark that is named last; 124: it took more than $most_seconds s" >&2; exit 1; }
    child=""
  done
}

drop_base
rm -rf "$out"
git worktree prune
mkdir -p "$out"
trap drop_base EXIT
trap stop INT TERM HUP
git worktree add --quiet --detach "$other" "$commit"
say "base: $(git log -1 --format='%h %s' "$commit"); builds it and what is here"
build "$other" perf/Node.Benchmarks
build . perf/Node.Benchmarks
build . perf/Node.Turns
launch first "$launches" "${filters[@]}"
result=0
node perf/check.mjs "$out" first || result=$?
if [ "$result" -eq 3 ]; then
  mapfile -t suspects <"$out/suspects"
  launch again "$again" "${suspects[@]}"
  result=0
  node perf/check.mjs "$out" again || result=1
fi
say "done"
exit "$result"
