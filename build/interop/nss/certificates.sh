# Certificates for the NSS cases, made with openssl, and the NSS databases that hold them.
#
#   ca         P-256 root, trusted by both sides
#   server     P-256 leaf for localhost and 127.0.0.1          (nickname "server")
#   client     P-256 leaf, CN=client                           (nickname "client")
#   bigserver  RSA-4096 leaf under two RSA-4096 intermediates  (nickname "bigserver"): about 4.5 KB on the wire
#   bigclient  the same for a client                           (nickname "bigclient")
#   stranger   P-256 leaf for localhost under a root that nobody trusts
#
# NAME.pem holds the leaf and its intermediates, NAME.key the key; the root is ca.pem.

# new_leaf NAME ISSUER serverAuth|clientAuth [CHAIN_FILE...]: NAME is also the subject: NSS gives certificates of one
# subject one nickname, and its verifier wants keyEncipherment from a server's RSA key even in TLS 1.3.
new_leaf() {
    local name=$1 issuer=$2 usage=$3 names='DNS:localhost,IP:127.0.0.1'
    shift 3
    [[ $usage == clientAuth ]] && names="DNS:$name"
    new_certificate "$name" "/CN=$name" "$issuer" 'basicConstraints=critical,CA:FALSE' \
        'keyUsage=critical,digitalSignature,keyEncipherment' "extendedKeyUsage=$usage" "subjectAltName=$names"
    cat "$name.crt" "$@" >"$name.pem"
}

new_intermediate() {
    new_certificate "$1" "/CN=Interop intermediate $1" "$2" 'basicConstraints=critical,CA:TRUE' \
        'keyUsage=critical,keyCertSign,cRLSign'
}

make_certificates() (
    set -e
    rm -rf "$PKI" && mkdir -p "$PKI" && cd "$PKI"
    new_rsa_key upper & new_rsa_key lower & new_rsa_key bigserver &
    for name in ca other server client stranger; do new_ec_key "$name"; done
    new_root ca '/CN=Interop CA'
    new_root other '/CN=Unknown CA'
    new_leaf server ca serverAuth
    new_leaf client ca clientAuth
    new_leaf stranger other serverAuth
    wait
    cp bigserver.key bigclient.key
    new_intermediate upper ca
    new_intermediate lower upper
    new_leaf bigserver lower serverAuth lower.crt upper.crt
    new_leaf bigclient lower clientAuth lower.crt upper.crt
)

# import_key_pair NAME: a certificate with its key into the NSS database.
import_key_pair() {
    local name=$1
    openssl pkcs12 -export -inkey "$PKI/$name.key" -in "$PKI/$name.crt" -name "$name" \
        -passout pass:interop -out "$PKI/$name.p12"
    nss pk12util -i "$PKI/$name.p12" -d "sql:$DATABASE" -W interop -K ''
}

make_database() (
    set -e
    rm -rf "$DATABASE" && mkdir -p "$DATABASE"
    nss certutil -N -d "sql:$DATABASE" --empty-password
    nss certutil -A -d "sql:$DATABASE" -n ca -t 'CT,C,C' -i "$PKI/ca.pem"
    nss certutil -A -d "sql:$DATABASE" -n upper -t ',,' -i "$PKI/upper.crt"
    nss certutil -A -d "sql:$DATABASE" -n lower -t ',,' -i "$PKI/lower.crt"
    for name in server client bigserver bigclient; do import_key_pair "$name"; done
)

# prepare_certificates: makes both unless they are there and good for another week.
prepare_certificates() {
    if [[ -f $DATABASE/complete ]] && openssl x509 -checkend 604800 -noout -in "$PKI/ca.pem" >/dev/null; then
        return
    fi
    attempt certificates.log 'openssl could not make the certificates' make_certificates
    attempt database.log 'the NSS database could not be made' make_database
    touch "$DATABASE/complete"
}
