/* caa_check - see caa_check.h. */
#include "acme/caa_check.h"

#include <string.h>

#include "base/mem.h"

/* One name on its way up. */
struct climb {
    struct caa_check *check;
    struct caa_question question;
    const char *name;
    const char *at; /* the part of the name that is being asked for */
    struct resolver_query *query;
    struct caa_finding *finding;
};

struct caa_check {
    struct resolver *resolver;
    caa_on_done on_done;
    void *arg;
    struct climb *climbs;
    struct caa_finding *findings;
    size_t len;
    size_t open; /* climbs that have not arrived */
};

static void ask(struct climb *climb);

/* The last one to arrive ends the check. */
static void arrive(struct climb *climb)
{
    struct caa_check *check = climb->check;

    if (--check->open > 0)
        return;
    check->on_done(check->arg, check->findings, check->len);
    mem_free(check);
}

static void forbid(struct climb *climb, enum problem problem, const char *why)
{
    struct caa_finding *f = climb->finding;

    f->problem = problem;
    f->detail =
        mem_printf(climb->check, "CAA for \"%s\", asked at %s: %s", climb->name, climb->at, why);
    arrive(climb);
}

static void allow(struct climb *climb, const char *why)
{
    climb->finding->allowed = true;
    climb->finding->detail = why;
    arrive(climb);
}

static void judge(struct climb *climb, const struct dns_answer *answer)
{
    char why[CAA_WHY_SIZE];

    if (answer->truncated) {
        forbid(climb, PROBLEM_CAA, "there are more records than anybody can mean");
    } else if (caa_allows(answer->records, answer->records_len, &climb->question, why)) {
        allow(climb, mem_printf(climb->check, "allowed by the records at %s", climb->at));
    } else {
        forbid(climb, PROBLEM_CAA, why);
    }
}

/* Nothing here: the parent is asked, up to but not including the root, where silence is permission.
 */
static void climb_on(struct climb *climb)
{
    const char *dot = strchr(climb->at, '.');

    if (dot != NULL) {
        climb->at = dot + 1;
        ask(climb);
        return;
    }
    allow(climb, "allowed, there are no records");
}

static void on_answer(void *arg, const struct dns_answer *answer)
{
    struct climb *climb = arg;

    climb->query = NULL;
    switch (answer->status) {
    case DNS_OK:
        judge(climb, answer);
        return;
    case DNS_NO_DATA:
    case DNS_NO_NAME:
        climb_on(climb);
        return;
    case DNS_BOGUS:
    case DNS_FAILED:
    case DNS_TIMED_OUT:
        climb->finding->retry = true;
        forbid(climb, PROBLEM_DNS,
            mem_printf(climb->check,
                "%s. Without an answer, if only that there are no records, nothing is issued",
                answer->why));
        return;
    case DNS_CANCELLED:
        climb->finding->cancelled = true;
        forbid(climb, PROBLEM_DNS, "the server is shutting down");
        return;
    }
}

static void ask(struct climb *climb)
{
    resolver_ask(climb->check->resolver, climb->at, DNS_CAA, on_answer, climb, &climb->query);
}

struct caa_check *caa_check_start(struct resolver *resolver, const struct caa_name *names,
    size_t len, caa_on_done on_done, void *arg)
{
    struct caa_check *check = mem_new(NULL, struct caa_check);

    BUG_ON(len == 0);
    check->resolver = resolver;
    check->on_done = on_done;
    check->arg = arg;
    check->climbs = mem_new_array(check, struct climb, len);
    check->findings = mem_new_array(check, struct caa_finding, len);
    check->len = check->open = len;
    for (size_t i = 0; i < len; i++) {
        struct climb *climb = &check->climbs[i];

        climb->check = check;
        climb->question = names[i].question;
        climb->question.account_url = mem_strdup(check, names[i].question.account_url);
        climb->name = climb->at = mem_strdup(check, names[i].name);
        climb->finding = &check->findings[i];
        climb->finding->detail = "";
        ask(climb);
    }
    return check;
}

void caa_check_cancel(struct caa_check **check)
{
    if (*check == NULL)
        return;
    for (size_t i = 0; i < (*check)->len; i++)
        resolver_cancel(&(*check)->climbs[i].query);
    mem_free(*check);
    *check = NULL;
}
