/* txt_lookup - see txt_lookup.h. */
#include "acme/txt_lookup.h"

#include <string.h>

#include "acme/identifier.h"
#include "base/mem.h"

/* So many values are shown, and so much of each: a digest has 43 characters. */
enum { VALUES_SHOWN = 2, VALUE_SHOWN_LEN = 50, NAME_SHOWN_LEN = 100, WHY_SHOWN_LEN = 150 };

void txt_lookup_stop(struct txt_lookup *lookup)
{
    resolver_cancel(&lookup->query);
    loop_cancel(&lookup->patience);
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

static const char *shown_place(const struct txt_lookup *lookup, const struct dns_answer *answer)
{
    void *mem = lookup->check;
    const char *name = validation_excerpt(mem, bytes_of(lookup->name), NAME_SHOWN_LEN);

    if (answer->canonical_name == NULL)
        return name;
    return mem_printf(mem, "%s (an alias of %s)", name,
        validation_excerpt(mem, bytes_of(answer->canonical_name), NAME_SHOWN_LEN));
}

const char *txt_shown_values(void *mem, const struct txt_found *found)
{
    struct buf b;
    size_t i;

    buf_init(&b, mem, 512);
    for (i = 0; i < found->len && i < VALUES_SHOWN; i++)
        buf_addf(&b, "%s\"%s\"", i == 0 ? "" : ", ",
            validation_excerpt(mem, found->values[i], VALUE_SHOWN_LEN));
    if (found->len > i)
        buf_addf(&b, " and %zu%s more", found->len - i, found->truncated ? " or" : "");
    return buf_text(&b);
}

static void settle_records(struct txt_lookup *lookup, const struct dns_answer *answer)
{
    struct validation *check = lookup->check;
    struct bytes *values = mem_new_array(check, struct bytes, answer->records_len);
    struct txt_found found = {.values = values,
        .len = answer->records_len,
        .truncated = answer->truncated,
        .place = shown_place(lookup, answer)};

    for (size_t i = 0; i < answer->records_len; i++)
        if (!join_strings(check, answer->records[i], &values[i]))
            values[i] = bytes_of("(broken)");
    lookup->on_found(check, &found);
}

static void settle_failure(const struct txt_lookup *lookup, const struct dns_answer *answer)
{
    const char *place = shown_place(lookup, answer);

    if (answer->status == DNS_NO_DATA)
        validation_fail(lookup->check, PROBLEM_UNAUTHORIZED, true,
            "there is no TXT record at %s, where \"%s\" was expected. Wait until all name servers "
            "have the new record before answering the challenge",
            place, lookup->expected);
    else if (answer->status == DNS_NO_NAME)
        validation_fail(lookup->check, PROBLEM_DNS, true,
            "%s does not exist (NXDOMAIN); a TXT record \"%s\" was expected there. Wait until all "
            "name servers have the new record before answering the challenge",
            place, lookup->expected);
    else
        validation_fail(lookup->check, PROBLEM_DNS, true,
            "the TXT records at %s could not be looked up: %s. %s", place,
            validation_excerpt(lookup->check, bytes_of(answer->why), WHY_SHOWN_LEN),
            answer->status == DNS_BOGUS
                ? "The zone's signatures and the DS record above it must agree"
                : "Check that the zone's name servers answer");
}

static void on_answer(void *arg, const struct dns_answer *answer)
{
    struct txt_lookup *lookup = arg;

    lookup->query = NULL;
    if (answer->status == DNS_CANCELLED)
        validation_give_up(lookup->check);
    else if (answer->status == DNS_OK)
        settle_records(lookup, answer);
    else
        settle_failure(lookup, answer);
}

static void on_patience_end(void *arg)
{
    struct txt_lookup *lookup = arg;

    lookup->patience = NULL;
    resolver_cancel(&lookup->query);
    settle_failure(lookup, &(struct dns_answer){.status = DNS_TIMED_OUT,
                               .why = "the name servers did not answer in time"});
}

void txt_lookup_begin(struct txt_lookup *lookup, struct validation *check, const char *name,
    const char *expected, txt_on_found on_found)
{
    *lookup = (struct txt_lookup){
        .check = check, .on_found = on_found, .name = name, .expected = expected};
    if (strlen(name) > IDENTIFIER_DNS_MAX) {
        validation_fail(check, PROBLEM_DNS, false,
            "%s is longer than the %d characters that DNS can carry: this name cannot be validated "
            "by %s",
            validation_excerpt(check, bytes_of(name), NAME_SHOWN_LEN), IDENTIFIER_DNS_MAX,
            check->ops->name);
        return;
    }
    lookup->patience =
        loop_after(check->options.loop, validation_time_left_ms(check), on_patience_end, lookup);
    resolver_ask(check->options.resolver, name, DNS_TXT, on_answer, lookup, &lookup->query);
}
