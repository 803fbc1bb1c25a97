/* lapse - see lapse.h. */
#include "acme/lapse.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "policy/names.h"
#include "policy/window.h"

/* An end, and what is registered of a domain; "" for others. */
struct candidate {
    const struct validation_end *end;
    const char *primary_domain;
};

/* The names below what is registered: many domains may have it in common. */
struct neighbourhood {
    const char *primary_domain; /* NULL: nothing was read yet */
    struct validation_need *needs;
    size_t len;
};

static int64_t renewal_s(const struct validation_need *need)
{
    return need->not_before_s == 0 ? need->not_after_s
                                   : window_ordinary_s(need->not_before_s, need->not_after_s);
}

static bool is_covered(const struct lapse *lapse, const struct validation_need *need)
{
    struct identifier name = {IDENTIFIER_DNS, need->name};

    if (need->name == NULL)
        return true;
    if (strchr(need->name, '@') != NULL)
        name.type = IDENTIFIER_EMAIL;
    return name_is_within(&name, lapse->validation.name);
}

/* Needs of one certificate follow each other. */
static void count(struct lapse *lapse, const struct validation_need *needs, size_t len)
{
    int64_t counted = 0;

    for (size_t i = 0; i < len; i++) {
        int64_t due_s = renewal_s(&needs[i]);

        if (needs[i].certificate == counted || due_s < lapse->until_s ||
            !is_covered(lapse, &needs[i]))
            continue;
        counted = needs[i].certificate;
        lapse->certificates++;
        if (lapse->next_renewal_s == 0 || due_s < lapse->next_renewal_s)
            lapse->next_renewal_s = due_s;
    }
}

static enum err_code read_neighbourhood(struct store_tx *tx, void *mem, int64_t inventory,
    const char *primary_domain, int64_t now_s, struct neighbourhood *n, struct err *e)
{
    if (n->primary_domain != NULL && strcmp(n->primary_domain, primary_domain) == 0)
        return ERR_OK;
    n->primary_domain = primary_domain;
    return store_validation_names(tx, mem, inventory, primary_domain, now_s, &n->needs, &n->len, e);
}

static enum err_code examine(struct store_tx *tx, void *mem, const char *primary_domain,
    int64_t now_s, struct neighbourhood *n, struct lapse *lapse, struct err *e)
{
    struct validation_need *needs;
    size_t len;

    if (lapse->validation.scope == VALIDATION_DOMAIN) {
        if (read_neighbourhood(tx, mem, lapse->validation.inventory, primary_domain, now_s, n, e) ==
            ERR_OK)
            count(lapse, n->needs, n->len);
        return e->code;
    }
    if (store_validation_needs(tx, mem, &lapse->validation, now_s, &needs, &len, e) == ERR_OK)
        count(lapse, needs, len);
    return e->code;
}

static int compare(const void *a, const void *b)
{
    const struct candidate *one = a, *other = b;
    int order = strcmp(one->primary_domain, other->primary_domain);

    return order != 0 ? order : strcmp(one->end->validation.name, other->end->validation.name);
}

/* Those of a neighbourhood beside each other, so that it is read once. */
static struct candidate *sort(void *mem, const struct public_suffixes *suffixes,
    const struct validation_end *ends, size_t len)
{
    struct candidate *list = mem_new_array(mem, struct candidate, len + 1);

    for (size_t i = 0; i < len; i++) {
        const struct identifier domain = {IDENTIFIER_DNS, ends[i].validation.name};

        list[i] = (struct candidate){&ends[i], ends[i].validation.scope == VALIDATION_DOMAIN
                                                   ? name_primary_domain(suffixes, &domain)
                                                   : ""};
    }
    qsort(list, len, sizeof list[0], compare);
    return list;
}

enum err_code lapses_read(struct store_tx *tx, void *mem, const struct public_suffixes *suffixes,
    int64_t inventory, int64_t lead_s, int64_t now_s, struct lapse **list, size_t *len,
    struct err *e)
{
    struct neighbourhood neighbourhood = {NULL, NULL, 0};
    const struct candidate *candidates;
    struct validation_end *ends;
    size_t ends_len;

    *len = 0;
    if (store_validation_ending(tx, mem, inventory, now_s + lead_s, &ends, &ends_len, e) != ERR_OK)
        return e->code;
    candidates = sort(mem, suffixes, ends, ends_len);
    *list = mem_new_array(mem, struct lapse, ends_len + 1);
    for (size_t i = 0; i < ends_len; i++) {
        const struct validation_end *end = candidates[i].end;
        struct lapse *lapse = &(*list)[*len];

        *lapse = (struct lapse){.validation = end->validation, .until_s = end->until_s};
        if (examine(tx, mem, candidates[i].primary_domain, now_s, &neighbourhood, lapse, e) !=
            ERR_OK)
            return e->code;
        *len += lapse->certificates > 0;
    }
    return ERR_OK;
}

bool lapse_is_near(const struct lapse *lapse, int64_t lead_s, int64_t now_s)
{
    int64_t renewed_s = lapse->validation.renewed_s;

    if (renewed_s != 0 && renewed_s < lapse->until_s && (lapse->until_s - renewed_s) / 3 < lead_s)
        lead_s = (lapse->until_s - renewed_s) / 3;
    return lapse->until_s <= now_s + lead_s;
}
