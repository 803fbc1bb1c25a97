/* order_json - see order_json.h. */
#include "policy/order_json.h"

const char *const order_level_words[] = {"", "DV", "OV", "EV", "client", NULL};
const char *const order_act_words[] = {"", "new", "reissue", "duplicate", "renew", NULL};
const char *const order_standing_words[] = {
    "issued", "pending", "rejected", "canceled", "revoked", "expired", "refunded", "prepaid", NULL};
const char *const order_certificate_words[] = {"original", "reissue", "duplicate", "renewal", NULL};
const char *const order_name_kind_words[] = {
    "", "single", "wildcard", "multi", "multi-domain", NULL};

static void add_count(struct json_out *w, const char *name, int64_t count)
{
    if (count != 0)
        json_add_int(w, name, count);
}

static void add_word(struct json_out *w, const char *name, const char *const *words, unsigned value)
{
    if (words[value][0] != '\0')
        json_add_string(w, name, words[value]);
}

static void add_names(struct json_out *w, const char *name, const struct identifiers *names)
{
    if (names->len == 0)
        return;
    json_open(w, name, '[');
    for (size_t i = 0; i < names->len; i++)
        json_add_string(w, NULL, names->list[i].value);
    json_close(w, ']');
}

static void add_certificate(struct json_out *w, const struct vendor_certificate *c)
{
    json_open(w, NULL, '{');
    json_add_string(w, "id", c->id);
    if (c->said & SAID_KIND)
        add_word(w, "kind", order_certificate_words, c->kind);
    json_add_string(w, "spki", c->spki);
    json_add_string(w, "holder", c->holder);
    json_add_time(w, "not_before", c->not_before_s);
    json_add_time(w, "not_after", c->not_after_s);
    if (c->revoked)
        json_add_bool(w, "revoked", true);
    json_add_time(w, "revoke_at", c->revoke_at_s);
    json_close(w, '}');
}

static void add_action(struct json_out *w, const struct vendor_action *action)
{
    json_open(w, NULL, '{');
    add_word(w, "action", order_act_words, action->act);
    json_add_string(w, "spki", action->spki);
    json_add_string(w, "account", action->account);
    json_add_time(w, "since", action->since_s);
    json_close(w, '}');
}

static void add_flags(struct json_out *w, const struct vendor_order *order)
{
    const struct {
        const char *name;
        unsigned bit;
        bool value;
    } flags[] = {
        {"free", SAID_FREE, order->free},
        {"automatic_validation", SAID_AUTOMATIC, order->automatic_validation},
        {"duplicates_allowed", SAID_DUPLICATES, !order->no_duplicates},
        {"renewed", SAID_RENEWED, order->renewed},
    };

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (order->said & flags[i].bit)
            json_add_bool(w, flags[i].name, flags[i].value);
}

static void add_lists(struct json_out *w, const struct vendor_order *order)
{
    if (order->said & SAID_IN_PROCESS) {
        json_open(w, "in_process", '[');
        for (size_t i = 0; i < order->in_process_len; i++)
            add_action(w, &order->in_process[i]);
        json_close(w, ']');
    }
    json_open(w, "certificates", '[');
    for (size_t i = 0; i < order->certificates_len; i++)
        add_certificate(w, &order->certificates[i]);
    json_close(w, ']');
}

void order_json_add(struct json_out *w, const struct vendor_order *order)
{
    json_add_string(w, "id", order->id);
    json_add_string(w, "tenant", order->tenant);
    if (order->said & SAID_SOURCE)
        json_add_string(w, "source", order->uploaded ? "upload" : "vendor");
    json_add_string(w, "product", order->product);
    json_add_string(w, "brand", order->brand);
    add_word(w, "validation", order_level_words, order->level);
    add_word(w, "name_kind", order_name_kind_words, order->name_kind);
    if (order->said & SAID_STANDING)
        add_word(w, "status", order_standing_words, order->standing);
    add_names(w, "names", &order->names);
    add_names(w, "issued_names", &order->issued_names);
    json_add_time(w, "first_issued", order->first_issued_s);
    json_add_time(w, "order_end", order->order_end_s);
    add_count(w, "plan_years", order->plan_years);
    add_count(w, "names_max", order->names_max);
    add_count(w, "wildcards_max", order->wildcards_max);
    json_add_time(w, "domain_validation_until", order->domain_validation_until_s);
    json_add_time(w, "organization_validation_until", order->organization_validation_until_s);
    add_flags(w, order);
    add_lists(w, order);
}

void validations_json_add(
    struct json_out *w, const char *name, const struct validations *validations)
{
    json_open(w, name, '{');
    json_add_time(w, "organization_until", validations->organization_until_s);
    if (validations->lists_domains) {
        json_open(w, "domains", '[');
        for (size_t i = 0; i < validations->domains_len; i++) {
            json_open(w, NULL, '{');
            json_add_string(w, "name", validations->domains[i].name);
            json_add_time(w, "until", validations->domains[i].until_s);
            json_close(w, '}');
        }
        json_close(w, ']');
    }
    json_close(w, '}');
}
