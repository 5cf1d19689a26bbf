# Judges a finished case: what NSS printed is the proof, our exit code and our own lines must agree with it.

# moved: the bytes of application data that NSS says it has received. It reads so many messages from us, and early data is no such
# message, unless our answer to its ClientHello was faster than its next line: what it wrote then is ordinary data, comes back, and is read
# in the place of one.
moved() {
    awk -v size="$size" '/^echo [0-9]+ bytes: early-data-from-nss/ { sum += size; next } /^(recv|echo) [0-9]/ { sum += $2 } END { print sum + 0 }' "$folder/peer.log"
}

exporters() { grep -E '^exporter [0-9a-f]+$' "$1" | sort; }

# judge: prints what is wrong with the case, or nothing.
judge() {
    local missing
    missing=$(says "$folder/peer.log" "$peer_says")
    [[ -z $missing ]] || { echo "NSS did not print '$missing'$(last_failure)"; return; }
    missing=$(says "$folder/ours.log" "$tool_says")
    [[ -z $missing ]] || { echo "we did not print '$missing'"; return; }
    if [[ -n $refused ]]; then
        [[ $role == client || $ours_exit != 0 ]] || echo 'we ended with 0 though refused'
        return
    fi
    [[ $role == client && -n $unfinished || $ours_exit == 0 ]] || { echo "we ended with $ours_exit$(last_failure)"; return; }
    if [[ ${peer_options[0]:-} == tstclnt ]]; then
        grep -qFf "$folder/payload" "$folder/peer.log" || echo 'tstclnt did not print the payload'
        return
    fi
    judge_peer
}

# judge_peer: what every completed case with nss_peer has in common.
judge_peer() {
    local expected=$bytes received
    [[ $role == client ]] && expected=$((bytes / size * size * connections))
    received=$(moved)
    [[ $peer_exit == 0 ]] || { echo "NSS ended with $peer_exit$(last_failure)"; return; }
    # What we had to send twice (DTLS loses datagrams) NSS may have received twice.
    grep -q 'datagrams resent' "$folder/ours.log" && ((received > expected)) && received=$expected
    [[ $received == "$expected" ]] || { echo "NSS received $received of $expected bytes"; return; }
    [[ $role == client ]] || grep -q '^peer closed' "$folder/peer.log" || { echo 'NSS saw no close_notify'; return; }
    [[ -n $(exporters "$folder/peer.log") ]] || { echo 'NSS printed no exporter'; return; }
    [[ $(exporters "$folder/peer.log") == "$(exporters "$folder/ours.log")" ]] || echo 'the exporters differ'
}

# last_failure: NSS's own words about what went wrong, if it had any.
last_failure() {
    local line
    line=$(grep -E '^(FAIL|read end|no echo)|tstclnt: ' "$folder/peer.log" | tail -1)
    [[ -z $line ]] || echo " [NSS: $line]"
}
