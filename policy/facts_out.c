/* facts_out - see facts_out.h. One function for each object of the document, in the order of
 * policy/facts_json.c. */
#include "policy/facts_out.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/unit.h"
#include "policy/decision.h"
#include "policy/inventory.h"
#include "policy/order_json.h"

/* Objects and lists within these are not spread over lines. */
#define LINES_DEPTH 2

static void add_word(struct json_out *w, const char *name, const char *const *words, unsigned value)
{
    if (words[value] != NULL && words[value][0] != '\0')
        json_add_string(w, name, words[value]);
}

static void add_span(struct json_out *w, const char *name, int64_t span_s)
{
    json_add_string(w, name, unit_duration(w->buf->mem, span_s));
}

/* The profile and what is preferred. */

static void add_profile(struct json_out *w, const struct profile *profile)
{
    static const char *const publishing_words[] = {"none", "dns", "http", NULL};

    json_open(w, "profile", '{');
    json_add_string(w, "product", profile->product);
    json_add_string(w, "brand", profile->brand);
    add_word(w, "validation", order_level_words, profile->level);
    if (profile->free)
        json_add_bool(w, "free", true);
    add_word(w, "publishing", publishing_words, profile->publishing);
    if (profile->account_approves)
        json_add_string(w, "approval", "account");
    json_close(w, '}');
}

static void add_budget(struct json_out *w, const struct budget *budget)
{
    if (budget->new_orders < 0)
        return;
    json_open(w, "budget", '{');
    json_add_int(w, "new_orders", budget->new_orders);
    add_span(w, "period", budget->period_s);
    json_close(w, '}');
}

/* "397d, 199d from 2026-02-24" */
static void add_caps(struct json_out *w, const char *name, const struct validity_caps *caps)
{
    struct buf text;

    buf_init(&text, w->buf->mem, 1024);
    for (size_t i = 0; i < caps->len; i++) {
        char from[CLOCK_RFC3339_SIZE];

        clock_format(caps->list[i].from_s, from);
        buf_addf(
            &text, "%s%s", i == 0 ? "" : ", ", unit_duration(w->buf->mem, caps->list[i].life_s));
        if (i > 0)
            buf_addf(&text, " from %.10s", from);
    }
    if (caps->len > 0)
        json_add_string(w, name, buf_text(&text));
}

static void add_preference(
    struct json_out *w, const struct preference_key *key, const struct preferences *preferences)
{
    const void *place = (const char *)preferences + key->offset;

    switch (key->kind) {
    case PREFERENCE_WORD:
        add_word(w, key->name, key->words, *(const unsigned *)place);
        break;
    case PREFERENCE_BOOL:
        json_add_bool(w, key->name, *(const bool *)place);
        break;
    case PREFERENCE_SPAN:
        add_span(w, key->name, *(const int64_t *)place);
        break;
    case PREFERENCE_PART:
        json_add_raw(w, key->name, mem_printf(w->buf->mem, "%.6g", *(const double *)place));
        break;
    case PREFERENCE_CAPS:
        add_caps(w, key->name, place);
        break;
    }
}

static void add_preferences(struct json_out *w, const struct facts *facts)
{
    json_open(w, "preferences", '{');
    for (const struct preference_key *key = preference_keys; key->name != NULL; key++)
        if (key->vendors == 0 || (key->vendors & VENDOR_BIT(facts->vendor)) != 0)
            add_preference(w, key, &facts->preferences);
    add_budget(w, &facts->preferences.budget);
    json_close(w, '}');
}

static void add_times(struct json_out *w, const char *name, const int64_t *times, size_t len)
{
    json_open(w, name, '[');
    for (size_t i = 0; i < len; i++)
        json_add_time(w, NULL, times[i]);
    json_close(w, ']');
}

static void add_spent(struct json_out *w, const struct spent *spent)
{
    json_open(w, "spent", '{');
    add_times(w, "upstream", spent->upstream_s, spent->upstream_len);
    add_times(w, "tenant", spent->tenant_s, spent->tenant_len);
    json_close(w, '}');
}

/* The request. */

static void add_identifiers(struct json_out *w, const struct identifiers *names)
{
    static const char *const type_words[] = {"dns", "ip", "email", NULL};

    json_open(w, "identifiers", '[');
    for (size_t i = 0; i < names->len; i++) {
        json_open(w, NULL, '{');
        add_word(w, "type", type_words, names->list[i].type);
        json_add_string(w, "value", names->list[i].value);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void add_key(struct json_out *w, const struct request *request)
{
    if (request->spki == NULL)
        return;
    json_open(w, "key", '{');
    json_add_string(w, "spki", request->spki);
    json_add_string(w, "algorithm", request->key_algorithm);
    if (request->key_algorithm != NULL)
        json_add_int(w, "size", request->key_size);
    json_close(w, '}');
}

static void add_binding(struct json_out *w, const struct binding *binding)
{
    json_open(w, "eab", '{');
    if (binding->bounds_names) {
        json_open(w, "names", '[');
        for (size_t i = 0; i < binding->names_len; i++)
            json_add_string(w, NULL, binding->names[i]);
        json_close(w, ']');
    }
    if (binding->acts != 0) {
        json_open(w, "actions", '[');
        for (enum act act = ACT_NEW; act <= ACT_RENEW; act++)
            if ((binding->acts & ACT_BIT(act)) != 0)
                json_add_string(w, NULL, wish_words[act]);
        json_close(w, ']');
    }
    add_budget(w, &binding->budget);
    json_close(w, '}');
}

static void add_request(struct json_out *w, const struct request *request)
{
    json_open(w, "request", '{');
    json_add_string(w, "tenant", request->tenant);
    json_add_string(w, "account", request->account);
    add_identifiers(w, &request->names);
    add_key(w, request);
    add_word(w, "action", wish_words, request->outright);
    json_add_string(w, "order_id", request->order_id);
    json_add_string(w, "replaces", request->replaces);
    add_binding(w, &request->binding);
    json_close(w, '}');
}

static void add_orders(struct json_out *w, const struct inventory *inventory)
{
    size_t len;
    const struct vendor_order *orders = inventory_orders(inventory, &len);

    json_open(w, "orders", '[');
    for (size_t i = 0; i < len; i++) {
        json_open(w, NULL, '{');
        order_json_add(w, &orders[i]);
        json_close(w, '}');
    }
    json_close(w, ']');
}

char *facts_write(void *mem, const struct facts *facts)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, mem, FACTS_OUT_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_time(&w, "now", facts->now_s);
    json_add_string(&w, "upstream", vendor_words[facts->vendor]);
    add_profile(&w, &facts->profile);
    add_preferences(&w, facts);
    validations_json_add(&w, "validations", &facts->validations);
    add_spent(&w, &facts->spent);
    add_request(&w, &facts->request);
    add_orders(&w, facts->inventory);
    json_close(&w, '}');
    return b.overflow ? NULL : json_lay_out(mem, buf_text(&b), LINES_DEPTH);
}
