#!/bin/sh
# Builds what is to be compared, then compares: `./build.sh perf compare --quick` for a first look.
root="$(cd "$(dirname "$0")/.." && pwd)"
case " $* " in *" --help "* | *" -h "*) exec dotnet run --project "$root/perf/Node.Load" -c Release -v quiet -- compare --help ;; esac
# What is missing is left out; what does not build would be compared as it was before.
"$root/perf/build.sh" || exit 1
exec "$root/.artifacts/bin/Node.Load/release/Node.Load" compare "$@"
