/* tencent_certificate - see tencent_certificate.h. */
#include "tests/vendorsim/tencent_certificate.h"

#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/names.h"
#include "tests/vendorsim/tencent_account.h"
#include "tests/vendorsim/tencent_csr.h"
#include "tests/vendorsim/tencent_validation.h"

#define ID_LEN        8
#define YEAR_BEFORE_S (30 * DAY_S) /* before its end the next year is ordered (TC-MULTI-1) */
#define CAA_RETRY_S   3600
#define FREE_DAYS     90
#define PAID_DAYS_MAX 398 /* with what a renewed one had left (9.5) */

static const char DUE_WRITTEN[] = "tc_written";   /* the record of DNS_AUTO */
static const char DUE_POLL[] = "tc_poll";         /* a look for what is to be published */
static const char DUE_DEADLINE[] = "tc_deadline"; /* of a validation */
static const char DUE_STAFF[] = "tc_staff";       /* a letter or a review is done with */
static const char DUE_ISSUE[] = "tc_issue";
static const char DUE_CANCELLED[] = "tc_cancelled";
static const char DUE_EXPIRED[] = "tc_expired";
static const char DUE_YEAR[] = "tc_year";

/* Records. */

json_t *tc_certificate_get(const struct tencent *tc, const char *id)
{
    return id == NULL ? NULL : state_get(tc->state, TC_CERTIFICATE, id);
}

void tc_certificate_touch(struct tencent *tc, const json_t *certificate)
{
    state_touch(tc->state, TC_CERTIFICATE, row_text(certificate, "id"));
}

json_t *tc_certificate_add(
    struct tencent *tc, const char *account, int64_t product, const char *kind)
{
    char id[ID_LEN + 1];

    do
        tc_random_text(id, ID_LEN);
    while (tc_certificate_get(tc, id) != NULL);
    return state_put(tc->state, TC_CERTIFICATE, id,
        json_pack("{s:s,s:s,s:I,s:s,s:i,s:I,s:i,s:i,s:i,s:s}", "id", id, "account", account,
            "product", (json_int_t)product, "kind", kind, "status", TC_WAIT_INFO, "created_s",
            (json_int_t)tc_now(tc), "domain_num", 1, "years", 1, "year", 1, "alias", ""));
}

const struct tc_product *tc_certificate_product(const json_t *certificate)
{
    return tc_product(row_int(certificate, "product"));
}

enum tc_status tc_status_of(const json_t *certificate)
{
    return (enum tc_status)row_int(certificate, "status");
}

enum tc_status tc_status_shown(const struct tencent *tc, const json_t *certificate)
{
    bool on_new = strcmp(sim_text(tc->sim, "reissue_status_on"), "new") == 0;
    enum tc_status status = tc_status_of(certificate);

    if (!on_new && status == TC_ISSUED && row_text(certificate, "reissue") != NULL)
        return TC_REISSUING;
    if (on_new && tc_certificate_is_pending(certificate) &&
        row_is(certificate, "kind", TC_KIND_REISSUE))
        return TC_REISSUING;
    return status;
}

static const char *step_of(const json_t *certificate)
{
    return json_string_value(json_array_get(json_object_get(certificate, "steps"), 0));
}

bool tc_certificate_is_at(const json_t *certificate, const char *step)
{
    const char *at = step_of(certificate);

    return at != NULL && strcmp(at, step) == 0;
}

bool tc_certificate_is_pending(const json_t *certificate)
{
    enum tc_status status = tc_status_of(certificate);

    return status == TC_REVIEW || status == TC_DNS_ADDED || status == TC_WAIT_LETTER;
}

bool tc_certificate_is_bought(const json_t *certificate)
{
    return !row_is(certificate, "kind", TC_KIND_UPLOAD) &&
           !tc_certificate_product(certificate)->is_free;
}

static void set_status(
    struct tencent *tc, json_t *certificate, enum tc_status status, const char *message)
{
    row_set_int(certificate, "status", status);
    row_set_text(certificate, "message", message);
    tc_certificate_touch(tc, certificate);
}

static void schedule(struct tencent *tc, const json_t *row, int64_t in_s, const char *what)
{
    sim_schedule(tc->sim, tc_now(tc) + in_s, what, row_text(row, "id"));
}

