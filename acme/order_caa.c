/* order_caa - see order_caa.h. */
#include "acme/order_caa.h"

#include <string.h>

#include "acme/authz_reuse.h"
#include "acme/identifier.h"
#include "acme/shapes.h"
#include "base/mem.h"
#include "store/authz.h"
#include "store/identifiers.h"
#include "store/order.h"

#define TEXT_MAX (64 * 1024)

/* The domain whose records count for an identifier, and as what; false if CAA does not apply. */
static bool find_domain(
    const struct identifier *name, const char **domain, enum caa_subject *subject)
{
    bool wildcard = identifier_is_wildcard(name);

    switch (name->type) {
    case IDENTIFIER_DNS:
        *domain = name->value + (wildcard ? 2 : 0);
        *subject = wildcard ? CAA_WILDCARD : CAA_NAME;
        return true;
    case IDENTIFIER_EMAIL: /* all behind the last "@" (RFC 9495, 4) */
        *domain = strrchr(name->value, '@') + 1;
        *subject = CAA_MAIL;
        return true;
    case IDENTIFIER_IP:
        return false;
    }
    return false;
}

/* Of those that stand for the name: its own, or that of the nearest domain above. NULL: none does.
 */
static const struct authz *authz_of(
    const struct authz *list, size_t len, const struct identifier *name)
{
    const struct authz *nearest = NULL;

    for (size_t i = 0; i < len; i++)
        if (authz_covers(&list[i], name) &&
            (nearest == NULL ||
                strlen(list[i].identifier.value) > strlen(nearest->identifier.value)))
            nearest = &list[i];
    return nearest;
}

static enum err_code add_name(struct order_caa *out, const struct identifier *name,
    const struct authz *authz, const char *const *identities, const char *account_url,
    struct err *e)
{
    enum caa_subject subject;
    const char *domain;

    if (!find_domain(name, &domain, &subject))
        return ERR_OK;
    if (authz == NULL)
        return err_set(e, ERR_BUG, "no authorization of the order stands for \"%s\"", name->value);
    out->identifiers[out->len] = name;
    out->names[out->len++] = (struct caa_name){
        .name = domain,
        .question =
            {
                .identities = identities,
                .subject = subject,
                .method = challenge_type_name((enum challenge_type)authz->tried),
                .account_url = account_url,
            },
    };
    return ERR_OK;
}

enum err_code order_caa_read(void *mem, struct store_tx *snapshot, const struct order *order,
    const char *const *identities, const char *account_url, struct order_caa *out, struct err *e)
{
    const struct identifiers *names = &order->identifiers;
    struct authz *list;
    int64_t *ids;
    size_t len;

    *out = (struct order_caa){0};
    if (store_order_authz_ids(snapshot, mem, order->id, &ids, &len, e) != ERR_OK)
        return e->code;
    list = mem_new_array(mem, struct authz, len + 1);
    for (size_t i = 0; i < len; i++)
        if (store_authz_get(snapshot, mem, ids[i], &list[i], e) != ERR_OK)
            return e->code;
    out->names = mem_new_array(mem, struct caa_name, names->len + 1);
    out->identifiers = mem_new_array(mem, const struct identifier *, names->len + 1);
    for (size_t i = 0; i < names->len; i++)
        if (add_name(out, &names->list[i], authz_of(list, len, &names->list[i]), identities,
                account_url, e) != ERR_OK)
            return e->code;
    return ERR_OK;
}

char *order_caa_text(void *mem, const struct order_caa *caa, const struct caa_finding *findings)
{
    static const char *const prefixes[] = {
        [CAA_NAME] = "", [CAA_WILDCARD] = "*.", [CAA_MAIL] = "@"};
    struct buf b;

    buf_init(&b, mem, TEXT_MAX);
    for (size_t i = 0; i < caa->len; i++)
        buf_addf(&b, "%s%s%s: %s", i == 0 ? "" : "\n", prefixes[caa->names[i].question.subject],
            caa->names[i].name, findings[i].detail);
    return buf_text(&b);
}

struct subproblem *order_caa_subproblems(
    void *mem, const struct order_caa *caa, const struct caa_finding *findings, size_t *len)
{
    struct subproblem *list = mem_new_array(mem, struct subproblem, caa->len + 1);

    *len = 0;
    for (size_t i = 0; i < caa->len; i++)
        if (!findings[i].allowed)
            list[(*len)++] = (struct subproblem){.problem = findings[i].problem,
                .detail = mem_strdup(mem, findings[i].detail),
                .type = identifier_type_words[caa->identifiers[i]->type],
                .value = caa->identifiers[i]->value};
    return list;
}
