/* settings - see settings.h. */
#include "tests/vendorsim/settings.h"

#include <string.h>

#include "base/mem.h"

struct settings {
    const struct sim_setting *list;
    struct state *state;
};

struct settings *settings_new(void *mem, const struct sim_setting *list, struct state *state)
{
    struct settings *settings = mem_new(mem, struct settings);

    *settings = (struct settings){list, state};
    return settings;
}

static const struct sim_setting *find(const struct settings *settings, const char *name)
{
    for (const struct sim_setting *at = settings->list; at->name != NULL; at++)
        if (strcmp(at->name, name) == 0)
            return at;
    return NULL;
}

const char *settings_get(const struct settings *settings, const char *name)
{
    const struct sim_setting *setting = find(settings, name);
    json_t *set = state_get(settings->state, "setting", name);

    BUG_ON(setting == NULL);
    return set == NULL ? setting->value : json_string_value(json_object_get(set, "value"));
}

static bool is_whole_number(const char *text)
{
    char *end;

    (void)strtoll(text, &end, 10);
    return text[0] != '\0' && *end == '\0';
}

static enum err_code check(const struct sim_setting *setting, const char *value, struct err *e)
{
    switch (setting->kind) {
    case SIM_BOOL:
        if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
            return err_set(e, ERR_INPUT, "%s is yes or no, not \"%s\"", setting->name, value);
        break;
    case SIM_INT:
        if (!is_whole_number(value))
            return err_set(e, ERR_INPUT, "%s is a whole number, not \"%s\"", setting->name, value);
        break;
    case SIM_TEXT:
        break;
    }
    return ERR_OK;
}

enum err_code settings_set(
    struct settings *settings, const char *name, const char *value, struct err *e)
{
    const struct sim_setting *setting = find(settings, name);

    if (setting == NULL)
        return err_set(e, ERR_NOT_FOUND, "there is no setting %s", name);
    if (check(setting, value, e) != ERR_OK)
        return e->code;
    state_put(settings->state, "setting", name, json_pack("{s:s}", "value", value));
    return ERR_OK;
}

enum err_code settings_set_pair(struct settings *settings, const char *pair, struct err *e)
{
    const char *equals = strchr(pair, '=');
    enum err_code code;
    char *name;

    if (equals == NULL)
        return err_set(e, ERR_INPUT, "\"%s\" is not NAME=VALUE", pair);
    name = mem_strndup(NULL, pair, (size_t)(equals - pair));
    code = settings_set(settings, name, equals + 1, e);
    mem_free(name);
    return code;
}

enum err_code settings_set_all(struct settings *settings, const json_t *object, struct err *e)
{
    char number[32];
    const char *name, *text;
    json_t *value;

    if (!json_is_object(object))
        return err_set(e, ERR_INPUT, "settings are an object");
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        text = json_is_boolean(value)   ? json_is_true(value) ? "yes" : "no"
               : json_is_integer(value) ? number
                                        : json_string_value(value);
        if (text == NULL)
            return err_set(e, ERR_INPUT, "%s is true, false, a whole number or a text", name);
        if (settings_set(settings, name, text, e) != ERR_OK)
            return e->code;
    }
    return ERR_OK;
}

json_t *settings_json(const struct settings *settings)
{
    json_t *all = json_object(), *value = NULL;

    for (const struct sim_setting *at = settings->list; at->name != NULL; at++) {
        const char *text = settings_get(settings, at->name);

        switch (at->kind) {
        case SIM_BOOL:
            value = json_boolean(strcmp(text, "yes") == 0);
            break;
        case SIM_INT:
            value = json_integer(strtoll(text, NULL, 10));
            break;
        case SIM_TEXT:
            value = json_string(text);
            break;
        }
        json_object_set_new(all, at->name, value);
    }
    return all;
}
