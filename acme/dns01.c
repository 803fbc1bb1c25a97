/* dns01 - see dns01.h. */
#include "acme/dns01.h"

#include "acme/txt_lookup.h"
#include "base/b64url.h"
#include "base/base32.h"
#include "base/key.h"
#include "base/mem.h"

enum { LABEL_OCTETS = 10 };

_Static_assert(BASE32_LEN(LABEL_OCTETS) + 2 == DNS_ACCOUNT01_LABEL_SIZE, "'_', text and NUL");

struct check {
    struct validation v;
    struct txt_lookup lookup;
    char expected[B64URL_LEN(32) + 1];
};

static void stop(struct validation *v)
{
    txt_lookup_stop(&((struct check *)v)->lookup);
}

static void on_found(struct validation *v, const struct txt_found *found)
{
    struct check *check = (struct check *)v;

    for (size_t i = 0; i < found->len; i++)
        if (bytes_equal(found->values[i], bytes_of(check->expected))) {
            validation_pass(v);
            return;
        }
    validation_fail(v, PROBLEM_UNAUTHORIZED, true,
        "none of the %zu TXT records at %s is \"%s\"; found: %s. Wait until all name servers have "
        "the new record before answering the challenge",
        found->len, found->place, check->expected, txt_shown_values(check, found));
}

/* Looks for the digest at <prefix>_acme-challenge.<name>. */
static void look(struct check *check, const char *prefix)
{
    const struct validation_request *request = &check->v.request;
    uint8_t digest[32];

    sha256(bytes_of(request->key_authorization), digest);
    b64url_write(digest, sizeof digest, check->expected);
    txt_lookup_begin(&check->lookup, &check->v,
        mem_printf(check, "%s_acme-challenge.%s", prefix, request->identifier.value),
        check->expected, on_found);
}

static void begin(struct validation *v)
{
    look((struct check *)v, "");
}

void dns_account01_label(const char *account_url, char out[DNS_ACCOUNT01_LABEL_SIZE])
{
    uint8_t digest[32];

    sha256(bytes_of(account_url), digest);
    out[0] = '_';
    base32_write(digest, LABEL_OCTETS, out + 1);
}

static void begin_account(struct validation *v)
{
    char label[DNS_ACCOUNT01_LABEL_SIZE];

    dns_account01_label(v->request.account_url, label);
    look((struct check *)v, mem_printf(v, "%s.", label));
}

const struct validator_ops dns01 = {
    .type = CHALLENGE_DNS_01,
    .name = "dns-01",
    .size = sizeof(struct check),
    .begin = begin,
    .stop = stop,
};

const struct validator_ops dns_account01 = {
    .type = CHALLENGE_DNS_ACCOUNT_01,
    .name = "dns-account-01",
    .size = sizeof(struct check),
    .begin = begin_account,
    .stop = stop,
};
