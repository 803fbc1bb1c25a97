/* admin_eab - see admin_eab.h. */
#include "server/admin_eab.h"

#include <string.h>

#include "acme/eab.h"
#include "acme/identifier.h"
#include "base/b64url.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "policy/decision.h"
#include "server/admin_record.h"
#include "store/eab.h"

#define PERSON_MAX   64
#define KID_LEN      12  /* octets, written in hexadecimal */
#define KEY_LEN      64  /* octets: enough for HS512 (RFC 7518, 3.2) */
#define WORD_MAX     100 /* characters of a tenant and a label */
#define NAMES_MAX    1000
#define LINES_MAX    (300 * 1024)
#define BODY_MAX     (16 * 1024 * 1024)
#define LIFETIME_MAX (INT64_C(100) * 366 * 86400)
#define USES_MAX     1000000000
#define BUDGET_MAX   1000000
#define PERIOD_MAX_S (INT64_C(3650) * 86400)

/* Writing. */

static void add_lines(struct json_out *w, void *mem, const char *name, const char *lines)
{
    json_open(w, name, '[');
    while (*lines != '\0') {
        size_t len = strcspn(lines, "\n");

        json_add_string(w, NULL, mem_strndup(mem, lines, len));
        lines += len + (lines[len] == '\n');
    }
    json_close(w, ']');
}

static const char *state_of(const struct eab *eab, int64_t now_s)
{
    if (eab->revoked_s != 0)
        return "revoked";
    if (eab->expires_s != 0 && eab->expires_s <= now_s)
        return "expired";
    return eab->uses_left == 0 ? "used" : "open";
}

static void add_actions(struct json_out *w, unsigned actions)
{
    json_open(w, "actions", '[');
    for (int act = ACT_NEW; wish_words[act] != NULL; act++)
        if (actions == 0 || (actions & ACT_BIT(act)) != 0)
            json_add_string(w, NULL, wish_words[act]);
    json_close(w, ']');
}

static void add_budget(struct json_out *w, const struct eab *eab)
{
    if (eab->budget_orders == EAB_NO_BUDGET)
        return;
    json_open(w, "budget", '{');
    json_add_int(w, "new_orders", eab->budget_orders);
    json_add_int(w, "period_s", eab->budget_period_s);
    json_close(w, '}');
}

/* Where a client that says no profile is served: by the default one, or the first of the key's. */
static const char *directory_of(const struct admin_req *req, const struct eab *eab)
{
    const char *url = req->settings->external_url;

    if (eab_allows_profile(eab, req->settings->profiles[0].name))
        return mem_printf(req->mem, "%s/acme/directory", url);
    return mem_printf(
        req->mem, "%s/acme/%.*s/directory", url, (int)strcspn(eab->profiles, "\n"), eab->profiles);
}

/* "uses_left" and "budget" are left out when there is no bound. `key`: its MAC key, or NULL. */
static void add_eab(
    struct json_out *w, const struct admin_req *req, const struct eab *eab, const char *key)
{
    json_open(w, NULL, '{');
    json_add_string(w, "kid", eab->kid);
    json_add_string(w, "key", key);
    json_add_string(w, "state", state_of(eab, req->now_s));
    json_add_string(w, "tenant", eab->tenant);
    json_add_string(w, "label", eab->label);
    add_lines(w, req->mem, "names", eab->names);
    add_lines(w, req->mem, "profiles", eab->profiles);
    json_add_bool(w, "prevalidated", eab->prevalidated);
    if (eab->uses_left != EAB_UNLIMITED)
        json_add_int(w, "uses_left", eab->uses_left);
    add_actions(w, eab->actions);
    add_budget(w, eab);
    json_add_string(w, "given_name", admin_or_null(eab->recipient.given_name));
    json_add_string(w, "surname", admin_or_null(eab->recipient.surname));
    json_add_string(w, "organization", admin_or_null(eab->recipient.organization));
    json_add_int(w, "accounts", eab->accounts);
    json_add_time(w, "created", eab->created_s);
    json_add_time(w, "expires", eab->expires_s);
    json_add_time(w, "revoked", eab->revoked_s);
    if (key != NULL)
        json_add_string(w, "directory", directory_of(req, eab));
    json_close(w, '}');
}