static void unschedule(struct tencent *tc, const json_t *certificate)
{
    static const char *const waits[] = {
        DUE_WRITTEN, DUE_POLL, DUE_DEADLINE, DUE_STAFF, DUE_ISSUE, NULL};

    for (size_t i = 0; waits[i] != NULL; i++)
        sim_unschedule(tc->sim, waits[i], row_text(certificate, "id"));
}

/* The original of a reissue that came to its end. */
static void tell_original(struct tencent *tc, const json_t *certificate)
{
    json_t *original = tc_certificate_get(tc, row_text(certificate, "replaces"));

    if (original == NULL)
        return;
    row_set_text(original, "reissue", NULL);
    if (tc_status_of(certificate) == TC_ISSUED)
        row_set_text(original, "replaced_by", row_text(certificate, "id"));
    else
        row_set_bool(original, "reissue_failed", true);
    tc_certificate_touch(tc, original);
}

static void mark_renewed(struct tencent *tc, const json_t *certificate)
{
    json_t *old = tc_certificate_get(tc, row_text(certificate, "renewal_of"));

    if (old == NULL)
        return;
    row_set_text(old, "renewed_by", row_text(certificate, "id"));
    tc_certificate_touch(tc, old);
}

/* Issue. */

static int64_t last_second(int64_t day, int64_t days)
{
    return day + days * DAY_S - 1;
}

static int64_t not_after(const struct tencent *tc, const json_t *certificate, int64_t day)
{
    int64_t cap_s = last_second(day, sim_int(tc->sim, "max_days"));
    const json_t *old = tc_certificate_get(tc, row_text(certificate, "renewal_of"));
    int64_t left_s = row_int(old, "not_after_s") - tc_now(tc), end_s;

    if (row_int(certificate, "end_s") > 0)
        end_s = row_int(certificate, "end_s");
    else if (tc_certificate_product(certificate)->is_free)
        end_s = last_second(day, FREE_DAYS);
    else
        end_s = years_later(day, 1) - 1;
    if (old != NULL && left_s > 0 && tc_certificate_is_bought(certificate)) {
        end_s += left_s / DAY_S * DAY_S;
        if (end_s > last_second(day, PAID_DAYS_MAX))
            end_s = last_second(day, PAID_DAYS_MAX);
    }
    return end_s < cap_s ? end_s : cap_s;
}

/* All names of the certificate, NULL-terminated, on `mem`; the texts are the row's. */
static const char **names_list(void *mem, const json_t *certificate)
{
    const json_t *names = json_object_get(certificate, "names");
    const json_t *extra = json_object_get(certificate, "extra_names");
    size_t len = 0;
    const char **list =
        mem_new_array(mem, const char *, json_array_size(names) + json_array_size(extra) + 1);

    for (size_t i = 0; i < json_array_size(names); i++)
        list[len++] = json_string_value(json_array_get(names, i));
    for (size_t i = 0; i < json_array_size(extra); i++)
        list[len++] = json_string_value(json_array_get(extra, i));
    return list;
}

static bool caa_forbids(const struct tencent *tc, const json_t *certificate)
{
    const json_t *names = json_object_get(certificate, "names");

    for (size_t i = 0; i < json_array_size(names); i++)
        for (const char *at = json_string_value(json_array_get(names, i)); at != NULL;) {
            if (sim_lists(tc->sim, "caa_forbids", at))
                return true;
            at = strchr(at, '.');
            at = at == NULL ? NULL : at + 1;
        }
    return false;
}

static enum err_code sign(struct tencent *tc, json_t *certificate, struct err *e)
{
    int64_t day = day_of(tc_now(tc));
    void *mem = mem_pool(NULL, 8192);
    char serial[CA_SERIAL_SIZE];
    struct ca_leaf leaf = {
        .common_name = json_string_value(json_array_get(json_object_get(certificate, "names"), 0)),
        .names = names_list(mem, certificate),
        .not_before_s = day,
        .not_after_s = not_after(tc, certificate, day)};
    enum err_code code;
    bool key_ok;

    code = ca_read_csr(mem, row_text(certificate, "csr"), &leaf.spki, &key_ok, e);
    if (code == ERR_OK)
        code = ca_issue(sim_ca(tc->sim), &leaf, serial, e);
    mem_free(mem);
    if (code != ERR_OK)
        return code;
    row_set_text(certificate, "serial", serial);
    row_set_int(certificate, "not_before_s", leaf.not_before_s);
    row_set_int(certificate, "not_after_s", leaf.not_after_s);
    return ERR_OK;
}

