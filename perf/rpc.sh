#!/usr/bin/env bash
# Unary calls on Node.Rpc beside an endpoint of bare Kestrel that answers with the same bytes, both driven by h2load in
# turns: calls/s, the server's CPU time per call, and the ratios' medians. usage: perf/rpc.sh [ROUNDS [CALLS]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds="${1:-5}"
calls="${2:-200000}"
out=.artifacts/perf
mkdir -p "$out"
command -v h2load >/dev/null || { echo "perf/rpc.sh: no h2load: apt-get install nghttp2-client" >&2; exit 1; }
dotnet build -c Release --nologo -v quiet perf/peers/rpc
peer=.artifacts/bin/Peer.Rpc/release/Peer.Rpc
"$peer" request "$out/request.bin"

declare -A port=([rpc]=9021 [bare]=9022) pid
# At once: the bare host takes a signal for the wish to wait for its idle connections.
trap 'kill -KILL "${pid[@]}" 2>/dev/null || true' EXIT
for kind in rpc bare; do
  taskset -c 0 "$peer" "$kind" "${port[$kind]}" >"$out/$kind.log" &
  pid[$kind]=$!
  until grep -q listening "$out/$kind.log"; do sleep 0.1; done
done

# CPU time of the process in ticks of 10 ms, threads that have ended included.
cpu() { awk '{ print $14 + $15 }' /proc/"$1"/stat; }

# load KIND CALLS: "calls/s  CPU-µs-per-call  bytes-from-the-server"
load() {
  local before after result
  before="$(cpu "${pid[$1]}")"
  result="$(taskset -c 1 h2load -n "$2" -c 4 -m 25 -d "$out/request.bin" -H 'content-type: application/grpc' -H 'te: trailers' \
    "http://127.0.0.1:${port[$1]}/push.PushService/PushToUser")"
  after="$(cpu "${pid[$1]}")"
  grep -q " $2 succeeded" <<<"$result" || { echo "$result" >&2; exit 1; }
  awk -v calls="$2" -v ticks="$((after - before))" '
    /^finished in/ { rate = $4 }
    /^traffic:/ { match($0, /\([0-9]+\) total/); bytes = substr($0, RSTART + 1, RLENGTH - 8) }
    END { printf "%.0f %.2f %d\n", rate, ticks * 10000 / calls, bytes }' <<<"$result"
}

for kind in rpc bare; do load "$kind" 300000 >/dev/null; done
echo "rpc: calls/s, µs of CPU per call, bytes; bare: the same"
for ((round = 1; round <= rounds; round++)); do
  echo "$(load rpc "$calls") $(load bare "$calls")"
done | tee "$out/rpc.txt"

median() { sort -n | awk '{ v[NR] = $1 } END { printf "%.2f\n", v[int((NR + 1) / 2)] }'; }
echo "calls/s, rpc to bare:      $(awk '{ print $1 / $4 }' "$out/rpc.txt" | median)"
echo "CPU per call, bare to rpc: $(awk '{ print $5 / $2 }' "$out/rpc.txt" | median)"
