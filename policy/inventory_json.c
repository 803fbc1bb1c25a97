/* inventory_json - see inventory_json.h. One function for each object; each begins with the list of
 * the members that it may have. */
#include "policy/inventory_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "policy/names.h"
#include "policy/order_json.h"

#define ORDERS_MAX       200000
#define CERTIFICATES_MAX 10000

static const char *const source_words[] = {"vendor", "upload", NULL};

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

    if (reader_list(r, at, name, READER_NAMES_MAX, &list) != ERR_OK)
        return r->e->code;
    out->len = json_len(&list);
    out->list = mem_new_array(r->mem, struct identifier, out->len + 1);
    for (size_t i = 0; i < out->len; i++) {
        struct json element;
        const char *text;

        json_element(&list, i, &element);
        if (json_as_string(&element, &text, r->e) != ERR_OK ||
            reader_name(r, &element, text, &out->list[i].value) != ERR_OK)
            return r->e->code;
        out->list[i].type = type_of(out->list[i].value);
    }
    names_sort(out);
    return ERR_OK;
}

static enum err_code read_domain(
    struct reader *r, const struct json *at, struct validated_domain *out)
{
    struct json name;
    const char *text;

    if (reader_object(r, at, MEMBERS("name", "until")) != ERR_OK ||
        json_read_string(at, "name", JSON_REQUIRED, &text, r->e) != ERR_OK ||
        reader_time(r, at, "until", &out->until_s) != ERR_OK)
        return r->e->code;
    json_member(at, "name", &name);
    return reader_name(r, &name, text, &out->name);
}

enum err_code validations_json_read(
    struct reader *r, const struct json *root, struct validations *out)
{
    struct validated_domain *domains;
    struct json at, list;

    if (json_read_object(root, "validations", JSON_OPTIONAL, &at, r->e) != ERR_OK ||
        json_absent(&at))
        return r->e->code;
    if (reader_object(r, &at, MEMBERS("organization_until", "domains")) != ERR_OK ||
        reader_time(r, &at, "organization_until", &out->organization_until_s) != ERR_OK ||
        reader_list(r, &at, "domains", READER_NAMES_MAX, &list) != ERR_OK)
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

    if (reader_object(r, at,
            MEMBERS("id", "kind", "spki", "holder", "not_before", "not_after", "revoked",
                "revoke_at")) != ERR_OK ||
        reader_text(r, at, "id", &out->id) != ERR_OK ||
        reader_word(r, at, "kind", order_certificate_words, &kind) != ERR_OK ||
        reader_text(r, at, "spki", &out->spki) != ERR_OK ||
        reader_text(r, at, "holder", &out->holder) != ERR_OK ||
        reader_time(r, at, "not_before", &out->not_before_s) != ERR_OK ||
        reader_time(r, at, "not_after", &out->not_after_s) != ERR_OK ||
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
    return reader_time(r, at, "revoke_at", &out->revoke_at_s);
}

static enum err_code read_certificates(
    struct reader *r, const struct json *at, struct vendor_order *out)
{
    struct vendor_certificate *certificates;
    struct json list;

    if (reader_list(r, at, "certificates", CERTIFICATES_MAX, &list) != ERR_OK)
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

    if (reader_object(r, at, MEMBERS("action", "spki", "account", "since")) != ERR_OK)
        return r->e->code;
    json_member(at, "action", &member);
    if (json_absent(&member))
        return json_complain(&member, r->e, "is missing");
    if (reader_word_at(r, &member, order_act_words, &act) != ERR_OK ||
        reader_text(r, at, "spki", &out->spki) != ERR_OK ||
        reader_text(r, at, "account", &out->account) != ERR_OK)
        return r->e->code;
    out->act = (enum act)act;
    return reader_time(r, at, "since", &out->since_s);
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
    if (reader_list(r, at, "in_process", CERTIFICATES_MAX, &list) != ERR_OK)
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
        if (reader_time(r, at, times[i].name, times[i].time_s) != ERR_OK)
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

    if (reader_word(r, at, "source", source_words, &source) != ERR_OK ||
        reader_word(r, at, "validation", order_level_words, &level) != ERR_OK ||
        reader_word(r, at, "name_kind", order_name_kind_words, &kind) != ERR_OK ||
        reader_word(r, at, "status", order_standing_words, &standing) != ERR_OK)
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
    if (reader_object(r, at,
            MEMBERS("id", "tenant", "source", "product", "validation", "brand", "name_kind", "free",
                "status", "names", "issued_names", "first_issued", "order_end", "plan_years",
                "names_max", "wildcards_max", "domain_validation_until",
                "organization_validation_until", "automatic_validation", "duplicates_allowed",
                "in_process", "renewed", "certificates")) != ERR_OK ||
        json_read_string(at, "id", JSON_REQUIRED, &out->id, r->e) != ERR_OK ||
        reader_text(r, at, "tenant", &out->tenant) != ERR_OK ||
        reader_text(r, at, "product", &out->product) != ERR_OK ||
        reader_text(r, at, "brand", &out->brand) != ERR_OK ||
        reader_count(r, at, "plan_years", &out->plan_years) != ERR_OK ||
        reader_count(r, at, "names_max", &out->names_max) != ERR_OK ||
        reader_count(r, at, "wildcards_max", &out->wildcards_max) != ERR_OK ||
        read_names(r, at, "names", &out->names) != ERR_OK ||
        read_names(r, at, "issued_names", &out->issued_names) != ERR_OK ||
        read_order_words(r, at, out) != ERR_OK || read_order_flags(r, at, out) != ERR_OK ||
        read_order_times(r, at, out) != ERR_OK || read_in_process(r, at, out) != ERR_OK)
        return r->e->code;
    out->said |= said_by(at);
    return read_certificates(r, at, out);
}

enum err_code orders_json_read(
    struct reader *r, const struct json *root, const struct vendor_order **out, size_t *len)
{
    struct vendor_order *orders;
    struct identified *ids;
    struct json list;

    if (reader_list(r, root, "orders", ORDERS_MAX, &list) != ERR_OK)
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
    return check_ids(r, &list, ids, *len);
}

enum err_code inventory_json_read(
    void *mem, const struct json *at, struct inventory_report *out, struct err *e)
{
    struct reader r = {mem, e, true};

    *out = (struct inventory_report){0};
    if (reader_object(&r, at, MEMBERS("orders", "validations")) != ERR_OK ||
        validations_json_read(&r, at, &out->validations) != ERR_OK)
        return e->code;
    return orders_json_read(&r, at, &out->orders, &out->orders_len);
}