static void issue(struct tencent *tc, json_t *certificate)
{
    int64_t end_s;
    struct err e = {0};

    if (caa_forbids(tc, certificate)) {
        schedule(tc, certificate, CAA_RETRY_S, DUE_ISSUE);
        return;
    }
    if (sign(tc, certificate, &e) != ERR_OK) {
        tc_certificate_fail(tc, certificate, "The CA did not accept the information.");
        return;
    }
    end_s = row_int(certificate, "not_after_s");
    row_set_int(certificate, "issued_s", tc_now(tc));
    json_array_clear(row_array(certificate, "steps"));
    set_status(tc, certificate, TC_ISSUED, NULL);
    sim_schedule(tc->sim, end_s + 1, DUE_EXPIRED, row_text(certificate, "id"));
    if (row_int(certificate, "year") < row_int(certificate, "years"))
        sim_schedule(tc->sim, end_s + 1 - YEAR_BEFORE_S, DUE_YEAR, row_text(certificate, "id"));
    tell_original(tc, certificate);
    mark_renewed(tc, certificate);
    tc_log(tc, certificate, "issued");
}

/* Names that come with others (7.4). */
static void add_extra_names(const struct tencent *tc, json_t *certificate)
{
    enum tc_domains domains = tc_certificate_product(certificate)->domains;
    json_t *extra = row_array(certificate, "extra_names");
    const char *name = json_string_value(json_array_get(json_object_get(certificate, "names"), 0));
    char *www;

    json_array_clear(extra);
    if (!sim_bool(tc->sim, "add_names"))
        return;
    if (domains == TC_SINGLE && strncmp(name, "www.", 4) == 0) {
        array_add_text(extra, name + 4);
    } else if (domains == TC_SINGLE && strcmp(tc_primary_domain(tc, name), name) == 0) {
        www = mem_printf(NULL, "www.%s", name);
        array_add_text(extra, www);
        mem_free(www);
    } else if (domains == TC_WILDCARD && strcmp(tc_primary_domain(tc, name), name + 2) == 0) {
        array_add_text(extra, name + 2);
    }
}

/* Steps. */

/* How all of its names are validated without anything published; NULL: they are not. */
static const char *standing_way(const struct tencent *tc, const json_t *certificate)
{
    const json_t *names = json_object_get(certificate, "names");
    const char *way = NULL;

    for (size_t i = 0; i < json_array_size(names); i++) {
        way = tc_account_standing(
            tc, row_text(certificate, "account"), json_string_value(json_array_get(names, i)));
        if (way == NULL)
            return NULL;
    }
    return way;
}

static void begin_dcv(struct tencent *tc, json_t *certificate)
{
    int64_t now_s = tc_now(tc), deadline_s = now_s + sim_int(tc->sim, "dcv_days") * DAY_S;
    const char *way = standing_way(tc, certificate);
    bool uses_cname = tc_product_uses_cname(tc_certificate_product(certificate));

    set_status(tc, certificate, TC_REVIEW, "PENDING-DCV");
    if (way != NULL) {
        row_set_text(certificate, "method", way);
        tc_certificate_validated(tc, certificate);
        return;
    }
    json_object_set_new(certificate, "validations",
        tc_validations_make(tc, json_object_get(certificate, "names"),
            row_text(certificate, "method"), uses_cname));
    row_set_int(certificate, "deadline_s", deadline_s);
    sim_schedule(tc->sim, deadline_s, DUE_DEADLINE, row_text(certificate, "id"));
    schedule(tc, certificate, sim_int(tc->sim, "dcv_poll_s"), DUE_POLL);
    if (row_is(certificate, "method", "DNS_AUTO"))
        schedule(tc, certificate, sim_int(tc->sim, "dns_auto_delay_s"), DUE_WRITTEN);
}

static void begin_staff(
    struct tencent *tc, json_t *certificate, enum tc_status status, const char *message)
{
    int64_t delay_s = sim_int(tc->sim, "review_delay_s");

    set_status(tc, certificate, status, message);
    if (delay_s >= 0)
        schedule(tc, certificate, delay_s, DUE_STAFF);
}

static void begin_issue(struct tencent *tc, json_t *certificate)
{
    int64_t delay_s = sim_int(tc->sim, "issue_delay_s");

    set_status(tc, certificate, TC_REVIEW, "WAIT-ISSUE");
    if (delay_s > 0)
        schedule(tc, certificate, delay_s, DUE_ISSUE);
    else
        issue(tc, certificate);
}

