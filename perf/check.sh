#!/usr/bin/env bash
# The hot path's benchmarks, here and at another commit, in turns in one run: fails where one of them has become more than a tenth slower, or
# allocates more. usage: perf/check.sh [BASE [ROUNDS]]; BASE is HEAD where something is not committed, else the commit before.
# What looks slower is run again, by itself: on a shared machine a first look finds the neighbours.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

base="${1:-}"
rounds="${2:-2}"
again=3
filters=('*Benchmarks.Hub.*' '*OutboxBenchmarks*' '*PostBenchmarks*' '*ReaderBenchmarks*' '*CodecBenchmarks*')
if [ -z "$base" ]; then
  if [ -n "$(git status --porcelain -- src)" ]; then base=HEAD; else base=HEAD^; fi
fi
commit="$(git rev-parse --verify --quiet "$base^{commit}")" || { echo "perf/check.sh: no such commit: $base" >&2; exit 2; }
out="$PWD/.artifacts/perf/check"
other="$out/base"

drop_base() { git worktree remove --force "$other" 2>/dev/null || true; }

# bench FOLDER NAME ROUND FILTER …: the reports of one round.
bench() {
  local folder="$1" name="$2" round="$3"
  shift 3
  # One CPU: what a benchmark does is what one loop does.
  (cd "$folder" && exec taskset -c "$(($(nproc) - 1))" .artifacts/bin/Node.Benchmarks/release/Node.Benchmarks \
    --filter "$@" --exporters json --artifacts "$out/$name-$round") >"$out/$name-$round.log" 2>&1 ||
    { tail -n 20 "$out/$name-$round.log" >&2; exit 1; }
}

# in_turns FIRST LAST FILTER …
in_turns() {
  local first="$1" last="$2" round
  shift 2
  for ((round = first; round <= last; round++)); do
    echo "round $round of $last: base, head"
    bench "$other" base "$round" "$@"
    bench "$PWD" head "$round" "$@"
  done
}

rm -rf "$out"
git worktree prune
mkdir -p "$out"
trap drop_base EXIT
git worktree add --quiet --detach "$other" "$commit"
echo "base: $(git log -1 --format='%h %s' "$commit")"
for folder in "$other" "$PWD"; do (cd "$folder" && dotnet build -c Release --nologo -v quiet perf/Node.Benchmarks); done
in_turns 1 "$rounds" "${filters[@]}"
node perf/check.mjs "$out" && exit 0
mapfile -t suspects <"$out/suspects"
in_turns $((rounds + 1)) $((rounds + again)) "${suspects[@]}"
node perf/check.mjs "$out"
