#!/bin/bash
# Has Spin explore tests/model/realm.pml to the end: with all guards nothing may
# break and every end is reached, and with any one of them taken away something must
# go wrong. And compares the model's changes of state with docs/STATE_MACHINE.md,
# which a test compares with the code.
#
#   tests/model/run.sh          the small forms: a minute and a half on one core
#   tests/model/run.sh --full   the large forms too: some ten minutes, 2 GB
#
# Needs spin (6.5) and gcc. Prints a line for each run and ends with a non-zero
# code when one of them came out otherwise.
set -u

model=$(cd "$(dirname "$0")" && pwd)/realm.pml
table=$(cd "$(dirname "$0")/../../docs" && pwd)/STATE_MACHINE.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
# The small forms run for a second: compiling them well would take longer.
optimize=-O0

for tool in spin gcc; do
  if ! command -v "$tool" >/dev/null; then
    echo "$tool is not installed" >&2
    exit 2
  fi
done

# explore FLAGS...: compiles and runs the model; the verifier's output is in $work/out, and its
# processor time, which a busy machine does not lengthen, in $work/seconds. With
# -DLIVENESS among the flags it looks for ways on which no end is ever reached although every
# process that always could go on does.
explore() {
  local of=(-DSAFETY) run=()
  case " $* " in
    *' -DLIVENESS '*) of=(-DNFAIR=3) run=(-a -f) ;;
    *' -DROWS '*) of=(-DSAFETY -DPRINTF) ;;
  esac
  (
    cd "$work" || exit 1
    rm -f -- *
    spin -a "$@" "$model" >out 2>&1 || exit 1
    gcc "$optimize" -w "${of[@]}" -DCOLLAPSE -o pan pan.c >>out 2>&1 || exit 1
    ulimit -v 6291456
    { TIMEFORMAT=%0U; time ./pan "${run[@]}" -m1000000 -w24 >out 2>&1; } 2>seconds
  )
}

states() { sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' "$work/out" | head -n 1; }
depth() { sed -n 's/.*depth reached \([0-9]*\),.*/\1/p' "$work/out" | head -n 1; }
# The invariant that a violation broke, and after how many steps.
broken() {
  sed -n 's/.*acceptance cycle (at depth \([0-9]*\)).*/no end after \1/p' "$work/out" | head -n 1
  sed -n 's/.*assertion violated.*||\([a-z_]*\))* (at depth \([0-9]*\)).*/\1 at \2/p' "$work/out" |
    head -n 1
}

# run EXPECTED NAME FLAGS...: EXPECTED is "holds" or "breaks".
run() {
  local expected=$1 name=$2 outcome verdict=ok
  shift 2
  explore "$@"
  if grep -q 'errors: 0' "$work/out" &&
    ! grep -qE 'Search not completed|max search depth too small' "$work/out"; then
    outcome=holds
  elif [ -n "$(broken)" ]; then
    outcome=breaks
  else
    outcome=unfinished
    tail -n 5 "$work/out" >&2
  fi
  if [ "$outcome" = "$expected" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    verdict=WRONG
  fi
  printf '%-5s %-10s %-44s %10s states  depth %-5s %4ss  %s\n' "$verdict" "$outcome" "$name" \
    "$(states)" "$(depth)" "$(cat "$work/seconds")" "$(broken)"
}

# The changes of state in the code's table, a line each: FROM TO. The first part has them for what
# comes from outside, the second for what follows; None is before the model begins.
rows_of_table() {
  sed -n '/<!-- table: begin/,/<!-- table: end/p' "$table" |
    awk -F'|' '/>[A-Z]/ && $2 !~ /None/ {
      for (i = 3; i < NF; i++) if ($i ~ />/) { gsub(/[ >]/, "", $i); gsub(/ /, "", $2); print $2, $i }
    }' | sort -u
}

# The changes that the model made, by the numbers that Spin gives to the names: the last is 1.
rows_of_model() {
  local names
  names=$(sed -n '/^mtype = {/,/}/p' "$model" | sed 's/.*{//; s/}.*//' | tr -d ' \n')
  awk -v names="$names" '
    BEGIN { n = split(names, name, ",") }
    $1 == "ROW" && $2 != $3 && !seen[$2, $3]++ { print name[n + 1 - $2], name[n + 1 - $3] }
  ' "$work/out" | sort -u
}

# Every change of state in the table is one that the model makes, and no other.
compare_rows() {
  local wrong
  explore -DEPOCHS=4 -DWORKERS=1 -DROWS
  wrong=$(diff <(rows_of_table) <(rows_of_model))
  if [ -z "$wrong" ] && [ "$(rows_of_table | wc -l)" -gt 0 ]; then
    passed=$((passed + 1))
    echo "ok    $(rows_of_table | wc -l) changes of state: those of the code's table, and no other"
  else
    failed=$((failed + 1))
    printf 'WRONG the changes of state differ (<: the table alone, >: the model alone)\n%s\n' "$wrong"
  fi
}

compare_rows
run holds 'commit, then switch' -DEPOCHS=4
run holds 'switch, then commit' -DEPOCHS=4 -DSWITCH_FIRST
run holds 'two coordinators' -DEPOCHS=4 -DWORKERS=1 -DCOORDINATORS=2
run holds 'opening does not raise the fence' -DEPOCHS=4 -DNO_RAISE_ON_OPEN
run holds 'two migrations, one worker; 6 leases' -DEPOCHS=6 -DWORKERS=1 -DTRIPS=2
run holds 'every end is reached' -DEPOCHS=5 -DLIVENESS
run holds 'every end is reached; two coordinators' -DEPOCHS=4 -DWORKERS=1 -DCOORDINATORS=2 -DLIVENESS

run breaks 'fence compared once a job' -DEPOCHS=4 -DCHECK_ONCE
run breaks 'equal epoch raises, opening raises not' -DEPOCHS=4 -DLOOSE_FENCE -DNO_RAISE_ON_OPEN
run breaks 'older reports count, opening raises not' -DEPOCHS=4 -DSTALE_REPORTS -DNO_RAISE_ON_OPEN
run breaks 'seal and gate set by whoever is last' -DEPOCHS=4 -DLOOSE_ACCESS
run breaks 'no compare-and-set' -DEPOCHS=4 -DWORKERS=1 -DCOORDINATORS=2 -DNO_COMPARE_AND_SET
run breaks 'no seal' -DEPOCHS=4 -DNO_SEAL
run breaks 'no pass under the seal' -DEPOCHS=4 -DNO_LAST_PASS
run breaks 'no verification, one record copied wrong' -DEPOCHS=4 -DGARBLE -DNO_VERIFY
run breaks 'gate opens on proof, verified or not' -DEPOCHS=4 -DOPEN_EARLY
run breaks 'no proof of switch' -DEPOCHS=4 -DNO_PROOF
run breaks 'switch, then commit; no horizon' -DEPOCHS=4 -DSWITCH_FIRST -DNO_HORIZON
run breaks 'rollback honoured after the switch' -DEPOCHS=4 -DLATE_ROLLBACK
run breaks 'lost copy begun again after the switch' -DEPOCHS=4 -DCOPY_AGAIN
run breaks 'target repaired after the gate opened' -DEPOCHS=4 -DREPAIR_OPEN
run breaks 'epochs start anew with each migration' -DEPOCHS=4 -DWORKERS=1 -DTRIPS=2 -DEPOCHS_START_ANEW
run breaks 'lost lease not given again' -DEPOCHS=5 -DWORKERS=1 -DLIVENESS -DNO_RETRY
run breaks 'undo only when the platform asks' -DEPOCHS=4 -DWORKERS=1 -DLIVENESS -DNO_UNDO_DUE

if [ "${1:-}" = --full ]; then
  optimize=-O2
  run holds 'commit, then switch; 5 leases' -DEPOCHS=5
  run holds 'switch, then commit; 5 leases' -DEPOCHS=5 -DSWITCH_FIRST
  run holds 'commit, then switch; 6 leases' -DEPOCHS=6
  run holds 'one record copied wrong; 5 leases' -DEPOCHS=5 -DGARBLE
  run holds 'three workers' -DEPOCHS=4 -DWORKERS=3
  run holds 'two coordinators, two workers' -DEPOCHS=4 -DCOORDINATORS=2
  run holds 'equal epoch raises; 4 leases' -DEPOCHS=4 -DLOOSE_FENCE
  run holds 'older reports count; 5 leases' -DEPOCHS=5 -DSTALE_REPORTS
  run holds 'there and back, one worker; 8 leases' -DEPOCHS=8 -DWORKERS=1 -DTRIPS=2 -DVERSIONS=2
  run holds 'two migrations, two workers; 6 leases' -DEPOCHS=6 -DTRIPS=2 -DVERSIONS=2
  run holds 'every end is reached; switch, then commit' -DEPOCHS=5 -DLIVENESS -DSWITCH_FIRST
  run holds 'every end is reached; 6 leases' -DEPOCHS=6 -DLIVENESS
  run holds 'every end is reached; two of both' -DEPOCHS=4 -DCOORDINATORS=2 -DLIVENESS
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
