# Reads cases.txt, runs its cases a few at a time, prints a line for each and the total.

first_port=${INTEROP_PORT:-24400}
jobs_at_a_time=${INTEROP_JOBS:-2}
long_psk=$(printf '%064d:%0300d' 1 2)

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

# run_case NUMBER LINE: one line of the table, in a shell of its own.
run_case() {
    local role name bytes peer_column tool_column peer_says tool_says typed='' verdict
    local -a peer_options tool_options
    IFS='|' read -r role name bytes peer_column tool_column peer_says tool_says <<<"$2"
    role=$(trim "$role") name=$(trim "$name") bytes=$(trim "$bytes") peer_says=$(trim "$peer_says") tool_says=$(trim "$tool_says")
    read -ra peer_options <<<"${peer_column//\{long-psk\}/$long_psk}"
    [[ $tool_column == *'< '* ]] && typed=$(trim "${tool_column#*< }")
    read -ra tool_options <<<"${tool_column%%< *}"
    tool_options=("${tool_options[@]//\{pki\}/$PKI}")

    local port=$((first_port + $1)) refused='' unfinished='' size connections peer_exit=- ours_exit=- peer_pid
    local folder
    folder=$LOGS/$(printf '%02d' "$1")-$role-${name//[^A-Za-z0-9]/-}
    [[ $bytes == refused ]] && refused=yes bytes=1000
    # Here nobody sends a close_notify, so the server has to be stopped.
    [[ -n $refused || ${peer_options[0]:-} == tstclnt ]] && unfinished=yes
    size=$(value_of size 1000 "${peer_options[@]}")
    connections=$(value_of n 1 "${peer_options[@]}")
    mkdir -p "$folder" && mkfifo "$folder/input"
    base64 -w 0 /dev/urandom | tr -d '+/' | head -c "$bytes" >"$folder/payload"

    "run_$role"
    verdict=$(judge)
    if [[ -z $verdict ]]; then
        echo "ok   nss $role  $name" | tee "$folder/result"
    else
        echo "FAIL nss $role  $name: $verdict (log: $folder)" | tee "$folder/result"
    fi
}

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

print_total() {
    local passed failed
    passed=$(cat "$LOGS"/*/result | grep -c '^ok')
    failed=$(cat "$LOGS"/*/result | grep -c '^FAIL')
    echo "$passed passed, $failed failed"
    ((failed == 0 && passed > 0))
}
