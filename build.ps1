# The verbs of build.sh, from PowerShell. On Windows they run in the bash that comes with Git:
# one set of steps, and none that only half of the developers ever try.
$ErrorActionPreference = 'Stop'

$bash = 'bash'
if ($IsWindows -or $env:OS -eq 'Windows_NT') {
    # Not the first bash on the path: that one may be WSL's, which sees other tools and other paths.
    $git = Get-Command git -ErrorAction SilentlyContinue
    if (-not $git) { throw 'git is needed: its bash runs build.sh' }
    $bash = Join-Path (Split-Path (Split-Path $git.Source)) 'bin\bash.exe'
}

# Forward slashes: bash takes a backslash for an escape.
& $bash ((Join-Path $PSScriptRoot 'build.sh') -replace '\\', '/') @args
exit $LASTEXITCODE
