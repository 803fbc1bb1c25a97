/* Tests of acme/persist_record: the hash with the draft's own vector, and one verdict a record. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/persist_record.h"
#include "base/mem.h"

/* draft-ietf-acme-dns-persist-02, 10.2 */
#define THUMBPRINT "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
#define ACCOUNT    "https://ca.example/acct/123"
#define PREFIX     "https://ca.example/account-hash/"
#define HASHED     PREFIX "sha-256/5SQm7n6tPh2-PlLbCKGnViTXX5z19SCN4cPGQHSk-kw"
#define HASHED_ANY PREFIX "sha-256/NpDnSwUthQK8zCgFdefYxAdAVPnygMLbs9US6oO-5ug"

#define NOW   1800000000
#define OURS  "ca.example; accounturi=" ACCOUNT
#define OURS2 "ca.example; accounturi=" HASHED

static const char *const issuers[] = {"ca.example", "other-name.example", NULL};
static const char *const thumbprints[] = {THUMBPRINT, NULL};

static const char *const *uris(void *mem, bool by_url, bool by_hash)
{
    struct persist_terms terms = {.issuers = issuers,
        .by_url = by_url,
        .hash_prefix = by_hash ? PREFIX : NULL,
        .thumbprints = thumbprints};

    return persist_account_uris(mem, &terms, ACCOUNT, "example.com");
}

static void accounts_are_hashed_as_in_the_draft(void)
{
    void *mem = mem_pool(NULL, 4096);
    const char *const *list = uris(mem, false, true);

    CU_ASSERT_STRING_EQUAL(list[0], HASHED);
    CU_ASSERT_STRING_EQUAL(list[1], HASHED_ANY);
    CU_ASSERT_PTR_NULL(list[2]);
    mem_free(mem);
}

static void each_version_has_its_uris(void)
{
    static const char *const keys[] = {THUMBPRINT, "former-1", "former-2", NULL};
    struct persist_terms terms = {
        .issuers = issuers, .by_url = true, .hash_prefix = PREFIX, .thumbprints = keys};
    void *mem = mem_pool(NULL, 4096);
    const char *const *list = uris(mem, true, false);

    CU_ASSERT_STRING_EQUAL(list[0], ACCOUNT);
    CU_ASSERT_PTR_NULL(list[1]);
    list = uris(mem, true, true);
    CU_ASSERT_STRING_EQUAL(list[0], HASHED);
    CU_ASSERT_STRING_EQUAL(list[2], ACCOUNT);
    CU_ASSERT_PTR_NULL(list[3]);
    /* The present key comes first, former ones count as well, and all hashes differ. */
    list = persist_account_uris(mem, &terms, ACCOUNT, "example.com");
    CU_ASSERT_STRING_EQUAL(list[0], HASHED);
    for (size_t i = 0; i < 7; i++) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(list[i]);
        for (size_t j = 0; j < i; j++)
            CU_ASSERT_STRING_NOT_EQUAL(list[i], list[j]);
    }
    CU_ASSERT_PTR_NULL(list[7]);
    mem_free(mem);
}

enum asked { NAME, WILDCARD };

