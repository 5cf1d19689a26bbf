#!/usr/bin/env bash
# Runs the interop cases against one foreign peer: build/interop/run.sh PEER
# Each peer is a folder beside this file with a main.sh; what it downloads, builds and logs goes to artifacts/interop/PEER.
#
#   SOCKETS_INTEROP   folder with the peers' sources and recipes (default: ../shared/interop beside the project)
#   SOCKETS_TOOL      command to test instead of the built src/Sockets.Tool
#   INTEROP_CASES     only cases whose "role name" matches this regular expression
#   INTEROP_JOBS      cases run at a time (default 2)

set -u
set -o pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PEERS=$ROOT/build/interop

# fail MESSAGE: one clear line, and the end.
fail() {
    echo "interop: $1" >&2
    exit 2
}

# attempt LOG MESSAGE COMMAND...: runs a step of the set-up with its output in $OUTPUT/LOG.
attempt() {
    local log=$OUTPUT/$1 message=$2
    shift 2
    "$@" >"$log" 2>&1
    # Not "|| fail" above: that would switch off "set -e" inside the step.
    # shellcheck disable=SC2181
    (($? == 0)) || fail "$message (log: $log)"
}

peer=${1:-}
[[ -n $peer && -f $PEERS/$peer/main.sh ]] || fail "usage: build/interop/run.sh PEER, with PEER one of: $(cd "$PEERS" && dirname -- */main.sh | xargs)"

SOCKETS_INTEROP=${SOCKETS_INTEROP:-$ROOT/../shared/interop}
OUTPUT=$ROOT/artifacts/interop/$peer
mkdir -p "$OUTPUT" || fail "$OUTPUT cannot be written"
# shellcheck source=steps.sh
source "$PEERS/steps.sh"
# shellcheck source=/dev/null
source "$PEERS/$peer/main.sh"
