#!/usr/bin/env bash
# Looks at this machine and says what a number of connections needs of it, setting by setting, and why; sets it where asked.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

root="" connections=1000000 mode="" json=no
sysctl_file=etc/sysctl.d/90-node.conf
limits_file=etc/security/limits.d/90-node.conf
hugepages_file=etc/tmpfiles.d/90-node.conf
modules_file=etc/modules-load.d/90-node.conf
units=(node-connect node-standalone)

# shellcheck source=tools/tune/settings.sh
source "$here/settings.sh"

help() {
  cat <<'TEXT'
usage: ./build.sh tune [--check | --apply | --dry-run] [--connections N] [--json] [--prefix DIR]

  --check          what there is, what is wanted, and why; the default
  --apply          sets it, now and for every start to come; never lowers what is higher
  --dry-run        what --apply would write, and nothing else
  --connections N  that one node is to hold; default 1000000
  --json           the same for programs
  --prefix DIR     a machine in a folder: its proc, sys and etc are read and written in place of the real ones

exit code: 0 it fits, 1 it does not, 2 the command line is wrong
TEXT
}

usage_error() {
  echo "error: $1" >&2
  help >&2
  exit 2
}

parse() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --check | --apply | --dry-run)
        [ -z "$mode" ] || usage_error "one of --check, --apply and --dry-run"
        mode="${1#--}"
        ;;
      --json) json=yes ;;
      --connections | --prefix)
        [ $# -ge 2 ] || usage_error "$1 needs a value"
        if [ "$1" = --prefix ]; then root="$2"; else connections="$2"; fi
        shift
        ;;
      -h | --help)
        help
        exit 0
        ;;
      *) usage_error "unknown argument '$1'" ;;
    esac
    shift
  done
  mode="${mode:-check}"
  [ "$mode" != dry-run ] || [ "$json" = no ] || usage_error "--dry-run shows files, --json the settings: one of them"
  [[ "$connections" =~ ^[1-9][0-9]{0,8}$ ]] || usage_error "--connections takes a number from 1 to 999999999"
  [ -z "$root" ] || [ -d "$root/proc" ] || usage_error "--prefix: there is no proc in '$root'"
}

look() {
  names=() nows=() wants=() fits=() whys=() kinds=()
  memory="$(memory_of MemTotal)"
  page_bytes="$(getconf PAGESIZE)"
  all_rows
}

fits_all() { [[ " ${fits[*]} " != *" no "* ]]; }

print_table() {
  local i mark
  printf '%d connections on %d MiB\n\n' "$connections" "$((memory >> 20))"
  printf '  %-50s %-28s %-28s %s\n' setting now wanted why
  for i in "${!names[@]}"; do
    mark=" "
    if [ "${fits[i]}" = no ]; then mark="!"; fi
    printf '%s %-50s %-28s %-28s %s\n' "$mark" "${names[i]}" "${nows[i]}" "${wants[i]}" "${whys[i]}"
  done
  echo
  if fits_all; then echo "it fits"; else echo "it does not fit: see the lines with !"; fi
}

quoted() { # a text for JSON
  local text="${1//\\/\\\\}"
  echo "\"${text//\"/\\\"}\""
}

print_json() {
  local i comma="" fit
  if fits_all; then fit=true; else fit=false; fi
  printf '{"connections":%d,"memory_bytes":%d,"fits":%s,"settings":[' "$connections" "$memory" "$fit"
  for i in "${!names[@]}"; do
    if [ "${fits[i]}" = yes ]; then fit=true; else fit=false; fi
    printf '%s\n{"name":%s,"now":%s,"wanted":%s,"fits":%s,"why":%s}' "$comma" \
      "$(quoted "${names[i]}")" "$(quoted "${nows[i]}")" "$(quoted "${wants[i]}")" "$fit" "$(quoted "${whys[i]}")"
    comma=","
  done
  printf '\n]}\n'
}

