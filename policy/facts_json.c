/* facts_json - see facts_json.h. One function for each object of the document; each begins with the
 * list of the members that it may have. */
#include "policy/facts_json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/unit.h"
#include "policy/decision.h"
#include "policy/inventory.h"
#include "policy/names.h"

#define CERTIFICATES_MAX 10000
#define TIMES_MAX        100000
#define NAME_LEN_MAX     320 /* the longest e-mail address */

struct reader {
    void *mem;
    struct err *e;
    bool inventory; /* orders are to be kept: what is theirs has an id, and ids stand once */
};

#define MEMBERS(...)                                                                               \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/* Values. */

const char *const facts_level_words[] = {"", "DV", "OV", "EV", "client", NULL};
const char *const facts_act_words[] = {"", "new", "reissue", "duplicate", "renew", NULL};
const char *const facts_standing_words[] = {
    "issued", "pending", "rejected", "canceled", "revoked", "expired", "refunded", "prepaid", NULL};
static const char *const source_words[] = {"vendor", "upload", NULL};
const char *const facts_certificate_words[] = {"original", "reissue", "duplicate", "renewal", NULL};
const char *const facts_name_kind_words[] = {
    "", "single", "wildcard", "multi", "multi-domain", NULL};
static const char *const type_words[] = {"dns", "ip", "email", NULL};
static const char *const publishing_words[] = {"none", "dns", "http", NULL};

static enum err_code complain_of_word(
    struct reader *r, const struct json *at, const char *const words[])
{
    struct buf b;

    buf_init(&b, r->mem, 512);
    buf_add_text(&b, "must be ");
    for (size_t i = 0; words[i] != NULL || i == 0; i++)
        if (words[i] != NULL && words[i][0] != '\0')
            buf_addf(&b, "%s%s", b.len == strlen("must be ") ? "" : ", ", words[i]);
    return json_complain(at, r->e, buf_text(&b));
}

/* The place as one of the words; the empty ones stand for what is not said. */
static enum err_code read_word_at(
    struct reader *r, const struct json *at, const char *const words[], int *out)
{
    const char *text;

    if (json_as_string(at, &text, r->e) != ERR_OK)
        return r->e->code;
    for (int i = 0; words[i] != NULL || i == 0; i++)
        if (words[i] != NULL && words[i][0] != '\0' && strcmp(words[i], text) == 0) {
            *out = i;
            return ERR_OK;
        }
    return complain_of_word(r, at, words);
}

/* A member as one of the words; absent: *out stays. */
static enum err_code read_word(
    struct reader *r, const struct json *at, const char *name, const char *const words[], int *out)
{
    struct json member;

    json_member(at, name, &member);
    return json_absent(&member) ? ERR_OK : read_word_at(r, &member, words, out);
}

static enum err_code read_time_at(struct reader *r, const struct json *at, int64_t *out)
{
    const char *text;

    if (json_as_string(at, &text, r->e) != ERR_OK)
        return r->e->code;
    if (!clock_parse(text, out))
        return json_complain(at, r->e, "must be a time such as 2026-11-21T00:00:00Z");
    return *out > 0 ? ERR_OK : json_complain(at, r->e, "must be a time after 1970");
}

/* A member as a time; absent: 0. */
static enum err_code read_time(
    struct reader *r, const struct json *at, const char *name, int64_t *out)
{
    struct json member;

    *out = 0;
    json_member(at, name, &member);
    return json_absent(&member) ? ERR_OK : read_time_at(r, &member, out);
}

static enum err_code read_span(
    struct reader *r, const struct json *at, const char *name, int64_t *out)
{
    struct json member;
    const char *text;

    json_member(at, name, &member);
    if (json_absent(&member))
        return ERR_OK;
    if (json_as_string(&member, &text, r->e) != ERR_OK)
        return r->e->code;
    return unit_parse_duration(text, out)
               ? ERR_OK
               : json_complain(&member, r->e, "must be a span such as 30d or 12h");
}