static const struct row {
    const char *record;
    enum asked asked;
    enum persist_verdict verdict;
    int64_t until_s;
    const char *why; /* words of it */
} rows[] = {
    {OURS, NAME, PERSIST_PROVES, 0, ""},
    {OURS2, NAME, PERSIST_PROVES, 0, ""},
    {"ca.example; accounturi=" HASHED_ANY, NAME, PERSIST_PROVES, 0, ""},
    {" \tCA.Example\t;\tAccountURI = " ACCOUNT " ", NAME, PERSIST_PROVES, 0, ""},
    {"other-name.example;accounturi=" ACCOUNT, NAME, PERSIST_PROVES, 0, ""},
    {OURS "; colour=red; colour=blue; x=", NAME, PERSIST_PROVES, 0, ""},
    {OURS ";", NAME, PERSIST_PROVES, 0, ""},
    {OURS "; policy=wildcard", NAME, PERSIST_PROVES, 0, ""},
    {OURS "; policy=nonsense", NAME, PERSIST_PROVES, 0, ""},
    {OURS "; persistUntil=1800000001", NAME, PERSIST_PROVES, 1800000001, ""},
    {OURS "; persistuntil=1800000000", NAME, PERSIST_PROVES, 1800000000, ""},
    {OURS "; persistUntil=999999999999999999", NAME, PERSIST_PROVES, 999999999999999999, ""},
    /* Wildcards */
    {OURS "; policy=wildcard", WILDCARD, PERSIST_PROVES, 0, ""},
    {OURS2 "; POLICY=WildCard", WILDCARD, PERSIST_PROVES, 0, ""},
    {OURS, WILDCARD, PERSIST_REFUSED, 0, "policy=wildcard"},
    {OURS "; policy=", WILDCARD, PERSIST_REFUSED, 0, "policy=wildcard"},
    {OURS "; policy=wildcards", WILDCARD, PERSIST_REFUSED, 0, "policy=wildcard"},
    {OURS "; policy=specific-subdomains-only", WILDCARD, PERSIST_REFUSED, 0, "policy=wildcard"},
    /* Others' */
    {"", NAME, PERSIST_FOREIGN, 0, ""},
    {";", NAME, PERSIST_FOREIGN, 0, ""},
    {"; accounturi=" ACCOUNT, NAME, PERSIST_FOREIGN, 0, ""},
    {"ca2.example; accounturi=" ACCOUNT, NAME, PERSIST_FOREIGN, 0, ""},
    {"ca2.example; broken", NAME, PERSIST_FOREIGN, 0, ""},
    {"ca.example.; accounturi=" ACCOUNT, NAME, PERSIST_FOREIGN, 0, ""},
    {"sub.ca.example; accounturi=" ACCOUNT, NAME, PERSIST_FOREIGN, 0, ""},
    {"v=spf1 -all", NAME, PERSIST_FOREIGN, 0, ""},
    {"\"ca.example\"; accounturi=" ACCOUNT, NAME, PERSIST_FOREIGN, 0, ""},
    /* Another account, or its time is over */
    {OURS "4", NAME, PERSIST_REFUSED, 0, "not this account's"},
    {"ca.example; accounturi=HTTPS://ca.example/acct/123", NAME, PERSIST_REFUSED, 0, "not this"},
    {"ca.example; accounturi=https://ca.example/acct/123/", NAME, PERSIST_REFUSED, 0, "not this"},
    {OURS2 "x", NAME, PERSIST_REFUSED, 0, "not this account's"},
    {OURS "; persistUntil=1799999999", NAME, PERSIST_REFUSED, 1799999999, "has passed"},
    {OURS "; persistUntil=0", NAME, PERSIST_REFUSED, 0, "has passed"},
    /* Ours, but not well-formed */
    {"ca.example", NAME, PERSIST_MALFORMED, 0, "no accounturi"},
    {"ca.example;", NAME, PERSIST_MALFORMED, 0, "no accounturi"},
    {"ca.example; accounturi=", NAME, PERSIST_MALFORMED, 0, "no accounturi"},
    {"ca.example; policy=wildcard", NAME, PERSIST_MALFORMED, 0, "no accounturi"},
    {OURS "; accounturi=" ACCOUNT, NAME, PERSIST_MALFORMED, 0, "twice"},
    {OURS "; ACCOUNTURI=x", NAME, PERSIST_MALFORMED, 0, "twice"},
    {OURS "; policy=wildcard; Policy=wildcard", NAME, PERSIST_MALFORMED, 0, "twice"},
    {OURS "; persistUntil=1; persistuntil=2", NAME, PERSIST_MALFORMED, 0, "twice"},
    {OURS "; persistUntil=; persistuntil=2", NAME, PERSIST_MALFORMED, 0, "twice"},
    {OURS "; persistUntil=", NAME, PERSIST_MALFORMED, 0, "persistUntil"},
    {OURS "; persistUntil=tomorrow", NAME, PERSIST_MALFORMED, 0, "persistUntil"},
    {OURS "; persistUntil=-1", NAME, PERSIST_MALFORMED, 0, "persistUntil"},
    {OURS "; persistUntil=+1", NAME, PERSIST_MALFORMED, 0, "persistUntil"},
    {OURS "; persistUntil=1.5", NAME, PERSIST_MALFORMED, 0, "persistUntil"},
    {OURS "; persistUntil=0x7fffffff", NAME, PERSIST_MALFORMED, 0, "persistUntil"},
    {OURS "; persistUntil=9999999999999999999", NAME, PERSIST_MALFORMED, 0, "persistUntil"},
    {"ca.example accounturi=" ACCOUNT, NAME, PERSIST_MALFORMED, 0, "grammar"},
    {"ca.example, accounturi=" ACCOUNT, NAME, PERSIST_MALFORMED, 0, "grammar"},
    {OURS "; policy", NAME, PERSIST_MALFORMED, 0, "grammar"},
    {OURS "; policy=wild card", NAME, PERSIST_MALFORMED, 0, "grammar"},
    {OURS "; =x", NAME, PERSIST_MALFORMED, 0, "grammar"},
    {OURS ";; policy=wildcard", NAME, PERSIST_MALFORMED, 0, "grammar"},
    {OURS "\x01", NAME, PERSIST_MALFORMED, 0, "grammar"},
    {OURS "; name=caf\xc3\xa9", NAME, PERSIST_MALFORMED, 0, "grammar"},
};

