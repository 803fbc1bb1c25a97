/* facts_json - see facts_json.h. One function for each object of the document; each begins with the
 * list of the members that it may have. */
#include "policy/facts_json.h"

#include "base/mem.h"
#include "policy/decision.h"
#include "policy/inventory.h"
#include "policy/inventory_json.h"
#include "policy/names.h"
#include "policy/order_json.h"
#include "policy/reader.h"

#define TIMES_MAX 100000

static const char *const type_words[] = {"dns", "ip", "email", NULL};
static const char *const publishing_words[] = {"none", "dns", "http", NULL};

static enum err_code read_identifier(
    struct reader *r, const struct json *at, struct identifier *out)
{
    int type = IDENTIFIER_DNS;
    const char *text;
    struct json value;

    if (reader_object(r, at, MEMBERS("type", "value")) != ERR_OK ||
        reader_word(r, at, "type", type_words, &type) != ERR_OK ||
        json_read_string(at, "value", JSON_REQUIRED, &text, r->e) != ERR_OK)
        return r->e->code;
    json_member(at, "value", &value);
    out->type = (enum identifier_type)type;
    return reader_name(r, &value, text, &out->value);
}

static enum err_code read_identifiers(
    struct reader *r, const struct json *at, struct identifiers *out)
{
    struct json list;

    if (json_read_array(at, "identifiers", JSON_REQUIRED, &list, r->e) != ERR_OK)
        return r->e->code;
    out->len = json_len(&list);
    if (out->len == 0 || out->len > READER_NAMES_MAX)
        return json_complain(&list, r->e, "must have at least one element, and not thousands");
    out->list = mem_new_array(r->mem, struct identifier, out->len);
    for (size_t i = 0; i < out->len; i++) {
        struct json element;

        json_element(&list, i, &element);
        if (read_identifier(r, &element, &out->list[i]) != ERR_OK)
            return r->e->code;
    }
    names_sort(out);
    return ERR_OK;
}

/* The profile and what is preferred. */

static enum err_code read_profile(struct reader *r, const struct json *root, struct profile *out)
{
    static const char *const account_words[] = {"none", "account", NULL};
    int level = LEVEL_UNKNOWN, publishing = PUBLISHING_NONE, approval = 0;
    struct json at;

    if (json_read_object(root, "profile", JSON_OPTIONAL, &at, r->e) != ERR_OK || json_absent(&at))
        return r->e->code;
    if (reader_object(
            r, &at, MEMBERS("product", "validation", "brand", "free", "publishing", "approval")) !=
            ERR_OK ||
        reader_text(r, &at, "product", &out->product) != ERR_OK ||
        reader_text(r, &at, "brand", &out->brand) != ERR_OK ||
        reader_word(r, &at, "validation", order_level_words, &level) != ERR_OK ||
        json_read_bool(&at, "free", JSON_OPTIONAL, &out->free, r->e) != ERR_OK ||
        reader_word(r, &at, "publishing", publishing_words, &publishing) != ERR_OK ||
        reader_word(r, &at, "approval", account_words, &approval) != ERR_OK)
        return r->e->code;
    out->level = (enum level)level;
    out->publishing = (enum publishing)publishing;
    out->account_approves = approval != 0;
    return ERR_OK;
}

static enum err_code read_budget(
    struct reader *r, const struct json *at, const char *name, struct budget *out)
{
    struct json budget;

    if (json_read_object(at, name, JSON_OPTIONAL, &budget, r->e) != ERR_OK || json_absent(&budget))
        return r->e->code;
    if (out->new_orders < 0)
        *out = (struct budget){.new_orders = 10, .period_s = 30 * DAY_S};
    if (reader_object(r, &budget, MEMBERS("new_orders", "period")) != ERR_OK ||
        reader_count(r, &budget, "new_orders", &out->new_orders) != ERR_OK)
        return r->e->code;
    return reader_span(r, &budget, "period", &out->period_s);
}

static enum err_code read_part(
    struct reader *r, const struct json *at, const char *name, double *out)
{
    struct json member;

    json_member(at, name, &member);
    if (json_absent(&member))
        return ERR_OK;
    if (json_read_number(at, name, JSON_REQUIRED, out, r->e) != ERR_OK)
        return r->e->code;
    return *out >= 0 && *out <= 1 ? ERR_OK : json_complain(&member, r->e, "must be 0 to 1");
}

static enum err_code read_caps(
    struct reader *r, const struct json *member, struct validity_caps *out)
{
    const char *text;