static enum err_code read_text(
    struct reader *r, const struct json *at, const char *name, const char **out)
{
    return json_read_string(at, name, JSON_OPTIONAL, out, r->e);
}

static enum err_code read_count(
    struct reader *r, const struct json *at, const char *name, int64_t *out)
{
    struct json member;

    json_member(at, name, &member);
    if (json_absent(&member))
        return ERR_OK;
    if (json_read_int(at, name, JSON_REQUIRED, out, r->e) != ERR_OK)
        return r->e->code;
    return *out >= 0 && *out <= 1000000 ? ERR_OK
                                        : json_complain(&member, r->e, "must be 0 to 1000000");
}

/* A list of at most so many. */
static enum err_code read_list(
    struct reader *r, const struct json *at, const char *name, size_t max, struct json *out)
{
    if (json_read_array(at, name, JSON_OPTIONAL, out, r->e) != ERR_OK)
        return r->e->code;
    return json_len(out) <= max ? ERR_OK : json_complain(out, r->e, "has too many elements");
}

/* An object's own check: it is one, and has no members but these. */
static enum err_code check_object(
    struct reader *r, const struct json *at, const char *const members[])
{
    if (!json_holds_object(at))
        return json_complain(at, r->e, "must be an object");
    return json_only(at, members, r->e);
}

/* Names. */

/* In lower case, without space or control; what it may look like beyond that is the server's
 * business. */
static enum err_code read_name_value(
    struct reader *r, const struct json *at, const char *text, const char **out)
{
    char *lower = mem_strdup(r->mem, text);

    if (text[0] == '\0' || strlen(text) > NAME_LEN_MAX)
        return json_complain(at, r->e, "must be a name");
    for (char *p = lower; *p != '\0'; p++) {
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
            return json_complain(at, r->e, "must be a name, in A-labels");
        *p = (char)tolower((unsigned char)*p);
    }
    *out = lower;
    return ERR_OK;
}

/* An order's names are bare: what they are shows. */
static enum identifier_type type_of(const char *name)
{
    if (strchr(name, '@') != NULL)
        return IDENTIFIER_EMAIL;
    return strchr(name, ':') != NULL || name[strspn(name, "0123456789.")] == '\0' ? IDENTIFIER_IP
                                                                                  : IDENTIFIER_DNS;
}

static enum err_code read_names(
    struct reader *r, const struct json *at, const char *name, struct identifiers *out)
{
    struct json list;

    if (read_list(r, at, name, FACTS_NAMES_MAX, &list) != ERR_OK)
        return r->e->code;
    out->len = json_len(&list);
    out->list = mem_new_array(r->mem, struct identifier, out->len + 1);
    for (size_t i = 0; i < out->len; i++) {
        struct json element;
        const char *text;

        json_element(&list, i, &element);
        if (json_as_string(&element, &text, r->e) != ERR_OK ||
            read_name_value(r, &element, text, &out->list[i].value) != ERR_OK)
            return r->e->code;
        out->list[i].type = type_of(out->list[i].value);
    }
    names_sort(out);
    return ERR_OK;
}

static enum err_code read_identifier(
    struct reader *r, const struct json *at, struct identifier *out)
{
    int type = IDENTIFIER_DNS;
    const char *text;
    struct json value;

    if (check_object(r, at, MEMBERS("type", "value")) != ERR_OK ||
        read_word(r, at, "type", type_words, &type) != ERR_OK ||
        json_read_string(at, "value", JSON_REQUIRED, &text, r->e) != ERR_OK)
        return r->e->code;
    json_member(at, "value", &value);
    out->type = (enum identifier_type)type;
    return read_name_value(r, &value, text, &out->value);
}

static enum err_code read_identifiers(
    struct reader *r, const struct json *at, struct identifiers *out)
{
    struct json list;