print() { if [ "$json" = yes ]; then print_json; else print_table; fi; }

# put FILE: standard input becomes the file, in dry runs the output. A file that says so already is left alone.
put() {
  local text
  text="$(cat)"
  if [ "$mode" = dry-run ]; then
    printf -- '--- /%s\n%s\n\n' "$1" "$text"
  elif [ "$text" != "$(cat "$root/$1" 2>/dev/null)" ]; then
    mkdir -p "$root/$(dirname "$1")" && printf '%s\n' "$text" >"$root/$1"
  fi
}

# set_now FILE VALUE: what the kernel is told at once.
set_now() {
  [ "$mode" = apply ] || return 0
  printf '%s\n' "$2" 2>/dev/null >"$root/$1" || echo "cannot set /$1: are you root, and is this not a container?" >&2
}

# What does not fit, and what an earlier run has written, so that a second run changes nothing.
write_sysctls() {
  local i lines=""
  for i in "${!names[@]}"; do
    [ "${kinds[i]}" = sysctl ] || continue
    if [ "${fits[i]}" = no ]; then
      set_now "proc/sys/${names[i]//.//}" "${wants[i]}"
    elif ! grep -q "^${names[i]} = " "$root/$sysctl_file" 2>/dev/null; then
      continue
    fi
    lines+=$'\n'"# ${whys[i]}"$'\n'"${names[i]} = ${wants[i]}"$'\n'
  done
  # Before the firewall's module is there, its settings are not: sysctl.d would be read too early.
  if [[ "$lines" == *nf_conntrack* ]]; then put "$modules_file" <<<"# Written by ./build.sh tune --apply."$'\n'nf_conntrack; fi
  [ -z "$lines" ] || put "$sysctl_file" <<<"# Written by ./build.sh tune --apply."$'\n'"${lines%$'\n'}"
}

write_descriptors() {
  local value="$1"
  put "$limits_file" <<<"# Written by ./build.sh tune --apply: logins and their programs, from the next login on."$'\n'"* soft nofile $value"$'\n'"* hard nofile $value"$'\n'"# The star leaves root out."$'\n'"root soft nofile $value"$'\n'"root hard nofile $value"
}

write_unit() { # NAME.service VALUE
  put "etc/systemd/system/$1.d/90-limits.conf" <<<"# Written by ./build.sh tune --apply; then: systemctl daemon-reload."$'\n'"[Service]"$'\n'"LimitNOFILE=$2"
}

write_all() {
  local i
  write_sysctls
  for i in "${!names[@]}"; do
    [ "${fits[i]}" = no ] || continue
    case "${kinds[i]}" in
      unit) write_unit "${names[i]}" "${wants[i]}" ;;
      limits) write_descriptors "${wants[i]}" ;;
      hugepages)
        set_now sys/kernel/mm/transparent_hugepage/enabled "${wants[i]}"
        put "$hugepages_file" <<<"# Written by ./build.sh tune --apply."$'\n'"w /sys/kernel/mm/transparent_hugepage/enabled - - - - ${wants[i]}"
        ;;
      boot) echo "add thash_entries=${wants[i]} to the kernel's command line and boot; or for containers that start from now on: sysctl -w net.ipv4.tcp_child_ehash_entries=${wants[i]}" >&2 ;;
      environment) echo "unset ${names[i]} where the processes are started" >&2 ;;
    esac
  done
}

main() {
  parse "$@"
  if [ "$mode" = apply ] && ! { mkdir -p "$root/etc" 2>/dev/null && [ -w "$root/etc" ]; }; then
    echo "error: /etc cannot be written: sudo ./build.sh tune --apply" >&2
    exit 1
  fi
  look
  if [ "$mode" != check ]; then write_all; fi
  if [ "$mode" = apply ]; then look; fi
  if [ "$mode" != dry-run ]; then print; fi
  fits_all
}

main "$@"
