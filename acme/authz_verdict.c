/* authz_verdict - see authz_verdict.h. */
#include "acme/authz_verdict.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/authz.h"
#include "store/checks.h"
#include "store/order.h"

static const char *shown_address(const char *address)
{
    return address == NULL ? "" : address;
}

int authz_verdict_end(struct err *e)
{
    if (e->code == ERR_CONFLICT)
        *e = (struct err){0};
    return FLOW_END;
}

int authz_verdict_valid(struct flow *flow, struct store_tx *tx, const struct authz *authz,
    int64_t until_s, const char *address, const char *fact, struct err *e)
{
    int64_t now_s = flow->now_ms / 1000;

    log_info("authz_valid", LOG_INT("authz", authz->id), LOG_INT("account", authz->account_id),
        LOG_STR("name", authz->identifier.value), LOG_STR("address", shown_address(address)),
        LOG_STR("checks", fact));
    if (store_authz_valid(tx, authz->id, now_s, until_s, address, e) == ERR_OK &&
        store_authz_note_checks(tx, authz->id, now_s, fact, e) == ERR_OK)
        store_order_authz_valid(tx, authz->id, e);
    return authz_verdict_end(e);
}

enum err_code authz_verdict_trouble(struct flow *flow, struct store_tx *tx,
    const struct authz *authz, const struct err *why, const struct subproblem *list, size_t len,
    struct err *e)
{
    return store_authz_try_failed(tx, authz->id, problem_json(flow->mem, why, list, len), e);
}

int authz_verdict_invalid(struct flow *flow, struct store_tx *tx, const struct authz *authz,
    const char *address, const struct err *why, const struct subproblem *list, size_t len,
    const char *checks, struct err *e)
{
    struct err of_order = {0};
    char *challenge_error, *order_error;

    /* The detail shows what was found, which may be a key authorization: it is the client's only.
     */
    log_info("authz_invalid", LOG_INT("authz", authz->id), LOG_INT("account", authz->account_id),
        LOG_STR("name", authz->identifier.value), LOG_STR("address", shown_address(address)),
        LOG_STR("problem", problem_type(problem_of(why))), LOG_STR("checks", checks));
    rate_count_failure(flow->world->acme->rates, &flow->settings->rates, authz->account_id,
        &authz->identifier, clock_monotonic_ms());
    challenge_error = problem_json(flow->mem, why, list, len);
    problem_set(&of_order, problem_of(why), "control over \"%s\" was not proven: %s",
        authz->identifier.value, why->detail);
    order_error = problem_json(flow->mem, &of_order, list, len);
    if (store_authz_invalid(tx, authz->id, address, challenge_error, e) == ERR_OK)
        store_order_authz_lost(tx, authz->id, order_error, e);
    return authz_verdict_end(e);
}
