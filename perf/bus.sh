#!/usr/bin/env bash
# Messages through the bus over a real etcd (or Redis) on a private port: three nodes in one process, all in 50 rooms, each publishing
# its share. Prints rates, losses, latency and CPU; fails where a message is lost, repeated or out of order.
# usage: perf/bus.sh [etcd|redis [RATE [SECONDS [NODES]]]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

kind="${1:-etcd}"
rate="${2:-5000}"
seconds="${3:-20}"
nodes="${4:-3}"
dotnet build -c Release --nologo -v quiet perf/peers/bus
data="$(mktemp -d)"
trap 'kill "$store" 2>/dev/null || true; wait "$store" 2>/dev/null || true; rm -rf "$data"' EXIT

case "$kind" in
  etcd)
    command -v etcd >/dev/null || { echo "perf/bus.sh: no etcd: apt-get install etcd-server" >&2; exit 1; }
    address=127.0.0.1:9031
    etcd --data-dir "$data/etcd" --listen-client-urls "http://$address" --advertise-client-urls "http://$address" \
      --listen-peer-urls http://127.0.0.1:9032 --initial-advertise-peer-urls http://127.0.0.1:9032 \
      --initial-cluster default=http://127.0.0.1:9032 --log-level error >"$data/log" 2>&1 &
    ;;
  redis)
    command -v redis-server >/dev/null || { echo "perf/bus.sh: no Redis: apt-get install redis-server" >&2; exit 1; }
    address=127.0.0.1:9031
    redis-server --port 9031 --bind 127.0.0.1 --dir "$data" --save "" --appendonly no >"$data/log" 2>&1 &
    ;;
  *)
    echo "perf/bus.sh: no such bus as '$kind' (etcd, redis)" >&2
    exit 2
    ;;
esac
store=$!
until (exec 3<>/dev/tcp/127.0.0.1/9031) 2>/dev/null; do
  kill -0 "$store" || { cat "$data/log" >&2; exit 1; }
  sleep 0.1
done

# CPU time in ticks of 10 ms.
cpu() { awk '{ print $14 + $15 }' "/proc/$store/stat"; }

before="$(cpu)"
result=0
.artifacts/bin/Peer.Bus/release/Peer.Bus "$kind" "$address" "$nodes" "$rate" "$seconds" || result=$?
awk -v kind="$kind" -v ticks="$(($(cpu) - before))" 'BEGIN { printf "CPU of %s %.1f s\n", kind, ticks / 100 }'
exit "$result"
