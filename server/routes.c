/* routes - see routes.h. */
#include "server/routes.h"

#include <string.h>

#include "acme/account.h"
#include "acme/authz.h"
#include "acme/certificate.h"
#include "acme/directory.h"
#include "acme/key_change.h"
#include "acme/order.h"
#include "acme/proof_file.h"
#include "acme/renewal.h"
#include "acme/renewal_page.h"
#include "acme/terms.h"
#include "base/mem.h"

#define GET  ROUTE_GET
#define HEAD ROUTE_HEAD
#define POST ROUTE_POST
#define READ ROUTE_POST_AS_GET

/* The first line that fits names the resource; its lines stand together. */
/* clang-format off */
static const struct route routes[] = {
    /* path               number              suffix       methods            signer           runs        prepare                     handler */
    {"/acme/directory",   HANDLE_NONE,        NULL,        GET | HEAD | READ, SIGNER_ACCOUNT,  ROUTE_PURE, NULL,                       directory_get},
    {"/acme/*/directory", HANDLE_NONE,        NULL,        GET | HEAD | READ, SIGNER_ACCOUNT,  ROUTE_PURE, NULL,                       directory_get},
    {"/acme/*/new-order", HANDLE_NONE,        NULL,        POST,              SIGNER_ACCOUNT,  ROUTE_WRITE, order_prepare_new,         order_new},
    {"/acme/*/new-order", HANDLE_NONE,        "/**",       POST,              SIGNER_ACCOUNT,  ROUTE_WRITE, order_prepare_new,         order_new},
    {"/acme/new-nonce",   HANDLE_NONE,        NULL,        GET | READ,        SIGNER_ACCOUNT,  ROUTE_PURE, NULL,                       nonce_get},
    {"/acme/new-nonce",   HANDLE_NONE,        NULL,        HEAD,              SIGNER_NONE,     ROUTE_PURE, NULL,                       nonce_head},
    {"/acme/new-account", HANDLE_NONE,        NULL,        POST,              SIGNER_OWN_KEY,  ROUTE_WRITE, account_prepare_new,       account_new},
    {"/acme/key-change",  HANDLE_NONE,        NULL,        POST,              SIGNER_ACCOUNT,  ROUTE_WRITE, key_change_prepare,        key_change},
    {"/acme/account/",    HANDLE_ACCOUNT,     NULL,        READ,              SIGNER_ACCOUNT,  ROUTE_READ,  NULL,                      account_get},
    {"/acme/account/",    HANDLE_ACCOUNT,     NULL,        POST,              SIGNER_ACCOUNT,  ROUTE_WRITE, account_prepare_update,    account_update},
    {"/acme/account/",    HANDLE_ACCOUNT,     "/orders",   READ,              SIGNER_ACCOUNT,  ROUTE_READ,  NULL,                      account_orders},
    {"/acme/new-order",   HANDLE_NONE,        NULL,        POST,              SIGNER_ACCOUNT,  ROUTE_WRITE, order_prepare_new,         order_new},
    {"/acme/new-order",   HANDLE_NONE,        "/**",       POST,              SIGNER_ACCOUNT,  ROUTE_WRITE, order_prepare_new,         order_new},
    {"/acme/new-authz",   HANDLE_NONE,        NULL,        POST,              SIGNER_ACCOUNT,  ROUTE_WRITE, authz_prepare_new,         authz_new},
    {"/acme/order/",      HANDLE_ORDER,       NULL,        READ,              SIGNER_ACCOUNT,  ROUTE_READ,  NULL,                      order_get},
    {"/acme/order/",      HANDLE_ORDER,       "/finalize", POST,              SIGNER_ACCOUNT,  ROUTE_WRITE, order_prepare_finalize,    order_finalize},
    {"/acme/authz/",      HANDLE_AUTHZ,       NULL,        READ,              SIGNER_ACCOUNT,  ROUTE_READ,  NULL,                      authz_get},
    {"/acme/authz/",      HANDLE_AUTHZ,       NULL,        POST,              SIGNER_ACCOUNT,  ROUTE_WRITE, authz_prepare_deactivate,  authz_deactivate},
    {"/acme/challenge/",  HANDLE_AUTHZ,       "/*",        READ,              SIGNER_ACCOUNT,  ROUTE_READ,  NULL,                      challenge_get},
    {"/acme/challenge/",  HANDLE_AUTHZ,       "/*",        POST,              SIGNER_ACCOUNT,  ROUTE_WRITE, challenge_prepare_answer,  challenge_answer},
    {"/acme/certificate/", HANDLE_CERTIFICATE, NULL,       READ,              SIGNER_ACCOUNT,  ROUTE_READ,  NULL,                      certificate_get},
    {"/acme/certificate/", HANDLE_CERTIFICATE, "/*",       READ,              SIGNER_ACCOUNT,  ROUTE_READ,  NULL,                      certificate_get_alternate},
    {"/acme/revoke-cert", HANDLE_NONE,        NULL,        POST,              SIGNER_EITHER,   ROUTE_WRITE, certificate_prepare_revoke, certificate_revoke},
    {"/acme/renewal-info", HANDLE_NONE,       "/*",        GET,               SIGNER_NONE,     ROUTE_READ,  NULL,                      renewal_get},
    {"/renewal",          HANDLE_NONE,        "/*",        GET | HEAD,        SIGNER_NONE,     ROUTE_READ,  NULL,                      renewal_page_get},
    {"/terms/",           HANDLE_TERMS,       NULL,        GET | HEAD,        SIGNER_NONE,     ROUTE_READ,  NULL,                      terms_get},
    {"/terms/",           HANDLE_TERMS,       NULL,        POST,              SIGNER_NONE,     ROUTE_WRITE, NULL,                      terms_agree},
    {PROOF_FILE_PATH,     HANDLE_NONE,        "/*",        GET | HEAD,        SIGNER_NONE,     ROUTE_READ,  NULL,                      proof_file_get},
    {"/ca.pem",           HANDLE_NONE,        NULL,        GET | HEAD,        SIGNER_NONE,     ROUTE_PURE, NULL,                       authority_root_get},
    {"/issuer",           HANDLE_NONE,        "/*",        GET | HEAD,        SIGNER_NONE,     ROUTE_PURE, NULL,                       authority_issuer_get},
    {"/crl",              HANDLE_NONE,        "/*",        GET | HEAD,        SIGNER_NONE,     ROUTE_READ, NULL,                       authority_crl_get},
};
/* clang-format on */