static void begin(struct tencent *tc, json_t *certificate)
{
    if (tc_certificate_is_at(certificate, TC_STEP_LETTER))
        begin_staff(tc, certificate, TC_WAIT_LETTER, NULL);
    else if (tc_certificate_is_at(certificate, TC_STEP_PRE_REVIEW))
        begin_staff(tc, certificate, TC_REVIEW, "PRE-REVIEWING");
    else if (tc_certificate_is_at(certificate, TC_STEP_CA_REVIEW))
        begin_staff(tc, certificate, TC_REVIEW, "CA-REVIEWING");
    else if (tc_certificate_is_at(certificate, TC_STEP_DCV))
        begin_dcv(tc, certificate);
    else
        begin_issue(tc, certificate);
}

/* Does one of the names hold a word that the CA refuses (7.4)? */
static bool is_blocked(const struct tencent *tc, const json_t *certificate)
{
    const json_t *names = json_object_get(certificate, "names");
    char *words = mem_strdup(NULL, sim_text(tc->sim, "blocked_words")), *save = NULL;
    bool is = false;

    for (char *word = strtok_r(words, ", ", &save); word != NULL;
         word = strtok_r(NULL, ", ", &save))
        for (size_t i = 0; i < json_array_size(names); i++)
            is = is || strstr(json_string_value(json_array_get(names, i)), word) != NULL;
    mem_free(words);
    return is && tc_certificate_product(certificate)->level == TC_DV;
}

void tc_certificate_start(struct tencent *tc, json_t *certificate, const char *const *steps)
{
    json_t *list = row_array(certificate, "steps");
    char order_id[18], algorithm[16];

    json_array_clear(list);
    for (; *steps != NULL; steps++)
        array_add_text(list, *steps);
    tc_random_text(order_id, 17);
    order_id[8] = '_';
    row_set_text(certificate, "order_id", order_id);
    row_set_int(certificate, "submitted_s", tc_now(tc));
    tc_csr_describe(row_text(certificate, "csr"), algorithm);
    row_set_text(certificate, "algorithm", algorithm);
    add_extra_names(tc, certificate);
    if (is_blocked(tc, certificate))
        tc_certificate_fail(tc, certificate,
            "The review of the CA failed: the domain did not pass the security check.");
    else
        begin(tc, certificate);
}

void tc_certificate_step(struct tencent *tc, json_t *certificate)
{
    unschedule(tc, certificate);
    json_array_remove(row_array(certificate, "steps"), 0);
    begin(tc, certificate);
}

void tc_certificate_validated(struct tencent *tc, json_t *certificate)
{
    const json_t *names = json_object_get(certificate, "names");
    const char *organization = row_text(certificate, "organization");

    for (size_t i = 0; i < json_array_size(names); i++)
        tc_account_set_verified(tc, row_text(certificate, "account"),
            json_string_value(json_array_get(names, i)), organization == NULL ? "" : organization,
            tc_now(tc));
    row_set_int(certificate, "validated_s", tc_now(tc));
    tc_log(tc, certificate, "domainValidationPassed");
    tc_certificate_step(tc, certificate);
}

/* The end. */

void tc_certificate_fail(struct tencent *tc, json_t *certificate, const char *message)
{
    unschedule(tc, certificate);
    json_array_clear(row_array(certificate, "steps"));
    set_status(tc, certificate, TC_FAILED, message);
    tell_original(tc, certificate);
}

static void cancelled(struct tencent *tc, json_t *certificate)
{
    set_status(tc, certificate, TC_CANCELLED, NULL);
    tell_original(tc, certificate);
}

void tc_certificate_cancel(struct tencent *tc, json_t *certificate, bool at_once)
{
    unschedule(tc, certificate);
    json_array_clear(row_array(certificate, "steps"));
    tc_log(tc, certificate, "cancel");
    if (at_once) {
        cancelled(tc, certificate);
        return;
    }
    set_status(tc, certificate, TC_CANCELLING, NULL);
    schedule(tc, certificate, sim_int(tc->sim, "cancel_delay_s"), DUE_CANCELLED);
}

void tc_certificate_reopen(struct tencent *tc, json_t *certificate)
{
    static const char *const gone[] = {"names", "extra_names", "validations", "submitted", "csr",
        "key", "method", "order_id", "submitted_s", "deadline_s", "checked_s", NULL};

    for (size_t i = 0; gone[i] != NULL; i++)
        json_object_del(certificate, gone[i]);
    set_status(tc, certificate, TC_WAIT_INFO, NULL);
    tc_log(tc, certificate, "Resubmit");
}

