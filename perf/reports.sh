# shellcheck shell=bash
# Figures out of the load generator's reports. Sourced with $out as the folder that has them.

# value KEY NAME: a number of a report.
value() { awk -v key="\"$1\":" '$1 == key { sub(",", "", $2); printf "%.3f", $2 }' "$out/$2.json"; }

# ratio KEY NAME NAME: that of the first report to that of the second.
ratio() { awk -v a="$(value "$1" "$2")" -v b="$(value "$1" "$3")" 'BEGIN { printf "%.3f\n", a / b }'; }

# Of the numbers that come in, one a line.
median() { sort -n | awk '{ v[NR] = $1 } END { printf "%.2f\n", v[int((NR + 1) / 2)] }'; }
