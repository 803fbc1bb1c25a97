/* dns_persist01 - see dns_persist01.h. */
#include "acme/dns_persist01.h"

#include "acme/txt_lookup.h"
#include "base/mem.h"

/* Longer than such a proof may count (Baseline Requirements, 3.2.2.4.22). */
#define COUNTS_MAX_S (10 * 86400)

enum { RECORD_SHOWN_LEN = 60 };

struct check {
    struct validation v;
    struct txt_lookup lookup;
    struct persist_question question;
};

/* What all the records came to. */
struct sum {
    enum persist_verdict verdict; /* the best there is */
    int64_t until_s;              /* of the one that proves longest, 0: for good */
    struct bytes record;          /* what `why` is about */
    const char *why;
};

static void stop(struct validation *v)
{
    txt_lookup_stop(&((struct check *)v)->lookup);
}

static void note(struct sum *sum, struct bytes record, const struct persist_question *question)
{
    int64_t until_s;
    const char *why;
    enum persist_verdict verdict = persist_record_judge(record, question, &until_s, &why);

    if (verdict == PERSIST_PROVES && sum->verdict == PERSIST_PROVES) {
        if (until_s == 0 || (sum->until_s != 0 && until_s > sum->until_s))
            sum->until_s = until_s;
    } else if (verdict > sum->verdict) {
        *sum = (struct sum){verdict, until_s, record, why};
    }
}

static void pass(struct check *check, int64_t until_s)
{
    int64_t longest_s = check->question.now_s + COUNTS_MAX_S;

    check->v.until_s = until_s == 0 || until_s > longest_s ? longest_s : until_s;
    validation_pass(&check->v);
}

static void on_found(struct validation *v, const struct txt_found *found)
{
    struct check *check = (struct check *)v;
    struct sum sum = {.verdict = PERSIST_FOREIGN};

    for (size_t i = 0; i < found->len; i++)
        note(&sum, found->values[i], &check->question);
    if (sum.verdict == PERSIST_PROVES)
        pass(check, sum.until_s);
    else if (sum.verdict == PERSIST_FOREIGN)
        validation_fail(v, PROBLEM_UNAUTHORIZED, true,
            "none of the %zu TXT records at %s names %s as issuer; found: %s. \"%s\" was expected",
            found->len, found->place, check->question.issuers[0], txt_shown_values(check, found),
            check->lookup.expected);
    else
        validation_fail(v,
            sum.verdict == PERSIST_MALFORMED ? PROBLEM_MALFORMED : PROBLEM_UNAUTHORIZED, true,
            "the TXT record \"%s\" at %s %s. \"%s\" was expected",
            validation_excerpt(check, sum.record, RECORD_SHOWN_LEN), found->place, sum.why,
            check->lookup.expected);
}

static void begin(struct validation *v)
{
    struct check *check = (struct check *)v;
    const struct validation_request *request = &v->request;
    const struct persist_terms *terms = &request->persist;
    const char *name = request->identifier.value;

    check->question = (struct persist_question){
        .issuers = terms->issuers,
        .account_uris = persist_account_uris(check, terms, request->account_url, name),
        .wildcard = request->wildcard,
        .now_s = terms->now_s,
    };
    txt_lookup_begin(&check->lookup, v, mem_printf(check, "_validation-persist.%s", name),
        mem_printf(check, "%s; accounturi=%s%s", terms->issuers[0], check->question.account_uris[0],
            request->wildcard ? "; policy=wildcard" : ""),
        on_found);
}

const struct validator_ops dns_persist01 = {
    .type = CHALLENGE_DNS_PERSIST_01,
    .name = "dns-persist-01",
    .size = sizeof(struct check),
    .begin = begin,
    .stop = stop,
};