/* Does the path, from where the route's suffix should begin, fit it? */
static bool fits_suffix(
    void *mem, const struct route *route, const char *path, struct route_match *out)
{
    const char *star;
    size_t len;

    if (route->suffix == NULL)
        return path[0] == '\0';
    star = strchr(route->suffix, '*');
    if (star == NULL)
        return strcmp(path, route->suffix) == 0;
    len = (size_t)(star - route->suffix);
    if (strncmp(path, route->suffix, len) != 0 || path[len] == '\0' ||
        (star[1] != '*' && strchr(path + len, '/') != NULL))
        return false;
    out->rest = mem_strdup(mem, path + len);
    return true;
}

/* What follows after the route's path; NULL: it does not fit. */
static const char *skip_path(
    void *mem, const struct route *route, const char *path, struct route_match *out)
{
    size_t len = strcspn(route->path, "*");
    const char *tail = route->path + len;

    if (strncmp(path, route->path, len) != 0)
        return NULL;
    path += len;
    if (tail[0] == '\0')
        return path;
    len = strcspn(path, "/");
    if (len == 0 || strncmp(path + len, tail + 1, strlen(tail + 1)) != 0)
        return NULL;
    out->profile = mem_strndup(mem, path, len);
    return path + len + strlen(tail + 1);
}

static bool fits(void *mem, const struct acme *acme, const struct route *route, const char *path,
    struct route_match *out)
{
    *out = (struct route_match){0};
    path = skip_path(mem, route, path, out);
    if (path == NULL)
        return false;
    if (route->handle != HANDLE_NONE) {
        size_t sealed = strcspn(path, "/");

        if (!acme_open(
                acme, route->handle, (struct bytes){(const uint8_t *)path, sealed}, &out->id))
            return false;
        path += sealed;
    }
    return fits_suffix(mem, route, path, out);
}

static bool is_same_resource(const struct route *a, const struct route *b)
{
    return strcmp(a->path, b->path) == 0 &&
           (a->suffix == b->suffix ||
               (a->suffix != NULL && b->suffix != NULL && strcmp(a->suffix, b->suffix) == 0));
}

void route_find(void *mem, const struct acme *acme, const char *path, enum route_method method,
    struct route_match *out)
{
    const struct route *end = routes + sizeof routes / sizeof routes[0], *first = routes;

    while (first < end && !fits(mem, acme, first, path, out))
        first++;
    if (first == end)
        *out = (struct route_match){0};
    for (const struct route *route = first; route < end && is_same_resource(first, route);
         route++) {
        out->methods |= route->methods;
        if (route->signer != SIGNER_NONE)
            out->signer = route->signer;
        if ((route->methods & method) != 0)
            out->route = route;
    }
}

char *route_allow(void *mem, unsigned methods)
{
    struct buf b;

    buf_init(&b, mem, 64);
    if ((methods & ROUTE_GET) != 0)
        buf_add_text(&b, "GET, ");
    if ((methods & ROUTE_HEAD) != 0)
        buf_add_text(&b, "HEAD, ");
    if ((methods & (ROUTE_POST | ROUTE_POST_AS_GET)) != 0)
        buf_add_text(&b, "POST, ");
    return mem_strndup(mem, buf_text(&b), b.len < 2 ? 0 : b.len - 2);
}
