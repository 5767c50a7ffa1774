#!/bin/sh
# Builds what is to be compared, then compares: `./build.sh perf compare --quick` for a first look.
root="$(cd "$(dirname "$0")/.." && pwd)"
case " $* " in *" --help "* | *" -h "*) exec dotnet run --project "$root/perf/Node.Load" -c Release -v quiet -- compare --help ;; esac
"$root/perf/build.sh" || echo "perf/compare.sh: without what is missing above" >&2
exec "$root/.artifacts/bin/Node.Load/release/Node.Load" compare "$@"
