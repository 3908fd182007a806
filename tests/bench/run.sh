#!/bin/bash
# Measures the coordinator and the copy beside their references, in turn, and
# prints one line a goal: G1 ratio=0.63 goal>=0.60 ok, or "… short".
#
#   tests/bench/run.sh [ROUNDS]      default 3; each round is reference, ours, reference, ours
#
# The reference (bench_floor) makes the same calls and synced writes and does
# nothing else; a migration of ours has two more jobs and one more call than its.
# Figures are medians over the rounds; only ratios and CPU per migration carry over
# to another machine. Exits 0 whatever falls short.
set -u

bin=${REALM_BIN_DIR:-build/bin}
bench=${REALM_BENCH_DIR:-build/bench}
rounds=${1:-3}
seconds=4
work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done; wait 2>/dev/null; rm -rf "$work"' EXIT

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

await_port() {
  for _ in $(seq 200); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
    sleep 0.05
  done
  echo "nothing listens on port $1; see $work" >&2
  exit 2
}

floor_port=$(free_port)
realm_port=$(free_port)
cat > "$work/coordinator.yaml" <<YAML
realms: [{code: US}, {code: EU}]
apps:
  - id: bench
    base_url: http://127.0.0.1:7480
    region_base_urls: {US: "http://127.0.0.1:7480/us", EU: "http://127.0.0.1:7480/eu"}
    hook_path: /dare
    default_realm: US
    purge_grace: 0s
    transfers: [{name: core, datasets: [core]}]
    datasets: [{name: core}]
listen: {grpc: "127.0.0.1:$realm_port", health: "127.0.0.1:$(free_port)"}
ticket_key_file: $work/ticket.pem
edge: {secret_key_file: $work/key, cache_folder: $work/cache}
YAML

"$bench/bench_floor" "127.0.0.1:$floor_port" "$work/floor" 2> "$work/floor.log" &
floor=$!
pids+=("$floor")
start_coordinator() {
  "$bin/realm-coordinator" --config="$work/coordinator.yaml" --store="rocksdb:$work/store" \
    --insecure 2>> "$work/coordinator.log" &
  realm=$!
  pids+=("$realm")
  await_port "$realm_port"
}
await_port "$floor_port"
start_coordinator

# run NAME MODE CONCURRENCY: one line of the load's figures for each side, kept by name.
run() {
  "$bench/bench_load" "127.0.0.1:$floor_port" "$2" "$3" $seconds floor "$floor" >> "$work/$1.floor"
  "$bench/bench_load" "127.0.0.1:$realm_port" "$2" "$3" $seconds "$realm" >> "$work/$1.realm"
}

# median FILE FIELD
median() {
  grep -o "$2=[0-9.]*" "$1" | cut -d= -f2 | sort -g | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]+0}'
}

# goal NAME VALUE RELATION BOUND
goal() {
  awk -v n="$1" -v v="$2" -v r="$3" -v b="$4" 'BEGIN {
    good = r == ">=" ? v >= b : v <= b
    printf "%s ratio=%.2f goal%s%.2f %s\n", n, v, r, b, good ? "ok" : "short" }'
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN {print b > 0 ? a / b : 0}'; }

for _ in $(seq "$rounds"); do
  for c in 1 32 256; do run "migrations-$c" migrations "$c"; done
  for c in 1 32; do run "schedule-$c" schedule "$c"; done
  run status-32 status 32
done

for c in 1 32 256; do
  bound=0.60
  [ "$c" = 1 ] && bound=0.50
  goal "G1/$c" "$(ratio "$(median "$work/migrations-$c.realm" rate)" \
    "$(median "$work/migrations-$c.floor" rate)")" ">=" $bound
done
goal "G3/32 (ms of CPU per migration)" "$(median "$work/migrations-32.realm" server_cpu_ms)" "<=" 0.60
goal "G3/256 (ms of CPU per migration)" "$(median "$work/migrations-256.realm" server_cpu_ms)" "<=" 0.40
for c in 1 32; do
  for q in p50 p99; do
    bound=1.30
    [ $q = p99 ] && bound=1.50
    goal "G4/$c $q" "$(ratio "$(median "$work/schedule-$c.realm" $q)" \
      "$(median "$work/schedule-$c.floor" $q)")" "<=" $bound
  done
done
for c in 1 32; do
  goal "G5/$c (dispatch p50 : hook p50)" "$(ratio "$(median "$work/migrations-$c.realm" dispatch_p50)" \
    "$(median "$work/migrations-$c.realm" schedule_p50)")" "<=" 2.00
done
goal "G7 (status rate)" "$(ratio "$(median "$work/status-32.realm" rate)" \
  "$(median "$work/status-32.floor" rate)")" ">=" 0.90

# G10: killed with what the rounds left behind and 10,000 scheduled migrations; until a call is
# answered again.
"$bench/bench_load" "127.0.0.1:$realm_port" schedule 64 3 >> "$work/pending" 2>&1
kill -9 "$realm"
wait "$realm" 2>/dev/null
began=$(date +%s.%N)
start_coordinator
ended=$(date +%s.%N)
goal "G10 (seconds from start to listening, $(median "$work/pending" n) pending)" \
  "$(awk -v a="$began" -v b="$ended" 'BEGIN {print b - a}')" "<=" 0.30

if [ -x "$bench/bench_copy" ]; then
  "$bench/bench_copy" "$rounds" 100000 | tee "$work/copy"
  goal "G11 (filled : COPY pipe)" "$(median "$work/copy" filled_ratio)" ">=" 0.90
  goal "G12 (verified : COPY pipe)" "$(median "$work/copy" verified_ratio)" ">=" 0.70
fi
