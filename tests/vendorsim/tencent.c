/* tencent - see tencent.h: the vendor as the kernel sees it, and what all its parts use. */
#include "tests/vendorsim/tencent.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/rand.h"
#include "tests/vendorsim/names.h"
#include "tests/vendorsim/tencent_account.h"
#include "tests/vendorsim/tencent_actions.h"
#include "tests/vendorsim/tencent_certificate.h"
#include "tests/vendorsim/tencent_control.h"
#include "tests/vendorsim/tencent_gateway.h"

#define ZONE_S  INT64_C(28800) /* GMT+8 */
#define LOG_MAX 10000          /* entries that are kept */

/* clang-format off */
static const struct sim_setting settings[] = {
    {"site", SIM_TEXT, "china", "china, or international: without CompleteCertificate, packages, DeleteCertificates, ..."},
    {"language", SIM_TEXT, "en-US", "of messages, where a request has no X-TC-Language: en-US or zh-CN"},
    {"host_without_port", SIM_BOOL, "no", "a Host that was signed without its port is taken as well"},
    {"dcv_exempt_strict", SIM_BOOL, "no", "a reissue with another CSR is always validated"},
    {"reissue_status_on", SIM_TEXT, "original", "which record is 11 during a reissue: original or new"},
    {"reissue_links_early", SIM_BOOL, "no", "original and reissue name each other from the request on, not from the issue"},
    {"reissue_links_swapped", SIM_BOOL, "no", "ReplacedBy and ReplacedFor are the other way around"},
    {"reissue_review", SIM_BOOL, "no", "reissues of WoTrus and DNSPod OV and EV are approved by hand (no TC-FLOW-A1)"},
    {"free_account_limit", SIM_INT, "20", "free certificates of an account"},
    {"free_domain_limit", SIM_INT, "20", "free certificates of a primary domain"},
    {"free_allow_upload", SIM_BOOL, "no", "a free certificate can be reissued with the caller's CSR"},
    {"free_failed_reissue_counts", SIM_BOOL, "no", "a reissue that failed uses up a free certificate's one reissue"},
    {"purchases_max", SIM_INT, "-1", "how many paid certificates the balance is enough for in all; -1: any number"},
    {"csr_needs_common_name", SIM_BOOL, "no", "a CSR without a common name is refused like one with another"},
    {"add_names", SIM_BOOL, "yes", "www.x comes with x and the other way around, *.x with x"},
    {"leaf_only", SIM_BOOL, "no", "CertificatePublicKey is the certificate alone, without the intermediate"},
    {"max_days", SIM_INT, "398", "how long a certificate lasts at most"},
    {"dcv_days", SIM_INT, "3", "in which domains are to be validated, and revocations to be proved"},
    {"dcv_poll_s", SIM_INT, "60", "how often the CA looks for what is to be published"},
    {"dns_auto_delay_s", SIM_INT, "5", "until the vendor has written the record of DNS_AUTO"},
    {"review_delay_s", SIM_INT, "-1", "after which staff approves of letters, reviews, revocations; -1: only POST /approve"},
    {"issue_delay_s", SIM_INT, "0", "from complete validation to issue"},
    {"cancel_delay_s", SIM_INT, "60", "until the CA confirms that a review is cancelled"},
    {"complete_reports_failure", SIM_BOOL, "no", "CompleteCertificate refuses when the check finds nothing"},
    {"blocked_words", SIM_TEXT, "", "words for which the CA refuses DV names that hold them"},
    {"caa_forbids", SIM_TEXT, "", "names for which CAA forbids to issue, with all below them"},
    {"extra_members", SIM_BOOL, "no", "every object has a member that nobody knows"},
    {"null_members", SIM_BOOL, "no", "members that may be null are null"},
    {"gzip", SIM_BOOL, "no", "answers are compressed for whoever accepts that"},
    {0},
};
/* clang-format on */

/* What the parts share (tencent_private.h). */

int64_t tc_now(const struct tencent *tc)
{
    return sim_now_s(tc->sim);
}

bool tc_is_china(const struct tencent *tc)
{
    return strcmp(sim_text(tc->sim, "site"), "international") != 0;
}

bool tc_csr_needs_name(const struct tencent *tc)
{
    return sim_bool(tc->sim, "csr_needs_common_name");
}

bool tc_refuse(struct tc_refusal *why, const char *code, const char *format, ...)
{
    va_list args;

    snprintf(why->code, sizeof why->code, "%s", code);
    va_start(args, format);
    vsnprintf(why->message, sizeof why->message, format, args);
    va_end(args);
    return false;
}

void tc_format_time(int64_t time_s, char text[TC_TIME_SIZE])
{
    time_t local = (time_t)(time_s + ZONE_S);
    struct tm tm;

    if (time_s == 0 || gmtime_r(&local, &tm) == NULL ||
        strftime(text, TC_TIME_SIZE, "%Y-%m-%d %H:%M:%S", &tm) == 0)
        text[0] = '\0';
}

void tc_put_time(json_t *row, const char *member, int64_t time_s)
{
    char text[TC_TIME_SIZE];

    tc_format_time(time_s, text);
    json_object_set_new(row, member, text[0] == '\0' ? json_null() : json_string(text));
}

