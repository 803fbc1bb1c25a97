/* Tests of acme/caa: RFC 8659 section 4, RFC 8657, RFC 9495, and records that must not be passed
 * over. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/caa.h"

#define OURS        "ca.example"
#define ACCOUNT     "https://acme.example/acme/account/1"
#define RECORDS_MAX 4

static const char *const identities[] = {OURS, "other-name.example", NULL};

/* A record as people write it: flags, tag, value. */
struct record {
    int flags;
    const char *tag, *value;
};

struct row {
    const char *what;
    enum caa_subject subject;
    struct record records[RECORDS_MAX];
    bool allowed;
    const char *why; /* a word of it */
};

static const struct row rows[] = {
    {"our name", CAA_NAME, {{0, "issue", OURS}}, true, ""},
    {"our name in capitals", CAA_NAME, {{0, "ISSUE", "CA.Example"}}, true, ""},
    {"our other name", CAA_NAME, {{0, "issue", "other-name.example"}}, true, ""},
    {"blanks around", CAA_NAME, {{0, "issue", "  " OURS " \t"}}, true, ""},
    {"somebody else", CAA_NAME, {{0, "issue", "bad.example"}}, false, "names other"},
    {"somebody else and we", CAA_NAME, {{0, "issue", "bad.example"}, {0, "issue", OURS}}, true, ""},
    {"nobody", CAA_NAME, {{0, "issue", ";"}}, false, "or none"},
    {"nobody, empty", CAA_NAME, {{0, "issue", ""}}, false, "or none"},
    {"a name that only begins like ours", CAA_NAME, {{0, "issue", OURS "x"}}, false, "names other"},
    {"no issue at all", CAA_NAME, {{0, "iodef", "mailto:a@example.com"}}, true, ""},
    {"issuewild does not bind plain names", CAA_NAME, {{0, "issuewild", "bad.example"}}, true, ""},
    {"issuewild binds wildcards", CAA_WILDCARD, {{0, "issuewild", "bad.example"}}, false,
        "issuewild"},
    {"issuewild goes before issue", CAA_WILDCARD,
        {{0, "issue", "bad.example"}, {0, "issuewild", OURS}}, true, ""},
    {"issuewild forbids what issue allows", CAA_WILDCARD,
        {{0, "issue", OURS}, {0, "issuewild", ";"}}, false, "issuewild"},
    {"issue binds wildcards too", CAA_WILDCARD, {{0, "issue", "bad.example"}}, false, "issue"},
    {"an unknown property", CAA_NAME, {{0, "tbs", "x"}, {0, "issue", OURS}}, true, ""},
    {"an unknown critical property", CAA_NAME, {{128, "tbs", "x"}, {0, "issue", OURS}}, false,
        "critical"},
    {"a known critical property", CAA_NAME, {{128, "issue", OURS}}, true, ""},
    {"an unknown parameter", CAA_NAME, {{0, "issue", OURS "; policy=ev"}}, true, ""},
    {"this account", CAA_NAME, {{0, "issue", OURS "; accounturi=" ACCOUNT}}, true, ""},
    {"another account", CAA_NAME, {{0, "issue", OURS "; accounturi=" ACCOUNT "2"}}, false,
        "accounturi"},
    {"two accounts", CAA_NAME, {{0, "issue", OURS ";accounturi=" ACCOUNT ";accounturi=" ACCOUNT}},
        false, "accounturi"},
    {"this method", CAA_NAME, {{0, "issue", OURS "; validationmethods=dns-01,http-01"}}, true, ""},
    {"another method", CAA_NAME, {{0, "issue", OURS "; validationmethods=dns-01"}}, false,
        "validationmethods"},
    {"no method", CAA_NAME, {{0, "issue", OURS "; validationmethods="}}, false,
        "validationmethods"},
    {"account and method", CAA_NAME,
        {{0, "issue", OURS "; accounturi=" ACCOUNT " ; ValidationMethods=http-01"}}, true, ""},
    {"another account in one, ours in the next", CAA_NAME,
        {{0, "issue", OURS "; accounturi=x"}, {0, "issue", OURS "; accounturi=" ACCOUNT}}, true,
        ""},
    {"a closing semicolon", CAA_NAME, {{0, "issue", OURS ";"}}, true, ""},
    {"no grammar: no value", CAA_NAME, {{0, "issue", OURS "; policy"}}, false, "names other"},
    {"no grammar: two names", CAA_NAME, {{0, "issue", OURS " " OURS}}, false, "names other"},
    {"no grammar: no tag", CAA_NAME, {{0, "issue", OURS "; =x"}}, false, "names other"},
    {"no grammar: two semicolons", CAA_NAME, {{0, "issue", OURS ";; a=b"}}, false, "names other"},
    {"issue says nothing about mail", CAA_MAIL, {{0, "issue", "bad.example"}}, true, ""},
    {"nor does issuewild", CAA_MAIL, {{0, "issuewild", ";"}}, true, ""},
    {"issuemail says nothing about names", CAA_NAME, {{0, "issuemail", ";"}}, true, ""},
    {"nor about wildcards", CAA_WILDCARD, {{0, "issuemail", ";"}}, true, ""},
    {"mail: our name", CAA_MAIL, {{0, "IssueMail", "CA.example"}, {0, "issue", ";"}}, true, ""},
    {"mail: somebody else", CAA_MAIL, {{0, "issue", OURS}, {0, "issuemail", "bad.example"}}, false,
        "\"issuemail\" there forbids"},
    {"mail: nobody", CAA_MAIL, {{0, "issuemail", ";"}}, false, "or none"},
    {"mail: this account", CAA_MAIL, {{0, "issuemail", OURS "; accounturi=" ACCOUNT}}, true, ""},
    {"mail: another account", CAA_MAIL, {{0, "issuemail", OURS "; accounturi=x"}}, false,
        "accounturi"},
    {"mail: another method", CAA_MAIL, {{0, "issuemail", OURS "; validationmethods=dns-01"}}, false,
        "validationmethods"},
    {"mail: no grammar", CAA_MAIL, {{0, "issuemail", OURS "; policy"}}, false, "names other"},
    {"mail: an unknown critical property", CAA_MAIL, {{128, "tbs", "x"}, {0, "issuemail", OURS}},
        false, "critical"},
    {"no grammar: dots", CAA_NAME, {{0, "issue", ".ca.example"}}, false, "names other"},
};

