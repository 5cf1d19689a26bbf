# Reads cases.txt, runs its cases a few at a time, prints a line for each and the total.

first_port=${INTEROP_PORT:-24400}
psk=$(printf '%064d:device' 1)
long_psk=$(printf '%064d:%0300d' 1 2)

# has_hybrid: does our tool have the hybrid group here? Where the platform lacks ML-KEM the group is refused at once.
has_hybrid() {
    local answer
    answer=$(timeout 5 "${tool[@]}" connect 127.0.0.1:9 --dtls --group x25519mlkem768 </dev/null 2>&1)
    [[ $answer != *lacks* ]]
}

# select_cases FILE: without the cases that need the hybrid group where there is none: they are no cases there.
select_cases() {
    if has_hybrid; then
        sed 's/^hybrid //' "$1"
    else
        cat "$1"
    fi
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
    peer_options=("${peer_options[@]//\{psk\}/$psk}")
    tool_options=("${tool_options[@]//\{psk\}/$psk}")
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

