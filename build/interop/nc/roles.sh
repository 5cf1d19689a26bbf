# Runs one case in one role. Reads what run_case (table.sh) has set: way, folder, peer_options, tool_options; sets peer_exit
# and ours_exit. What came out of nc is peer.out, what came out of us is ours.out; lines of ours are in ours.log.

# start_nc OPTION...: as a server, listening when this returns; its process is $peer_pid.
start_nc() {
    bounded nc -v "$@" <&0 2>"$folder/peer.log" & # without "<&0" it would have no input: it runs in the background
    peer_pid=$!
    wait_for "$folder/peer.log" '^(Listening|Bound) on'
}

# We connect, nc serves.
run_server() {
    local input=/dev/null
    case $way in
        upload)
            start_nc "${peer_options[@]}" </dev/null >"$folder/peer.out"
            input=$folder/payload
            ;;
        download)
            start_nc "${peer_options[@]}" <"$folder/payload" >"$folder/peer.out"
            input=$folder/open # nc drops what it still has to send when a client half-closes
            ;;
        echo) # it cannot echo by itself: what it prints is its input
            mkfifo "$folder/echo"
            start_nc "${peer_options[@]}" <>"$folder/echo" > >(tee "$folder/peer.out" >"$folder/echo")
            ;;
    esac
    (bounded "${tool[@]}" connect "${tool_options[@]}" <>"$input" >"$folder/ours.out" 2>"$folder/ours.log")
    ours_exit=$?
    if has -u "${peer_options[@]}"; then
        kill "$peer_pid" # UDP has no end
        wait "$peer_pid"
        peer_exit=0
    else
        wait_for_end "$peer_pid"
        peer_exit=$?
    fi
    [[ $way != echo ]] || cat "$folder/ours.out" >>"$folder/ours.log"
}

# nc connects, sends and reads the echo; we serve.
run_client() {
    local ours_pid
    bounded "${tool[@]}" serve --once 1 "${tool_options[@]}" </dev/null >"$folder/ours.log" 2>&1 &
    ours_pid=$!
    wait_for "$folder/ours.log" '^listening'
    : >"$folder/header"
    if has --proxy-from "${tool_options[@]}"; then
        printf 'PROXY TCP4 192.0.2.7 192.0.2.8 56324 443\r\n' >"$folder/header"
    fi
    cat "$folder/header" "$folder/payload" | (bounded nc "${peer_options[@]}" >"$folder/peer.out" 2>"$folder/peer.log")
    peer_exit=$?
    wait_for_end "$ours_pid"
    ours_exit=$?
}

# judge: prints what is wrong with the case, or nothing.
judge() {
    local missing
    missing=$(says "$folder/ours.log" "$tool_says")
    [[ -z $missing ]] || { echo "we did not print '$missing'"; return; }
    [[ $ours_exit == 0 ]] || { echo "we ended with $ours_exit"; return; }
    [[ $peer_exit == 0 ]] || { echo "nc ended with $peer_exit"; return; }
    case $role/$way in
        server/download) cmp -s "$folder/payload" "$folder/ours.out" || echo 'what we printed is not what nc sent' ;;
        server/echo) [[ -s $folder/peer.out ]] || echo 'nc got nothing' ;;
        *) cmp -s "$folder/payload" "$folder/peer.out" || echo 'what nc printed is not what was sent' ;;
    esac
}
