# shellcheck shell=bash
# What a machine needs for so many connections, setting by setting. Sourced by tune.sh, which has set: root, connections.
# Each rule adds a row: name, now, wanted, whether it fits, why, how it is set. A setting that this kernel does not have adds none.

# These two are also src/Node.Connect/Machine/MachineNeeds.cs, which a node checks at its start; a test compares them.
reserve_descriptors=4096
buffer_pages=2

# Measured: about 5 KB of the kernel's memory for a socket that idles, and 0.5 KB of the node's (perf/README.md).
connection_bytes=5632
base_bytes=$((1024 * 1024 * 1024))

names=() nows=() wants=() fits=() whys=() kinds=()

# row NAME NOW WANTED FITS WHY KIND
row() {
  names+=("$1") nows+=("$2") wants+=("$3") fits+=("$4") whys+=("$5") kinds+=("$6")
}

# The value of a sysctl, fields separated by single spaces; fails where this kernel has none.
sysctl_value() {
  local fields
  read -r -a fields 2>/dev/null <"$root/proc/sys/${1//.//}" || return 1
  echo "${fields[*]}"
}

clamp() { # VALUE LEAST MOST
  if (($1 < $2)); then echo "$2"; elif (($1 > $3)); then echo "$3"; else echo "$1"; fi
}

at_least() { # NAME VALUE WHY
  local now
  now="$(sysctl_value "$1")" || return 0
  if ((now >= $2)); then row "$1" "$now" "$now" yes "$3" sysctl; else row "$1" "$now" "$2" no "$3" sysctl; fi
}

at_most() { # NAME VALUE WHY
  local now
  now="$(sysctl_value "$1")" || return 0
  if ((now <= $2)); then row "$1" "$now" "$now" yes "$3" sysctl; else row "$1" "$now" "$2" no "$3" sysctl; fi
}

memory_of() { # the field of /proc/meminfo, in bytes
  local kib
  kib="$(sed -n "s/^$1: *\([0-9]*\) kB$/\1/p" "$root/proc/meminfo" 2>/dev/null)"
  echo $((${kib:-0} * 1024))
}

# What a login of ours gets: what is written for the next one, else the limit of this shell.
descriptor_limit() {
  local written
  written="$(sed -n 's/^\* hard nofile \([0-9]*\)$/\1/p' "$root/$limits_file" 2>/dev/null)"
  echo "${written:-$(awk '/^Max open files/ { print $5 }' "$root/proc/self/limits" 2>/dev/null)}"
}

# LimitNOFILE of a unit: of the drop-in that was written here, of the unit that is installed, of the one that is shipped.
unit_limit() {
  local file
  for file in "$root/etc/systemd/system/$1.service.d/90-limits.conf" "$root/etc/systemd/system/$1.service" "$here/../systemd/$1.service"; do
    if [ -e "$file" ]; then
      sed -n 's/^LimitNOFILE=\([0-9]*\)$/\1/p' "$file"
      return
    fi
  done
  echo 0
}

