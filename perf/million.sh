#!/usr/bin/env bash
# A million WebSocket connections, cluster and clients on this machine: `./build.sh perf million --help`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=tools/common.sh
source tools/common.sh
# shellcheck source=tools/debian-packages.sh
source tools/debian-packages.sh

need_dotnet
if [[ " $* " == *" --help "* || " $* " == *" -h "* ]]; then exec dotnet run --project perf/Node.Load -c Release -v quiet -- million --help; fi
install_debian_packages etcd ip
has etcd || die "etcd is missing: apt-get install etcd-server"
for project in src/Node.Controller src/Node.Push src/Node.Connect perf/Node.Load; do
  dotnet build "$project" -c Release --nologo -v quiet
done
# exec: a signal reaches it directly, and it ends what it has started.
exec perf/own-network.sh .artifacts/bin/Node.Load/release/Node.Load million "$@"
