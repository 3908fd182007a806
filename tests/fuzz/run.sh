#!/bin/bash
# Feeds the decoders what nobody would send, guided by what the code has not done yet.
#
#   tests/fuzz/run.sh [--seconds N] [--runs N] [TARGET...]
#       until either is over: a minute, if not said, for each target, or for all
#   tests/fuzz/run.sh --minimise [TARGET...]
#       keeps in the corpus what adds coverage, no more
#
# REALM_FUZZ_DIR is the folder of the targets' programs (./dev fuzz builds them). Stops at the first
# input that breaks something and says where it is kept. What was found stays in
# REALM_FUZZ_DIR/found/TARGET for the next time.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=60
runs=-1
minimise=
targets=()
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds) seconds=${2:?--seconds needs a number}; shift ;;
    --seconds=*) seconds=${1#*=} ;;
    --runs) runs=${2:?--runs needs a number}; shift ;;
    --runs=*) runs=${1#*=} ;;
    --minimise) minimise=yes ;;
    -*) echo "fuzz knows --seconds N, --runs N and --minimise" >&2; exit 2 ;;
    *) targets+=("$1") ;;
  esac
  shift
done
all() { for program in "$REALM_FUZZ_DIR"/fuzz_*; do basename "$program" | sed 's/^fuzz_//'; done; }
[ "${#targets[@]}" -gt 0 ] || mapfile -t targets < <(all)

export REALM_NODE_MODULES=$PWD/build/node/node_modules
export UBSAN_OPTIONS=print_stacktrace=1

# fuzz TARGET: one line with how many inputs were run, or the end.
fuzz() {
  local name=$1 program=$REALM_FUZZ_DIR/fuzz_$1 found=$REALM_FUZZ_DIR/found/$1
  local log=$REALM_FUZZ_DIR/$1.log began=$SECONDS status=0
  [ -x "$program" ] || { echo "there is no target '$name'; there are: $(all | xargs)" >&2; exit 2; }
  mkdir -p "$found" "tests/fuzz/corpus/$name"
  local leaks=1
  # It gathers requests for the peer, which looks like a leak after each input: a thousand searches of
  # the whole memory, until libFuzzer gives up looking.
  [ "$name" != qsh ] || { leaks=0; export REALM_QSH_PEER="exec node tests/fuzz/qsh_peer.mjs"; }
  REALM_FUZZ_SEEDS=$found "$program" -max_total_time="$seconds" -runs="$runs" -max_len=16384 -timeout=30 \
    -rss_limit_mb=2048 -detect_leaks="$leaks" -print_final_stats=1 \
    -artifact_prefix="$REALM_FUZZ_DIR/crash-$name-" \
    "$found" "tests/fuzz/corpus/$name" >"$log" 2>&1 || status=$?
  unset REALM_QSH_PEER
  local executed
  executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if [ "$status" -ne 0 ]; then
    grep -v '^#[0-9]' "$log" | tail -n 40 >&2
    echo "fuzz: $name broke; $log has it all, $REALM_FUZZ_DIR/crash-$name-* the input" >&2
    exit 1
  fi
  printf '%-18s %12s inputs  %5ss  %s\n' "$name" "$executed" "$((SECONDS - began))" \
    "$(sed -n 's/^qsh: //p' "$log")"
}

# minimise TARGET: of the corpus and of what was found, few inputs that reach as much code.
minimise() {
  local name=$1 corpus=tests/fuzz/corpus/$1 kept
  kept=$(mktemp -d)
  "$REALM_FUZZ_DIR/fuzz_$name" -merge=1 -use_counters=0 -max_len=2048 "$kept" "$corpus" \
    "$REALM_FUZZ_DIR/found/$name" >"$REALM_FUZZ_DIR/$name.merge.log" 2>&1
  rm -rf "$corpus"
  mkdir -p "$corpus"
  find "$kept" -type f -exec cp -t "$corpus" {} +
  rm -rf "$kept"
  printf '%-18s %s inputs, %s\n' "$name" "$(find "$corpus" -type f | wc -l)" \
    "$(du -sh "$corpus" | cut -f 1)"
}

for target in "${targets[@]}"; do
  if [ -n "$minimise" ]; then minimise "$target"; else fuzz "$target"; fi
done
