/* candidates - see candidates.h. */
#include "acme/candidates.h"

#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"

enum { FAMILY_MAX = CANDIDATES_MAX / 2, WHY_SHOWN_LEN = 140 };

/* The addresses of one family. */
struct question {
    struct candidates_lookup *lookup;
    enum dns_type type;
    struct resolver_query *query; /* while it runs */
    const char *why;              /* of a failure, on the lookup; else NULL */
    bool is_bogus;                /* the failure: DNSSEC says that the answer is forged or broken */
    struct address addresses[FAMILY_MAX];
    unsigned addresses_len;
};

struct candidates_lookup {
    const struct validation_options *options;
    const char *host;
    candidates_on_found on_found;
    void *arg;
    struct question questions[2];   /* AAAA, A: in the order of trying */
    char denied[ADDRESS_TEXT_SIZE]; /* an address that the filter refused, "" if there was none */
    const char *denied_why;
    struct loop_timer *timer; /* patience with the name servers; or: the end of a lookup that asks
                                 none */
};

/* Ends whatever would still touch the lookup. */
static void stop(struct candidates_lookup *lookup)
{
    loop_cancel(&lookup->timer);
    resolver_cancel(&lookup->questions[0].query);
    resolver_cancel(&lookup->questions[1].query);
}

static void finish(struct candidates_lookup *lookup, const struct candidates_found *found)
{
    stop(lookup);
    lookup->on_found(lookup->arg, found);
    mem_free(lookup);
}

/* An address of the host: one to try, or one to blame. */
static void add_address(struct question *question, const struct address *address)
{
    struct candidates_lookup *lookup = question->lookup;
    const char *why = NULL;

    if (!address_allowed(lookup->options->filter, address, &why)) {
        address_format(address, lookup->denied);
        lookup->denied_why = why;
    } else if (question->addresses_len < FAMILY_MAX) {
        question->addresses[question->addresses_len++] = *address;
    }
}

static void take_records(struct question *question, const struct dns_answer *answer)
{
    struct address address = {.family = question->type == DNS_AAAA ? AF_INET6 : AF_INET};
    size_t len = question->type == DNS_AAAA ? 16 : 4;

    for (size_t i = 0; i < answer->records_len; i++) {
        if (answer->records[i].len != len)
            continue;
        memcpy(address.bytes, answer->records[i].data, len);
        add_address(question, &address);
    }
}

static const char *why_none(const struct question *question)
{
    return question->why != NULL ? question->why : "no usable record";
}

/* What stood in the way, family by family, and what to do. */
static const char *why_nothing(struct candidates_lookup *lookup)
{
    const struct question *v6 = &lookup->questions[0], *v4 = &lookup->questions[1];

    if (v6->is_bogus || v4->is_bogus)
        return mem_printf(lookup,
            "no address was found for %s: %s. The zone's signatures and the DS record above it "
            "must agree",
            lookup->host, v4->is_bogus ? v4->why : v6->why);
    if (strcmp(why_none(v6), why_none(v4)) == 0)
        return mem_printf(lookup,
            "no address was found for %s (AAAA and A: %s). Check its A and AAAA records and that "
            "its name servers answer",
            lookup->host, why_none(v4));
    return mem_printf(lookup,
        "no address was found for %s (AAAA: %s; A: %s). Check its A and AAAA records and that its "
        "name servers answer",
        lookup->host, why_none(v6), why_none(v4));
}

static void explain(struct candidates_lookup *lookup, struct candidates_found *found)
{
    if (lookup->denied[0] != '\0') {
        found->problem = PROBLEM_CONNECTION;
        found->detail = mem_printf(lookup,
            "%s points to %s, and this server does not connect there (%s). The name needs an "
            "address that can be reached from here",
            lookup->host, lookup->denied, lookup->denied_why);
    } else {
        found->problem = PROBLEM_DNS;
        found->retry = true;
        found->detail = why_nothing(lookup);
    }
}

static void settle(struct candidates_lookup *lookup)
{
    struct candidates_found found = {.problem = PROBLEM_NONE, .detail = ""};
    struct candidates *candidates = &found.candidates;

    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < lookup->questions[i].addresses_len; j++)
            candidates->list[candidates->len++] = lookup->questions[i].addresses[j];
    if (candidates->len == 0)
        explain(lookup, &found);
    finish(lookup, &found);
}

static void on_answer(void *arg, const struct dns_answer *answer)
{
    struct question *question = arg;
    struct candidates_lookup *lookup = question->lookup;

    question->query = NULL;
    if (answer->status == DNS_CANCELLED) {
        finish(lookup, &(struct candidates_found){.cancelled = true, .detail = ""});
        return;
    }
    if (answer->status == DNS_OK)
        take_records(question, answer);
    else
        question->why = validation_excerpt(lookup, bytes_of(answer->why), WHY_SHOWN_LEN);
    question->is_bogus = answer->status == DNS_BOGUS;
    if (lookup->questions[0].query == NULL && lookup->questions[1].query == NULL)
        settle(lookup);
}

/* What is known must do. */
static void on_time(void *arg)
{
    struct candidates_lookup *lookup = arg;

    lookup->timer = NULL;
    for (size_t i = 0; i < 2; i++)
        if (lookup->questions[i].query != NULL) {
            resolver_cancel(&lookup->questions[i].query);
            lookup->questions[i].why = "the name servers did not answer in time";
        }
    settle(lookup);
}

void candidates_find(const struct validation_options *options, const char *host,
    int64_t patience_ms, candidates_on_found on_found, void *arg, struct candidates_lookup **handle)
{
    struct candidates_lookup *lookup = mem_new(NULL, struct candidates_lookup);
    struct address literal;
    bool is_literal = address_parse(host, &literal);

    lookup->options = options;
    lookup->host = host;
    lookup->on_found = on_found;
    lookup->arg = arg;
    *handle = lookup;
    for (size_t i = 0; i < 2; i++)
        lookup->questions[i] =
            (struct question){.lookup = lookup, .type = i == 0 ? DNS_AAAA : DNS_A};
    if (is_literal)
        add_address(&lookup->questions[literal.family == AF_INET6 ? 0 : 1], &literal);
    lookup->timer = loop_after(options->loop, is_literal ? 0 : patience_ms, on_time, lookup);
    for (size_t i = 0; i < 2 && !is_literal; i++)
        resolver_ask(options->resolver, host, lookup->questions[i].type, on_answer,
            &lookup->questions[i], &lookup->questions[i].query);
}

void candidates_cancel(struct candidates_lookup **handle)
{
    struct candidates_lookup *lookup = *handle;

    *handle = NULL;
    if (lookup == NULL)
        return;
    stop(lookup);
    mem_free(lookup);
}

struct address candidates_take(struct candidates *candidates, int64_t left_ms, int64_t *share_ms)
{
    struct address first = candidates->list[0];

    BUG_ON(candidates->len == 0);
    *share_ms = left_ms / candidates->len + 1;
    candidates->len--;
    memmove(candidates->list, candidates->list + 1, candidates->len * sizeof candidates->list[0]);
    return first;
}