bool tc_parse_time(const char *text, int64_t *time_s)
{
    char again[TC_TIME_SIZE];
    struct tm tm = {0};
    int used = 0;

    if (strlen(text) != TC_TIME_SIZE - 1 ||
        sscanf(text, "%4d-%2d-%2d %2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
            &tm.tm_min, &tm.tm_sec, &used) != 6 ||
        text[used] != '\0')
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *time_s = (int64_t)timegm(&tm) - ZONE_S;
    tc_format_time(*time_s, again);
    return strcmp(text, again) == 0;
}

int64_t tc_months_later(int64_t time_s, int64_t months)
{
    time_t time = (time_t)time_s;
    struct tm tm;

    gmtime_r(&time, &tm);
    tm.tm_mon += (int)months;
    return (int64_t)timegm(&tm);
}

const char *tc_primary_domain(const struct tencent *tc, const char *name)
{
    return name_validated_at(name, tc->suffixes);
}

char *tc_join(void *mem, const char *a, const char *b, const char *c)
{
    return c == NULL ? mem_printf(mem, "%s|%s", a, b) : mem_printf(mem, "%s|%s|%s", a, b, c);
}

void tc_random_text(char *text, size_t len)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    for (size_t i = 0; i < len; i++)
        text[i] = letters[rand_below(sizeof letters - 1)];
    text[len] = '\0';
}

void tc_log(struct tencent *tc, const json_t *certificate, const char *type)
{
    int64_t number = state_next(tc->state, TC_LOG, 1);
    char id[24];

    snprintf(id, sizeof id, "%" PRId64, number - LOG_MAX);
    state_remove(tc->state, TC_LOG, id);
    snprintf(id, sizeof id, "%" PRId64, number);
    state_put(tc->state, TC_LOG, id,
        json_pack("{s:s,s:s,s:s,s:I}", "account", row_text(certificate, "account"), "certificate",
            row_text(certificate, "id"), "type", type, "at_s", (json_int_t)tc_now(tc)));
}

/* The vendor. */

static void *tencent_open(void *mem, struct sim *sim, struct err *e)
{
    struct tencent *tc = mem_new(mem, struct tencent);

    (void)e;
    *tc = (struct tencent){sim, sim_state(sim), public_suffixes_new(tc)};
    if (state_is_new(tc->state))
        tc_account_make(tc);
    return tc;
}

/* The error that POST /errors planned for the action (12.2); counts it. False: none. */
static bool planned_error(
    struct tencent *tc, const char *action, struct tc_refusal *why, bool *done)
{
    json_t *error = state_get(tc->state, TC_ERROR, action);
    int64_t left = row_int(error, "times");

    if (error == NULL)
        return false;
    tc_refuse(why, row_text(error, "code"), "A simulated error.");
    *done = row_bool(error, "done");
    row_set_int(error, "times", left - 1);
    state_touch(tc->state, TC_ERROR, action);
    if (left == 1)
        state_remove(tc->state, TC_ERROR, action);
    return true;
}

static void tencent_handle(void *vendor, struct sim_request *request)
{
    const char *action = sim_header(request, "X-TC-Action");
    struct tencent *tc = vendor;
    struct tc_refusal *why = mem_new(request, struct tc_refusal);
    struct tc_call *call = mem_new(request, struct tc_call);
    bool planned, done = false;
    const json_t *key;

    if (!tc_gateway_check(tc, request, &key, why) || !tc_account_may(key, action, why)) {
        tc_request_refuse(tc, request, why);
        return;
    }
    planned = planned_error(tc, action, why, &done);
    if (planned && !done) {
        tc_request_refuse(tc, request, why);
        return;
    }
    *call = (struct tc_call){
        tc, request, row_text(key, "account"), key, sim_json(request), planned ? why : NULL};
    tc_action_do(tc_action_find(tc, action), call);
}

/* Only who is known is counted, for each action (12.2, check 7). */
static const char *tencent_caller(void *vendor, struct sim_request *request)
{
    struct tc_refusal why;
    const json_t *key;

    if (!tc_gateway_check(vendor, request, &key, &why))
        return NULL;
    return mem_printf(request, "%s %s", row_text(key, "id"), sim_header(request, "X-TC-Action"));
}

static void tencent_limited(void *vendor, struct sim_request *request)
{
    struct tc_refusal why;

    tc_refuse(&why, "RequestLimitExceeded", "The frequency limit of the action is exceeded.");
    tc_request_refuse(vendor, request, &why);
}

static const char *tencent_operation(void *vendor, struct sim_request *request)
{
    (void)vendor;
    return sim_header(request, "X-TC-Action");
}

static void tencent_on_due(void *vendor, const char *what, const char *subject)
{
    tc_certificate_on_due(vendor, what, subject);
}

const struct sim_vendor sim_tencent = {
    .name = "tencent",
    .line = "Tencent Cloud SSL Certificate service, API 3.0",
    .settings = settings,
    .verbs = tencent_verbs,
    .rates = "10/1",
    .body_max = (size_t)16 * 1024 * 1024,
    .root_name = TC_ROOT_NAME,
    .intermediate_name = TC_INTERMEDIATE_NAME,
    .open = tencent_open,
    .handle = tencent_handle,
    .caller = tencent_caller,
    .limited = tencent_limited,
    .operation = tencent_operation,
    .on_due = tencent_on_due,
};
