/* tls_responder - see tls_responder.h. */
#include "tests/unit/tls_responder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/err.h"

struct tls_responder {
    pthread_t thread;
    int listen_fd;
    unsigned port;
    enum tls_manner manner;
    SSL_CTX *context;
    struct tls_seen seen;
};

/* --- certificates --- */

static void add_extension(X509 *x509, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    BUG_ON(extension == NULL || X509_add_ext(x509, extension, -1) != 1);
    X509_EXTENSION_free(extension);
}

static void add_digest(X509 *x509, const struct tls_certificate *certificate)
{
    ASN1_OBJECT *oid = OBJ_txt2obj(certificate->digest_oid, 1);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    X509_EXTENSION *extension;

    BUG_ON(
        ASN1_OCTET_STRING_set(value, certificate->digest.data, (int)certificate->digest.len) != 1);
    extension = X509_EXTENSION_create_by_OBJ(NULL, oid, !certificate->is_digest_plain, value);
    BUG_ON(extension == NULL || X509_add_ext(x509, extension, -1) != 1);
    if (certificate->is_digest_twice)
        BUG_ON(X509_add_ext(x509, extension, -1) != 1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(oid);
}

static X509 *make_certificate(const struct tls_certificate *certificate, EVP_PKEY *key)
{
    X509 *x509 = X509_new();

    X509_set_version(x509, certificate->is_version_1 ? X509_VERSION_1 : X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
        (const unsigned char *)"challenge", -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(x509));
    X509_set_pubkey(x509, key);
    if (certificate->alt_names != NULL)
        add_extension(x509, NID_subject_alt_name, certificate->alt_names);
    if (certificate->more_alt_names != NULL)
        add_extension(x509, NID_subject_alt_name, certificate->more_alt_names);
    if (certificate->digest_oid != NULL)
        add_digest(x509, certificate);
    BUG_ON(X509_sign(x509, key, EVP_sha256()) == 0);
    return x509;
}

struct bytes tls_certificate_der(void *mem, const struct tls_certificate *certificate)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = make_certificate(certificate, key);
    unsigned char *der = NULL;
    int len = i2d_X509(x509, &der);
    struct bytes copy = bytes_copy(mem, (struct bytes){der, (size_t)len});

    OPENSSL_free(der);
    X509_free(x509);
    EVP_PKEY_free(key);
    return copy;
}

/* --- sessions --- */

static int on_server_name(SSL *ssl, int *alert, void *arg)
{
    struct tls_responder *r = arg;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    snprintf(r->seen.server_name, sizeof r->seen.server_name, "%s", name == NULL ? "" : name);
    if (r->manner != TLS_REFUSE_NAME)
        return SSL_TLSEXT_ERR_OK;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static int on_protocols(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *offered, unsigned offered_len, void *arg)
{
    static const unsigned char other[] = "h2";
    struct tls_responder *r = arg;

    (void)ssl;
    if (offered_len < sizeof r->seen.protocols)
        memcpy(r->seen.protocols, offered, offered_len);
    if (r->manner == TLS_NO_PROTOCOL)
        return SSL_TLSEXT_ERR_NOACK;
    if (r->manner == TLS_REFUSE_PROTOCOL)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = r->manner == TLS_OTHER_PROTOCOL ? other : offered + 1;
    *out_len = r->manner == TLS_OTHER_PROTOCOL ? 2 : offered[0];
    return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *make_context(struct tls_responder *r, const struct tls_certificate *certificate)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = make_certificate(certificate, key);

    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    if (r->manner == TLS_OLD)
        SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    if (r->manner == TLS_1_2)
        SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    SSL_CTX_set_tlsext_servername_callback(context, on_server_name);
    SSL_CTX_set_tlsext_servername_arg(context, r);
    SSL_CTX_set_alpn_select_cb(context, on_protocols, r);
    BUG_ON(
        SSL_CTX_use_certificate(context, x509) != 1 || SSL_CTX_use_PrivateKey(context, key) != 1);
    X509_free(x509);
    EVP_PKEY_free(key);
    return context;
}

static void shake_hands(struct tls_responder *r, int fd)
{
    SSL *ssl = SSL_new(r->context);
    char data[256];
    int len;

    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1) {
        r->seen.handshakes++;
        while ((len = SSL_read(ssl, data, sizeof data)) > 0)
            r->seen.octets += (size_t)len;
        r->seen.is_closed_well = (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
    }
    SSL_free(ssl);
}

static void serve(struct tls_responder *r, int fd)
{
    static const char answer[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    struct timeval patience = {.tv_sec = 5};
    char data[1024];

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (r->manner == TLS_HANG_UP) {
        recv(fd, data, sizeof data, 0);
    } else if (r->manner == TLS_SILENT) {
        while (recv(fd, data, sizeof data, 0) > 0)
            continue;
    } else if (r->manner == TLS_PLAIN) {
        recv(fd, data, sizeof data, 0);
        send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
        recv(fd, data, sizeof data, 0);
    } else {
        shake_hands(r, fd);
    }
}

static void *run(void *arg)
{
    struct tls_responder *r = arg;
    int fd;

    while ((fd = accept(r->listen_fd, NULL, NULL)) >= 0) {
        r->seen.connections++;
        serve(r, fd);
        close(fd);
    }
    return NULL;
}

/* --- life --- */

static bool bind_to(struct tls_responder *r, const char *address, unsigned port)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    bool is_v6 = strchr(address, ':') != NULL;
    struct sockaddr *to = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
    socklen_t len = is_v6 ? sizeof v6 : sizeof v4;
    int on = 1;

    r->listen_fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(r->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (inet_pton(to->sa_family, address, is_v6 ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr) !=
            1 ||
        bind(r->listen_fd, to, len) != 0 || listen(r->listen_fd, 16) != 0 ||
        getsockname(r->listen_fd, to, &len) != 0) {
        close(r->listen_fd);
        return false;
    }
    r->port = ntohs(is_v6 ? v6.sin6_port : v4.sin_port);
    return true;
}

struct tls_responder *tls_responder_start(const char *address, unsigned port,
    enum tls_manner manner, const struct tls_certificate *certificate)
{
    struct tls_responder *r = calloc(1, sizeof *r);

    signal(SIGPIPE, SIG_IGN);
    r->manner = manner;
    if (!bind_to(r, address, port)) {
        free(r);
        return NULL;
    }
    r->context = make_context(r, certificate);
    pthread_create(&r->thread, NULL, run, r);
    return r;
}

unsigned tls_responder_port(const struct tls_responder *responder)
{
    return responder->port;
}

void tls_responder_stop(struct tls_responder *responder, struct tls_seen *seen)
{
    if (responder == NULL)
        return;
    shutdown(responder->listen_fd, SHUT_RDWR);
    pthread_join(responder->thread, NULL);
    close(responder->listen_fd);
    if (seen != NULL)
        *seen = responder->seen;
    SSL_CTX_free(responder->context);
    free(responder);
}