static void answer_one(
    const struct admin_req *req, const struct eab *eab, const char *key, struct admin_resp *resp)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    add_eab(&w, req, eab, key);
    resp->body = buf_bytes(&b);
}

enum err_code admin_eab_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    struct json_out w;
    struct eab *list;
    struct buf b;
    size_t len;

    if (store_eab_list(tx, req->mem, &list, &len, e) != ERR_OK)
        return e->code;
    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_open(&w, "keys", '[');
    for (size_t i = 0; i < len; i++)
        add_eab(&w, req, &list[i], NULL);
    json_close(&w, ']');
    json_close(&w, '}');
    if (b.overflow)
        return err_set(e, ERR_TOO_LARGE, "there are too many external accounts to list");
    resp->body = buf_bytes(&b);
    return ERR_OK;
}

/* Reading. */

/* A word for people: printable ASCII. */
static enum err_code read_word(
    const struct json *at, const char *name, const char **out, struct err *e)
{
    if (json_read_string(at, name, JSON_OPTIONAL, out, e) != ERR_OK)
        return e->code;
    if (*out == NULL)
        *out = "";
    for (const char *p = *out; *p != '\0'; p++)
        if (*p < ' ' || *p > '~')
            return err_set(e, ERR_INPUT, "%s must be printable ASCII", name);
    if (strlen(*out) > WORD_MAX)
        return err_set(e, ERR_INPUT, "%s has more than %d characters", name, WORD_MAX);
    return ERR_OK;
}

/* A line of a list, as it will be stored. */
typedef enum err_code (*read_line)(
    struct admin_req *req, const char *text, const char **line, struct err *e);

static enum err_code read_name(
    struct admin_req *req, const char *text, const char **line, struct err *e)
{
    const struct identifier_rules rules = {
        .mail = strchr(text, '@') != NULL, .internal_names = true};
    struct identifier name;
    struct address address;
    const char *type = rules.mail ? "email" : address_parse(text, &address) ? "ip" : "dns";

    if (strncmp(text, "*.", 2) == 0)
        return err_set(e, ERR_INPUT,
            "\"%.100s\": name the domain itself, which stands for all names below it as well",
            text);
    if (identifier_read(req->mem, type, text, &rules, &name, e) != ERR_OK)
        return e->code;
    *line = name.value;
    return ERR_OK;
}

static enum err_code read_profile(
    struct admin_req *req, const char *text, const char **line, struct err *e)
{
    if (acme_profile_find(req->settings, text) == NULL)
        return err_set(e, ERR_INPUT, "there is no profile \"%.64s\"", text);
    *line = text;
    return ERR_OK;
}

static enum err_code read_lines(struct admin_req *req, const struct json *at, const char *name,
    read_line read, const char **out, struct err *e)
{
    struct json list, element;
    const char *text, *line = NULL;
    struct buf b;

    if (json_read_array(at, name, JSON_OPTIONAL, &list, e) != ERR_OK)
        return e->code;
    if (json_len(&list) > NAMES_MAX)
        return err_set(e, ERR_INPUT, "%s has more than %d entries", name, NAMES_MAX);
    buf_init(&b, req->mem, LINES_MAX);
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        if (json_as_string(&element, &text, e) != ERR_OK || read(req, text, &line, e) != ERR_OK)
            return e->code;
        buf_addf(&b, "%s%s", b.len == 0 ? "" : "\n", line);
    }
    *out = buf_text(&b);
    return ERR_OK;
}

static enum err_code read_bounds(
    struct admin_req *req, const struct json *at, struct eab *eab, struct err *e)
{
    int64_t lifetime_s;
    struct json uses;

