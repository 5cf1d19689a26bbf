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

certificate_days=365

# new_ec_key NAME / new_rsa_key NAME
new_ec_key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.key"; }
new_rsa_key() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out "$1.key"; }

# new_root NAME SUBJECT: a self-signed certificate for NAME.key.
new_root() {
    openssl req -x509 -new -key "$1.key" -sha256 -days "$certificate_days" -subj "$2" -out "$1.pem" \
        -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign'
}

# new_certificate NAME SUBJECT ISSUER EXTENSION...: NAME.crt for NAME.key, signed by ISSUER.
new_certificate() {
    local name=$1 subject=$2 issuer=$3 issuer_file=$3.crt
    shift 3
    [[ -f $issuer_file ]] || issuer_file=$issuer.pem
    printf '%s\n' 'subjectKeyIdentifier=hash' 'authorityKeyIdentifier=keyid' "$@" >"$name.ext"
    openssl req -new -key "$name.key" -subj "$subject" -out "$name.csr"
    openssl x509 -req -in "$name.csr" -CA "$issuer_file" -CAkey "$issuer.key" -sha256 -days "$certificate_days" \
        -set_serial "0x$(openssl rand -hex 12)" -extfile "$name.ext" -out "$name.crt"
}

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
