# Runs one case in one role. Reads what run_case (table.sh) has set: port, folder, bytes, size, connections,
# peer_options, tool_options, typed, refused, unfinished; sets peer_exit and ours_exit. The peer prints to peer.log, we to ours.log.

bounded_nss() { export LD_LIBRARY_PATH=$LIBRARIES; bounded "$@"; }

# start_peer server|client OPTION...: nss_peer in the background; its process is $peer_pid.
start_peer() {
    bounded_nss stdbuf -oL "$PEER" "$1" "$port" "sql:$DATABASE" "${@:2}" </dev/null >"$folder/peer.log" 2>&1 &
    peer_pid=$!
}

# tstclnt server|client OPTION...: NSS's own tool. It spins, and never closes, when its input ends: so its input is
# kept open and it is stopped by the time limit or by us.
tstclnt() { bounded_nss tstclnt -P "$1" -h 127.0.0.1 -p "$port" -d "sql:$DATABASE" -V tls1.3:tls1.3 "${@:2}"; }

# It cannot echo by itself: what it prints is its input.
start_tstclnt_server() {
    local tries
    mkfifo "$folder/echo"
    tstclnt server -n server "$@" 0<>"$folder/echo" 2>"$folder/peer.err" > >(tee "$folder/peer.log" >"$folder/echo") &
    peer_pid=$!

    # It has no way to say that it listens, so a socket that is bound there is looked for.
    for ((tries = 0; tries < 1500; tries++)); do
        grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$port") " /proc/net/udp /proc/net/udp6 2>/dev/null && return
        sleep 0.02
    done
    return 1
}

# Sends the payload, waits until it has printed the echo, and is stopped.
run_tstclnt_client() {
    mkfifo "$folder/echo"
    tstclnt client -a localhost "$@" <>"$folder/echo" >"$folder/peer.log" 2>&1 &
    peer_pid=$!
    cat "$folder/payload" >"$folder/echo"
    wait_for "$folder/peer.log" "$(<"$folder/payload")"
    kill "$peer_pid" 2>/dev/null
}

# We connect, NSS serves and echoes. (nss_peer's idle limit counts wake-ups of 2 to 100 ms, hence the large number.)
run_server() {
    local -a ours=(connect "127.0.0.1:$port" --send "$folder/payload" --export EXPORTER-anchor:16)
    has --ca "${tool_options[@]}" || has --psk "${tool_options[@]}" || ours+=(--ca "$PKI/ca.pem")
    has --name "${tool_options[@]}" || ours+=(--name localhost)

    if [[ ${peer_options[0]:-} == tstclnt ]]; then
        start_tstclnt_server "${peer_options[@]:1}"
    else
        start_peer server idle=100000 "${peer_options[@]}"
        wait_for "$folder/peer.log" '^listening'
    fi
    (bounded "${tool[@]}" "${ours[@]}" "${tool_options[@]}" <>"$folder/input" >"$folder/ours.log" 2>&1)
    ours_exit=$?
    [[ -z $unfinished || -n $refused ]] || kill "$peer_pid" 2>/dev/null
    wait_for_end "$peer_pid"
    peer_exit=$?
}

# NSS connects, sends and checks each echo; we serve.
run_client() {
    local ours_pid
    local -a ours=(serve --dtls "127.0.0.1:$port" --export EXPORTER-anchor:16)
    [[ -n $unfinished ]] || ours+=(--once "$connections")
    has --cert "${tool_options[@]}" || ours+=(--cert "$PKI/server.pem" --key "$PKI/server.key")

    bounded "${tool[@]}" "${ours[@]}" "${tool_options[@]}" <>"$folder/input" >"$folder/ours.log" 2>&1 &
    ours_pid=$!
    wait_for "$folder/ours.log" '^listening'
    if [[ ${peer_options[0]:-} == tstclnt ]]; then
        run_tstclnt_client "${peer_options[@]:1}"
    else
        start_peer client "size=$size" "reps=$((bytes / size))" "${peer_options[@]}"
    fi
    if [[ -n $typed ]]; then
        wait_for "$folder/peer.log" '^echo' && echo "$typed" >"$folder/input"
    fi
    wait "$peer_pid"
    peer_exit=$?
    [[ -z $unfinished ]] || kill "$ours_pid" 2>/dev/null
    wait_for_end "$ours_pid"
    ours_exit=$?
}
