/* huawei - see huawei.h: the vendor as the kernel sees it, and what all its parts use. */
#include "tests/vendorsim/huawei.h"

#include "base/mem.h"
#include "tests/vendorsim/huawei_account.h"
#include "tests/vendorsim/huawei_call.h"
#include "tests/vendorsim/huawei_certificate.h"
#include "tests/vendorsim/huawei_control.h"
#include "tests/vendorsim/huawei_dcv.h"
#include "tests/vendorsim/huawei_routes.h"

#define BODY_MAX (12 * 1024 * 1024)

/* clang-format off */
static const struct sim_setting settings[] = {
    {"paid_delay_s", SIM_INT, "0", "seconds from the payment until a certificate is to be seen (before: 404)"},
    {"proof_delay_s", SIM_INT, "0", "seconds from the application until \"authentification\" is there"},
    {"dcv_check_s", SIM_INT, "10", "seconds until the CA first looks for proofs, and between its first looks"},
    {"dcv_auto", SIM_BOOL, "no", "control of every name counts as shown"},
    {"dns_proof_cname", SIM_BOOL, "no", "what is to be published is a CNAME record, not a TXT record"},
    {"www_at_parent", SIM_BOOL, "yes", "www.DOMAIN is proved at DOMAIN, not at itself"},
    {"cloud_dns_zones", SIM_TEXT, "", "zones at Huawei Cloud DNS, where auto_dns_auth publishes proofs by itself"},
    {"org_checks", SIM_BOOL, "yes", "OV and EV wait for POST /org-validate"},
    {"refused_words", SIM_TEXT, "edu, gov, bank, live", "a DV certificate for a name with one of these labels is UNPASSED"},
    {"issue_delay_s", SIM_INT, "0", "seconds from the end of all checks to the issue"},
    {"certificate_days", SIM_INT, "365", "how long a certificate lasts; a free one 90"},
    {"cancel_delay_s", SIM_INT, "0", "seconds from CANCELCHECKING to PAID"},
    {"cancel_loses", SIM_BOOL, "no", "the CA has issued when an application is withdrawn"},
    {"revoke_delay_s", SIM_INT, "0", "seconds from REVOKING to REVOKED"},
    {"revocation_mail", SIM_BOOL, "yes", "OV and EV stay REVOKING until POST /ca-confirm"},
    {"refund_wait_s", SIM_INT, "0", "seconds from the payment until it can be unsubscribed (before: 500 SCM.0016)"},
    {"reissue_mail_s", SIM_INT, "0", "seconds from a reissue to the CA's mail, before which nothing can be confirmed"},
    {"reissue_status", SIM_TEXT, "CHECKING", "the status that a reissue under review is shown with"},
    {"reissue_window_restarts", SIM_BOOL, "no", "the days for reissues count from the latest issue, not from the first"},
    {"reissue_last_day", SIM_BOOL, "yes", "the last day of that window is a whole one"},
    {"reissue_new_id", SIM_BOOL, "no", "a reissued certificate comes under a new id, and the old one is REVOKED"},
    {"coarse_status", SIM_BOOL, "no", "CHECKING_DOMAIN, CHECKING_ORG and ISSUING are shown as CHECKING"},
    {"offset_is_page", SIM_BOOL, "no", "the list's offset counts pages, not certificates"},
    {"offset_max", SIM_INT, "0", "the largest offset that the list takes; 0: any"},
    {"free_quota", SIM_INT, "20", "how many free certificates an account may buy"},
    {"account_state", SIM_TEXT, "", "restricted or frozen: the account cannot buy"},
    {"billing_fails", SIM_BOOL, "no", "nothing can be bought: 500 SCM.0016"},
    {"times_utc", SIM_BOOL, "no", "times are in UTC, not UTC+8"},
    {"own_key_empty", SIM_BOOL, "no", "private_key of a certificate by an own CSR is \"\", not null"},
    {"chain_in_entire", SIM_BOOL, "no", "export gives the chain in entire_certificate only"},
    {"algrithm_spelling", SIM_BOOL, "no", "signature_algorithm is called signature_algrithm"},
    {"numbers_as_strings", SIM_BOOL, "no", "numbers and booleans are strings"},
    {"extra_members", SIM_BOOL, "no", "every object has a member that nobody knows"},
    {"missing_members", SIM_BOOL, "no", "what is null or empty is not there"},
    {"chinese_errors", SIM_BOOL, "no", "SCM's error texts are Chinese"},
    {"gateway_prefix", SIM_TEXT, "APIGW", "how the gateway's error codes begin"},
    {"expired_0303", SIM_BOOL, "no", "a signature of another time is refused with 0303, not 0301"},
    {0},
};
/* clang-format on */

/* What the parts share (huawei_private.h). */

int64_t hw_now(const struct huawei *hw)
{
    return sim_now_s(hw->sim);
}

void hw_touch(struct huawei *hw, const char *kind, const json_t *row)
{
    state_touch(hw->state, kind, row_text(row, "id"));
}

/* The vendor. */

static void *huawei_open(void *mem, struct sim *sim, struct err *e)
{
    struct huawei *hw = mem_new(mem, struct huawei);

    (void)e;
    *hw = (struct huawei){sim, sim_state(sim)};
    if (state_is_new(hw->state))
        hw_account_make(hw);
    return hw;
}

static void huawei_handle(void *vendor, struct sim_request *request)
{
    hw_route(vendor, request);
}

/* A request that the gateway will refuse anyway counts against nobody. */
static const char *huawei_caller(void *vendor, struct sim_request *request)
{
    return hw_route_name(request) == NULL ? NULL : hw_account_limited_by(vendor, request);
}

static void huawei_limited(void *vendor, struct sim_request *request)
{
    struct hw_denial why = {429, "0308",
        "The throttling threshold has been reached: policy user over ratelimit,limit:5,time:1 "
        "second"};

    hw_request_deny(vendor, request, &why);
}

static const char *huawei_operation(void *vendor, struct sim_request *request)
{
    (void)vendor;
    return hw_route_name(request);
}

static void huawei_on_due(void *vendor, const char *what, const char *subject)
{
    if (!hw_dcv_on_due(vendor, what, subject))
        hw_certificate_on_due(vendor, what, subject);
}

const struct sim_vendor sim_huawei = {
    .name = "huawei",
    .line = "Huawei Cloud CCM, SSL certificates (SCM), API v3 and v2",
    .settings = settings,
    .verbs = huawei_verbs,
    .rates = "off",
    .root_name = "Simulated Huawei Partner Root",
    .intermediate_name = "Simulated Huawei Partner TLS CA",
    .body_max = BODY_MAX,
    .open = huawei_open,
    .handle = huawei_handle,
    .caller = huawei_caller,
    .limited = huawei_limited,
    .operation = huawei_operation,
    .on_due = huawei_on_due,
};
