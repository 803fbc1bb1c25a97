/* door - see door.h. */
#include "policy/door.h"

#include "policy/names.h"

static bool binding_admits(const struct binding *binding, const struct identifier *name)
{
    for (size_t i = 0; i < binding->names_len; i++)
        if (name_is_within(name, binding->names[i]))
            return true;
    return !binding->bounds_names;
}

bool refused_at_the_door(struct thought *t)
{
    const struct request *r = &t->facts->request;
    struct question q = thought_question(t, NULL, ACT_NONE);
    struct effects none = {0};
    struct refusal refusal;

    if (r->account_status != ACCOUNT_VALID)
        return thought_deny(t, NULL, "account", "unauthorized", "the account is not valid any more",
            "make a new account");
    for (size_t i = 0; i < r->names.len; i++)
        if (!binding_admits(&r->binding, &r->names.list[i]))
            return thought_deny(t, NULL, "eab", "rejectedIdentifier",
                text_of(
                    &q, "the external account binding does not allow %s", r->names.list[i].value),
                "ask for names that it allows, or have the binding widened");
    if (!thought_ask(t, &q, AT_DOOR_NAMES, &none, &refusal))
        return thought_deny(t, NULL, "identifiers", "rejectedIdentifier", refusal.verdict.because,
            refusal.verdict.remedy);
    if (!thought_ask(t, &q, AT_DOOR_KEY, &none, &refusal))
        return thought_deny(
            t, NULL, "key", "badCSR", refusal.verdict.because, refusal.verdict.remedy);
    return false;
}