    if (json_as_string(member, &text, r->e) != ERR_OK)
        return r->e->code;
    return preferences_parse_caps(text, out)
               ? ERR_OK
               : json_complain(member, r->e,
                     "must be spans with days in order, the first without, such as 397d, 99d from "
                     "2027-03-15");
}

static enum err_code read_preference(struct reader *r, const struct json *at,
    const struct preference_key *key, struct preferences *out)
{
    void *place = (char *)out + key->offset;
    struct json member;

    json_member(at, key->name, &member);
    if (json_absent(&member))
        return ERR_OK;
    switch (key->kind) {
    case PREFERENCE_WORD:
        return reader_word_at(r, &member, key->words, place);
    case PREFERENCE_BOOL:
        return json_read_bool(at, key->name, JSON_REQUIRED, place, r->e);
    case PREFERENCE_SPAN:
        return reader_span(r, at, key->name, place);
    case PREFERENCE_PART:
        return read_part(r, at, key->name, place);
    case PREFERENCE_CAPS:
        return read_caps(r, &member, place);
    }
    return ERR_OK;
}

#define PREFERENCES_MAX 32

static enum err_code read_preferences(struct reader *r, const struct json *root, struct facts *out)
{
    const char *members[PREFERENCES_MAX] = {"budget"}, *why, *faulty;
    struct preferences *p = &out->preferences;
    struct json at, member;

    preferences_init(p);
    if (json_read_object(root, "preferences", JSON_OPTIONAL, &at, r->e) != ERR_OK)
        return r->e->code;
    for (size_t i = 0; preference_keys[i].name != NULL; i++)
        members[i + 1] = preference_keys[i].name;
    if (!json_absent(&at) && (json_only(&at, members, r->e) != ERR_OK ||
                                 read_budget(r, &at, "budget", &p->budget) != ERR_OK))
        return r->e->code;
    for (size_t i = 0; preference_keys[i].name != NULL && !json_absent(&at); i++)
        if (read_preference(r, &at, &preference_keys[i], p) != ERR_OK)
            return r->e->code;
    faulty = preferences_fault(out->vendor, p, &why);
    if (faulty != NULL) {
        json_member(&at, faulty, &member);
        return json_complain(&member, r->e, why);
    }
    preferences_complete(out->vendor, p);
    return ERR_OK;
}

/* What was spent. */

static enum err_code read_times(
    struct reader *r, const struct json *at, const char *name, const int64_t **out, size_t *len)
{
    int64_t *times;
    struct json list;

    if (reader_list(r, at, name, TIMES_MAX, &list) != ERR_OK)
        return r->e->code;
    *len = json_len(&list);
    *out = times = mem_new_array(r->mem, int64_t, *len + 1);
    for (size_t i = 0; i < *len; i++) {
        struct json element;

        json_element(&list, i, &element);
        if (reader_time_at(r, &element, &times[i]) != ERR_OK)
            return r->e->code;
    }
    return ERR_OK;
}

static enum err_code read_spent(struct reader *r, const struct json *root, struct spent *out)
{
    struct json at;

    if (json_read_object(root, "spent", JSON_OPTIONAL, &at, r->e) != ERR_OK || json_absent(&at))
        return r->e->code;
    if (reader_object(r, &at, MEMBERS("upstream", "tenant")) != ERR_OK ||
        read_times(r, &at, "upstream", &out->upstream_s, &out->upstream_len) != ERR_OK)
        return r->e->code;
    return read_times(r, &at, "tenant", &out->tenant_s, &out->tenant_len);
}

/* The request. */

static enum err_code read_key(struct reader *r, const struct json *request, struct request *out)
{
    struct json at;

    if (json_read_object(request, "key", JSON_OPTIONAL, &at, r->e) != ERR_OK || json_absent(&at))
        return r->e->code;
    if (reader_object(r, &at, MEMBERS("spki", "algorithm", "size")) != ERR_OK ||
        reader_text(r, &at, "spki", &out->spki) != ERR_OK ||
        reader_text(r, &at, "algorithm", &out->key_algorithm) != ERR_OK)
        return r->e->code;
    return reader_count(r, &at, "size", &out->key_size);
}

static enum err_code read_admitted_names(
    struct reader *r, const struct json *at, struct binding *out)
{
    struct json list;
    const char **names;

    if (reader_list(r, at, "names", READER_NAMES_MAX, &list) != ERR_OK)
        return r->e->code;
    out->bounds_names = !json_absent(&list);
    out->names_len = json_len(&list);
    out->names = names = mem_new_array(r->mem, const char *, out->names_len + 1);
    for (size_t i = 0; i < out->names_len; i++) {
        struct json element;
        const char *text;

        json_element(&list, i, &element);
        if (json_as_string(&element, &text, r->e) != ERR_OK ||
            reader_name(r, &element, text, &names[i]) != ERR_OK)
            return r->e->code;
    }
    return ERR_OK;
}

