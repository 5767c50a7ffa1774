# shellcheck shell=bash
# What the scripts share. Sourced with the repository's root as the working folder.

# No build process outlives its build: neither on a developer's machine nor on a build server
# that waits for every child to end.
export MSBUILDDISABLENODEREUSE=1
export UseSharedCompilation=false
export DOTNET_CLI_TELEMETRY_OPTOUT=1
export DOTNET_NOLOGO=1

die() {
  echo "error: $*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

need_dotnet() { has dotnet || die "dotnet is missing: install the .NET 10 SDK"; }

# executable PROJECT CONFIGURATION: where its program is built.
executable() { echo "$PWD/.artifacts/bin/$1/${2,,}/$1"; }
