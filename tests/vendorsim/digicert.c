/* digicert - see digicert.h: the vendor as the kernel sees it, and what all its parts use. */
#include "tests/vendorsim/digicert.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/digicert_call.h"
#include "tests/vendorsim/digicert_control.h"
#include "tests/vendorsim/digicert_order.h"
#include "tests/vendorsim/digicert_poll.h"
#include "tests/vendorsim/digicert_routes.h"

/* clang-format off */
static const struct sim_setting settings[] = {
    {"approval", SIM_BOOL, "yes", "requests wait for an approver unless they say skip_approval"},
    {"ignore_skip_approval", SIM_BOOL, "no", "skip_approval without the right to it has no effect, instead of 403"},
    {"second_person", SIM_BOOL, "no", "who asked may not approve"},
    {"issue_delay_s", SIM_INT, "0", "seconds from complete validation to issue"},
    {"delayed_is_pending", SIM_BOOL, "no", "an order is pending meanwhile, instead of processing"},
    {"multi_year", SIM_BOOL, "no", "the account has Multi-year Plans"},
    {"multi_year_strict", SIM_BOOL, "no", "without them more than a year is refused, instead of cut to one"},
    {"reissue_replaces", SIM_BOOL, "no", "a second reissue replaces the pending one, instead of 400"},
    {"duplicate_new_key", SIM_BOOL, "no", "a duplicate must have a key that the order does not have yet"},
    {"duplicate_id_hidden", SIM_BOOL, "no", "the answer to a duplicate names no certificate_id"},
    {"alternate_not_found", SIM_BOOL, "no", "an unknown alternative id is 404, instead of an empty list"},
    {"sole_revocation_ends_order", SIM_BOOL, "no", "revoking the only certificate revokes the order"},
    {"free_names", SIM_BOOL, "no", "an order for www.DOMAIN gets DOMAIN as well"},
    {"list_ignores_status", SIM_BOOL, "no", "filters[status] of the order list has no effect"},
    {"same_pem", SIM_BOOL, "no", "every download gives the order's first certificate"},
    {"ids_as_strings", SIM_BOOL, "no", "ids are strings"},
    {"extra_members", SIM_BOOL, "no", "every object has a member that nobody knows"},
    {"missing_members", SIM_BOOL, "no", "optional members are not there"},
    {"errors_as_object", SIM_BOOL, "no", "errors is an object, not a list"},
    {"errors_with_200", SIM_BOOL, "no", "errors come with status 200"},
    {"dcv_base_domain", SIM_BOOL, "yes", "a new name is validated at its registrable domain, not at itself"},
    {"dcv_lenient", SIM_BOOL, "no", "check-dcv answers 200 although a DNS record is missing"},
    {"dcv_polls", SIM_BOOL, "no", "the vendor looks by itself, for a week, for what is to be published"},
    {"domain_reuse_days", SIM_INT, "0", "how long a domain's validation lasts; 0: by the day's table"},
    {"token_days", SIM_INT, "30", "how long a random value can be used"},
    {"renewal_window_days", SIM_INT, "90", "before its end an order can be renewed"},
    {"caa_forbids", SIM_TEXT, "", "names for which CAA forbids to issue, with all below them"},
    {"old_smime", SIM_BOOL, "no", "the old S/MIME products can still be ordered, and are issued as multipurpose"},
    {"products_disabled", SIM_TEXT, "", "products that the account does not have"},
    {0},
};
/* clang-format on */

/* What the parts share (digicert_private.h). */

int64_t digicert_now(const struct digicert *dc)
{
    return sim_now_s(dc->sim);
}

json_t *digicert_get(const struct digicert *dc, const char *kind, int64_t id)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, id);
    return state_get(dc->state, kind, text);
}

json_t *digicert_add(struct digicert *dc, const char *kind, int64_t first, json_t *row)
{
    char text[24];

    if (row_int(row, "id") == 0)
        row_set_int(row, "id", state_next(dc->state, kind, first));
    snprintf(text, sizeof text, "%" PRId64, row_int(row, "id"));
    return state_put(dc->state, kind, text, row);
}

void digicert_touch(struct digicert *dc, const char *kind, const json_t *row)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, row_int(row, "id"));
    state_touch(dc->state, kind, text);
}

bool refuse(struct refusal *why, int status, const char *code, const char *format, ...)
{
    va_list args;

    why->status = status;
    snprintf(why->code, sizeof why->code, "%s", code);
    va_start(args, format);
    vsnprintf(why->message, sizeof why->message, format, args);
    va_end(args);
    return false;
}

/* The vendor. */

static void *digicert_open(void *mem, struct sim *sim, struct err *e)
{
    struct digicert *dc = mem_new(mem, struct digicert);

    (void)e;
    *dc = (struct digicert){sim, sim_state(sim), public_suffixes_new(dc)};
    if (state_is_new(dc->state))
        account_make(dc);
    return dc;
}

static void digicert_handle(void *vendor, struct sim_request *request)
{
    digicert_route(vendor, request);
}

static const char *digicert_caller(void *vendor, struct sim_request *request)
{
    (void)vendor;
    return sim_header(request, "X-DC-DEVKEY");
}

static void digicert_limited(void *vendor, struct sim_request *request)
{
    struct refusal why;

    refuse(&why, 429, "request_limit_exceeded", "%s",
        "Service unavailable, please limit request volume");
    request_refuse(vendor, request, &why);
}

static const char *digicert_operation(void *vendor, struct sim_request *request)
{
    (void)vendor;
    return digicert_route_name(request);
}

static void digicert_on_due(void *vendor, const char *what, const char *subject)
{
    if (!poll_on_due(vendor, what, subject))
        orders_on_due(vendor, what, subject);
}

const struct sim_vendor sim_digicert = {
    .name = "digicert",
    .line = "DigiCert CertCentral, Services API v2",
    .settings = settings,
    .verbs = digicert_verbs,
    .rates = "100/5,1000/180",
    .root_name = ROOT_NAME,
    .intermediate_name = INTERMEDIATE_NAME,
    .open = digicert_open,
    .handle = digicert_handle,
    .caller = digicert_caller,
    .limited = digicert_limited,
    .operation = digicert_operation,
    .on_due = digicert_on_due,
};