/* Revocation. The certificate that it was asked for carries it; "revokes" are those that go with
 * it. */

static void set_all(struct tencent *tc, json_t *certificate, enum tc_status status)
{
    const json_t *others = json_object_get(certificate, "revokes");

    set_status(tc, certificate, status, NULL);
    for (size_t i = 0; i < json_array_size(others); i++) {
        json_t *other = tc_certificate_get(tc, json_string_value(json_array_get(others, i)));

        if (other == NULL)
            continue;
        if (status == TC_REVOKED)
            row_set_int(other, "revoked_s", tc_now(tc));
        set_status(tc, other, status, NULL);
    }
}

/* Those reissues that were made of it, and of these. */
static void find_others(const struct tencent *tc, const json_t *certificate, json_t *others)
{
    const json_t *next = tc_certificate_get(tc, row_text(certificate, "replaced_by"));

    for (; next != NULL; next = tc_certificate_get(tc, row_text(next, "replaced_by")))
        if (tc_status_of(next) == TC_ISSUED)
            array_add_text(others, row_text(next, "id"));
}

static void begin_proof(struct tencent *tc, json_t *certificate)
{
    int64_t deadline_s = tc_now(tc) + sim_int(tc->sim, "dcv_days") * DAY_S;

    sim_schedule(tc->sim, deadline_s, DUE_DEADLINE, row_text(certificate, "id"));
    if (json_array_size(json_object_get(certificate, "revocation")) > 0)
        schedule(tc, certificate, sim_int(tc->sim, "dcv_poll_s"), DUE_POLL);
    else if (sim_int(tc->sim, "review_delay_s") >= 0)
        schedule(tc, certificate, sim_int(tc->sim, "review_delay_s"), DUE_STAFF);
}

void tc_certificate_revoke(struct tencent *tc, json_t *certificate, const char *reason)
{
    const struct tc_product *product = tc_certificate_product(certificate);
    bool by_review = tc_product_revokes_alone(product);
    json_t *others = json_array();

    if (!by_review)
        find_others(tc, certificate, others);
    json_object_set_new(certificate, "revokes", others);
    row_set_text(certificate, "reason", reason);
    json_object_del(certificate, "revocation");
    if (product->level == TC_DV && !by_review)
        json_object_set_new(certificate, "revocation",
            tc_validations_make(tc, json_object_get(certificate, "names"),
                row_is(certificate, "method", "FILE") ? "FILE" : "DNS",
                tc_product_uses_cname(product)));
    set_all(tc, certificate, product->level == TC_DV ? TC_REVOKING : TC_WAIT_REVOKE_LETTER);
    begin_proof(tc, certificate);
    tc_log(tc, certificate, "revoke");
}

void tc_revocation_letter(struct tencent *tc, json_t *certificate)
{
    unschedule(tc, certificate);
    set_all(tc, certificate, TC_REVOKING);
    if (sim_int(tc->sim, "review_delay_s") >= 0)
        schedule(tc, certificate, sim_int(tc->sim, "review_delay_s"), DUE_STAFF);
}

void tc_revocation_done(struct tencent *tc, json_t *certificate)
{
    unschedule(tc, certificate);
    row_set_int(certificate, "revoked_s", tc_now(tc));
    set_all(tc, certificate, TC_REVOKED);
    tc_log(tc, certificate, "revoked");
}

void tc_revocation_failed(struct tencent *tc, json_t *certificate)
{
    unschedule(tc, certificate);
    set_all(
        tc, certificate, row_int(certificate, "not_after_s") < tc_now(tc) ? TC_EXPIRED : TC_ISSUED);
    json_object_del(certificate, "revocation");
    json_object_del(certificate, "revokes");
}

/* What is due. */

struct poll {
    struct tencent *tc;
    char *certificate;
    const char *member;
};

/* The certificate is where it was when the look began. */
static void go_on(struct tencent *tc, json_t *certificate, const char *member)
{
    bool pass = tc_validations_pass(json_object_get(certificate, member));

    if (pass && strcmp(member, "revocation") == 0 && tc_status_of(certificate) == TC_REVOKING)
        tc_revocation_done(tc, certificate);
    else if (pass && strcmp(member, "validations") == 0 &&
             tc_certificate_is_at(certificate, TC_STEP_DCV))
        tc_certificate_validated(tc, certificate);
}

