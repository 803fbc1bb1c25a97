/* acme - see acme.h. */
#include "acme/acme.h"

#include <string.h>

#include "base/mem.h"

static const char *const handle_paths[] = {
    [HANDLE_ACCOUNT] = "/acme/account/",
    [HANDLE_ORDER] = "/acme/order/",
    [HANDLE_AUTHZ] = "/acme/authz/",
    [HANDLE_CERTIFICATE] = "/acme/certificate/",
    [HANDLE_TERMS] = "/terms/",
};

char *acme_url(const struct acme_req *req, enum handle handle, int64_t id)
{
    char text[SEAL_TEXT_SIZE];

    seal_close(req->acme->handles, handle, (uint64_t)id, text);
    return mem_printf(req->mem, "%s%s%s", req->settings->external_url, handle_paths[handle], text);
}

char *acme_account_url(
    void *mem, const struct acme *acme, const struct acme_settings *settings, int64_t id)
{
    struct acme_req req = {.mem = mem, .acme = acme, .settings = settings};

    return acme_url(&req, HANDLE_ACCOUNT, id);
}

bool acme_open(const struct acme *acme, enum handle handle, struct bytes text, int64_t *id)
{
    uint64_t number;

    if (!seal_open(acme->handles, handle, text, &number))
        return false;
    *id = (int64_t)number;
    return true;
}

bool acme_account_of_url(
    const struct acme *acme, const struct acme_settings *settings, const char *url, int64_t *id)
{
    size_t origin = strlen(settings->external_url), path = strlen(handle_paths[HANDLE_ACCOUNT]);

    return strncmp(url, settings->external_url, origin) == 0 &&
           strncmp(url + origin, handle_paths[HANDLE_ACCOUNT], path) == 0 &&
           acme_open(acme, HANDLE_ACCOUNT, bytes_of(url + origin + path), id);
}

void acme_link(const struct acme_req *req, struct acme_resp *resp, const char *url, const char *rel)
{
    for (int i = 0; i < ACME_LINKS_MAX; i++)
        if (resp->links[i] == NULL) {
            resp->links[i] = mem_printf(req->mem, "<%s>;rel=\"%s\"", url, rel);
            return;
        }
    BUG_ON(true); /* a handler adds more links than there is room for */
}

const struct acme_profile *acme_profile_find(const struct acme_settings *settings, const char *name)
{
    if (name == NULL)
        return &settings->profiles[0];
    for (size_t i = 0; i < settings->profiles_len; i++)
        if (strcmp(settings->profiles[i].name, name) == 0)
            return &settings->profiles[i];
    return NULL;
}

const struct acme_profile *acme_profile_default(const struct acme_settings *settings, bool mail)
{
    for (size_t i = 0; i < settings->profiles_len; i++)
        if (settings->profiles[i].mail == mail)
            return &settings->profiles[i];
    return &settings->profiles[0];
}

enum err_code acme_profile_of_path(
    const struct acme_req *req, const struct acme_profile **out, struct err *e)
{
    *out = NULL;
    if (req->profile == NULL)
        return ERR_OK;
    *out = acme_profile_find(req->settings, req->profile);
    if (*out == NULL)
        return problem_set(e, PROBLEM_NOT_FOUND,
            "there is no profile \"%.64s\"; %s/acme/directory lists those that there are",
            req->profile, req->settings->external_url);
    return ERR_OK;
}

bool acme_subdomains_allowed(const struct acme_settings *settings)
{
    for (size_t i = 0; i < settings->profiles_len; i++)
        if (settings->profiles[i].subdomains)
            return true;
    return false;
}

const struct acme_authority *acme_authority_find(
    const struct acme_settings *settings, const char *upstream)
{
    for (size_t i = 0; i < settings->authorities_len; i++)
        if (strcmp(settings->authorities[i].upstream, upstream) == 0)
            return &settings->authorities[i];
    return NULL;
}

enum err_code acme_not_found(struct err *e)
{
    return problem_set(
        e, PROBLEM_NOT_FOUND, "there is nothing at this address, or it is not yours");
}

enum err_code acme_payload(struct acme_req *req, struct json *out, struct err *e)
{
    if (json_parse(req->mem, req->payload, "the payload", out, e) != ERR_OK)
        return e->code;
    if (!json_holds_object(out))
        return problem_set(e, PROBLEM_MALFORMED, "the payload must be a JSON object");
    return ERR_OK;
}

enum err_code acme_prepare_object(struct acme_req *req, struct err *e)
{
    struct json payload;

    return acme_payload(req, &payload, e);
}
