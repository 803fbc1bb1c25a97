/* perspective_record - see perspective_record.h. */
#include "acme/perspective_record.h"

#include <string.h>

#include "base/mem.h"
#include "store/checks.h"
#include "store/identifiers.h"

#define LIST_MAX  4096
#define NAMES_MAX 120 /* of the perspectives in a detail, characters */

static const struct perspective_view *view_of(
    const struct corroboration *c, size_t perspective, size_t subject)
{
    return &c->views[perspective * c->subjects + subject];
}

bool perspective_quorum_met(const struct corroboration *others)
{
    for (size_t i = 0; i < others->subjects; i++)
        if (!others->quorums[i].met)
            return false;
    return true;
}

bool perspective_may_retry(const struct corroboration *others)
{
    for (size_t i = 0; i < others->len * others->subjects; i++)
        if (!others->views[i].agrees && others->views[i].retry)
            return true;
    return false;
}

/* Rows. */

static const char *problem_text(enum problem problem)
{
    return problem == PROBLEM_NONE ? "" : problem_type(problem);
}

static enum observation_outcome outcome_of(const struct perspective_view *view)
{
    if (!view->answered)
        return OBSERVATION_SILENT;
    return view->agrees ? OBSERVATION_AGREES : OBSERVATION_DISAGREES;
}

enum err_code perspective_record_validation(struct store_tx *tx, int64_t authz_id, int64_t now_s,
    const char *method, const struct validation_result *own, const struct corroboration *others,
    struct err *e)
{
    struct observation o = {
        .authz_id = authz_id,
        .checked = method,
        .perspective = "",
        .region = "",
        .at_s = now_s,
        .outcome = own->valid ? OBSERVATION_AGREES : OBSERVATION_DISAGREES,
        .problem = problem_text(own->problem),
        .detail = own->detail,
        .address = own->address,
    };

    store_observation_add(tx, &o, e);
    for (size_t i = 0; e->code == ERR_OK && i < others->len; i++) {
        const struct perspective_view *view = view_of(others, i, 0);

        o.perspective = others->list[i].name;
        o.region = region_name(others->list[i].region);
        o.outcome = outcome_of(view);
        o.problem = problem_text(view->problem);
        o.detail = view->detail;
        o.address = view->address;
        store_observation_add(tx, &o, e);
    }
    return e->code;
}

/* All names' findings by one perspective. */
static struct observation caa_observation(
    void *mem, const struct order_caa *caa, const struct caa_finding *findings)
{
    struct observation o = {
        .checked = "caa",
        .outcome = OBSERVATION_AGREES,
        .problem = "",
        .detail = order_caa_text(mem, caa, findings),
        .address = "",
    };

    for (size_t i = 0; i < caa->len; i++) {
        if (findings[i].allowed)
            continue;
        o.outcome = OBSERVATION_DISAGREES;
        o.problem = problem_text(findings[i].problem);
    }
    return o;
}

/* Another one's, as if they were our own. */
static struct observation caa_observation_of(
    void *mem, const struct order_caa *caa, const struct corroboration *others, size_t perspective)
{
    struct caa_finding *findings = mem_new_array(mem, struct caa_finding, caa->len);
    struct observation o;

    for (size_t i = 0; i < caa->len; i++) {
        const struct perspective_view *view = view_of(others, perspective, i);

        findings[i] = (struct caa_finding){
            .allowed = view->agrees, .problem = view->problem, .detail = view->detail};
    }
    o = caa_observation(mem, caa, findings);
    if (!view_of(others, perspective, 0)->answered)
        o.outcome = OBSERVATION_SILENT;
    return o;
}

enum err_code perspective_record_caa(struct store_tx *tx, int64_t action_id, int64_t now_s,
    const struct order_caa *caa, const struct caa_finding *own, const struct corroboration *others,
    struct err *e)
{
    void *mem = store_tx_mem(tx);

    for (size_t i = 0; e->code == ERR_OK && i <= others->len; i++) {
        struct observation o =
            i == 0 ? caa_observation(mem, caa, own) : caa_observation_of(mem, caa, others, i - 1);

        o.action_id = action_id;
        o.at_s = now_s;
        o.perspective = i == 0 ? "" : others->list[i - 1].name;
        o.region = i == 0 ? "" : region_name(others->list[i - 1].region);
        store_observation_add(tx, &o, e);
    }
    return e->code;
}

char *perspective_fact(
    void *mem, const char *method, const struct corroboration *others, size_t subject)
{
    return mem_printf(
        mem, "%s seen from here; %s", method, quorum_text(mem, &others->quorums[subject]));
}

/* The client's problem. */

/* "eu, us": those that do not agree. */
static const char *list_names(void *mem, const struct corroboration *others, size_t subject)
{
    struct buf b;

    buf_init(&b, mem, LIST_MAX);
    for (size_t i = 0; i < others->len; i++)
        if (!view_of(others, i, subject)->agrees)
            buf_addf(&b, "%s%s", b.len == 0 ? "" : ", ", others->list[i].name);
    if (b.len > NAMES_MAX)
        return mem_printf(mem, "%.*s...", NAMES_MAX, buf_text(&b));
    return buf_text(&b);
}

/* What the first of them saw that saw anything. */
static enum problem common_problem(const struct corroboration *others, size_t subject)
{
    for (size_t i = 0; i < others->len; i++) {
        const struct perspective_view *view = view_of(others, i, subject);

        if (view->answered && !view->agrees)
            return view->problem;
    }
    return PROBLEM_SERVER_INTERNAL;
}

void perspective_problem(void *mem, const struct corroboration *others, size_t subject,
    const char *what, const struct identifier *identifier, struct err *why, struct subproblem *list,
    size_t *len)
{
    enum problem problem = common_problem(others, subject);

    problem_set(why, problem, "%s was seen from here, but not from elsewhere: %s; not: %s. %s",
        what, quorum_text(mem, &others->quorums[subject]), list_names(mem, others, subject),
        problem == PROBLEM_SERVER_INTERNAL
            ? "They cannot be reached at the moment; try again later"
            : "All networks must see the same: check DNS servers, routing and firewalls");
    for (size_t i = 0; i < others->len; i++) {
        const struct perspective_view *view = view_of(others, i, subject);

        if (!view->agrees)
            list[(*len)++] = (struct subproblem){
                .problem = view->problem,
                .detail = mem_printf(mem, "perspective %s: %s", others->list[i].name, view->detail),
                .type = identifier_type_words[identifier->type],
                .value = identifier->value,
            };
    }
}
