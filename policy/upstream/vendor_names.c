/* vendor_names - see vendor_names.h. */
#include "policy/upstream/vendor_names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/mem.h"

bool vendor_name_is_wildcard(const char *name)
{
    return strncmp(name, "*.", 2) == 0;
}

static bool is_better(const char *name, const char *than)
{
    if (strlen(name) > VENDOR_COMMON_NAME_MAX)
        return false;
    if (than == NULL || vendor_name_is_wildcard(name) != vendor_name_is_wildcard(than))
        return than == NULL || vendor_name_is_wildcard(than);
    return strlen(name) < strlen(than);
}

bool vendor_names_have(const struct identifiers *names, const char *name)
{
    for (size_t i = 0; i < names->len; i++)
        if (strcmp(names->list[i].value, name) == 0)
            return true;
    return false;
}

const char *vendor_common_name(
    const struct identifiers *names, const char *chosen, const char *current)
{
    const char *best = NULL;

    if (chosen != NULL)
        return chosen;
    if (current != NULL && vendor_names_have(names, current))
        return current;
    for (size_t i = 0; i < names->len; i++)
        if (is_better(names->list[i].value, best))
            best = names->list[i].value;
    return best;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct identifier *)a)->value, ((const struct identifier *)b)->value);
}

const struct identifiers *vendor_additions(void *mem, const struct identifiers *ordered)
{
    struct identifiers *added = mem_new(mem, struct identifiers);

    added->list = mem_new_array(mem, struct identifier, ordered->len + 1);
    for (size_t i = 0; i < ordered->len; i++) {
        const char *name = ordered->list[i].value;
        bool is_www = strncmp(name, "www.", 4) == 0;

        if (ordered->list[i].type != IDENTIFIER_DNS)
            continue;
        if (vendor_name_is_wildcard(name) || is_www)
            name = strchr(name, '.') + 1;
        else
            name = mem_printf(mem, "www.%s", name);
        added->list[added->len++] = (struct identifier){IDENTIFIER_DNS, name};
    }
    qsort(added->list, added->len, sizeof added->list[0], compare);
    return added;
}

struct identifier vendor_identifier(void *mem, const char *name)
{
    struct identifier identifier = {IDENTIFIER_DNS, NULL};
    struct address address;
    char *value = mem_strdup(mem, name);

    for (char *at = value; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    identifier.value = value;
    if (address_parse(value, &address))
        identifier.type = IDENTIFIER_IP;
    else if (strchr(value, '@') != NULL)
        identifier.type = IDENTIFIER_EMAIL;
    return identifier;
}
