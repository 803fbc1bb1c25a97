/* config_preferences - the keys of profiles[].preferences, made from the policy's own table, so
 * that words, defaults and sentences stand there alone. */
#include "server/config_schema.h"

#include <inttypes.h>

#include "base/mem.h"
#include "base/unit.h"
#include "policy/facts.h"
#include "server/config.h"
#include "server/config_form.h"

#define AT_PREFERENCE(member) (offsetof(struct config_profile, preferences) + (member))
#define SPAN_MAX_S            (3650 * DAY_S)
#define BUDGET_MAX            1000000
#define VALIDITY_CAPS_MAX     256

static const enum config_type types[] = {
    [PREFERENCE_WORD] = CONFIG_WORD,
    [PREFERENCE_BOOL] = CONFIG_BOOL,
    [PREFERENCE_SPAN] = CONFIG_DURATION,
    [PREFERENCE_PART] = CONFIG_PART,
    [PREFERENCE_CAPS] = CONFIG_TEXT,
};

/* A word's default; '' if it depends on the vendor. */
static const char *word_fallback(const struct preference_key *key, const void *at)
{
    int value;

    memcpy(&value, at, sizeof value);
    return value == 0 ? "''" : key->words[value];
}

static const char *fallback_of(
    void *mem, const struct preference_key *key, const struct preferences *defaults)
{
    const void *at = (const char *)defaults + key->offset;

    switch (key->kind) {
    case PREFERENCE_WORD:
        return word_fallback(key, at);
    case PREFERENCE_BOOL:
        return *(const bool *)at ? "true" : "false";
    case PREFERENCE_SPAN:
        return unit_duration(mem, *(const int64_t *)at);
    case PREFERENCE_PART:
        return mem_printf(mem, "%g", *(const double *)at);
    case PREFERENCE_CAPS:
        return mem_printf(mem, "'%s'", preferences_usual_caps);
    }
    return NULL;
}

static struct config_key key_of(
    void *mem, const struct preference_key *key, const struct preferences *defaults)
{
    struct config_key made = {
        .name = key->name,
        .type = types[key->kind],
        .at = AT_PREFERENCE(key->offset),
        .fallback = fallback_of(mem, key, defaults),
        .max = SPAN_MAX_S,
        .named = key->words,
    };

    if (key->kind == PREFERENCE_CAPS) {
        made.at = offsetof(struct config_profile, validity_caps);
        made.max = VALIDITY_CAPS_MAX;
        made.fault = form_validity_caps_fault;
    }
    made.help = mem_printf(mem, "%s%s.", key->sentence,
        strcmp(made.fallback, "''") == 0 ? "; empty: the first of these that the vendor can do"
                                         : "");
    return made;
}

static struct config_key budget_section(void *mem, const struct budget *defaults)
{
    struct config_key *keys = mem_new_array(mem, struct config_key, 3);

    keys[0] = (struct config_key){
        .name = "new_orders",
        .type = CONFIG_NUMBER,
        .at = offsetof(struct config_profile, budget_new_orders),
        .max = BUDGET_MAX,
        .fallback = mem_printf(mem, "%" PRId64, defaults->new_orders),
        .help = "How many; 0: none at all.",
    };
    keys[1] = (struct config_key){
        .name = "period",
        .type = CONFIG_DURATION,
        .at = AT_PREFERENCE(offsetof(struct preferences, budget.period_s)),
        .min = 1,
        .max = SPAN_MAX_S,
        .fallback = unit_duration(mem, defaults->period_s),
        .help = "In which time.",
    };
    return (struct config_key){
        .name = "budget",
        .type = CONFIG_SECTION,
        .keys = keys,
        .help = "How many billable actions the upstream may be asked for in a time; an external "
                "account "
                "may have a budget of its own.",
    };
}

const struct config_key *config_preference_keys(void *mem)
{
    struct preferences defaults;
    struct config_key *keys;
    size_t len = 0;

    preferences_init(&defaults);
    while (preference_keys[len].name != NULL)
        len++;
    keys = mem_new_array(mem, struct config_key, len + 2);
    for (size_t i = 0; i < len; i++)
        keys[i] = key_of(mem, &preference_keys[i], &defaults);
    keys[len] = budget_section(mem, &defaults.budget);
    return keys;
}