    if (json_read_int(at, "uses", JSON_OPTIONAL, &eab->uses_left, e) != ERR_OK ||
        json_read_int(at, "lifetime_s", JSON_OPTIONAL, &lifetime_s, e) != ERR_OK)
        return e->code;
    json_member(at, "uses", &uses);
    if (json_absent(&uses))
        eab->uses_left = 1;
    if (eab->uses_left < EAB_UNLIMITED || eab->uses_left == 0 || eab->uses_left > USES_MAX)
        return err_set(e, ERR_INPUT, "uses must be 1 to %d, or -1 for any number", USES_MAX);
    if (lifetime_s < 0 || lifetime_s > LIFETIME_MAX)
        return err_set(e, ERR_INPUT, "lifetime_s must be at most a hundred years");
    eab->created_s = req->now_s;
    eab->expires_s = lifetime_s == 0 ? 0 : req->now_s + lifetime_s;
    return ERR_OK;
}

static enum err_code read_action(const struct json *at, unsigned *actions, struct err *e)
{
    int act = ACT_NEW;
    const char *text;

    if (json_as_string(at, &text, e) != ERR_OK)
        return e->code;
    while (wish_words[act] != NULL && strcmp(wish_words[act], text) != 0)
        act++;
    if (wish_words[act] == NULL)
        return err_set(
            e, ERR_INPUT, "\"%.64s\" is not an action: enroll, reissue, duplicate or renew", text);
    *actions |= ACT_BIT(act);
    return ERR_OK;
}

/* All of them are none in particular. */
static enum err_code read_actions(const struct json *at, unsigned *actions, struct err *e)
{
    struct json list, element;

    if (json_read_array(at, "actions", JSON_OPTIONAL, &list, e) != ERR_OK)
        return e->code;
    if (!json_absent(&list) && json_len(&list) == 0)
        return err_set(e, ERR_INPUT, "actions names none; leave it out for all");
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        if (read_action(&element, actions, e) != ERR_OK)
            return e->code;
    }
    if (*actions == ACTS_ALL)
        *actions = 0;
    return ERR_OK;
}

static enum err_code read_budget(const struct json *at, struct eab *eab, struct err *e)
{
    struct json budget;

    eab->budget_orders = EAB_NO_BUDGET;
    if (json_read_object(at, "budget", JSON_OPTIONAL, &budget, e) != ERR_OK || json_absent(&budget))
        return e->code;
    if (json_read_int(&budget, "new_orders", JSON_REQUIRED, &eab->budget_orders, e) != ERR_OK ||
        json_read_int(&budget, "period_s", JSON_REQUIRED, &eab->budget_period_s, e) != ERR_OK)
        return e->code;
    if (eab->budget_orders < 0 || eab->budget_orders > BUDGET_MAX)
        return err_set(e, ERR_INPUT, "budget.new_orders must be 0 to %d", BUDGET_MAX);
    if (eab->budget_period_s < 1 || eab->budget_period_s > PERIOD_MAX_S)
        return err_set(
            e, ERR_INPUT, "budget.period_s must be at least a second and at most ten years");
    if (eab->tenant[0] == '\0')
        return err_set(
            e, ERR_INPUT, "a budget is that of a tenant, for all its accounts together: say whose");
    return ERR_OK;
}

