#!/usr/bin/env bash
# A whole cluster on this machine: etcd, Redis and MariaDB on ports of their own, one controller-manager, two push-managers, three
# connect-nodes, the web-server and the biz-server. Waits until each is healthy, says what listens where, and ends all of it on Ctrl-C.
# Logs and data: .artifacts/cluster; data goes with the next start.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=tools/common.sh
source tools/common.sh
# shellcheck source=tools/pages.sh
source tools/pages.sh
# shellcheck source=tools/debian-packages.sh
source tools/debian-packages.sh

home="$PWD/.artifacts/cluster"
wait_s=60
etcd_port=12379 etcd_peer_port=12380 redis_port=16379 sql_port=13306
names=() pids=() ended=()

stop_all() {
  trap - EXIT INT TERM
  echo
  echo "stopping"
  # The last first: who needs another is gone before it. Each has its time to say goodbye.
  local i pid
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    pid="${pids[i]}"
    kill -TERM "$pid" 2>/dev/null || continue
    for _ in {1..120}; do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}

# start NAME [VARIABLE=VALUE …] PROGRAM [ARGUMENT …]: in the background, its output in a log.
# A process group of its own: Ctrl-C reaches this script alone, which stops them in order.
start() {
  local name="$1"
  shift
  set -m
  env "$@" >"$home/logs/$name.log" 2>&1 </dev/null &
  set +m
  names+=("$name")
  pids+=("$!")
}

# Whether something answers GET on a path of a port with 200.
answers() {
  local line
  { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
  IFS= read -r -t 2 line <&3 || line=""
  exec 3>&-
  [[ "$line" == *" 200 "* ]]
}

listens() { { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null && exec 3>&-; }

fail() {
  echo "error: $1; the end of $home/logs/$2.log:" >&2
  tail -n 15 "$home/logs/$2.log" >&2
  exit 1
}

# The first process that has ended; fails then.
check_alive() {
  local i
  for i in "${!pids[@]}"; do
    kill -0 "${pids[i]}" 2>/dev/null || fail "${names[i]} has ended" "${names[i]}"
  done
}

# Once it runs, a process that ends is what a cluster is for: it is said once, and the others go on.
tell_ended() {
  local i
  for i in "${!pids[@]}"; do
    if [ -z "${ended[i]:-}" ] && ! kill -0 "${pids[i]}" 2>/dev/null; then
      ended[i]=yes
      echo "${names[i]} has ended, the others go on: its log is .artifacts/cluster/logs/${names[i]}.log"
    fi
  done
}

# await NAME CHECK …: until the check holds.
await() {
  local name="$1" i
  shift
  for ((i = 0; i < wait_s * 10; i++)); do
    if "$@"; then return 0; fi
    check_alive
    sleep 0.1
  done
  fail "$name is not healthy after $wait_s s" "$name"
}

check_ports() {
  local port
  for port in "$@"; do
    if listens "$port"; then die "port $port is taken: stop what listens there (ss -ltnp 'sport = :$port')"; fi
  done
}

start_stores() {
  local as_root=()
  if [ "$(id -u)" -eq 0 ]; then as_root=(--user=root); fi
  mkdir -p "$home/redis"
  mariadb-install-db --no-defaults --datadir="$home/mariadb" --auth-root-authentication-method=normal --skip-test-db "${as_root[@]}" \
    >"$home/logs/mariadb-install.log" 2>&1 || fail "mariadb-install-db has failed" mariadb-install
  start etcd etcd --name default --data-dir "$home/etcd" --logger zap --log-level warn \
    --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
    --listen-peer-urls "http://127.0.0.1:$etcd_peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$etcd_peer_port" \
    --initial-cluster "default=http://127.0.0.1:$etcd_peer_port"
  start redis redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$home/redis" --save "" --appendonly yes
  start mariadb mariadbd --no-defaults --datadir="$home/mariadb" --port="$sql_port" --bind-address=127.0.0.1 \
    --socket="$home/mariadb.sock" --pid-file="$home/mariadb.pid" --innodb-buffer-pool-size=64M "${as_root[@]}"
  await etcd answers "$etcd_port" /health
  await redis listens "$redis_port"
  await mariadb listens "$sql_port"
}

start_processes() {
  local etcd="ETCD_ENDPOINTS=127.0.0.1:$etcd_port"
  start controller "$etcd" CONTROLLER_ID=controller-1 REDIS_ADDR="127.0.0.1:$redis_port" DB_HOST=127.0.0.1 DB_PORT="$sql_port" DB_USER=root \
    "$(executable Node.Controller Release)"
  start push-1 "$etcd" MANAGER_ID=push-1 "$(executable Node.Push Release)"
  start push-2 "$etcd" MANAGER_ID=push-2 GRPC_PORT=50063 METRICS_PORT=9193 "$(executable Node.Push Release)"
  local upstream=UPSTREAM_URL=http://127.0.0.1:8082/upstream
  start biz WEB_ADDRESS=http://127.0.0.1:8086 "$(executable Node.Biz Release)"
  start node-1 "$etcd" "$upstream" NODE_ID=node-1 "$(executable Node.Connect Release)"
  start node-2 "$etcd" "$upstream" NODE_ID=node-2 HTTP_PORT=8084 GRPC_PORT=50062 METRICS_PORT=9191 "$(executable Node.Connect Release)"
  start node-3 "$etcd" "$upstream" NODE_ID=node-3 HTTP_PORT=8085 GRPC_PORT=50072 METRICS_PORT=9291 "$(executable Node.Connect Release)"
  start web "$etcd" "$(executable Node.Web Release)"
  await controller answers 9090 /health
  await push-1 answers 9093 /health
  await push-2 answers 9193 /health
  await node-1 answers 8083 /health
  await node-2 answers 8084 /health
  await node-3 answers 8085 /health
  await web answers 8086 /health
  await biz answers 8082 /health
}

tell() {
  cat <<TEXT

  chat               http://127.0.0.1:8086/chat.html        two windows are on two nodes
  console            http://127.0.0.1:8086/console.html

  process            listens on
  controller         gRPC 50051     /metrics /health 9090
  push-1, push-2     gRPC 50053, 50063     /metrics /health 9093, 9193
  node-1 -2 -3       WebSocket 8083, 8084, 8085     gRPC 50052, 50062, 50072     /metrics /health 9091, 9191, 9291
  web, biz           HTTP 8086, 8082
  etcd, Redis, MariaDB     $etcd_port, $redis_port, $sql_port

  curl -d '{"data":"hello, room"}' -H 'Content-Type: application/json' http://127.0.0.1:8086/api/push/room/lobby
  grpcurl -plaintext 127.0.0.1:50051 controller.ControllerService/GetRoomStats

  logs: .artifacts/cluster/logs     Ctrl-C stops all of it
TEXT
}

need_dotnet
install_debian_packages etcd redis-server mariadbd
for program in etcd redis-server mariadbd mariadb-install-db; do
  has "$program" || die "$program is missing: apt-get install etcd-server redis-server mariadb-server"
done
check_ports "$etcd_port" "$etcd_peer_port" "$redis_port" "$sql_port" 8082 8083 8084 8085 8086 50051 50052 50053 50062 50063 50072 9090 9091 9093 9191 9193 9291
build_pages
dotnet build tools/cluster.proj -restore -v quiet
rm -rf "$home"
mkdir -p "$home/logs"
trap stop_all EXIT
trap 'exit 0' INT TERM
echo "starting: logs in .artifacts/cluster/logs"
start_stores
start_processes
tell
while sleep 1; do tell_ended; done
