#!/usr/bin/env bash
# What a cluster costs beside a node alone, on this machine: etcd, a controller-manager, a push-manager and connect-nodes of one loop each.
#   rooms      10,000 connections in rooms of 20: 5,000 pushes/s through the push-manager, and as many published on a node alone, in turns
#   broadcast  to 3 x 10,000 connections through the push-manager, and in rooms of everybody on three nodes alone at once, in turns
#   joins      100,000 joins into 10,000 rooms at 10,000/s: from each join to GetRoomStats
# usage: perf/cluster.sh rooms|broadcast|joins [SECONDS [ROUNDS]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=perf/reports.sh
source perf/reports.sh

what="${1:-rooms}"
seconds="${2:-20}"
rounds="${3:-3}"
bin="$PWD/.artifacts/bin"
out="$PWD/.artifacts/perf/cluster"
load="$bin/Node.Load/release/Node.Load"
etcd_port=9051 controller_port=9061 push_port=9053
declare -A pid=()

stop() {
  trap - EXIT INT TERM
  local name
  for name in "${!pid[@]}"; do kill "${pid[$name]}" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$out/etcd"
}

# start NAME VARIABLE=VALUE … PROGRAM [ARGUMENT …]
start() {
  local name="$1"
  shift
  (cd "$out" && exec env "$@") >"$out/$name.log" 2>&1 &
  pid[$name]=$!
}

await_health() {
  local name="$1" port="$2" i
  for ((i = 0; i < 600; i++)); do
    if curl -sf -o "$out/$name.health" "http://127.0.0.1:$port/health" && ! grep -q '"ready":false' "$out/$name.health"; then return; fi
    kill -0 "${pid[$name]}" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 5 "$out/$name.log" >&2
  echo "perf/cluster.sh: $name is not healthy; its log is $out/$name.log" >&2
  exit 1
}

# node NAME PORT [VARIABLE=VALUE …]: its gRPC and metrics on the next two ports.
node() {
  start "$1" NODE_ID="$1" HTTP_PORT="$2" GRPC_PORT="$(($2 + 1))" METRICS_PORT="$(($2 + 2))" NODE_LOOPS=1 LOG_LEVEL=warn "${@:3}" \
    "$bin/Node.Connect/release/Node.Connect"
}

start_cluster() {
  start etcd etcd --data-dir "$out/etcd" --log-level error --listen-client-urls "http://127.0.0.1:$etcd_port" \
    --advertise-client-urls "http://127.0.0.1:$etcd_port" --listen-peer-urls "http://127.0.0.1:$((etcd_port + 1))" \
    --initial-advertise-peer-urls "http://127.0.0.1:$((etcd_port + 1))" --initial-cluster "default=http://127.0.0.1:$((etcd_port + 1))"
  await_health etcd "$etcd_port"
  local etcd="ETCD_ENDPOINTS=127.0.0.1:$etcd_port"
  start controller "$etcd" CONTROLLER_ID=controller GRPC_PORT="$controller_port" METRICS_PORT="$((controller_port + 1))" REDIS_ADDR=none DB_KIND=none \
    "$bin/Node.Controller/release/Node.Controller"
  start push "$etcd" MANAGER_ID=push GRPC_PORT="$push_port" METRICS_PORT="$((push_port + 1))" "$bin/Node.Push/release/Node.Push"
  await_health controller "$((controller_port + 1))"
  await_health push "$((push_port + 1))"
  local i
  for ((i = 1; i <= $1; i++)); do node "node-$i" "$((9100 + (10 * i)))" "$etcd"; done
  for ((i = 1; i <= $1; i++)); do await_health "node-$i" "$((9102 + (10 * i)))"; done
}

# alone COUNT: nodes that know nobody, the first of them on 9210.
alone() {
  local i
  for ((i = 1; i <= $1; i++)); do node "alone-$i" "$((9200 + (10 * i)))" ETCD_ENDPOINTS=; done
  for ((i = 1; i <= $1; i++)); do await_health "alone-$i" "$((9202 + (10 * i)))"; done
}

# tell NAME: a report in a line.
tell() {
  printf '%-8s%.0f deliveries/s, %.2f s of CPU a million, lost %.0f, repeated or out of order %.0f, last delivery p50 %.0f p99 %.0f µs, CPUs %s + load %s\n' \
    "$1" "$(value operations_per_second "$1")" "$(value server_cpu_microseconds_per_operation "$1")" "$(value lost "$1")" "$(value duplicates "$1")" \
    "$(value p50_microseconds "$1")" "$(value p99_microseconds "$1")" "$(value server_cpus "$1")" "$(value load_cpus "$1")"
}

# A failed run says why in its report.
run() { "$load" "$@" >"$out/load.log" || { cat "$out/load.log" >&2; exit 1; }; }

rooms() {
  start_cluster 1
  alone 1
  local common=(rooms --connections 10000 --room-size 20 --payload 128 --rate 100000 --seconds "$seconds" --warmup 5) i
  for ((i = 1; i <= rounds; i++)); do
    run "${common[@]}" --server 127.0.0.1:9110 --push "127.0.0.1:$push_port" --pid "${pid[node-1]},${pid[push]}" --json "$out/push.json"
    run "${common[@]}" --server 127.0.0.1:9210 --pid "${pid[alone-1]}" --json "$out/alone.json"
    tell push
    tell alone
    ratio server_cpu_microseconds_per_operation push alone >>"$out/ratios"
  done
  echo "CPU a delivery, through the push-manager to on the node: $(median <"$out/ratios")"
}

broadcast() {
  start_cluster 3
  alone 3
  local i common=(rooms --connections 30000 --processes 3 --payload 128 --depth 4 --seconds "$seconds" --warmup 5)
  for ((i = 1; i <= rounds; i++)); do
    run "${common[@]}" --everybody --push "127.0.0.1:$push_port" --server 127.0.0.1:9110,127.0.0.1:9120,127.0.0.1:9130 \
      --pid "${pid[node-1]},${pid[node-2]},${pid[node-3]},${pid[push]}" --json "$out/cluster.json"
    run "${common[@]}" --room-size 10000 --server 127.0.0.1:9210,127.0.0.1:9220,127.0.0.1:9230 \
      --pid "${pid[alone-1]},${pid[alone-2]},${pid[alone-3]}" --json "$out/alone.json"
    tell cluster
    tell alone
    ratio operations_per_second cluster alone >>"$out/ratios"
  done
  echo "deliveries/s, through the cluster to three nodes alone: $(median <"$out/ratios")"
}

joins() {
  start_cluster 1
  "$load" joins --server 127.0.0.1:9110 --connections 10000 --room-size 10 --joins 100000 --rate 10000 --controller "127.0.0.1:$controller_port" \
    --warmup 0 --seconds 12 --pid "${pid[node-1]},${pid[controller]},${pid[push]}"
}

case "$what" in
  rooms | broadcast | joins) ;;
  *)
    echo "perf/cluster.sh: no such thing as '$what' (rooms, broadcast, joins)" >&2
    exit 2
    ;;
esac
command -v etcd >/dev/null || { echo "perf/cluster.sh: no etcd: apt-get install etcd-server" >&2; exit 1; }
for project in src/Node.Connect src/Node.Controller src/Node.Push perf/Node.Load; do
  dotnet build -c Release --nologo -v quiet "$project"
done
rm -rf "$out"
mkdir -p "$out"
trap stop EXIT
trap 'exit 130' INT TERM
"$what"
