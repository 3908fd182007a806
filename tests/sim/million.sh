#!/bin/bash
# Plays drawn worlds until so many migrations are recorded, in blocks of seeds with a file each:
#
#   tests/sim/million.sh PROGRAM FOLDER [MIGRATIONS]
#
# PROGRAM is a realm-sim; 1,000,000 unless said otherwise. Begun again with the same folder it goes
# on after the last whole block, if that is of the same commit. It ends at the first violation, and
# its last line says how many migrations there were, with how many faults, and how fast.
set -euo pipefail

readonly program=$1 folder=$2 wanted=${3:-1000000} block=500
mkdir -p "$folder"

# "3,778 migrations with 73,968 faults (19.6 each), 115h simulated, in 152.6 s (11.1 s of ..."
figures='s/,//g; s/^([0-9]+) migrations with ([0-9]+) faults.* s \(([0-9.]+) s of processor time.*/\1 \2 \3/p'

first=1 migrations=0 faults=0 seconds=0
commit=$("$program" run --random --seeds 1..1 | sed -nE 's/^realm-sim commit ([^ ]+).*/\1/p')
while ((migrations < wanted)); do
  last=$((first + block - 1))
  file=$folder/$first-$last.txt
  if [[ ! -f $file ]]; then
    "$program" run --random --seeds "$first..$last" >"$file.part" 2>&1 ||
      { tail -n 20 "$file.part"; exit 3; }
    mv "$file.part" "$file"
  fi
  grep -qF "realm-sim commit $commit " "$file" || { echo "$file is of another commit" >&2; exit 2; }
  read -r m f s < <(sed -nE "$figures" "$file")
  migrations=$((migrations + m)) faults=$((faults + f))
  seconds=$(awk -v a="$seconds" -v b="$s" 'BEGIN { printf "%.1f", a + b }')
  first=$((last + 1))
done
awk -v m="$migrations" -v f="$faults" -v s="$seconds" 'BEGIN {
  printf "%d migrations with %d faults (%.1f each), %.0f s of processor time, %d a second; ",
    m, f, f / m, s, m / s }'
echo "seeds 1..$last, commit $commit, no violation"
