#!/bin/sh
# Builds what the comparison runs, each part whose tools are here; says what is missing. Run from anywhere.
cd "$(dirname "$0")/.." || exit 1
out=.artifacts/perf
mkdir -p "$out"
failed=0

need() { # tool, what it builds, how to install it
  command -v "$1" >/dev/null 2>&1 && return 0
  echo "perf/build.sh: no $1, so no $2; to get it: $3" >&2
  return 1
}

run() {
  "$@" && return 0
  echo "perf/build.sh: failed: $*" >&2
  failed=1
}

need gcc limit "apt-get install gcc libc6-dev" &&
  run gcc -O2 -Wall -Wextra -o "$out/limit" perf/limit/*.c

need dotnet "Node.Load, kestrel and signalr" "https://dot.net" && {
  run dotnet build -c Release --nologo -v quiet perf/Node.Load
  run dotnet build -c Release --nologo -v quiet perf/peers/kestrel
  run dotnet build -c Release --nologo -v quiet perf/peers/signalr
  run dotnet build -c Release --nologo -v quiet src/Node.Connect
}

need npm ws "apt-get install nodejs npm" &&
  run npm ci --prefix perf/peers/ws --no-audit --no-fund --silent

need go gorilla "apt-get install golang-go golang-github-gorilla-websocket-dev" && {
  GO111MODULE=off GOPATH=/usr/share/gocode
  export GO111MODULE GOPATH
  run go build -o "$out/gorilla" perf/peers/gorilla/main.go
}

need nats-server nats "apt-get install nats-server"

exit $failed
