#!/bin/bash
# Measures the coordinator and the copy beside their references, in turn, and prints one line a
# goal: G1/32 ratio=0.63 goal>=0.60 ok, or "… short". What it was made of follows in parentheses.
#
#   tests/bench/run.sh [ROUNDS]      default 3: some eight minutes on a quiet machine
#
# The reference (bench_floor) makes the same calls and synced writes and does nothing else; a
# migration of ours has two more jobs and one more call than its. Each round is reference, ours,
# reference, ours. Figures are medians over the rounds; only ratios and processor time carry over to
# another machine. Exits 0 whatever falls short.
set -u

here=$(dirname "${BASH_SOURCE[0]}")
bin=${REALM_BIN_DIR:-build/bin}
bench=${REALM_BENCH_DIR:-build/bench}
rounds=${1:-3}
work=$(mktemp -d)
# shellcheck source=tests/bench/figures.sh
. "$here/figures.sh"
# shellcheck source=tests/bench/servers.sh
. "$here/servers.sh"
trap 'stop_all; rm -rf "$work"' EXIT

# in_turn NAME ARGUMENTS...: reference, ours, reference, ours.
in_turn() {
  local name=$1
  shift
  for side in reference ours reference ours; do
    load "$side" "$@" >>"$work/$name.$side" || echo "$name: $side failed" >&2
  done
}

# The status of both sides while 32 loops of migrations run on the same.
status_under_load() {
  for side in reference ours reference ours; do
    rm -f "$work/ready"
    load "$side" --mode=migrations --concurrency=32 --seconds=6 --ready="$work/ready" \
      >>"$work/background.$side" &
    local background=$!
    until [ -e "$work/ready" ]; do sleep 0.05; done
    load "$side" --mode=status --concurrency=8 --seconds=3 >>"$work/status-busy.$side"
    wait "$background"
  done
}

measure_rounds() {
  for _ in $(seq "$rounds"); do
    for c in 1 32 256; do
      in_turn "migrations-$c" --mode=migrations --concurrency="$c" --seconds=3
      in_turn "schedule-$c" --mode=schedule --concurrency="$c" --seconds=2 --tenants=16000
    done
    in_turn status-32 --mode=status --concurrency=32 --seconds=2
    status_under_load
  done
}

report_rounds() {
  local bound
  for c in 1 32 256; do
    bound=0.60
    [ "$c" = 1 ] && bound=0.50
    goal "G1/$c" ratio "$(ratio "$(median "migrations-$c.ours" rate)" \
      "$(median "migrations-$c.reference" rate)")" ">=" $bound "$(compared "migrations-$c" rate)"
  done
  for c in 32 256; do
    bound=0.60
    [ "$c" = 256 ] && bound=0.40
    goal "G3/$c" cpu_ms "$(median "migrations-$c.ours" server_cpu_ms)" "<=" $bound \
      "$(compared "migrations-$c" server_cpu_ms)"
  done
  for c in 1 32 256; do
    for q in p50 p99; do
      bound=1.30
      [ $q = p99 ] && bound=1.50
      goal "G4/$c/$q" ratio "$(ratio "$(median "schedule-$c.ours" call_$q)" \
        "$(median "schedule-$c.reference" call_$q)")" "<=" $bound \
        "$(compared "schedule-$c" call_$q)"
    done
  done
  for c in 1 32; do
    goal "G5/$c/p50" ratio "$(ratio "$(median "migrations-$c.ours" dispatch_p50)" \
      "$(median "migrations-$c.ours" schedule_p50)")" "<=" 2.00 "dispatch : hook"
  done
  goal "G5/32/p99" ms "$(median migrations-32.ours dispatch_p99)" "<=" 20
  goal "G7/rate" ratio "$(ratio "$(median status-32.ours rate)" \
    "$(median status-32.reference rate)")" ">=" 0.90 "$(compared status-32 rate)"
  goal "G7/p99" ratio "$(ratio "$(median status-busy.ours call_p99)" \
    "$(median status-busy.reference call_p99)")" "<=" 1.50 "$(compared status-busy call_p99)"
}

# Syncs by strace and bytes of the log by the files' sizes, on a store of their own.
measure_log() {
  for c in 1 32; do
    start_ours "log-$c" strace -f --seccomp-bpf -qq -e trace=fdatasync,fsync -o "$work/syncs-$c"
    await_port "$ours_port"
    load ours --mode=migrations --concurrency="$c" --seconds=2 --tenants=$((c * 60 + 300)) \
      --sync_log="$work/syncs-$c" --wal="$work/log-$c/db" >"$work/log-figures-$c"
    # strace, which is ours_pid, ends with what it runs.
    pkill -P "$ours_pid"
    wait "$ours_pid" 2>/dev/null
  done
  goal "G6/1" syncs "$(median log-figures-1 syncs)" "<=" 5 "per migration"
  goal "G6/32" syncs "$(median log-figures-32 syncs)" "<=" 0.5 "per migration"
  goal "G6/log" bytes "$(median log-figures-32 wal_bytes)" "<=" 2500 "per migration at 32"
}

# Killed with so many migrations pending, and started again.
measure_return() {
  local empty since
  start_ours return
  await_port "$ours_port"
  empty=$(resident_kib "$ours_pid")
  local before=0
  for count in 10000 100000; do
    load ours --mode=schedule --concurrency=256 --seconds=600 --tenants=$((count - before)) \
      --prefix="p$count-" >/dev/null
    before=$count
    stop_ours -9
    since=$(date +%s%N)
    start_ours return
    load ours --mode=return --prefix="p$count-" --since="$since" >"$work/return-$count"
    echo "kib=$(($(resident_kib "$ours_pid") - empty))" >>"$work/return-$count"
  done
  stop_ours
  goal "G10/10k/status" s "$(median return-10000 status_s)" "<=" 0.3
  goal "G10/100k/status" s "$(median return-100000 status_s)" "<=" 1
  goal "G10/100k/dispatch" s "$(median return-100000 dispatch_s)" "<=" 1
  goal "G10/100k/memory" KiB "$(ratio "$(median return-100000 kib)" 100000)" "<=" 1 "per pending"
}

# The engine without gRPC: not a goal, but the figure that moves least on a busy machine.
measure_engine() {
  echo "# the engine alone: $("$bench/bench_engine" 20000 32)"
}

measure_copy() {
  "$bench/bench_copy" "$rounds" 100000 >"$work/copy" || echo "the copy failed" >&2
  goal "G11" ratio "$(median copy filled_ratio)" ">=" 0.90 "filled : COPY pipe, $(spread copy filled_ratio)"
  goal "G12" ratio "$(median copy verified_ratio)" ">=" 0.70 \
    "verified : COPY pipe, $(spread copy verified_ratio)"
  goal "worker memory, source" MiB "$(median copy source_mib)" "<=" 64 "above idle"
  goal "worker memory, target" MiB "$(median copy target_mib)" "<=" 64 "above idle"
}

began=$(date +%s)
echo "# $rounds rounds, load average $(cut -d' ' -f1-3 /proc/loadavg)"
start_reference
start_ours rounds
await_port "$ours_port"
measure_rounds
report_rounds
stop_ours
measure_log
measure_return
[ ! -x "$bench/bench_engine" ] || measure_engine
[ ! -x "$bench/bench_copy" ] || measure_copy
echo "# took $(($(date +%s) - began)) s, load average $(cut -d' ' -f1-3 /proc/loadavg)"
