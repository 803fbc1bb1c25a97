/* server_tls - see server_tls.h. */
#include "tests/vendorsim/server_tls.h"

#include "base/address.h"
#include "base/cert.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/key.h"
#include "base/mem.h"

#define DAY_S    86400
#define FILE_MAX (1024 * 1024)

struct http_tls *server_tls_read(const char *certificate, const char *key, struct err *e)
{
    void *mem = mem_new(NULL, char);
    struct http_tls *tls = NULL;
    char *chain_pem, *key_pem;

    if (file_read(mem, certificate, FILE_MAX, &chain_pem, e) == ERR_OK &&
        file_read_secret(mem, key, FILE_MAX, &key_pem, e) == ERR_OK)
        tls = http_tls_new(chain_pem, key_pem, e);
    mem_free(mem);
    return tls;
}

/* Its certificate and key in the state, made if they are not there. */
static enum err_code find_ca(void *mem, struct state *state, json_t **ca, struct err *e)
{
    int64_t now_s = clock_now_s();
    struct cert_ca_options options = {
        "vendorsim TLS", NULL, now_s - DAY_S, now_s + (int64_t)3650 * DAY_S};
    struct key *key;
    char *pem;

    *ca = state_get(state, "tls", "ca");
    if (*ca != NULL)
        return ERR_OK;
    key = key_generate(mem, KEY_P256, 0);
    if (cert_make_ca(mem, NULL, key, &options, &pem, e) != ERR_OK)
        return e->code;
    *ca = state_put(state, "tls", "ca",
        json_pack("{s:s,s:s}", "certificate", pem, "key", key_to_pem(mem, key)));
    return ERR_OK;
}

static enum err_code sign(void *mem, struct cert_issuer *ca, const char *name, struct key *key,
    struct bytes *der, struct err *e)
{
    struct cert_name names[] = {{CERT_NAME_DNS, "localhost"}, {CERT_NAME_IP, "127.0.0.1"},
        {CERT_NAME_IP, "::1"}, {CERT_NAME_DNS, name}};
    struct cert_leaf leaf = {.spki = key_spki(mem, key),
        .names = names,
        .names_len = name == NULL ? 3 : 4,
        .not_before_s = clock_now_s() - DAY_S,
        .not_after_s = clock_now_s() + (int64_t)730 * DAY_S};
    struct address address;

    if (name != NULL && address_parse(name, &address))
        names[3].type = CERT_NAME_IP;
    cert_serial_new(leaf.serial);
    return cert_sign_leaf(mem, ca, &leaf, der, e);
}

struct http_tls *server_tls_make(
    struct state *state, const char *name, const char *ca_file, struct err *e)
{
    void *mem = mem_new(NULL, char);
    struct key *key = key_generate(mem, KEY_P256, 0);
    struct http_tls *tls = NULL;
    struct cert_issuer *issuer;
    const char *ca_pem;
    struct bytes der;
    json_t *ca;

    if (find_ca(mem, state, &ca, e) != ERR_OK)
        goto out;
    ca_pem = json_string_value(json_object_get(ca, "certificate"));
    issuer = cert_issuer_new(mem, ca_pem, json_string_value(json_object_get(ca, "key")), e);
    if (issuer == NULL || sign(mem, issuer, name, key, &der, e) != ERR_OK)
        goto out;
    if (ca_file != NULL && file_write(ca_file, ca_pem, FILE_PUBLIC, e) != ERR_OK)
        goto out;
    tls = http_tls_new(cert_pem(mem, "CERTIFICATE", der), key_to_pem(mem, key), e);
out:
    mem_free(mem);
    return tls;
}
