/* digicert_poll - see digicert_poll.h. */
#include "tests/vendorsim/digicert_poll.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/digicert_certificate.h"
#include "tests/vendorsim/digicert_domain.h"
#include "tests/vendorsim/digicert_order.h"

static const char DUE_CERTIFICATE[] = "poll_certificate";
static const char DUE_DOMAIN[] = "poll_domain";

/* Up to which age there is a look how often. */
static const struct {
    int64_t until_s, every_s;
} intervals[] = {{900, 60}, {3600, 300}, {4 * 3600, 900}, {DAY_S, 3600}, {7 * DAY_S, 4 * 3600}};

static void schedule_next(struct digicert *dc, const char *what, const json_t *row)
{
    int64_t age_s = digicert_now(dc) - row_int(row, "polled_from_s");
    char subject[24];

    snprintf(subject, sizeof subject, "%" PRId64, row_int(row, "id"));
    sim_unschedule(dc->sim, what, subject);
    for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++)
        if (age_s < intervals[i].until_s) {
            sim_schedule(dc->sim, digicert_now(dc) + intervals[i].every_s, what, subject);
            return;
        }
}

static void begin(struct digicert *dc, const char *what, const char *kind, json_t *row)
{
    if (!sim_bool(dc->sim, "dcv_polls"))
        return;
    row_set_int(row, "polled_from_s", digicert_now(dc));
    digicert_touch(dc, kind, row);
    schedule_next(dc, what, row);
}

void poll_certificate(struct digicert *dc, json_t *certificate)
{
    begin(dc, DUE_CERTIFICATE, CERTIFICATE, certificate);
}

void poll_domain(struct digicert *dc, json_t *domain)
{
    begin(dc, DUE_DOMAIN, DOMAIN, domain);
}

/* One look at one name. */
struct poll {
    struct digicert *dc;
    int64_t certificate; /* 0: the domain's own value */
    int64_t domain;
    char *name;
};

static void on_looked(void *arg, bool found, const char *why)
{
    struct poll *poll = arg;
    struct digicert *dc = poll->dc;
    json_t *certificate = digicert_get(dc, CERTIFICATE, poll->certificate);
    json_t *scope = certificate == NULL ? NULL : scope_named(certificate, poll->name);
    json_t *domain = digicert_get(dc, DOMAIN, poll->domain);

    (void)why;
    if (found && scope != NULL)
        scope_shown(dc, certificate, scope);
    else if (found && domain != NULL)
        domain_validated(dc, domain, digicert_now(dc));
    if (found) {
        orders_go_on(dc);
        sim_commit(dc->sim);
    }
    mem_free(poll);
}

static void look(struct digicert *dc, struct poll what, const char *name, const char *method,
    const json_t *holder)
{
    struct poll *poll = mem_new(dc, struct poll);

    *poll = what;
    poll->dc = dc;
    poll->name = mem_strdup(poll, name);
    dcv_look_for(dc, dcv_method_of(method), name, holder, on_looked, poll);
}

static void look_at_certificate(struct digicert *dc, const json_t *certificate)
{
    const json_t *order = digicert_get(dc, ORDER, row_int(certificate, "order"));
    const json_t *scopes = json_object_get(certificate, "scopes");
    const char *method = row_text(order, "dcv_method");

    if (!row_is(certificate, "status", "pending") || dcv_method_of(method) == DCV_EMAIL)
        return;
    for (size_t i = 0; i < json_array_size(scopes); i++) {
        const json_t *scope = json_array_get(scopes, i);

        if (!scope_is_shown(dc, scope, digicert_now(dc)))
            look(dc, (struct poll){.certificate = row_int(certificate, "id")},
                row_text(scope, "name"), method, order);
    }
    schedule_next(dc, DUE_CERTIFICATE, certificate);
}

static void look_at_domain(struct digicert *dc, const json_t *domain)
{
    const char *method = row_text(domain, "method");

    if (domain_is_valid(domain, digicert_now(dc)) || dcv_method_of(method) == DCV_EMAIL)
        return;
    look(dc, (struct poll){.domain = row_int(domain, "id")}, row_text(domain, "name"), method,
        domain);
    schedule_next(dc, DUE_DOMAIN, domain);
}

bool poll_on_due(struct digicert *dc, const char *what, const char *subject)
{
    bool is_domain = strcmp(what, DUE_DOMAIN) == 0;
    json_t *row;
    int64_t id;

    if (!is_domain && strcmp(what, DUE_CERTIFICATE) != 0)
        return false;
    if (!parse_int(subject, &id))
        return true;
    row = digicert_get(dc, is_domain ? DOMAIN : CERTIFICATE, id);
    if (row != NULL && is_domain)
        look_at_domain(dc, row);
    else if (row != NULL)
        look_at_certificate(dc, row);
    return true;
}
