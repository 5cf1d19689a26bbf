# Runs one case in one role. Reads what run_case (table.sh) has set: way, count, port, folder, bytes, peer_options, tool_options;
# sets peer_exit and ours_exit. OpenSSL's words are in peer.log, ours in ours.log; payload that came out in peer.out and ours.out.

# start_s_server OPTION...: in the background, listening when this returns; its process is $peer_pid. It has no way to say that it
# listens in few words, so a socket in that state is looked for.
start_s_server() {
    local tries
    cd "$folder" || return
    stdbuf -oL openssl s_server -accept "127.0.0.1:$port" "$@" <&0 & # without "<&0" it would have no input: it runs in the background
    peer_pid=$!
    for ((tries = 0; tries < 1500; tries++)); do
        grep -qE "^ *[0-9]+: 0100007F:$(printf '%04X' "$port") 00000000:0000 0A " /proc/net/tcp && return
        sleep 0.02
    done
    return 1
}

run_server() {
    local input=$folder/open peer=("${peer_options[@]}" -naccept "$count") ours=("${tool_options[@]}")
    case $way in
        # It cannot echo by itself: what it prints is its input.
        echo)
            mkfifo "$folder/echo"
            start_s_server "${peer[@]}" -brief <>"$folder/echo" 2>"$folder/peer.log" > >(tee "$folder/peer.out" >"$folder/echo")
            has --send-file "${ours[@]}" || ours+=(--send "$folder/payload")
            ;;
        lines)
            mkfifo "$folder/echo"
            # Among its own words, whose random base64 begins with whatever letter.
            start_s_server "${peer[@]}" <>"$folder/echo" 2>"$folder/peer.err" > >(tee "$folder/peer.log" | grep -a --line-buffered -Fxf "$folder/payload" >"$folder/echo")
            ours+=(--send "$folder/payload" --repeat "$count")
            ;;
        upload)
            start_s_server "${peer[@]}" -brief <>"$folder/open" 2>"$folder/peer.log" >"$folder/peer.out"
            ours+=(--verbose) input=$folder/payload
            ;;
        download)
            start_s_server "${peer[@]}" -HTTP -http_server_binmode <>"$folder/open" >"$folder/peer.log" 2>&1
            ours+=(--verbose) input=$folder/request
            printf 'GET /payload HTTP/1.0\r\n\r\n' >"$input"
            ;;
        refused)
            start_s_server "${peer[@]}" <>"$folder/open" >"$folder/peer.log" 2>&1
            ours+=(--verbose)
            ;;
        cut)
            mkfifo "$folder/typed"
            start_s_server "${peer[@]}" <>"$folder/typed" >"$folder/peer.log" 2>&1
            ours+=(--verbose)
            (wait_for "$folder/ours.log" '^connected' && cat "$folder/payload" >"$folder/typed" && wait_for "$folder/ours.out" '^x' && kill -KILL "$peer_pid") &
            ;;
    esac
    (bounded "${tool[@]}" connect --tls "127.0.0.1:$port" "${ours[@]}" <>"$input" >"$folder/ours.out" 2>"$folder/ours.log")
    ours_exit=$?
    # shellcheck disable=SC2015
    has --verbose "${ours[@]}" || cat "$folder/ours.out" >>"$folder/ours.log"
    wait_for_end "$peer_pid"
    peer_exit=$?
}

# s_client OPTION...: feeds it the payload, and ends its input when all of it is back.
s_client() {
    {
        cat "$folder/payload"
        wait_for_payload
    } | bounded openssl s_client -connect "127.0.0.1:$port" "$@" >>"$folder/peer.out" 2>>"$folder/peer.log"
}

# wait_for_payload: until what came back is as long, or (in full words) there as a line.
wait_for_payload() {
    local tries
    for ((tries = 0; tries < 1500; tries++)); do
        if [[ $way == echo ]]; then
            (($(stat -c %s "$folder/peer.out") >= bytes)) && return
        elif grep -qaFxf "$folder/payload" "$folder/peer.out"; then
            return
        fi
        sleep 0.02
    done
}

run_client() {
    local ours_pid connections=$count
    local -a peer=("${peer_options[@]}")
    [[ $way == resume || $way == unresumed ]] && connections=2
    : >"$folder/peer.out"
    bounded "${tool[@]}" serve --tls "127.0.0.1:$port" --once "$connections" "${tool_options[@]}" </dev/null >"$folder/ours.log" 2>&1 &
    ours_pid=$!
    wait_for "$folder/ours.log" '^listening'
    case $way in
        echo) (s_client "${peer[@]}" -brief -nocommands) ;;
        # Under TLS 1.3 its handshake is done before it is refused. It has no end of its input, so that it ends by what it reads.
        refused) (bounded openssl s_client -connect "127.0.0.1:$port" "${peer[@]}" -brief -nocommands <>"$folder/open" >>"$folder/peer.out" 2>>"$folder/peer.log") ;;
        lines) (s_client "${peer[@]}" -nocommands) ;;
        resume | unresumed)
            (s_client "${peer[@]}" -nocommands -sess_out "$folder/session")
            mv "$folder/peer.out" "$folder/first.out" && : >"$folder/peer.out"
            (s_client "${peer[@]}" -nocommands -sess_in "$folder/session")
            ;;
        cut)
            # Not bounded: it is this very process that is killed.
            mkfifo "$folder/typed"
            openssl s_client -connect "127.0.0.1:$port" "${peer[@]}" -nocommands <>"$folder/typed" >"$folder/peer.out" 2>"$folder/peer.log" &
            peer_pid=$!
            cat "$folder/payload" >"$folder/typed"
            wait_for_payload
            kill -KILL "$peer_pid"
            wait "$peer_pid"
            ;;
    esac
    peer_exit=$?
    cat "$folder/peer.out" >>"$folder/peer.log"
    wait_for_end "$ours_pid"
    ours_exit=$?
}
