# Steps of every peer: packages, the tool under test, waiting, reading tables, the total.

time_limit=40
jobs_at_a_time=${INTEROP_JOBS:-2}

# missing_packages PACKAGE...: those that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == *' installed' ]] || echo "$package"
    done
}

# install_packages PACKAGE...: by apt, what is missing.
install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null || fail "${missing[*]} missing, and this is not a Debian machine (no apt-get)"
    [[ $(id -u) == 0 ]] || fail "installing ${missing[*]} needs root"
    attempt apt.log "apt-get could not install ${missing[*]}" apt_install "${missing[@]}"
}

apt_install() { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; }

# bounded COMMAND...: in place of the current (sub)shell, so that killing that process ends the command.
bounded() { exec timeout --kill-after=2 "$time_limit" "$@"; }

# wait_for FILE PATTERN: until a line of FILE matches, for half a minute at most.
wait_for() {
    local tries
    for ((tries = 0; tries < 1500; tries++)); do
        grep -qE -- "$2" "$1" 2>/dev/null && return
        sleep 0.02
    done
    return 1
}

# wait_for_end PID: its exit code; after half a minute it is killed (PID is a job of this shell).
wait_for_end() {
    local tries
    for ((tries = 0; tries < 600; tries++)); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.05
    done
    kill "$1" 2>/dev/null
    wait "$1"
}

# has WORD WORDS...: is WORD one of the WORDS?
has() {
    local word
    for word in "${@:2}"; do [[ $word == "$1" ]] && return; done
    return 1
}

# The command under test: $SOCKETS_TOOL, or the tool of this project, built.
prepare_tool() {
    local project=$ROOT/src/Sockets.Tool
    read -ra tool <<<"${SOCKETS_TOOL:-}"
    ((${#tool[@]})) && return
    command -v dotnet >/dev/null || fail 'the .NET SDK is missing (no dotnet)'
    attempt build.log 'src/Sockets.Tool does not build' dotnet build "$project" -c Release --nologo -v quiet
    tool=(dotnet "$project/bin/Release/net10.0/Sockets.Tool.dll")
}

trim() { local text=$1; text=${text#"${text%%[![:space:]]*}"}; echo "${text%"${text##*[![:space:]]}"}"; }

# value_of NAME DEFAULT WORD...: N of the word NAME=N.
value_of() {
    local word value=$2
    for word in "${@:3}"; do [[ $word == "$1="* ]] && value=${word#*=}; done
    echo "$value"
}

# run_table FILE: gives each line that is a case, and its number, to the peer's run_case, a few at a time.
run_table() {
    local line number=0 selected=${INTEROP_CASES:-.}
    while IFS= read -r line; do
        [[ $line =~ ^(server|client) ]] || continue
        ((number++))
        [[ $(tr -s ' |' ' ' <<<"${line%%|*}${line#*|}") =~ $selected ]] || continue
        while (($(jobs -rp | wc -l) >= jobs_at_a_time)); do wait -n; done
        run_case "$number" "$line" 2>>"$LOGS/shell.log" &
    done <"$1"
    wait
}

# print_total: what the cases left in their folders.
print_total() {
    local passed failed
    passed=$(cat "$LOGS"/*/result | grep -c '^ok')
    failed=$(cat "$LOGS"/*/result | grep -c '^FAIL')
    echo "$passed passed, $failed failed"
    ((failed == 0 && passed > 0))
}

# says FILE PATTERNS: every one of the patterns (extended regular expressions, "&&" between them) matches a line.
# Prints the first that does not.
says() {
    local rest=$2 pattern
    while [[ -n $rest ]]; do
        pattern=$(trim "${rest%%&&*}")
        grep -qE -- "$pattern" "$1" || { echo "$pattern"; return; }
        [[ $rest == *'&&'* ]] && rest=${rest#*&&} || rest=''
    done
}
