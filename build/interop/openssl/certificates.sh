# Certificates for the OpenSSL cases.
#
#   ca         P-256 root, trusted by both sides
#   server     P-256 leaf for localhost and 127.0.0.1
#   rsa        RSA-2048 leaf for the same names
#   p384       P-384 leaf for the same names
#   chained    P-256 leaf for the same names under an intermediate
#   alpha      P-256 leaf for alpha.example
#   beta       RSA-2048 leaf for beta.example and *.beta.example
#   expired    P-256 leaf for localhost that was good on one day of 2020
#   client     P-256 leaf, CN=client
#   rsaclient  RSA-2048 leaf, CN=rsaclient
#   stranger   P-256 leaf for localhost and for clients, under a root that nobody trusts (other)

# new_leaf NAME ISSUER serverAuth|clientAuth NAMES [CHAIN_FILE...]
new_leaf() {
    local name=$1 issuer=$2 usage=$3 names=$4
    shift 4
    new_certificate "$name" "/CN=$name" "$issuer" 'basicConstraints=critical,CA:FALSE' \
        'keyUsage=critical,digitalSignature' "extendedKeyUsage=$usage" "subjectAltName=$names"
    cat "$name.crt" "$@" >"$name.pem"
}

# new_expired NAME ISSUER NAMES: only "openssl ca" can be told the dates.
new_expired() {
    local name=$1 issuer=$2 names=$3
    printf '%s\n' 'basicConstraints=critical,CA:FALSE' 'keyUsage=critical,digitalSignature' 'extendedKeyUsage=serverAuth' \
        "subjectAltName=$names" >"$name.ext"
    printf '%s\n' '[ca]' 'default_ca=one' '[one]' 'database=index' 'new_certs_dir=.' 'default_md=sha256' 'policy=any' 'rand_serial=yes' \
        '[any]' 'commonName=supplied' >"$name.cnf"
    : >index
    openssl req -new -key "$name.key" -subj "/CN=$name" -out "$name.csr"
    openssl ca -batch -notext -config "$name.cnf" -cert "$issuer.pem" -keyfile "$issuer.key" -extfile "$name.ext" \
        -startdate 20200101000000Z -enddate 20200102000000Z -in "$name.csr" -out "$name.crt"
    cp "$name.crt" "$name.pem"
}

make_certificates() (
    set -e
    here='DNS:localhost,IP:127.0.0.1'
    rm -rf "$PKI" && mkdir -p "$PKI" && cd "$PKI"
    for name in ca other intermediate server chained alpha expired client stranger; do new_ec_key "$name"; done
    new_ec_key p384 secp384r1
    for name in rsa beta rsaclient; do new_rsa_key "$name" 2048; done
    new_root ca '/CN=Interop CA'
    new_root other '/CN=Unknown CA'
    new_certificate intermediate '/CN=Interop intermediate' ca 'basicConstraints=critical,CA:TRUE' 'keyUsage=critical,keyCertSign,cRLSign'
    for name in server rsa p384; do new_leaf "$name" ca serverAuth "$here"; done
    new_leaf chained intermediate serverAuth "$here" intermediate.crt
    new_leaf alpha ca serverAuth DNS:alpha.example
    new_leaf beta ca serverAuth 'DNS:beta.example,DNS:*.beta.example'
    new_expired expired ca "$here"
    new_leaf client ca clientAuth DNS:client
    new_leaf rsaclient ca clientAuth DNS:rsaclient
    new_leaf stranger other serverAuth,clientAuth "$here"
    touch complete
)

# prepare_certificates: makes them unless they are there and good for another week.
prepare_certificates() {
    [[ -f $PKI/complete ]] && openssl x509 -checkend 604800 -noout -in "$PKI/ca.pem" >/dev/null && return
    attempt certificates.log 'openssl could not make the certificates' make_certificates
}
