/* order_caa - see order_caa.h. */
#include "acme/order_caa.h"

#include <string.h>

#include "acme/shapes.h"
#include "base/mem.h"
#include "store/authz.h"
#include "store/order.h"

#define TEXT_MAX (64 * 1024)

/* The domain whose records count for an identifier, and as what; false if CAA does not apply. */
static bool find_domain(const struct authz *authz, const char **domain, enum caa_subject *subject)
{
    const char *value = authz->identifier.value;

    switch (authz->identifier.type) {
    case IDENTIFIER_DNS:
        *domain = value;
        *subject = authz->wildcard ? CAA_WILDCARD : CAA_NAME;
        return true;
    case IDENTIFIER_EMAIL: /* all behind the last "@" (RFC 9495, 4) */
        *domain = strrchr(value, '@') + 1;
        *subject = CAA_MAIL;
        return true;
    case IDENTIFIER_IP:
        return false;
    }
    return false;
}

static void add_name(struct order_caa *out, const struct authz *authz,
    const char *const *identities, const char *account_url)
{
    enum caa_subject subject;
    const char *domain;

    if (!find_domain(authz, &domain, &subject))
        return;
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
}

enum err_code order_caa_read(void *mem, struct store_tx *snapshot, const struct order *order,
    const char *const *identities, const char *account_url, struct order_caa *out, struct err *e)
{
    int64_t *ids;
    size_t len;

    *out = (struct order_caa){0};
    if (store_order_authz_ids(snapshot, mem, order->id, &ids, &len, e) != ERR_OK)
        return e->code;
    out->names = mem_new_array(mem, struct caa_name, len + 1);
    for (size_t i = 0; i < len; i++) {
        struct authz authz;

        if (store_authz_get(snapshot, mem, ids[i], &authz, e) != ERR_OK)
            return e->code;
        add_name(out, &authz, identities, account_url);
    }
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
