# Runs a line of cases.txt, and prints a line for it.

first_port=${INTEROP_PORT:-24700}

# run_case NUMBER LINE: in a shell of its own. ("\|" in a column is a bar of a regular expression.)
run_case() {
    local role name way bytes peer_column tool_column peer_says tool_says verdict count=1 peer_exit=- ours_exit=- peer_pid
    local -a peer_options tool_options
    IFS='|' read -r role name way bytes peer_column tool_column peer_says tool_says <<<"${2//\\|/$'\x01'}"
    role=$(trim "$role") name=$(trim "$name") way=$(trim "$way") bytes=$(trim "$bytes")
    peer_says=$(trim "${peer_says//$'\x01'/|}") tool_says=$(trim "${tool_says//$'\x01'/|}")
    [[ $way == *' '* ]] && count=${way%% *} way=${way##* }
    local folder port=$((first_port + $1))
    folder=$LOGS/$(printf '%02d' "$1")-$role-${name//[^A-Za-z0-9]/-}
    mkdir -p "$folder" && mkfifo "$folder/open"
    case $way in
        lines | resume | unresumed | cut) { printf x; base64 -w 0 /dev/urandom | tr -dc 'a-z' | head -c $((bytes - 2)); echo; } >"$folder/payload" ;;
        *) head -c "$bytes" /dev/urandom >"$folder/payload" ;;
    esac
    read -ra peer_options <<<"${peer_column//\{pki\}/$PKI}"
    tool_column=${tool_column//\{payload\}/$folder/payload}
    read -ra tool_options <<<"${tool_column//\{pki\}/$PKI}"
    add_defaults

    "run_$role"
    verdict=$(judge)
    if [[ -z $verdict ]]; then
        echo "ok   openssl $role  $name" | tee "$folder/result"
    else
        echo "FAIL openssl $role  $name: $verdict (log: $folder)" | tee "$folder/result"
    fi
    rm -f "$folder"/{payload,peer.out,ours.out,first.out}
}

# add_defaults: what most cases have in common.
add_defaults() {
    has -CAfile "${peer_options[@]}" || peer_options+=(-CAfile "$PKI/ca.pem")
    if [[ $role == server ]]; then
        has -cert "${peer_options[@]}" || peer_options+=(-cert "$PKI/server.pem" -key "$PKI/server.key")
        has --ca "${tool_options[@]}" || tool_options+=(--ca "$PKI/ca.pem")
        has --name "${tool_options[@]}" || tool_options+=(--name localhost)
    else
        peer_options+=(-verify_return_error)
        has -servername "${peer_options[@]}" || has -noservername "${peer_options[@]}" || peer_options+=(-servername localhost)
        has --cert "${tool_options[@]}" || tool_options+=(--cert "$PKI/server.pem" --key "$PKI/server.key")
    fi
}
