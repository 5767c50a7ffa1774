#!/usr/bin/env bash
# Runs a program in a network namespace with a table of connections that is large enough for a million, where it may make one.
# usage: perf/own-network.sh PROGRAM [ARGUMENT …]
set -euo pipefail

# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/common.sh"

# Both ends of a million connections in the kernel's own table would be chains of eight sockets, walked for every packet. A network namespace may
# have a larger one; who may not make one (or has set thash_entries at boot) goes without.
table=2097152
child=/proc/sys/net/ipv4/tcp_child_ehash_entries
own_network() {
  [ -w "$child" ] && has unshare && has nsenter && has ip && (($(cat /proc/sys/net/ipv4/tcp_ehash_entries) < table)) || return 1
  local before holder outside
  before="$(cat "$child")"
  trap 'echo "$before" >"$child"; exit 130' INT TERM HUP
  echo "$table" >"$child"
  unshare --net sleep 30 &
  holder=$!
  outside="$(readlink /proc/self/ns/net)"
  while [ "$(readlink "/proc/$holder/ns/net" || echo "$outside")" = "$outside" ] && kill -0 "$holder" 2>/dev/null; do sleep 0.05; done
  # The open file keeps the namespace; it is gone with the last process in it.
  exec 9<"/proc/$holder/ns/net"
  kill "$holder"
  wait "$holder" 2>/dev/null || true
  echo "$before" >"$child"
  trap - INT TERM HUP
  [ "$(readlink /proc/self/fd/9)" != "$outside" ]
}

# exec: a signal reaches the program directly.
if own_network; then
  echo "a network namespace of its own, with a table of $table sockets; from outside: nsenter --net=/proc/PID/ns/net"
  ports="$(cat /proc/sys/net/ipv4/ip_local_port_range)" backlog="$(cat /proc/sys/net/core/somaxconn)"
  export ports backlog
  exec nsenter --net=/proc/self/fd/9 sh -c '
    exec 9<&-
    ip link set lo up && echo "$ports" >/proc/sys/net/ipv4/ip_local_port_range && echo "$backlog" >/proc/sys/net/core/somaxconn && exec "$@"
  ' sh "$@"
fi
exec "$@"
