/*
 * TLS 1.3 on OpenSSL over loopback with blocking sockets, a thread for each end: what the platform's TLS can be compared with.
 *
 *   tls_peer echo|push SIZE [CIPHERSUITE]
 *
 * echo: an operation is a message there and back. push: an operation is a message in one direction.
 */
#define _GNU_SOURCE
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>

#include "sockets.h"

struct peer {
    SSL *near_end;
    SSL *far_end;
    int size;
    int is_echo;
    long far_count;
    char *near_buffer;
    char *far_buffer;
};

static void require_ssl(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s failed\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static void receive(SSL *ssl, char *buffer, int size)
{
    for (int received = 0; received < size;) {
        int count = SSL_read(ssl, buffer + received, size - received);
        require_ssl(count > 0, "SSL_read");
        received += count;
    }
}

static void send_all(SSL *ssl, const char *buffer, int size)
{
    require_ssl(SSL_write(ssl, buffer, size) == size, "SSL_write");
}

static void *run_far(void *argument)
{
    struct peer *peer = argument;
    for (long i = 0; i < peer->far_count; i++) {
        receive(peer->far_end, peer->far_buffer, peer->size);
        if (peer->is_echo)
            send_all(peer->far_end, peer->far_buffer, peer->size);
    }
    return NULL;
}

static long run(long count, void *state)
{
    struct peer *peer = state;
    pthread_t far_thread;
    peer->far_count = count;
    require(pthread_create(&far_thread, NULL, run_far, peer) == 0, "pthread_create");
    for (long i = 0; i < count; i++) {
        send_all(peer->near_end, peer->near_buffer, peer->size);
        if (peer->is_echo)
            receive(peer->near_end, peer->near_buffer, peer->size);
    }
    pthread_join(far_thread, NULL);
    return count;
}

static void *accept_far(void *argument)
{
    require_ssl(SSL_accept(argument) == 1, "SSL_accept");
    return NULL;
}

static void use_own_certificate(SSL_CTX *context)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    require_ssl(key != NULL && certificate != NULL, "EVP_EC_gen");
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, (const unsigned char *)"bench", -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    X509_set_pubkey(certificate, key);
    require_ssl(X509_sign(certificate, key, EVP_sha256()) > 0, "X509_sign");
    require_ssl(SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1, "SSL_CTX_use_certificate");
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static SSL *create(SSL_CTX *context, int socket)
{
    SSL *ssl = SSL_new(context);
    require_ssl(ssl != NULL && SSL_set_fd(ssl, socket) == 1, "SSL_new");
    return ssl;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s echo|push SIZE [CIPHERSUITE]\n", argv[0]);
        return 2;
    }
    stay_on_processor();
    SSL_CTX *client = SSL_CTX_new(TLS_client_method());
    SSL_CTX *server = SSL_CTX_new(TLS_server_method());
    require_ssl(client != NULL && server != NULL, "SSL_CTX_new");
    SSL_CTX_set_min_proto_version(server, TLS1_3_VERSION);
    if (argc > 3)
        require_ssl(SSL_CTX_set_ciphersuites(client, argv[3]) == 1, "SSL_CTX_set_ciphersuites");
    use_own_certificate(server);

    int pair[2];
    pthread_t accepting;
    connect_tcp(pair);
    struct peer peer = {
        .near_end = create(client, pair[0]),
        .far_end = create(server, pair[1]),
        .size = atoi(argv[2]),
        .is_echo = strcmp(argv[1], "echo") == 0,
    };
    peer.near_buffer = calloc(1, (size_t)peer.size);
    peer.far_buffer = calloc(1, (size_t)peer.size);
    require(peer.size > 0 && peer.near_buffer != NULL && peer.far_buffer != NULL, "buffers");
    require(pthread_create(&accepting, NULL, accept_far, peer.far_end) == 0, "pthread_create");
    require_ssl(SSL_connect(peer.near_end) == 1, "SSL_connect");
    pthread_join(accepting, NULL);
    char greeting[256];
    snprintf(greeting, sizeof greeting, "%s, %s", OpenSSL_version(OPENSSL_VERSION), SSL_get_cipher_name(peer.near_end));
    serve_slices(greeting, run, &peer);
    return 0;
}