/* A person's name, in any script. */
static enum err_code read_person(
    const struct json *at, const char *name, const char **out, struct err *e)
{
    if (json_read_string(at, name, JSON_OPTIONAL, out, e) != ERR_OK)
        return e->code;
    if (*out == NULL)
        *out = "";
    for (const char *p = *out; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return err_set(e, ERR_INPUT, "%s has control characters", name);
    return strlen(*out) <= PERSON_MAX
               ? ERR_OK
               : err_set(e, ERR_INPUT, "%s has more than %d octets", name, PERSON_MAX);
}

/* One name alone is nobody's; a certificate would have half of it. */
static enum err_code read_recipient(const struct json *at, struct recipient *out, struct err *e)
{
    if (read_person(at, "given_name", &out->given_name, e) != ERR_OK ||
        read_person(at, "surname", &out->surname, e) != ERR_OK ||
        read_word(at, "organization", &out->organization, e) != ERR_OK)
        return e->code;
    if ((out->given_name[0] == '\0') != (out->surname[0] == '\0'))
        return err_set(e, ERR_INPUT, "given_name and surname: give both or none");
    if (out->organization[strspn(out->organization, "0123456789")] != '\0')
        return err_set(e, ERR_INPUT, "organization must be the vendor's number for it");
    return ERR_OK;
}

enum err_code admin_eab_prepare_create(struct admin_req *req, struct err *e)
{
    struct eab *eab = mem_new(req->mem, struct eab);
    struct json at;

    req->prepared = eab;
    if (json_parse(req->mem, req->body, "the body", &at, e) != ERR_OK)
        return e->code;
    if (!json_holds_object(&at))
        return err_set(e, ERR_INPUT, "the body must be a JSON object");
    if (read_word(&at, "tenant", &eab->tenant, e) != ERR_OK ||
        read_word(&at, "label", &eab->label, e) != ERR_OK ||
        read_lines(req, &at, "names", read_name, &eab->names, e) != ERR_OK ||
        read_lines(req, &at, "profiles", read_profile, &eab->profiles, e) != ERR_OK ||
        json_read_bool(&at, "prevalidated", JSON_OPTIONAL, &eab->prevalidated, e) != ERR_OK ||
        read_bounds(req, &at, eab, e) != ERR_OK || read_actions(&at, &eab->actions, e) != ERR_OK ||
        read_budget(&at, eab, e) != ERR_OK || read_recipient(&at, &eab->recipient, e) != ERR_OK)
        return e->code;
    if (eab->prevalidated && eab->names[0] == '\0')
        return err_set(e, ERR_INPUT,
            "a prevalidated key vouches for names without a challenge: say for which");
    return ERR_OK;
}

/* A command line would take a text that begins with '-' for an option. */
static char *make_key(void *mem, struct bytes *out)
{
    uint8_t *key = mem_alloc(mem, KEY_LEN, "mac_key");
    char *text;

    *out = (struct bytes){key, KEY_LEN};
    do {
        rand_bytes(key, KEY_LEN);
        text = b64url_encode(mem, *out);
    } while (text[0] == '-');
    return text;
}

static char *make_kid(void *mem)
{
    char *kid = mem_alloc(mem, 2 * KID_LEN + 1, "kid");
    uint8_t bytes[KID_LEN];

    rand_bytes(bytes, sizeof bytes);
    hex_encode(bytes, sizeof bytes, kid);
    return kid;
}

enum err_code admin_eab_create(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    struct eab *eab = req->prepared;
    char *key = make_key(req->mem, &eab->mac_key);

    eab->kid = make_kid(req->mem);
    if (store_eab_add(tx, eab, e) != ERR_OK)
        return e->code;
    log_info("eab_created", LOG_STR("kid", eab->kid), LOG_STR("tenant", eab->tenant),
        LOG_STR("label", eab->label), LOG_INT("uses", eab->uses_left),
        LOG_INT("prevalidated", eab->prevalidated));
    resp->status = 201;
    answer_one(req, eab, key, resp);
    return ERR_OK;
}

enum err_code admin_eab_revoke(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    struct eab eab;

    if (store_eab_by_kid(tx, req->mem, req->rest, &eab, e) != ERR_OK ||
        store_eab_revoke(tx, eab.id, req->now_s, e) != ERR_OK)
        return e->code;
    eab.revoked_s = req->now_s;
    log_info("eab_revoked", LOG_STR("kid", eab.kid), LOG_INT("accounts", eab.accounts));
    answer_one(req, &eab, NULL, resp);
    return ERR_OK;
}