# Whether ports A-B lie within a list like 80,5000-6000.
reserved() { # LIST A B
  local part
  for part in ${1//,/ }; do
    if ((${part%-*} <= $2 && ${part#*-} >= $3)); then return 0; fi
  done
  return 1
}

memory_rows() {
  local need=$((connections * connection_bytes + base_bytes)) most
  most=$(((memory - base_bytes) / connection_bytes))
  if ((memory >= need)); then
    row memory "$((memory >> 20)) MiB" "$((need >> 20)) MiB" yes "an idle connection costs the kernel 5 KB and the node 0.5 KB" none
  else
    row memory "$((memory >> 20)) MiB" "$((need >> 20)) MiB" no \
      "5.5 KB an idle connection: this machine holds about $((most > 0 ? most : 0)); nothing but memory helps" none
  fi
}

descriptor_rows() {
  local need=$((connections + reserve_descriptors)) now
  now="$(descriptor_limit)"
  local why="a connection is a descriptor; $reserve_descriptors more for listeners, gRPC, files"
  if [ "${now:-0}" = unlimited ] || ((${now:-0} >= need)); then
    row nofile "$now" "$now" yes "$why" limits
  else
    row nofile "${now:-unknown}" "$need" no "$why" limits
  fi
  local unit limit
  for unit in "${units[@]}"; do
    limit="$(unit_limit "$unit")"
    why="the same for the service, which takes nothing from a login"
    if ((limit >= need)); then
      row "$unit.service" "$limit" "$limit" yes "$why" unit
    else
      row "$unit.service" "$limit" "$need" no "$why" unit
    fi
  done
  at_least fs.nr_open "$need" "no process may have a higher nofile than this"
  at_least fs.file-max $((need + 65536)) "descriptors of all processes together"
}

queue_rows() {
  local waiting
  waiting="$(clamp $((connections / 100)) 4096 65535)"
  at_least net.core.somaxconn "$waiting" "when all come back within 50 s, half a second of them waits to be accepted; node.backlog is the other half, the smaller counts"
  at_least net.ipv4.tcp_max_syn_backlog "$waiting" "handshakes under way in the same half second"
  at_least net.core.netdev_max_backlog "$(clamp $((connections / 50)) 1000 30000)" "packets that wait for a CPU while a broadcast goes out"
}

tcp_mem_row() {
  local now want most low pressure
  now="$(sysctl_value net.ipv4.tcp_mem)" || return 0
  want=$((connections * buffer_pages))
  most=$((memory / 2 / page_bytes))
  if ((want > most)); then want=$most; fi
  read -r low pressure most <<<"$now"
  local why="pages of all sockets' buffers: $buffer_pages a connection when all are busy, at most half of the memory; beyond the second figure the kernel shrinks windows"
  if ((most >= want && pressure >= want * 3 / 4)); then
    row net.ipv4.tcp_mem "$now" "$now" yes "$why" sysctl
  else
    if ((most > want)); then want=$most; fi
    if ((low < want / 2)); then low=$((want / 2)); fi
    row net.ipv4.tcp_mem "$now" "$low $((want * 3 / 4)) $want" no "$why" sysctl
  fi
}

# A buffer's default is what a connection may hold before the kernel looks at anything else; its most, what it grows to.
buffer_row() { # NAME WHY
  local now least default most share=$((memory / 4 / connections)) usual=16384 large=1048576
  now="$(sysctl_value "$1")" || return 0
  read -r least default most <<<"$now"
  if ((default > share && default > usual)); then default=$usual; fi
  if ((connections >= 100000 && most > large)); then most=$large; fi
  if [ "$now" = "$least $default $most" ]; then row "$1" "$now" "$now" yes "$2" sysctl; else row "$1" "$now" "$least $default $most" no "$2" sysctl; fi
}

client_rows() {
  local now
  if now="$(sysctl_value net.ipv4.ip_local_port_range)"; then
    local why="proxies and load generators: each connection from one address to one port takes a port of these"
    if (($(cut -d' ' -f1 <<<"$now") <= 10000 && $(cut -d' ' -f2 <<<"$now") >= 65000)); then
      row net.ipv4.ip_local_port_range "$now" "$now" yes "$why" sysctl
    else
      local low="${now%% *}"
      row net.ipv4.ip_local_port_range "$now" "$(clamp "$low" 1024 10000) 65535" no "$why" sysctl
    fi
  fi
  if now="$(sysctl_value net.ipv4.ip_local_reserved_ports)" || [ -e "$root/proc/sys/net/ipv4/ip_local_reserved_ports" ]; then
    local ports="50051-50053" reason="within the range above, so that no outgoing connection sits on a port of the managers"
    if reserved "$now" 50051 50053; then
      row net.ipv4.ip_local_reserved_ports "$now" "$now" yes "$reason" sysctl
    else
      row net.ipv4.ip_local_reserved_ports "${now:--}" "${now:+$now,}$ports" no "$reason" sysctl
    fi
  fi
  if now="$(sysctl_value net.ipv4.tcp_tw_reuse)"; then
    local again="proxies: a port in TIME-WAIT serves a new outgoing connection after a second"
    if ((now == 1)); then row net.ipv4.tcp_tw_reuse 1 1 yes "$again" sysctl; else row net.ipv4.tcp_tw_reuse "$now" 1 no "$again" sysctl; fi
  fi
}

# Set at boot alone; a container, or another network namespace, may have a table of its own.
established_row() {
  local now want=1
  now="$(sysctl_value net.ipv4.tcp_ehash_entries)" || return 0
  while ((want < connections / 2)); do want=$((want * 2)); done
  local why="hash table of open connections: the kernel walks a chain of them for every packet, all cache misses; a quarter of the CPU at eight a chain"
  if ((now < 0 || now >= want)); then
    row net.ipv4.tcp_ehash_entries "$now" "$now" yes "$why" boot
  else
    row net.ipv4.tcp_ehash_entries "$now" "$want" no "$why" boot
  fi
}

conntrack_rows() {
  at_least net.netfilter.nf_conntrack_max $((connections + connections / 4)) "the firewall tracks every connection, and drops the packets of those that it has no room for; 320 B each"
  at_least net.netfilter.nf_conntrack_buckets $((connections / 4)) "its hash table: four connections a bucket"
  at_most net.netfilter.nf_conntrack_tcp_timeout_established 3600 "5 days keep the dead; heartbeats are far shorter than an hour"
  at_most net.netfilter.nf_conntrack_tcp_timeout_time_wait 30 "a closed connection keeps its place for so long"
}

keepalive_rows() {
  at_most net.ipv4.tcp_keepalive_time 300 "connections between our processes; clients have the node's own heartbeat"
  at_most net.ipv4.tcp_keepalive_intvl 30 "between two probes"
  at_most net.ipv4.tcp_keepalive_probes 5 "unanswered, and the connection is gone"
}

huge_pages_row() {
  local file="$root/sys/kernel/mm/transparent_hugepage/enabled" now
  [ -e "$file" ] || return 0
  now="$(sed -n 's/.*\[\(.*\)\].*/\1/p' "$file")"
  local why="always: 2 MiB for each touched page of a sparse heap, and pauses to make room"
  if [ "$now" = always ]; then row transparent_hugepage always madvise no "$why" hugepages; else row transparent_hugepage "$now" "$now" yes "$why" hugepages; fi
}

# The processes bring their own settings of the collector; the environment overrides them.
dotnet_row() { # VARIABLE VALUE WHY
  local now="${!1:-}"
  if [ -z "$now" ] || [ "$now" = "$2" ]; then
    row "$1" "${now:-unset}" "${now:-unset}" yes "$3" environment
  else
    row "$1" "$now" "unset" no "$3" environment
  fi
}

all_rows() {
  memory_rows
  descriptor_rows
  queue_rows
  tcp_mem_row
  buffer_row net.ipv4.tcp_rmem "bytes received and not read yet (least, default, most): all defaults together within a quarter of the memory, or 16 KiB"
  buffer_row net.ipv4.tcp_wmem "bytes not acknowledged yet; what a slow client holds in the kernel before the node's own queue counts it"
  client_rows
  established_row
  conntrack_rows
  keepalive_rows
  at_least vm.max_map_count 65530 "the heap is few mappings, whatever the number of connections: the kernel's default will do"
  huge_pages_row
  dotnet_row DOTNET_gcServer 0 "one heap: idle connections allocate nothing, and a heap a core is memory lost"
  dotnet_row DOTNET_gcConcurrent 0 "no background collector: there is hardly anything to collect"
  dotnet_row DOTNET_GCHeapCount "" "counts with the server collector alone"
  dotnet_row DOTNET_GCConserveMemory 0 "the node compacts by itself when a storm of connections is over"
}