    if (json_read_array(at, "identifiers", JSON_REQUIRED, &list, r->e) != ERR_OK)
        return r->e->code;
    out->len = json_len(&list);
    if (out->len == 0 || out->len > FACTS_NAMES_MAX)
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
    int level = LEVEL_UNKNOWN, publishing = PUBLISHING_NONE;
    struct json at;

    if (json_read_object(root, "profile", JSON_OPTIONAL, &at, r->e) != ERR_OK || json_absent(&at))
        return r->e->code;
    if (check_object(r, &at, MEMBERS("product", "validation", "brand", "publishing")) != ERR_OK ||
        read_text(r, &at, "product", &out->product) != ERR_OK ||
        read_text(r, &at, "brand", &out->brand) != ERR_OK ||
        read_word(r, &at, "validation", facts_level_words, &level) != ERR_OK ||
        read_word(r, &at, "publishing", publishing_words, &publishing) != ERR_OK)
        return r->e->code;
    out->level = (enum level)level;
    out->publishing = (enum publishing)publishing;
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
    if (check_object(r, &budget, MEMBERS("new_orders", "period")) != ERR_OK ||
        read_count(r, &budget, "new_orders", &out->new_orders) != ERR_OK)
        return r->e->code;
    return read_span(r, &budget, "period", &out->period_s);
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
        return read_word_at(r, &member, key->words, place);
    case PREFERENCE_BOOL:
        return json_read_bool(at, key->name, JSON_REQUIRED, place, r->e);
    case PREFERENCE_SPAN:
        return read_span(r, at, key->name, place);
    case PREFERENCE_PART:
        return read_part(r, at, key->name, place);
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

/* Validations, and what was spent. */

static enum err_code read_domain(
    struct reader *r, const struct json *at, struct validated_domain *out)
{
    struct json name;
    const char *text;

    if (check_object(r, at, MEMBERS("name", "until")) != ERR_OK ||
        json_read_string(at, "name", JSON_REQUIRED, &text, r->e) != ERR_OK ||
        read_time(r, at, "until", &out->until_s) != ERR_OK)
        return r->e->code;
    json_member(at, "name", &name);
    return read_name_value(r, &name, text, &out->name);
}

static enum err_code read_validations(
    struct reader *r, const struct json *root, struct validations *out)
{
    struct validated_domain *domains;
    struct json at, list;

    if (json_read_object(root, "validations", JSON_OPTIONAL, &at, r->e) != ERR_OK ||
        json_absent(&at))
        return r->e->code;
    if (check_object(r, &at, MEMBERS("organization_until", "domains")) != ERR_OK ||
        read_time(r, &at, "organization_until", &out->organization_until_s) != ERR_OK ||
        read_list(r, &at, "domains", FACTS_NAMES_MAX, &list) != ERR_OK)
        return r->e->code;
    out->lists_domains = !json_absent(&list);
    out->domains_len = json_len(&list);
    out->domains = domains = mem_new_array(r->mem, struct validated_domain, out->domains_len + 1);
    for (size_t i = 0; i < out->domains_len; i++) {
        struct json element;

        json_element(&list, i, &element);
        if (read_domain(r, &element, &domains[i]) != ERR_OK)
            return r->e->code;
    }
    return ERR_OK;
}

static enum err_code read_times(
    struct reader *r, const struct json *at, const char *name, const int64_t **out, size_t *len)
{
    int64_t *times;
    struct json list;

    if (read_list(r, at, name, TIMES_MAX, &list) != ERR_OK)
        return r->e->code;
    *len = json_len(&list);
    *out = times = mem_new_array(r->mem, int64_t, *len + 1);
    for (size_t i = 0; i < *len; i++) {
        struct json element;

        json_element(&list, i, &element);
        if (read_time_at(r, &element, &times[i]) != ERR_OK)
            return r->e->code;
    }
    return ERR_OK;
}

static enum err_code read_spent(struct reader *r, const struct json *root, struct spent *out)
{
    struct json at;