static enum persist_verdict judge(
    const struct row *row, const char *const *account_uris, int64_t *until_s, const char **why)
{
    struct persist_question question = {.issuers = issuers,
        .account_uris = account_uris,
        .wildcard = row->asked == WILDCARD,
        .now_s = NOW};

    return persist_record_judge(bytes_of(row->record), &question, until_s, why);
}

static void each_record_has_its_verdict(void)
{
    void *mem = mem_pool(NULL, 4096);
    const char *const *both = uris(mem, true, true);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t until_s;
        const char *why;
        enum persist_verdict verdict = judge(&rows[i], both, &until_s, &why);

        CU_ASSERT_EQUAL(verdict, rows[i].verdict);
        CU_ASSERT_EQUAL(until_s, rows[i].until_s);
        CU_ASSERT_PTR_NOT_NULL(strstr(why, rows[i].why));
        if (verdict != rows[i].verdict || strstr(why, rows[i].why) == NULL)
            printf("\n    %s: %d, %s", rows[i].record, verdict, why);
    }
    mem_free(mem);
}

static void a_version_that_is_off_proves_nothing(void)
{
    void *mem = mem_pool(NULL, 4096);
    int64_t until_s;
    const char *why;

    CU_ASSERT_EQUAL(judge(&(struct row){.record = OURS}, uris(mem, false, true), &until_s, &why),
        PERSIST_REFUSED);
    CU_ASSERT_EQUAL(judge(&(struct row){.record = OURS2}, uris(mem, true, false), &until_s, &why),
        PERSIST_REFUSED);
    mem_free(mem);
}

static const struct test tests[] = {
    {"accounts are hashed as in the draft", accounts_are_hashed_as_in_the_draft},
    {"each version has its URIs", each_version_has_its_uris},
    {"each record has its verdict", each_record_has_its_verdict},
    {"a version that is off proves nothing", a_version_that_is_off_proves_nothing},
    {NULL, NULL},
};
extern const struct test_suite suite_persist_record;
const struct test_suite suite_persist_record = {"persist_record", tests};
