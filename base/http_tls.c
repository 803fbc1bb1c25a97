/* http_tls - the certificate and TLS settings of http_server (see http_server.h).
 *
 * TLS 1.2 with forward secrecy and authenticated encryption, and TLS 1.3. Sessions are resumed by
 * tickets alone (nothing is kept here), which is what makes clients bearable that connect anew for
 * each request. Ticket keys live as long as the struct http_tls: the renewal of the certificate
 * replaces them.
 */
#include "base/http_server.h"

#include <stdatomic.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/http_tls_private.h"
#include "base/mem.h"

#define TICKET_LIFE_S   (2 * 60 * 60)
#define CIPHERS_TLS_1_2 "ECDHE+AESGCM:ECDHE+CHACHA20"
#define CIPHERS_TLS_1_3 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define GROUPS          "X25519:P-256:P-384"

struct http_tls {
    SSL_CTX *context;
    atomic_uint references;
};

/* An encrypted key would make OpenSSL ask on the terminal. */
static int no_passphrase(char *out, int size, int writing, void *arg)
{
    (void)out;
    (void)size;
    (void)writing;
    (void)arg;
    return -1;
}

/* RFC 7301, 3.2: a client that names its protocols and not ours is refused, rather than spoken to
 * in another one. */
static int select_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *offered, unsigned offered_len, void *arg)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_len, ours, sizeof ours - 1, offered, offered_len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static bool set_options(SSL_CTX *context)
{
    char groups[] = GROUPS; /* OpenSSL's macro takes the const away */

    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    /* A reply that the socket takes only in part is moved to a buffer of its own. Idle sessions
     * hold no buffers. */
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1); /* one read call for a record, not two */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_timeout(context, TICKET_LIFE_S);
    SSL_CTX_set_max_early_data(context, 0);
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);
    SSL_CTX_set_alpn_select_cb(context, select_protocol, NULL);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, CIPHERS_TLS_1_2) == 1 &&
           SSL_CTX_set_ciphersuites(context, CIPHERS_TLS_1_3) == 1 &&
           SSL_CTX_set1_groups_list(context, groups) == 1;
}

/* Leaf first, then its issuers; true at the end of the text, false at something broken. */
static bool use_chain(SSL_CTX *context, BIO *bio)
{
    X509 *leaf = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL), *issuer;
    bool good = leaf != NULL && SSL_CTX_use_certificate(context, leaf) == 1;

    X509_free(leaf);
    while (good && (issuer = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL)
        if (SSL_CTX_ctrl(context, SSL_CTRL_CHAIN_CERT, 0, issuer) != 1) {
            X509_free(issuer);
            good = false;
        }
    return good && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

static bool use_key(SSL_CTX *context, BIO *bio)
{
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    bool good = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1;

    EVP_PKEY_free(key);
    return good;
}

static enum err_code fill(SSL_CTX *context, BIO *chain, BIO *key, struct err *e)
{
    if (!set_options(context))
        return err_set(e, ERR_BUG, "the TLS settings are refused by OpenSSL");
    if (!use_chain(context, chain))
        return err_set(e, ERR_INPUT,
            "the TLS certificate file must hold PEM certificates, the server's own first");
    if (!use_key(context, key))
        return err_set(e, ERR_INPUT,
            "the TLS key file must hold the PEM private key of the certificate, without a "
            "passphrase");
    return ERR_OK;
}

struct http_tls *http_tls_new(const char *chain_pem, const char *key_pem, struct err *e)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    BIO *chain = BIO_new_mem_buf(chain_pem, -1), *key = BIO_new_mem_buf(key_pem, -1);
    struct http_tls *tls = NULL;
    char why[160];

    BUG_ON(context == NULL || chain == NULL || key == NULL);
    ERR_clear_error();
    if (fill(context, chain, key, e) == ERR_OK) {
        tls = mem_new(NULL, struct http_tls);
        tls->context = context;
        atomic_init(&tls->references, 1);
    } else {
        ERR_error_string_n(ERR_peek_last_error(), why, sizeof why);
        err_internal(e, "%s", why);
        SSL_CTX_free(context);
    }
    ERR_clear_error();
    BIO_free(chain);
    BIO_free(key);
    return tls;
}

struct http_tls *http_tls_ref(struct http_tls *tls)
{
    if (tls != NULL)
        atomic_fetch_add_explicit(&tls->references, 1, memory_order_relaxed);
    return tls;
}

void http_tls_unref(struct http_tls *tls)
{
    if (tls == NULL || atomic_fetch_sub_explicit(&tls->references, 1, memory_order_acq_rel) != 1)
        return;
    SSL_CTX_free(tls->context);
    mem_free(tls);
}

/* The CAs of a PEM text; false if there are none or one is broken. */
static bool trust(SSL_CTX *context, BIO *bio)
{
    X509_STORE *store = SSL_CTX_get_cert_store(context);
    int trusted = 0;
    bool good = true;
    X509 *ca;

    while (good && (ca = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL) {
        good = X509_STORE_add_cert(store, ca) == 1 && SSL_CTX_add_client_CA(context, ca) == 1;
        X509_free(ca);
        trusted++;
    }
    return good && trusted > 0 && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

enum err_code http_tls_require_client(struct http_tls *tls, const char *ca_pem, struct err *e)
{
    BIO *bio = BIO_new_mem_buf(ca_pem, -1);
    bool good;

    BUG_ON(bio == NULL);
    ERR_clear_error();
    good = trust(tls->context, bio);
    ERR_clear_error();
    BIO_free(bio);
    if (!good)
        return err_set(
            e, ERR_INPUT, "the file of client CAs must hold PEM certificates and nothing broken");
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_options(tls->context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(tls->context, 0);
    return ERR_OK;
}

SSL *http_tls_session(struct http_tls *tls, int fd)
{
    SSL *ssl = SSL_new(tls->context);

    if (ssl == NULL || SSL_set_fd(ssl, fd) != 1) {
        SSL_free(ssl);
        return NULL;
    }
    SSL_set_accept_state(ssl);
    return ssl;
}
