# Starts and stops what is measured, on free ports below $work.

pids=()
stop_all() {
  for pid in "${pids[@]}"; do kill -9 "$pid" 2>/dev/null; done
  wait 2>/dev/null
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

await_port() {
  for _ in $(seq 2000); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
    sleep 0.02
  done
  echo "nothing listens on port $1: $(cat "$work"/*.log | tail -3)" >&2
  exit 2
}

# start_reference: sets reference_port and reference_pid.
start_reference() {
  reference_port=$(free_port)
  "$bench/bench_floor" "127.0.0.1:$reference_port" "$work/reference" 2>"$work/reference.log" &
  reference_pid=$!
  pids+=("$reference_pid")
  await_port "$reference_port"
}

# start_ours STORE [WRAPPER...]: a coordinator on store STORE; sets ours_port and ours_pid.
start_ours() {
  local store=$1
  shift
  ours_port=${ours_port:-$(free_port)}
  cat >"$work/coordinator.yaml" <<YAML
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
listen: {grpc: "127.0.0.1:$ours_port", health: "127.0.0.1:$(free_port)"}
ticket_key_file: $work/ticket.pem
edge: {secret_key_file: $work/key, cache_folder: $work/cache}
YAML
  "$@" "$bin/realm-coordinator" --config="$work/coordinator.yaml" --store="rocksdb:$work/$store" \
    --insecure 2>>"$work/coordinator.log" &
  ours_pid=$!
  pids+=("$ours_pid")
}

stop_ours() {
  kill "$@" "$ours_pid" 2>/dev/null
  wait "$ours_pid" 2>/dev/null
}

# load SIDE ARGUMENTS...: bench_load against ours or the reference.
load() {
  local side=$1
  shift
  if [ "$side" = ours ]; then
    "$bench/bench_load" --address="127.0.0.1:$ours_port" --pid="$ours_pid" "$@"
  else
    "$bench/bench_load" --address="127.0.0.1:$reference_port" --pid="$reference_pid" --reference "$@"
  fi
}

resident_kib() { awk '/^VmRSS/ {print $2}' "/proc/$1/status"; }
