# Runs a line of cases.txt, and prints a line for it.

first_port=${INTEROP_PORT:-24600}

# run_case NUMBER LINE: in a shell of its own.
run_case() {
    local role name way bytes peer_column tool_column tool_says verdict peer_exit=- ours_exit=- peer_pid
    local -a peer_options tool_options
    IFS='|' read -r role name way bytes peer_column tool_column tool_says <<<"$2"
    role=$(trim "$role") name=$(trim "$name") way=$(trim "$way") bytes=$(trim "$bytes")
    local folder port=$((first_port + $1))
    folder=$LOGS/$(printf '%02d' "$1")-$role-${name//[^A-Za-z0-9]/-}
    mkdir -p "$folder" && mkfifo "$folder/open"
    head -c "$bytes" /dev/urandom >"$folder/payload"
    peer_column=${peer_column//\{port\}/$port} tool_column=${tool_column//\{port\}/$port}
    # A path of a Unix socket has some hundred bytes at most: relative ones are short.
    cd "$folder" || return
    peer_column=${peer_column//\{socket\}/socket} tool_column=${tool_column//\{socket\}/socket}
    read -ra peer_options <<<"$peer_column"
    read -ra tool_options <<<"${tool_column//\{payload\}/$folder/payload}"

    "run_$role"
    verdict=$(judge)
    if [[ -z $verdict ]]; then
        echo "ok   nc $role  $name" | tee "$folder/result"
    else
        echo "FAIL nc $role  $name: $verdict (log: $folder)" | tee "$folder/result"
    fi
    rm -f "$folder/payload" "$folder/peer.out" "$folder/ours.out"
}
