#!/usr/bin/env bash
# Real processes under kills, stops, cuts and restarts, for as long as it is told:
#
#   ./dev chaos --minutes=10 --seed=7
#
# Ends by itself; the last lines are its figures and whether the ledger agrees. Exit code 0 if so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
ninja -C build realm-chaos >/dev/null
export REALM_SOURCE_DIR=$PWD REALM_BIN_DIR=${REALM_BIN_DIR:-$PWD/build/bin}
# "--minutes 10" and "--minutes=10" are the same.
exec build/tests/realm-chaos "$@"