    if (json_read_object(root, "spent", JSON_OPTIONAL, &at, r->e) != ERR_OK || json_absent(&at))
        return r->e->code;
    if (check_object(r, &at, MEMBERS("upstream", "tenant")) != ERR_OK ||
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
    if (check_object(r, &at, MEMBERS("spki", "algorithm", "size")) != ERR_OK ||
        read_text(r, &at, "spki", &out->spki) != ERR_OK ||
        read_text(r, &at, "algorithm", &out->key_algorithm) != ERR_OK)
        return r->e->code;
    return read_count(r, &at, "size", &out->key_size);
}

static enum err_code read_admitted_names(
    struct reader *r, const struct json *at, struct binding *out)
{
    struct json list;
    const char **names;

    if (read_list(r, at, "names", FACTS_NAMES_MAX, &list) != ERR_OK)
        return r->e->code;
    out->bounds_names = !json_absent(&list);
    out->names_len = json_len(&list);
    out->names = names = mem_new_array(r->mem, const char *, out->names_len + 1);
    for (size_t i = 0; i < out->names_len; i++) {
        struct json element;
        const char *text;

        json_element(&list, i, &element);
        if (json_as_string(&element, &text, r->e) != ERR_OK ||
            read_name_value(r, &element, text, &names[i]) != ERR_OK)
            return r->e->code;
    }
    return ERR_OK;
}

/* A list that is there and empty allows nothing. */
#define NO_ACT ACT_BIT(ACT_NONE)

static enum err_code read_allowed_acts(struct reader *r, const struct json *at, struct binding *out)
{
    struct json list;

    if (read_list(r, at, "actions", 16, &list) != ERR_OK)
        return r->e->code;
    out->acts = json_absent(&list) ? 0 : NO_ACT;
    for (size_t i = 0; i < json_len(&list); i++) {
        struct json element;
        int act = ACT_NONE;

        json_element(&list, i, &element);
        if (read_word_at(r, &element, wish_words, &act) != ERR_OK)
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
    if (check_object(r, &at, MEMBERS("names", "actions", "budget")) != ERR_OK ||
        read_admitted_names(r, &at, out) != ERR_OK || read_allowed_acts(r, &at, out) != ERR_OK)
        return r->e->code;
    return read_budget(r, &at, "budget", &out->budget);
}

static enum err_code read_request(struct reader *r, const struct json *root, struct request *out)
{
    int outright = ACT_NONE;
    struct json at;

