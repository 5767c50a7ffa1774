#!/usr/bin/env bash
# What a crowd costs bare C and nodes that know nobody, in turns: as many servers as the descriptor limit asks for, each with a room of everybody.
#   fanout      one message at a time to each room, all servers at once: deliveries/s of servers and clients on this machine's CPUs
#   heartbeats  a ping to each connection every 25 s: the servers' CPU for them
# usage: perf/crowd.sh [CONNECTIONS [ROUNDS [SECONDS]]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=perf/reports.sh
source perf/reports.sh

connections="${1:-1000000}"
rounds="${2:-1}"
seconds="${3:-30}"
bin="$PWD/.artifacts/bin"
out="$PWD/.artifacts/perf/crowd"
load="$bin/Node.Load/release/Node.Load"
interval=25 # seconds between two pings
port=9300   # of the first server; each has three
share=$(($(ulimit -n) - 2000))
servers=$(((connections + share - 1) / share))
pids=()

stop() {
  if [ ${#pids[@]} -gt 0 ]; then kill "${pids[@]}" 2>/dev/null || true; fi
  wait 2>/dev/null || true
  pids=()
}

# One server of each kind is one thread.
start() {
  local i at until=$((SECONDS + 120))
  for ((i = 0; i < servers; i++)); do
    at=$((port + (3 * i)))
    if [ "$1" = limit ]; then
      .artifacts/perf/limit --port "$at" --connections "$(ulimit -n)" --ping "$interval" >"$out/limit-$i.log" 2>&1 &
    else
      (cd "$out" && exec env NODE_ID="node-$i" HTTP_PORT="$at" GRPC_PORT="$((at + 1))" METRICS_PORT="$((at + 2))" ETCD_ENDPOINTS="" NODE_LOOPS=1 \
        HEARTBEAT_INTERVAL="${interval}s" ROOMS_PRESENCE_LIMIT=0 LOG_LEVEL=warn "$bin/Node.Connect/release/Node.Connect") >"$out/node-$i.log" 2>&1 &
    fi
    pids+=($!)
  done
  for ((i = 0; i < servers; i++)); do
    at=$((port + (3 * i)))
    until (exec 3<>"/dev/tcp/127.0.0.1/$at") 2>/dev/null; do
      ((SECONDS < until)) && kill -0 "${pids[$i]}" 2>/dev/null || { tail -n 5 "$out/$1-$i.log" >&2; echo "perf/crowd.sh: $1 $i did not start" >&2; exit 1; }
      sleep 0.1
    done
  done
}

# run SCENARIO KIND [OPTION …]
run() {
  local name="$1-$2" list="" i
  for ((i = 0; i < servers; i++)); do list+=",127.0.0.1:$((port + (3 * i)))"; done
  local words=(--path /room)
  if [ "$2" = node ]; then words=(--protocol hub); fi
  # Two addresses a process: half of an address's ports are found at once, those of the other half by looking through the first.
  "$load" "$1" "${words[@]}" --sources 2 --server "${list#,}" --processes "$servers" --connections "$connections" --pid "$(IFS=,; echo "${pids[*]}")" \
    --json "$out/$name.json" "${@:3}" >"$out/$name.log" || { cat "$out/$name.log" >&2; exit 1; }
  printf '%-11s%-7s%.0f/s, %.2f µs of the servers a piece, lost %.0f, repeated or out of order %.0f, CPUs %s + load %s\n' "$1" "$2" \
    "$(value operations_per_second "$name")" "$(value server_cpu_microseconds_per_operation "$name")" "$(value lost "$name")" "$(value duplicates "$name")" \
    "$(value server_cpus "$name")" "$(value load_cpus "$name")"
}

main() {
  trap stop EXIT
  trap 'exit 130' INT TERM
  echo "$connections connections to $servers servers of each kind, $rounds times"
  local round kind
  for ((round = 1; round <= rounds; round++)); do
    for kind in limit node; do
      start "$kind"
      run fanout "$kind" --payload 128 --warmup 5 --seconds "$seconds"
      run heartbeats "$kind" --interval "$interval" --warmup "$((interval + 3))" --seconds "$((2 * interval))"
      stop
    done
    ratio operations_per_second fanout-node fanout-limit >>"$out/fanout.ratios"
    ratio server_cpu_microseconds_per_operation heartbeats-node heartbeats-limit >>"$out/heartbeats.ratios"
  done
  echo "deliveries/s, node to limit: $(median <"$out/fanout.ratios"); CPU a ping: $(median <"$out/heartbeats.ratios")"
}

if [ "${CROWD_BUILT:-}" ]; then
  main
  exit
fi
perf/build.sh
rm -rf "$out"
mkdir -p "$out"
CROWD_BUILT=1 exec perf/own-network.sh perf/crowd.sh "$@"
