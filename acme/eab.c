/* eab - see eab.h. The checks are those of the list in RFC 8555, 7.3.4. */
#include "acme/eab.h"

#include <string.h>

#include "base/b64url.h"
#include "base/mem.h"
#include "store/eab.h"

/* The payload is the very key of the request, whatever the order of its members. */
static enum err_code check_key(const struct acme_req *req, const struct jws *binding, struct err *e)
{
    struct json at;
    struct jwk key;

    if (json_parse(req->mem, binding->payload, "the payload of \"externalAccountBinding\"", &at,
            e) != ERR_OK ||
        jwk_read(req->mem, &at, &key, e) != ERR_OK)
        return e->code;
    if (memcmp(key.thumbprint, req->thumbprint, sizeof key.thumbprint) != 0)
        return problem_set(e, PROBLEM_MALFORMED,
            "the payload of \"externalAccountBinding\" must be the account's key, the \"jwk\" of "
            "the request");
    return ERR_OK;
}

enum err_code eab_read(
    struct acme_req *req, const struct json *at, struct jws *binding, struct err *e)
{
    if (jws_read_nested(req->mem, at, JWS_BINDING, binding, e) != ERR_OK)
        return problem_set(e, problem_of(e), "\"externalAccountBinding\" is wrong: %s", e->detail);
    if (strcmp(binding->url, req->url) != 0)
        return problem_set(e, PROBLEM_MALFORMED,
            "the \"url\" in \"externalAccountBinding\" must be that of the request, %s", req->url);
    return check_key(req, binding, e);
}

/* The binding as it came, for the account's resource. */
static const char *binding_text(void *mem, const struct jws *binding)
{
    const char *text = bytes_string(mem, binding->signed_text), *dot = strchr(text, '.');

    return mem_printf(mem, "{\"protected\":\"%.*s\",\"payload\":\"%s\",\"signature\":\"%s\"}",
        (int)(dot - text), text, dot + 1, b64url_encode(mem, binding->signature));
}

static const char *why_unusable(const struct eab *eab, int64_t now_s)
{
    if (eab->revoked_s != 0)
        return "was revoked";
    if (eab->expires_s != 0 && eab->expires_s <= now_s)
        return "has expired";
    return "has made all the accounts that it may make";
}

enum err_code eab_bind(struct acme_req *req, struct store_tx *tx, const struct jws *binding,
    struct account *account, struct err *e)
{
    struct eab eab;

    if (store_eab_by_kid(tx, req->mem, binding->kid, &eab, e) == ERR_NOT_FOUND)
        return problem_set(
            e, PROBLEM_UNAUTHORIZED, "there is no external account \"%.64s\"", binding->kid);
    if (e->code != ERR_OK || jws_verify_mac(binding, eab.mac_key, e) != ERR_OK)
        return e->code;
    if (store_eab_use(tx, eab.id, req->now_s, e) == ERR_CONFLICT)
        return problem_set(e, PROBLEM_UNAUTHORIZED,
            "the external account \"%.64s\" %s; ask the server's operator for another one", eab.kid,
            why_unusable(&eab, req->now_s));
    account->tenant = eab.tenant;
    account->eab_id = eab.id;
    account->binding = binding_text(req->mem, binding);
    return e->code;
}

/* Is `word` a line of `lines`? */
static bool has_line(const char *lines, const char *word)
{
    size_t len = strlen(word);

    for (;;) {
        size_t line = strcspn(lines, "\n");

        if (line == len && memcmp(lines, word, len) == 0)
            return true;
        if (lines[line] == '\0')
            return false;
        lines += line + 1;
    }
}

bool eab_allows_profile(const struct eab *eab, const char *profile)
{
    return eab->profiles[0] == '\0' || has_line(eab->profiles, profile);
}

enum err_code eab_of_account(
    struct acme_req *req, struct store_tx *tx, struct eab *out, struct err *e)
{
    *out = (struct eab){
        .names = "", .profiles = "", .budget_orders = EAB_NO_BUDGET, .recipient = {"", "", ""}};
    if (req->account.eab_id == 0)
        return ERR_OK;
    if (store_eab_get(tx, req->mem, req->account.eab_id, out, e) != ERR_OK)
        return e->code;
    if (out->revoked_s != 0)
        return problem_set(e, PROBLEM_UNAUTHORIZED,
            "the external account \"%.64s\" that this account was made with was revoked", out->kid);
    return ERR_OK;
}

enum err_code eab_check_profile(struct acme_req *req, struct store_tx *tx,
    const struct acme_profile *profile, struct eab *out, struct err *e)
{
    if (eab_of_account(req, tx, out, e) != ERR_OK)
        return e->code;
    if (out->id == 0)
        return profile->external_account_required
                   ? problem_set(e, PROBLEM_UNAUTHORIZED,
                         "the profile \"%s\" is for accounts that were made with an external "
                         "account key; make a new account with one",
                         profile->name)
                   : ERR_OK;
    if (!eab_allows_profile(out, profile->name))
        return problem_set(e, PROBLEM_UNAUTHORIZED,
            "the external account \"%.64s\" does not allow the profile \"%s\"", out->kid,
            profile->name);
    return ERR_OK;
}

/* Is `name` the line's name, or one below it? */
static bool is_within(const char *name, const char *line, size_t len)
{
    size_t name_len = strlen(name);

    if (name_len < len || memcmp(name + name_len - len, line, len) != 0)
        return false;
    return name_len == len || name[name_len - len - 1] == '.';
}

bool eab_covers(const struct eab *eab, const struct identifier *name)
{
    const char *value = name->value;

    if (eab->names[0] == '\0')
        return true;
    if (name->type != IDENTIFIER_DNS && has_line(eab->names, name->value))
        return true;
    if (name->type == IDENTIFIER_IP)
        return false;
    if (name->type == IDENTIFIER_EMAIL)
        value = strrchr(name->value, '@') + 1;
    for (const char *line = eab->names;; line++) {
        size_t len = strcspn(line, "\n");

        if (is_within(value, line, len))
            return true;
        line += len;
        if (*line == '\0')
            return false;
    }
}
