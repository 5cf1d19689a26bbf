# Keys and certificates, made with openssl in the current folder: NAME.pem holds the leaf and its intermediates, NAME.key the key.

certificate_days=365

# new_ec_key NAME [CURVE] / new_rsa_key NAME [BITS]
new_ec_key() { openssl ecparam -name "${2:-prime256v1}" -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.key"; }
new_rsa_key() { openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:${2:-4096}" -out "$1.key"; }

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
