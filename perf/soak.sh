#!/usr/bin/env bash
# Hours of many kinds of load on one server, which must end as it began: `./build.sh perf soak --help`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=tools/common.sh
source tools/common.sh

need_dotnet
if [[ " $* " == *" --help "* || " $* " == *" -h "* ]]; then exec dotnet run --project perf/Node.Load -c Release -v quiet -- soak --help; fi
for project in src/Node.Standalone perf/Node.Load; do
  dotnet build "$project" -c Release --nologo -v quiet
done
# exec: a signal reaches it directly, and it ends what it has started.
exec .artifacts/bin/Node.Load/release/Node.Load soak "$@"