/* A list that is there and empty allows nothing. */
#define NO_ACT ACT_BIT(ACT_NONE)

static enum err_code read_allowed_acts(struct reader *r, const struct json *at, struct binding *out)
{
    struct json list;

    if (reader_list(r, at, "actions", 16, &list) != ERR_OK)
        return r->e->code;
    out->acts = json_absent(&list) ? 0 : NO_ACT;
    for (size_t i = 0; i < json_len(&list); i++) {
        struct json element;
        int act = ACT_NONE;

        json_element(&list, i, &element);
        if (reader_word_at(r, &element, wish_words, &act) != ERR_OK)
            return r->e->code;
        out->acts |= ACT_BIT(act);
    }
    return ERR_OK;
}

static enum err_code read_binding(struct reader *r, const struct json *request, struct binding *out)
{
    struct json at;

    out->budget.new_orders = -1;
    if (json_read_object(request, "eab", JSON_OPTIONAL, &at, r->e) != ERR_OK || json_absent(&at))
        return r->e->code;
    if (reader_object(r, &at, MEMBERS("names", "actions", "budget")) != ERR_OK ||
        read_admitted_names(r, &at, out) != ERR_OK || read_allowed_acts(r, &at, out) != ERR_OK)
        return r->e->code;
    return read_budget(r, &at, "budget", &out->budget);
}

static enum err_code read_request(struct reader *r, const struct json *root, struct request *out)
{
    int outright = ACT_NONE;
    struct json at;

    if (json_read_object(root, "request", JSON_REQUIRED, &at, r->e) != ERR_OK ||
        reader_object(r, &at,
            MEMBERS("tenant", "account", "identifiers", "key", "action", "order_id", "replaces",
                "eab")) != ERR_OK ||
        reader_text(r, &at, "tenant", &out->tenant) != ERR_OK ||
        reader_text(r, &at, "account", &out->account) != ERR_OK ||
        read_identifiers(r, &at, &out->names) != ERR_OK || read_key(r, &at, out) != ERR_OK ||
        reader_word(r, &at, "action", wish_words, &outright) != ERR_OK ||
        reader_text(r, &at, "order_id", &out->order_id) != ERR_OK ||
        reader_text(r, &at, "replaces", &out->replaces) != ERR_OK)
        return r->e->code;
    out->outright = (enum act)outright;
    return read_binding(r, &at, &out->binding);
}

static enum err_code read_vendor(struct reader *r, const struct json *root, enum vendor *out)
{
    struct json member;
    int vendor = VENDOR_LOCAL;

    json_member(root, "upstream", &member);
    if (json_absent(&member))
        return json_complain(&member, r->e, "is missing");
    if (reader_word_at(r, &member, vendor_words, &vendor) != ERR_OK)
        return r->e->code;
    *out = (enum vendor)vendor;
    return ERR_OK;
}

static enum err_code read_now(struct reader *r, const struct json *root, int64_t *out)
{
    struct json member;

    json_member(root, "now", &member);
    if (json_absent(&member))
        return json_complain(&member, r->e, "is missing");
    return reader_time_at(r, &member, out);
}

enum err_code facts_read(void *mem, struct bytes text, const struct public_suffixes *suffixes,
    struct facts *out, struct err *e)
{
    struct reader r = {mem, e, false};
    const struct vendor_order *orders;
    struct json root;
    size_t len;

    *out = (struct facts){.suffixes = suffixes};
    if (json_parse(mem, text, "the facts", &root, e) != ERR_OK ||
        reader_object(&r, &root,
            MEMBERS("now", "upstream", "profile", "preferences", "validations", "spent", "request",
                "orders")) != ERR_OK ||
        read_now(&r, &root, &out->now_s) != ERR_OK ||
        read_vendor(&r, &root, &out->vendor) != ERR_OK ||
        read_profile(&r, &root, &out->profile) != ERR_OK ||
        read_preferences(&r, &root, out) != ERR_OK ||
        validations_json_read(&r, &root, &out->validations) != ERR_OK ||
        read_spent(&r, &root, &out->spent) != ERR_OK ||
        read_request(&r, &root, &out->request) != ERR_OK ||
        orders_json_read(&r, &root, &orders, &len) != ERR_OK)
        return e->code;
    out->inventory = inventory_new(mem, orders, len, suffixes);
    return ERR_OK;
}