/* Puts a record into wire form at `out`; returns what it takes. */
static size_t encode(const struct record *record, uint8_t *out)
{
    size_t tag_len = strlen(record->tag), value_len = strlen(record->value);

    out[0] = (uint8_t)record->flags;
    out[1] = (uint8_t)tag_len;
    memcpy(out + 2, record->tag, tag_len);
    memcpy(out + 2 + tag_len, record->value, value_len);
    return 2 + tag_len + value_len;
}

static bool ask(const struct row *row, char why[CAA_WHY_SIZE])
{
    struct caa_question question = {identities, row->subject, "http-01", ACCOUNT};
    struct bytes records[RECORDS_MAX];
    uint8_t wire[RECORDS_MAX][256];
    size_t len = 0;

    for (; len < RECORDS_MAX && row->records[len].tag != NULL; len++)
        records[len] = (struct bytes){wire[len], encode(&row->records[len], wire[len])};
    return caa_allows(records, len, &question, why);
}

static void each_record_set_has_its_verdict(void)
{
    char why[CAA_WHY_SIZE];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool allowed = ask(&rows[i], why);

        if (allowed != rows[i].allowed || strstr(why, rows[i].why) == NULL)
            printf("\n    %s: %s\n", rows[i].what, why);
        CU_ASSERT_EQUAL(allowed, rows[i].allowed);
        CU_ASSERT_PTR_NOT_NULL(strstr(why, rows[i].why));
    }
}

static void a_refusal_says_which_record_would_allow_it(void)
{
    static const struct row forbidden[] = {
        {"a name", CAA_NAME, {{0, "issue", "bad.example"}}, false, "0 issue \"" OURS "\" would"},
        {"a wildcard", CAA_WILDCARD, {{0, "issuewild", ";"}}, false, "0 issuewild \"" OURS "\""},
        {"mail", CAA_MAIL, {{0, "issuemail", ";"}}, false, "0 issuemail \"" OURS "\""},
    };
    char why[CAA_WHY_SIZE];

    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        CU_ASSERT_FALSE(ask(&forbidden[i], why));
        CU_ASSERT_PTR_NOT_NULL(strstr(why, forbidden[i].why));
    }
}

static void a_record_that_cannot_be_read_forbids(void)
{
    static const struct bytes broken[] = {{(const uint8_t *)"", 0}, {(const uint8_t *)"\0", 1},
        {(const uint8_t *)"\0\0x", 3}, {(const uint8_t *)"\0\5issu", 6},
        {(const uint8_t *)"\0\5is-ue" OURS, 17}};
    struct caa_question question = {identities, CAA_NAME, "http-01", ACCOUNT};
    char why[CAA_WHY_SIZE];

    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        CU_ASSERT_FALSE(caa_allows(&broken[i], 1, &question, why));
        CU_ASSERT_PTR_NOT_NULL(strstr(why, "cannot be read"));
    }
}

static const struct test tests[] = {
    {"each record set has its verdict", each_record_set_has_its_verdict},
    {"a refusal says which record would allow it", a_refusal_says_which_record_would_allow_it},
    {"a record that cannot be read forbids", a_record_that_cannot_be_read_forbids},
    {NULL, NULL},
};
extern const struct test_suite suite_caa;
const struct test_suite suite_caa = {"caa", tests};
