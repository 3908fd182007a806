#!/bin/bash
# Runs what shares memory between threads under ThreadSanitizer: common, engine and dispatch, agent,
# jobs, and the core as they use it.
#
#   tests/tsan/run.sh BUILD_FOLDER TEST_PROGRAM...
#
# ThreadSanitizer has to see how absl::Mutex orders things, and Debian's Abseil is not built for it:
# so the same version, with Debian's patches, is built once a machine and put before it at run time
# (same names, nothing is linked anew). It stays in the user's cache folder. What else is not
# instrumented (RocksDB, protobuf) is told apart by the option below. No report is suppressed by
# name: such a pattern would match any frame, ours among them. Two small programs show that the
# set-up is neither blind nor wrong: one with a race, which must be reported, and the same one with
# a lock, which must not.
#
# gRPC is not part of this: its queues without locks need a gRPC built the same way, fourteen
# minutes of processor time.
set -euo pipefail
cd "$(dirname "$0")/../.."

build=${1:?the folder of the build with REALM_SANITIZE=thread}
shift
version=$(dpkg-query -W -f='${source:Version}' libabsl-dev)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/realmshift/abseil-tsan-$version

build_abseil() {
  [ ! -f "$cache/built" ] || return 0
  echo "building Abseil $version for ThreadSanitizer into $cache (once)" >&2
  rm -rf "$cache"
  mkdir -p "$cache/lists/partial"
  local apt=(-q -o Dir::Etc::sourcelist="$cache/sources" -o Dir::Etc::sourceparts=-
    -o Dir::State::lists="$cache/lists")
  echo 'deb-src http://deb.debian.org/debian bookworm main
deb-src http://deb.debian.org/debian-security bookworm-security main' >"$cache/sources"
  (
    # One chain: a shell does not stop at an error inside a tested command.
    cd "$cache" && apt-get "${apt[@]}" update && apt-get "${apt[@]}" source "abseil=$version" &&
      cmake -G Ninja -S "$(find . -maxdepth 1 -type d -name 'abseil-*')" -B build \
        -DBUILD_SHARED_LIBS=ON -DCMAKE_CXX_STANDARD=17 \
        -DCMAKE_CXX_FLAGS="-fsanitize=thread -O1 -g1 -w" &&
      ninja -C build synchronization status statusor hash raw_hash_set &&
      mkdir lib && find build -name 'libabsl_*.so*' -exec cp -P -t lib {} + &&
      rm -rf build abseil* lists && touch built
  ) >"$cache/log" 2>&1 || { tail -n 20 "$cache/log" >&2; return 1; }
}

# under_tsan PROGRAM ARGUMENTS...
under_tsan() {
  LD_LIBRARY_PATH=$cache/lib TSAN_OPTIONS=ignore_noninstrumented_modules=1 "$@"
}

failed=0
# check NAME COMMAND...: one line; what the command said only if it fails.
check() {
  local name=$1 began=$SECONDS log=$build/$1.tsan.log
  shift
  if "$@" >"$log" 2>&1; then
    printf 'ok    %-28s %4ss\n' "$name" "$((SECONDS - began))"
  else
    failed=1
    printf 'WRONG %-28s %s\n' "$name" "$log"
    tail -n 60 "$log"
  fi
}

reports_the_race() {
  local status=0
  under_tsan "$build/tests/tsan_canary" race || status=$?
  [ "$status" -eq 66 ]  # ThreadSanitizer's own.
}

build_abseil
check race-is-reported reports_the_race
check lock-is-understood under_tsan "$build/tests/tsan_canary" lock
for program in "$@"; do
  check "$program" under_tsan "$build/tests/$program"
done
exit "$failed"
