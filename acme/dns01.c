/* dns01 - see dns01.h. */
#include "acme/dns01.h"

#include <string.h>

#include "acme/identifier.h"
#include "base/b64url.h"
#include "base/key.h"
#include "base/mem.h"

/* So many wrong values are shown, and so much of each: the value itself has 43 characters. */
enum { VALUES_SHOWN = 2, VALUE_SHOWN_LEN = 50, NAME_SHOWN_LEN = 100, WHY_SHOWN_LEN = 150 };

static const char prefix[] = "_acme-challenge.";

struct check {
    struct validation v;
    const char *name; /* of the records */
    char expected[B64URL_LEN(32) + 1];
    struct resolver_query *query;
    struct loop_timer *patience;
};

static void stop(struct validation *v)
{
    struct check *check = (struct check *)v;

    resolver_cancel(&check->query);
    loop_cancel(&check->patience);
}

/* TXT rdata is strings with their lengths before them (RFC 1035, 3.3.14). False if it is not. */
static bool join_strings(void *mem, struct bytes rdata, struct bytes *value)
{
    uint8_t *joined = mem_dup(mem, rdata.data, rdata.len);
    size_t at = 0, len = 0;

    while (at < rdata.len) {
        size_t string_len = rdata.data[at++];

        if (rdata.len - at < string_len)
            return false;
        memcpy(joined + len, rdata.data + at, string_len);
        len += string_len;
        at += string_len;
    }
    *value = (struct bytes){joined, len};
    return true;
}

/* "name", or "name (an alias of other)". */
static const char *shown_place(struct check *check, const struct dns_answer *answer)
{
    const char *name = validation_excerpt(check, bytes_of(check->name), NAME_SHOWN_LEN);

    if (answer->canonical_name == NULL)
        return name;
    return mem_printf(check, "%s (an alias of %s)", name,
        validation_excerpt(check, bytes_of(answer->canonical_name), NAME_SHOWN_LEN));
}

/* What stands there instead: "a", "b" and 3 more. */
static const char *shown_values(struct check *check, const struct dns_answer *answer)
{
    struct bytes value;
    struct buf b;
    size_t i;

    buf_init(&b, check, 512);
    for (i = 0; i < answer->records_len && i < VALUES_SHOWN; i++) {
        if (!join_strings(check, answer->records[i], &value))
            value = bytes_of("(broken)");
        buf_addf(
            &b, "%s\"%s\"", i == 0 ? "" : ", ", validation_excerpt(check, value, VALUE_SHOWN_LEN));
    }
    if (answer->records_len > i)
        buf_addf(&b, " and %zu%s more", answer->records_len - i, answer->truncated ? " or" : "");
    return buf_text(&b);
}

static void settle_records(struct check *check, const struct dns_answer *answer)
{
    struct bytes value;

    for (size_t i = 0; i < answer->records_len; i++)
        if (join_strings(check, answer->records[i], &value) &&
            bytes_equal(value, bytes_of(check->expected))) {
            validation_pass(&check->v);
            return;
        }
    validation_fail(&check->v, PROBLEM_UNAUTHORIZED, true,
        "none of the %zu TXT records at %s is \"%s\"; found: %s. Wait until all name servers have "
        "the new record before answering the challenge",
        answer->records_len, shown_place(check, answer), check->expected,
        shown_values(check, answer));
}

static void settle_failure(struct check *check, const struct dns_answer *answer)
{
    const char *place = shown_place(check, answer);

    if (answer->status == DNS_NO_DATA)
        validation_fail(&check->v, PROBLEM_UNAUTHORIZED, true,
            "there is no TXT record at %s, where \"%s\" was expected. Wait until all name servers "
            "have the new record before answering the challenge",
            place, check->expected);
    else if (answer->status == DNS_NO_NAME)
        validation_fail(&check->v, PROBLEM_DNS, true,
            "%s does not exist (NXDOMAIN); a TXT record \"%s\" was expected there. Wait until all "
            "name servers have the new record before answering the challenge",
            place, check->expected);
    else
        validation_fail(&check->v, PROBLEM_DNS, true,
            "the TXT records at %s could not be looked up: %s. %s", place,
            validation_excerpt(check, bytes_of(answer->why), WHY_SHOWN_LEN),
            answer->status == DNS_BOGUS
                ? "The zone's signatures and the DS record above it must agree"
                : "Check that the zone's name servers answer");
}

static void on_answer(void *arg, const struct dns_answer *answer)
{
    struct check *check = arg;

    check->query = NULL;
    if (answer->status == DNS_CANCELLED)
        validation_give_up(&check->v);
    else if (answer->status == DNS_OK)
        settle_records(check, answer);
    else
        settle_failure(check, answer);
}

static void on_patience_end(void *arg)
{
    struct check *check = arg;

    check->patience = NULL;
    resolver_cancel(&check->query);
    settle_failure(check, &(struct dns_answer){.status = DNS_TIMED_OUT,
                              .why = "the name servers did not answer in time"});
}

static void begin(struct validation *v)
{
    struct check *check = (struct check *)v;
    uint8_t digest[32];

    sha256(bytes_of(v->request.key_authorization), digest);
    b64url_write(digest, sizeof digest, check->expected);
    check->name = mem_printf(check, "%s%s", prefix, v->request.identifier.value);
    if (strlen(check->name) > IDENTIFIER_DNS_MAX) {
        validation_fail(v, PROBLEM_DNS, false,
            "%s is longer than the %d characters that DNS can carry: this name cannot be validated "
            "by dns-01",
            validation_excerpt(check, bytes_of(check->name), NAME_SHOWN_LEN), IDENTIFIER_DNS_MAX);
        return;
    }
    check->patience =
        loop_after(v->options.loop, validation_time_left_ms(v), on_patience_end, check);
    resolver_ask(v->options.resolver, check->name, DNS_TXT, on_answer, check, &check->query);
}

const struct validator_ops dns01 = {
    .type = CHALLENGE_DNS_01,
    .name = "dns-01",
    .size = sizeof(struct check),
    .begin = begin,
    .stop = stop,
};
