#!/usr/bin/env bash
# Builds and tests the four combinations of SocketsTls and SocketsDtls, each in an output folder of its own.
#   build/matrix.sh [CELL…]     tls+dtls (the default build), tls, dtls, plain; without arguments all four
# A cell passes when it builds without a warning, when of its tests none fails (and, with SOCKETS_VECTORS, none is skipped),
# and when its tool runs. Prints a table and ends with "N passed, N failed", counting cells; non-zero when one failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# The engine is the same in every cell that has it: the seeds of the simulation are all run in the default build's tests.
export SOCKETS_SEEDS=${SOCKETS_SEEDS:-50}
logs=$PWD/artifacts/matrix
rm -rf "$logs"
mkdir -p "$logs"

cells=("$@")
((${#cells[@]} > 0)) || cells=(tls+dtls tls dtls plain)
passed=0 failed=0
rows=()

# sum FOLDER ATTRIBUTE: over the counters of all result files.
sum() {
    cat "$1"/*.trx 2>/dev/null | grep -o '<Counters [^>]*' | grep -o " $2=\"[0-9]*\"" | grep -o '[0-9]*' | awk '{ total += $1 } END { print total + 0 }'
}

# skipped FOLDER: tests that say why they were skipped. Those that say nothing are explicit: another test runs them.
skipped() {
    cat "$1"/*.trx 2>/dev/null | grep 'outcome="NotExecuted"' | grep -vc '/>'
}

run_cell() {
    local cell=$1 tls dtls
    case $cell in
        tls+dtls) tls=true dtls=true ;;
        tls) tls=true dtls=false ;;
        dtls) tls=false dtls=true ;;
        plain) tls=false dtls=false ;;
        *) echo "matrix: no such cell: $cell (tls+dtls, tls, dtls, plain)" >&2; return 2 ;;
    esac
    local flags=(-c Release "-p:SocketsTls=$tls" "-p:SocketsDtls=$dtls") log=$logs/$cell.log results=$logs/$cell
    local started=$SECONDS build=ok tests=ok tool=ok
    dotnet build Sockets.sln "${flags[@]}" >"$log" 2>&1 && grep -q '^ *0 Warning(s)' "$log" || build=FAILED
    if [[ $build == ok ]]; then
        VSTestLogger=trx VSTestResultsDirectory=$results dotnet test Sockets.sln "${flags[@]}" --no-build >>"$log" 2>&1 || tests=FAILED
        dotnet run --project src/Sockets.Tool "${flags[@]}" --no-build -- --help >>"$log" 2>&1 || tool=FAILED
    else
        tests=- tool=-
    fi
    local executed good missed
    executed=$(sum "$results" executed) good=$(sum "$results" passed) missed=$(skipped "$results")
    [[ $tests != ok || -z ${SOCKETS_VECTORS:-} ]] || ((missed == 0)) || tests=SKIPPED
    [[ $tests == - ]] || ((good == executed && executed > 0)) || tests=FAILED
    rows+=("$(printf '%-9s %-6s %-7s %-7s %6d %6d %7d %6ds' "$cell" "$build" "$tests" "$tool" "$good" $((executed - good)) "$missed" $((SECONDS - started)))")
    if [[ $build$tests$tool == okokok ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "== $cell failed; from $log:"
        grep -E 'error|warning|\[FAIL\]|Failed!|^ *Skipped ' "$log" | sort -u | tail -n 40
    fi
    return 0
}

for cell in "${cells[@]}"; do
    run_cell "$cell" || exit 2
done

printf '%-9s %-6s %-7s %-7s %6s %6s %7s %7s\n' cell build tests tool passed failed skipped time
printf '%s\n' "${rows[@]}"
echo "$passed passed, $failed failed"
((failed == 0))