static void on_looked(void *arg)
{
    struct poll *poll = arg;
    json_t *certificate = tc_certificate_get(poll->tc, poll->certificate);

    if (certificate != NULL)
        go_on(poll->tc, certificate, poll->member);
    sim_commit(poll->tc->sim);
    mem_free(poll);
}

static void look(struct tencent *tc, json_t *certificate)
{
    bool revokes = tc_status_of(certificate) == TC_REVOKING;
    const char *member = revokes ? "revocation" : "validations";
    struct poll *poll;

    if (!revokes && !tc_certificate_is_at(certificate, TC_STEP_DCV))
        return;
    tc_validations_take_published(tc, certificate, member);
    if (tc_validations_pass(json_object_get(certificate, member))) {
        go_on(tc, certificate, member);
        return;
    }
    poll = mem_new(tc, struct poll);
    *poll = (struct poll){tc, mem_strdup(poll, row_text(certificate, "id")), member};
    tc_validations_look(tc, certificate, member, on_looked, poll);
    schedule(tc, certificate, sim_int(tc->sim, "dcv_poll_s"), DUE_POLL);
}

/* The vendor has put the records into the zone that it hosts. */
static void written(struct tencent *tc, json_t *certificate)
{
    tc_validations_publish(row_array(certificate, "validations"), NULL);
    set_status(tc, certificate, TC_DNS_ADDED, "PENDING-DCV");
}

static void deadline(struct tencent *tc, json_t *certificate)
{
    if (tc_certificate_is_at(certificate, TC_STEP_DCV))
        tc_certificate_fail(
            tc, certificate, "The domain validation timed out, and the order was closed.");
    else
        tc_revocation_failed(tc, certificate);
}

static void staff(struct tencent *tc, json_t *certificate)
{
    if (tc_status_of(certificate) == TC_WAIT_REVOKE_LETTER)
        tc_revocation_letter(tc, certificate);
    else if (tc_status_of(certificate) == TC_REVOKING)
        tc_revocation_done(tc, certificate);
    else
        tc_certificate_step(tc, certificate);
}

static void expired(struct tencent *tc, json_t *certificate)
{
    if (tc_status_of(certificate) == TC_ISSUED)
        set_status(tc, certificate, TC_EXPIRED, NULL);
}

/* TC-MULTI-1: with the names, the CSR and the organization of the year before. */
static void next_year(struct tencent *tc, json_t *certificate)
{
    static const char *const kept[] = {"names", "csr", "key", "method", "organization",
        "company_type", "domain_num", "years", "submitted", "alias", "project", NULL};
    static const char *const steps[] = {TC_STEP_DCV, TC_STEP_ISSUE, NULL};
    json_t *next;

    if (tc_status_of(certificate) != TC_ISSUED || row_text(certificate, "renewed_by") != NULL ||
        row_text(certificate, "replaced_by") != NULL) /* its reissue has the next year */
        return;
    next = tc_certificate_add(
        tc, row_text(certificate, "account"), row_int(certificate, "product"), TC_KIND_YEAR);
    for (size_t i = 0; kept[i] != NULL; i++)
        json_object_set(next, kept[i], json_object_get(certificate, kept[i]));
    json_object_set_new(next, "names", json_deep_copy(json_object_get(certificate, "names")));
    row_set_int(next, "year", row_int(certificate, "year") + 1);
    row_set_text(next, "renewal_of", row_text(certificate, "id"));
    tc_log(tc, next, "multiYearsRenew");
    tc_certificate_start(tc, next, steps);
}

void tc_certificate_on_due(struct tencent *tc, const char *what, const char *subject)
{
    static const struct {
        const char *what;
        void (*run)(struct tencent *tc, json_t *certificate);
    } dues[] = {{DUE_WRITTEN, written}, {DUE_POLL, look}, {DUE_DEADLINE, deadline},
        {DUE_STAFF, staff}, {DUE_ISSUE, issue}, {DUE_CANCELLED, cancelled}, {DUE_EXPIRED, expired},
        {DUE_YEAR, next_year}};
    json_t *certificate = tc_certificate_get(tc, subject);

    for (size_t i = 0; certificate != NULL && i < sizeof dues / sizeof *dues; i++)
        if (strcmp(what, dues[i].what) == 0)
            dues[i].run(tc, certificate);
}
