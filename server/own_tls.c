/* own_tls - see own_tls.h. */
#include "server/own_tls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/cert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

/* Issued for so long (the CA may shorten it), renewed when a third is left; begins a little in the
 * past for clients whose clocks are slow. */
#define VALIDITY_S (90 * 86400)
#define BACKDATE_S 3600

#define FILE_MAX (256 * 1024)

struct own_tls {
    const struct config *config;
    const struct local_ca_options *local_ca;
    struct http_tls *tls;
    int64_t renew_s; /* 0: never */
};

static int own_tls_free(void *ptr)
{
    http_tls_unref(((struct own_tls *)ptr)->tls);
    return 0;
}

/* A file's text, on `mem`. */
static char *read_file(void *mem, const char *path, const char *key, struct err *e)
{
    char *text = mem_alloc(mem, FILE_MAX + 1, "file");
    FILE *file = fopen(path, "re");
    size_t len;

    if (file == NULL) {
        err_set(e, ERR_INPUT, "%s: %s cannot be read: %s", key, path, strerror(errno));
        return NULL;
    }
    len = fread(text, 1, FILE_MAX, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

static enum err_code load(struct own_tls *tls, struct err *e)
{
    const char *certificate = tls->config->tls.certificate, *key = tls->config->tls.key;
    void *mem = mem_pool(NULL, 1024);
    char *chain_pem = read_file(mem, certificate, "tls.certificate", e);
    char *key_pem = chain_pem == NULL ? NULL : read_file(mem, key, "tls.key", e);

    if (key_pem != NULL)
        tls->tls = http_tls_new(chain_pem, key_pem, e);
    mem_free(mem);
    return e->code;
}

/* The host of external_url, and what people on the machine itself use. */
static size_t own_names(const struct config *config, struct cert_name names[4])
{
    struct address address;
    size_t len = 0;

    names[len++] = (struct cert_name){
        address_parse(config->external_host, &address) ? CERT_NAME_IP : CERT_NAME_DNS,
        config->external_host};
    if (strcmp(config->external_host, "localhost") != 0)
        names[len++] = (struct cert_name){CERT_NAME_DNS, "localhost"};
    if (strcmp(config->external_host, "127.0.0.1") != 0)
        names[len++] = (struct cert_name){CERT_NAME_IP, "127.0.0.1"};
    if (strcmp(config->external_host, "::1") != 0)
        names[len++] = (struct cert_name){CERT_NAME_IP, "::1"};
    return len;
}

/* When two thirds of the leaf's life are over, however long it was made. */
static int64_t renewal_time(void *mem, const char *chain_pem, int64_t now_s)
{
    struct cert_info info;
    struct err e = {0};
    struct bytes *ders;
    size_t len;

    if (cert_pem_read(mem, chain_pem, &ders, &len, &e) != ERR_OK ||
        cert_read(ders[0], &info, &e) != ERR_OK)
        return now_s; /* it was used just now, so this cannot be */
    return now_s + (info.not_after_s - now_s) * 2 / 3;
}

static enum err_code issue(struct own_tls *tls, struct err *e)
{
    void *mem = mem_pool(NULL, 8192);
    int64_t now_s = clock_now_s();
    struct cert_name names[4];
    size_t len = own_names(tls->config, names);
    struct http_tls *issued = NULL;
    char *chain_pem, *key_pem;
    int64_t renew_s = 0;

    if (local_ca_server_certificate(mem, tls->local_ca, names, len, now_s - BACKDATE_S,
            now_s - BACKDATE_S + VALIDITY_S - 1, &chain_pem, &key_pem, e) == ERR_OK)
        issued = http_tls_new(chain_pem, key_pem, e);
    if (issued != NULL)
        renew_s = renewal_time(mem, chain_pem, now_s);
    mem_free(mem);
    if (issued == NULL)
        return e->code;
    http_tls_unref(tls->tls);
    tls->tls = issued;
    tls->renew_s = renew_s;
    log_info("tls_issued", LOG_STR("name", tls->config->external_host),
        LOG_STR("by", tls->local_ca->name));
    return ERR_OK;
}

struct own_tls *own_tls_new(
    void *mem, const struct config *config, const struct local_ca_options *local_ca, struct err *e)
{
    struct own_tls *tls = mem_new(mem, struct own_tls);

    tls->config = config;
    tls->local_ca = local_ca;
    mem_on_free(tls, own_tls_free);
    if ((config->tls.certificate[0] == '\0' ? issue(tls, e) : load(tls, e)) == ERR_OK)
        return tls;
    mem_free(tls);
    return NULL;
}

struct http_tls *own_tls_get(const struct own_tls *tls)
{
    return tls->tls;
}

bool own_tls_is_due(const struct own_tls *tls, int64_t now_s)
{
    return tls->renew_s != 0 && now_s >= tls->renew_s;
}

enum err_code own_tls_renew(struct own_tls *tls, struct err *e)
{
    return issue(tls, e);
}