    if (json_read_object(root, "request", JSON_REQUIRED, &at, r->e) != ERR_OK ||
        check_object(r, &at,
            MEMBERS("tenant", "account", "identifiers", "key", "action", "order_id", "replaces",
                "eab")) != ERR_OK ||
        read_text(r, &at, "tenant", &out->tenant) != ERR_OK ||
        read_text(r, &at, "account", &out->account) != ERR_OK ||
        read_identifiers(r, &at, &out->names) != ERR_OK || read_key(r, &at, out) != ERR_OK ||
        read_word(r, &at, "action", wish_words, &outright) != ERR_OK ||
        read_text(r, &at, "order_id", &out->order_id) != ERR_OK ||
        read_text(r, &at, "replaces", &out->replaces) != ERR_OK)
        return r->e->code;
    out->outright = (enum act)outright;
    return read_binding(r, &at, &out->binding);
}

/* Orders. */

static bool says(const struct json *at, const char *name)
{
    struct json member;

    json_member(at, name, &member);
    return !json_absent(&member);
}

/* What has an id, as far as the search for twins needs it. */
struct identified {
    const char *id;
    size_t index;
};

static int compare_identified(const void *left, const void *right)
{
    const struct identified *a = left, *b = right;
    int order = strcmp(a->id, b->id);

    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Merging the same file twice must change nothing the second time: so no id stands twice. */
static enum err_code check_ids(
    struct reader *r, const struct json *list, struct identified *ids, size_t len)
{
    struct json element, member;

    qsort(ids, len, sizeof *ids, compare_identified);
    for (size_t i = 1; i < len; i++) {
        if (strcmp(ids[i].id, ids[i - 1].id) != 0)
            continue;
        json_element(list, ids[i].index, &element);
        json_member(&element, "id", &member);
        return json_complain(&member, r->e, "is that of an earlier one as well");
    }
    return ERR_OK;
}

static enum err_code check_certificate_ids(
    struct reader *r, const struct json *list, const struct vendor_order *order)
{
    struct identified *ids = mem_new_array(r->mem, struct identified, order->certificates_len + 1);

    for (size_t i = 0; i < order->certificates_len; i++)
        ids[i] = (struct identified){order->certificates[i].id, i};
    return check_ids(r, list, ids, order->certificates_len);
}

static enum err_code read_certificate(
    struct reader *r, const struct json *at, struct vendor_certificate *out)
{
    int kind = CERTIFICATE_ORIGINAL;
    struct json member;

    if (check_object(r, at,
            MEMBERS("id", "kind", "spki", "holder", "not_before", "not_after", "revoked",
                "revoke_at")) != ERR_OK ||
        read_text(r, at, "id", &out->id) != ERR_OK ||
        read_word(r, at, "kind", facts_certificate_words, &kind) != ERR_OK ||
        read_text(r, at, "spki", &out->spki) != ERR_OK ||
        read_text(r, at, "holder", &out->holder) != ERR_OK ||
        read_time(r, at, "not_before", &out->not_before_s) != ERR_OK ||
        read_time(r, at, "not_after", &out->not_after_s) != ERR_OK ||
        json_read_bool(at, "revoked", JSON_OPTIONAL, &out->revoked, r->e) != ERR_OK)
        return r->e->code;
    if (out->id == NULL && r->inventory) {
        json_member(at, "id", &member);
        return json_complain(&member, r->e, "is missing");
    }
    if (out->id == NULL)
        out->id = "(without id)";
    out->kind = (enum certificate_kind)kind;
    out->said = says(at, "kind") ? SAID_KIND : 0;
    return read_time(r, at, "revoke_at", &out->revoke_at_s);
}

static enum err_code read_certificates(
    struct reader *r, const struct json *at, struct vendor_order *out)
{
    struct vendor_certificate *certificates;
    struct json list;

    if (read_list(r, at, "certificates", CERTIFICATES_MAX, &list) != ERR_OK)
        return r->e->code;
    out->certificates_len = json_len(&list);
    out->certificates = certificates =
        mem_new_array(r->mem, struct vendor_certificate, out->certificates_len + 1);
    for (size_t i = 0; i < out->certificates_len; i++) {
        struct json element;

        json_element(&list, i, &element);
        if (read_certificate(r, &element, &certificates[i]) != ERR_OK)
            return r->e->code;
    }
    return r->inventory ? check_certificate_ids(r, &list, out) : ERR_OK;
}

static enum err_code read_action(struct reader *r, const struct json *at, struct vendor_action *out)
{
    struct json member;
    int act = ACT_NONE;

    if (check_object(r, at, MEMBERS("action", "spki", "account", "since")) != ERR_OK)
        return r->e->code;
    json_member(at, "action", &member);
    if (json_absent(&member))
        return json_complain(&member, r->e, "is missing");
    if (read_word_at(r, &member, facts_act_words, &act) != ERR_OK ||
        read_text(r, at, "spki", &out->spki) != ERR_OK ||
        read_text(r, at, "account", &out->account) != ERR_OK)
        return r->e->code;
    out->act = (enum act)act;
    return read_time(r, at, "since", &out->since_s);
}

/* Nothing, one action, or a list of them. */
static enum err_code read_in_process(
    struct reader *r, const struct json *at, struct vendor_order *out)
{
    struct vendor_action *actions;
    struct json member, list;

    json_member(at, "in_process", &member);
    if (member.node != NULL)
        out->said |= SAID_IN_PROCESS;
    if (json_absent(&member))
        return ERR_OK;
    if (json_holds_object(&member)) {
        out->in_process = actions = mem_new(r->mem, struct vendor_action);
        out->in_process_len = 1;
        return read_action(r, &member, actions);
    }
    if (read_list(r, at, "in_process", CERTIFICATES_MAX, &list) != ERR_OK)
        return r->e->code;
    out->in_process_len = json_len(&list);
    out->in_process = actions =
        mem_new_array(r->mem, struct vendor_action, out->in_process_len + 1);
    for (size_t i = 0; i < out->in_process_len; i++) {
        struct json element;

        json_element(&list, i, &element);
        if (read_action(r, &element, &actions[i]) != ERR_OK)
            return r->e->code;
    }
    return ERR_OK;
}

static enum err_code read_order_times(
    struct reader *r, const struct json *at, struct vendor_order *out)
{
    const struct {
        const char *name;
        int64_t *time_s;
    } times[] = {
        {"first_issued", &out->first_issued_s},
        {"order_end", &out->order_end_s},
        {"domain_validation_until", &out->domain_validation_until_s},
        {"organization_validation_until", &out->organization_validation_until_s},
    };

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (read_time(r, at, times[i].name, times[i].time_s) != ERR_OK)
            return r->e->code;
    return ERR_OK;
}

/* Which of the members were there whose absence could not be told from their zero. */
static unsigned said_by(const struct json *at)
{
    static const struct {
        const char *name;
        unsigned bit;
    } members[] = {
        {"source", SAID_SOURCE},
        {"free", SAID_FREE},
        {"status", SAID_STANDING},
        {"automatic_validation", SAID_AUTOMATIC},
        {"duplicates_allowed", SAID_DUPLICATES},
        {"renewed", SAID_RENEWED},
    };
    unsigned said = 0;

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (says(at, members[i].name))
            said |= members[i].bit;
    return said;
}

static enum err_code read_order_words(
    struct reader *r, const struct json *at, struct vendor_order *out)
{
    int source = 0, level = LEVEL_UNKNOWN, kind = NAMES_UNKNOWN, standing = STANDING_ISSUED;

    if (read_word(r, at, "source", source_words, &source) != ERR_OK ||
        read_word(r, at, "validation", facts_level_words, &level) != ERR_OK ||
        read_word(r, at, "name_kind", facts_name_kind_words, &kind) != ERR_OK ||
        read_word(r, at, "status", facts_standing_words, &standing) != ERR_OK)
        return r->e->code;
    out->uploaded = source == 1;
    out->level = (enum level)level;
    out->name_kind = kind > NAMES_MULTI ? NAMES_MULTI : (enum name_kind)kind;
    out->standing = (enum standing)standing;
    return ERR_OK;
}

static enum err_code read_order_flags(
    struct reader *r, const struct json *at, struct vendor_order *out)
{
    bool duplicates;
    struct json member;

    if (json_read_bool(at, "free", JSON_OPTIONAL, &out->free, r->e) != ERR_OK ||
        json_read_bool(at, "renewed", JSON_OPTIONAL, &out->renewed, r->e) != ERR_OK ||
        json_read_bool(at, "automatic_validation", JSON_OPTIONAL, &out->automatic_validation,
            r->e) != ERR_OK ||
        json_read_bool(at, "duplicates_allowed", JSON_OPTIONAL, &duplicates, r->e) != ERR_OK)
        return r->e->code;
    json_member(at, "duplicates_allowed", &member);
    out->no_duplicates = !json_absent(&member) && !duplicates;
    return ERR_OK;
}

static enum err_code read_order(struct reader *r, const struct json *at, struct vendor_order *out)
{
    if (check_object(r, at,
            MEMBERS("id", "tenant", "source", "product", "validation", "brand", "name_kind", "free",
                "status", "names", "issued_names", "first_issued", "order_end", "plan_years",
                "domain_validation_until", "organization_validation_until", "automatic_validation",
                "duplicates_allowed", "in_process", "renewed", "certificates")) != ERR_OK ||
        json_read_string(at, "id", JSON_REQUIRED, &out->id, r->e) != ERR_OK ||
        read_text(r, at, "tenant", &out->tenant) != ERR_OK ||
        read_text(r, at, "product", &out->product) != ERR_OK ||
        read_text(r, at, "brand", &out->brand) != ERR_OK ||
        read_count(r, at, "plan_years", &out->plan_years) != ERR_OK ||
        read_names(r, at, "names", &out->names) != ERR_OK ||
        read_names(r, at, "issued_names", &out->issued_names) != ERR_OK ||
        read_order_words(r, at, out) != ERR_OK || read_order_flags(r, at, out) != ERR_OK ||
        read_order_times(r, at, out) != ERR_OK || read_in_process(r, at, out) != ERR_OK)
        return r->e->code;
    out->said |= said_by(at);
    return read_certificates(r, at, out);
}

static enum err_code read_orders(
    struct reader *r, const struct json *root, const struct vendor_order **out, size_t *len)
{
    struct vendor_order *orders;
    struct identified *ids;
    struct json list;

    if (read_list(r, root, "orders", FACTS_ORDERS_MAX, &list) != ERR_OK)
        return r->e->code;
    *len = json_len(&list);
    *out = orders = mem_new_array(r->mem, struct vendor_order, *len + 1);
    ids = mem_new_array(r->mem, struct identified, *len + 1);
    for (size_t i = 0; i < *len; i++) {
        struct json element;

        json_element(&list, i, &element);
        if (read_order(r, &element, &orders[i]) != ERR_OK)
            return r->e->code;
        ids[i] = (struct identified){orders[i].id, i};
    }
    return r->inventory ? check_ids(r, &list, ids, *len) : ERR_OK;
}

enum err_code facts_read_inventory(
    void *mem, const struct json *at, struct inventory_report *out, struct err *e)
{
    struct reader r = {mem, e, true};

    *out = (struct inventory_report){0};
    if (check_object(&r, at, MEMBERS("orders", "validations")) != ERR_OK ||
        read_validations(&r, at, &out->validations) != ERR_OK)
        return e->code;
    return read_orders(&r, at, &out->orders, &out->orders_len);
}

static enum err_code read_vendor(struct reader *r, const struct json *root, enum vendor *out)
{
    struct json member;
    int vendor = VENDOR_LOCAL;

    json_member(root, "upstream", &member);
    if (json_absent(&member))
        return json_complain(&member, r->e, "is missing");
    if (read_word_at(r, &member, vendor_words, &vendor) != ERR_OK)
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
    return read_time_at(r, &member, out);
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
        check_object(&r, &root,
            MEMBERS("now", "upstream", "profile", "preferences", "validations", "spent", "request",
                "orders")) != ERR_OK ||
        read_now(&r, &root, &out->now_s) != ERR_OK ||
        read_vendor(&r, &root, &out->vendor) != ERR_OK ||
        read_profile(&r, &root, &out->profile) != ERR_OK ||
        read_preferences(&r, &root, out) != ERR_OK ||
        read_validations(&r, &root, &out->validations) != ERR_OK ||
        read_spent(&r, &root, &out->spent) != ERR_OK ||
        read_request(&r, &root, &out->request) != ERR_OK ||
        read_orders(&r, &root, &orders, &len) != ERR_OK)
        return e->code;
    out->inventory = inventory_new(mem, orders, len, suffixes);
    return ERR_OK;
}
