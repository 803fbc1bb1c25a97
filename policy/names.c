/* names - see names.h. */
#include "policy/names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/public_suffix.h"

static int compare(const void *left, const void *right)
{
    const struct identifier *a = left, *b = right;

    return a->type != b->type ? (int)a->type - (int)b->type : strcmp(a->value, b->value);
}

void names_sort(struct identifiers *names)
{
    size_t kept = 0;

    if (names->len == 0)
        return;
    qsort(names->list, names->len, sizeof names->list[0], compare);
    for (size_t i = 1; i < names->len; i++)
        if (compare(&names->list[kept], &names->list[i]) != 0)
            names->list[++kept] = names->list[i];
    names->len = kept + 1;
}

/* How many names both have. */
static size_t common(const struct identifiers *a, const struct identifiers *b)
{
    size_t i = 0, j = 0, both = 0;

    while (i < a->len && j < b->len) {
        int order = compare(&a->list[i], &b->list[j]);

        both += order == 0;
        i += order <= 0;
        j += order >= 0;
    }
    return both;
}

struct identifiers names_folded(void *mem, const struct identifiers *names)
{
    struct identifiers folded = {mem_new_array(mem, struct identifier, names->len + 1), names->len};

    for (size_t i = 0; i < names->len; i++) {
        char *value;

        folded.list[i] = names->list[i];
        if (names->list[i].type != IDENTIFIER_EMAIL)
            continue;
        value = mem_strdup(mem, names->list[i].value);
        for (char *p = value; *p != '\0'; p++)
            *p = (char)tolower((unsigned char)*p);
        folded.list[i].value = value;
    }
    names_sort(&folded);
    return folded;
}

bool names_equal(const struct identifiers *a, const struct identifiers *b)
{
    return a->len == b->len && common(a, b) == a->len;
}

bool names_contain(const struct identifiers *outer, const struct identifiers *inner)
{
    return common(outer, inner) == inner->len;
}

bool names_meet(const struct identifiers *a, const struct identifiers *b)
{
    return common(a, b) > 0;
}

bool name_is_wildcard(const struct identifier *name)
{
    return name->type == IDENTIFIER_DNS && strncmp(name->value, "*.", 2) == 0;
}

const char *name_domain(const struct identifier *name)
{
    const char *at = name->type == IDENTIFIER_EMAIL ? strrchr(name->value, '@') : NULL;

    if (at != NULL)
        return at + 1;
    return name_is_wildcard(name) ? name->value + 2 : name->value;
}

bool name_is_within(const struct identifier *name, const char *domain)
{
    const char *own = name_domain(name);
    size_t len = strlen(own), outer = strlen(domain);

    if (strcmp(own, domain) == 0 || strcasecmp(name->value, domain) == 0)
        return true;
    return name->type != IDENTIFIER_IP && outer > 0 && len > outer + 1 &&
           own[len - outer - 1] == '.' && strcmp(own + len - outer, domain) == 0;
}

bool name_is_below_wildcard(const struct identifier *name, const char *wildcard, bool deeper)
{
    const char *parent = wildcard + 1; /* ".example.com" */
    size_t len = strlen(name->value), tail = strlen(parent);

    if (name->type != IDENTIFIER_DNS || name_is_wildcard(name) || len <= tail ||
        strcmp(name->value + len - tail, parent) != 0)
        return false;
    return deeper || memchr(name->value, '.', len - tail) == NULL;
}

const char *name_primary_domain(
    const struct public_suffixes *suffixes, const struct identifier *name)
{
    const char *best = name_domain(name), *last_but_one = best;

    if (name->type == IDENTIFIER_IP)
        return name->value;
    for (const char *dot = strchr(best, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        if (public_suffixes_has(suffixes, dot + 1))
            return best;
        last_but_one = best;
        best = dot + 1;
    }
    return last_but_one;
}

enum name_kind names_kind(const struct identifiers *names)
{
    if (names->len > 1)
        return NAMES_MULTI;
    return names->len == 1 && name_is_wildcard(&names->list[0]) ? NAMES_WILDCARD : NAMES_SINGLE;
}
