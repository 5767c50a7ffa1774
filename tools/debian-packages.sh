# shellcheck shell=bash
# Foreign programs that tests run against. Sourced after common.sh.
# A test that finds its program missing skips itself; so nothing here ever fails a run.

# program → Debian package
declare -A debian_packages=(
  [chromium]=chromium [promtool]=prometheus [etcd]=etcd-server
  [redis-server]=redis-server [mariadbd]=mariadb-server [pg_ctlcluster]=postgresql [ip]=iproute2 [nats-server]=nats-server
)
# package → service that it brings
declare -A debian_services=(
  [prometheus]=prometheus [etcd-server]=etcd [redis-server]=redis-server [mariadb-server]=mariadb [postgresql]=postgresql
  [nats-server]=nats-server
)

# module of Debian's own Python → Debian package
declare -A debian_modules=([grpc]=python3-grpcio [google.protobuf]=python3-protobuf)

# install_debian_packages [PROGRAM …]: those programs; without arguments all that the tests need.
install_debian_packages() {
  local program module missing=() programs=("$@") modules=()
  if [ $# -eq 0 ]; then
    programs=("${!debian_packages[@]}")
    modules=("${!debian_modules[@]}")
  fi
  for program in "${programs[@]}"; do
    has "$program" || missing+=("${debian_packages[$program]}")
  done
  for module in "${modules[@]}"; do
    /usr/bin/python3 -c "import $module" 2>/dev/null || missing+=("${debian_modules[$module]}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  local reason sudo=()
  if [ -n "${NO_INSTALL:-}" ]; then
    reason="NO_INSTALL is set"
  elif ! has apt-get; then
    reason="this is no Debian"
  elif [ "$(id -u)" -ne 0 ] && ! { has sudo && sudo -n true 2>/dev/null; }; then
    reason="neither root nor password-less sudo"
  else
    if [ "$(id -u)" -ne 0 ]; then sudo=(sudo -n); fi
    echo "installing ${missing[*]}"
    if without_services apt_install "${missing[@]}"; then return 0; fi
    reason="apt-get failed, see .artifacts/test/apt.log"
  fi
  echo "missing: ${missing[*]} ($reason); tests that need them are skipped"
}

# Caller's `sudo` array says how to become root.
apt_install() {
  mkdir -p .artifacts/test
  {
    timeout 120 "${sudo[@]}" apt-get update -q &&
      timeout 400 "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
  } >.artifacts/test/apt.log 2>&1
}

# Debian starts a service when its package is installed. Tests start their own, on private ports,
# and a daemon on 9090 would sit on the controller's metrics port: policy-rc.d keeps it from starting.
without_services() {
  local policy=/usr/sbin/policy-rc.d result=0 package
  [ -e "$policy" ] && policy=""
  if [ -n "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
    "${sudo[@]}" chmod +x "$policy"
  fi
  "$@" || result=$?
  if [ -n "$policy" ]; then "${sudo[@]}" rm -f "$policy"; fi
  if [ -d /run/systemd/system ]; then
    # Of what was installed just now; a service that was there before is somebody's own.
    for package in "${missing[@]}"; do
      [ -z "${debian_services[$package]:-}" ] || "${sudo[@]}" systemctl disable --quiet "${debian_services[$package]}" 2>/dev/null || true
    done
  fi
  return "$result"
}
