#!/bin/sh
# Builds what is to be compared, then compares: `./build.sh perf compare --quick` for a first look.
root="$(cd "$(dirname "$0")/.." && pwd)"
"$root/perf/build.sh" || exit 1
exec "$root/.artifacts/bin/Node.Load/release/Node.Load" compare "$@"
