# Judges a finished case: what OpenSSL printed is the proof, our exit code and our own lines must agree with it.

# judge: prints what is wrong with the case, or nothing.
judge() {
    local missing
    missing=$(says "$folder/peer.log" "$peer_says")
    [[ -z $missing ]] || { echo "OpenSSL did not print '$missing'"; return; }
    missing=$(says "$folder/ours.log" "$tool_says")
    [[ -z $missing ]] || { echo "we did not print '$missing'"; return; }
    case $role/$way in
        server/refused | server/cut)
            [[ $ours_exit == 1 ]] || { echo "we ended with $ours_exit, not with 1"; return; }
            [[ $(grep -c '^sockets: ' "$folder/ours.log") == 1 ]] || { echo 'we did not say why in one line'; return; }
            [[ $way == refused ]] || cmp -s "$folder/payload" "$folder/ours.out" || echo 'we lost what came before the cut'
            return
            ;;
        client/refused)
            [[ $peer_exit != 0 ]] || { echo 's_client ended with 0 though refused'; return; }
            ! grep -q 'bytes=[1-9]' "$folder/ours.log" || echo 'data came though the handshake failed'
            return
            ;;
        client/cut) return ;; # our line says that it was a cut, and after how many bytes
    esac
    [[ $ours_exit == 0 ]] || { echo "we ended with $ours_exit"; return; }
    [[ $peer_exit == 0 ]] || { echo "OpenSSL ended with $peer_exit"; return; }
    case $role/$way in
        server/echo) cmp -s "$folder/payload" "$folder/peer.out" || echo 'what OpenSSL printed is not what we sent' ;;
        server/lines) [[ $(grep -c 'identical$' "$folder/ours.log") == "$count" ]] || echo "not $count times identical" ;;
        server/upload) same_checksum "$folder/peer.out" ;;
        server/download) same_checksum "$folder/ours.out" ;;
        client/echo) same_checksum "$folder/peer.out" && ends_well 1 ;;
        client/lines) grep -qaFxf "$folder/payload" "$folder/peer.out" || echo 's_client did not print its line'; ends_well "$count" ;;
        client/resume | client/unresumed) ends_well 2 ;;
    esac
}

# same_checksum FILE: as the payload's.
same_checksum() {
    [[ $(sha256sum <"$1") == "$(sha256sum <"$folder/payload")" ]] || { echo "$(basename "$1") has another checksum than the payload"; return 1; }
}

# ends_well N: so many connections ended with close_notify, and none otherwise.
ends_well() {
    [[ $(grep -c '^closed .*reason=end$' "$folder/ours.log") == "$1" && $(grep -cE '^(closed|failed) ' "$folder/ours.log") == "$1" ]] ||
        echo "not $1 connections with a good end"
}
