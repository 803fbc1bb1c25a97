/* Tests of acme/caa: RFC 8659 section 4, RFC 8657, and records that must not be passed over. */
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
    bool wildcard;
    struct record records[RECORDS_MAX];
    bool allowed;
    const char *why; /* a word of it */
};

static const struct row rows[] = {
    {"our name", false, {{0, "issue", OURS}}, true, ""},
    {"our name in capitals", false, {{0, "ISSUE", "CA.Example"}}, true, ""},
    {"our other name", false, {{0, "issue", "other-name.example"}}, true, ""},
    {"blanks around", false, {{0, "issue", "  " OURS " \t"}}, true, ""},
    {"somebody else", false, {{0, "issue", "bad.example"}}, false, "names other"},
    {"somebody else and we", false, {{0, "issue", "bad.example"}, {0, "issue", OURS}}, true, ""},
    {"nobody", false, {{0, "issue", ";"}}, false, "or none"},
    {"nobody, empty", false, {{0, "issue", ""}}, false, "or none"},
    {"a name that only begins like ours", false, {{0, "issue", OURS "x"}}, false, "names other"},
    {"no issue at all", false, {{0, "iodef", "mailto:a@example.com"}}, true, ""},
    {"issuewild does not bind plain names", false, {{0, "issuewild", "bad.example"}}, true, ""},
    {"issuewild binds wildcards", true, {{0, "issuewild", "bad.example"}}, false, "issuewild"},
    {"issuewild goes before issue", true, {{0, "issue", "bad.example"}, {0, "issuewild", OURS}},
        true, ""},
    {"issuewild forbids what issue allows", true, {{0, "issue", OURS}, {0, "issuewild", ";"}},
        false, "issuewild"},
    {"issue binds wildcards too", true, {{0, "issue", "bad.example"}}, false, "issue"},
    {"an unknown property", false, {{0, "tbs", "x"}, {0, "issue", OURS}}, true, ""},
    {"an unknown critical property", false, {{128, "tbs", "x"}, {0, "issue", OURS}}, false,
        "critical"},
    {"a known critical property", false, {{128, "issue", OURS}}, true, ""},
    {"an unknown parameter", false, {{0, "issue", OURS "; policy=ev"}}, true, ""},
    {"this account", false, {{0, "issue", OURS "; accounturi=" ACCOUNT}}, true, ""},
    {"another account", false, {{0, "issue", OURS "; accounturi=" ACCOUNT "2"}}, false,
        "accounturi"},
    {"two accounts", false, {{0, "issue", OURS ";accounturi=" ACCOUNT ";accounturi=" ACCOUNT}},
        false, "accounturi"},
    {"this method", false, {{0, "issue", OURS "; validationmethods=dns-01,http-01"}}, true, ""},
    {"another method", false, {{0, "issue", OURS "; validationmethods=dns-01"}}, false,
        "validationmethods"},
    {"no method", false, {{0, "issue", OURS "; validationmethods="}}, false, "validationmethods"},
    {"account and method", false,
        {{0, "issue", OURS "; accounturi=" ACCOUNT " ; ValidationMethods=http-01"}}, true, ""},
    {"another account in one, ours in the next", false,
        {{0, "issue", OURS "; accounturi=x"}, {0, "issue", OURS "; accounturi=" ACCOUNT}}, true,
        ""},
    {"a closing semicolon", false, {{0, "issue", OURS ";"}}, true, ""},
    {"no grammar: no value", false, {{0, "issue", OURS "; policy"}}, false, "names other"},
    {"no grammar: two names", false, {{0, "issue", OURS " " OURS}}, false, "names other"},
    {"no grammar: no tag", false, {{0, "issue", OURS "; =x"}}, false, "names other"},
    {"no grammar: two semicolons", false, {{0, "issue", OURS ";; a=b"}}, false, "names other"},
    {"no grammar: dots", false, {{0, "issue", ".ca.example"}}, false, "names other"},
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
    struct caa_question question = {identities, row->wildcard, "http-01", ACCOUNT};
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

static void a_record_that_cannot_be_read_forbids(void)
{
    static const struct bytes broken[] = {{(const uint8_t *)"", 0}, {(const uint8_t *)"\0", 1},
        {(const uint8_t *)"\0\0x", 3}, {(const uint8_t *)"\0\5issu", 6},
        {(const uint8_t *)"\0\5is-ue" OURS, 17}};
    struct caa_question question = {identities, false, "http-01", ACCOUNT};
    char why[CAA_WHY_SIZE];

    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        CU_ASSERT_FALSE(caa_allows(&broken[i], 1, &question, why));
        CU_ASSERT_PTR_NOT_NULL(strstr(why, "cannot be read"));
    }
}

static const struct test tests[] = {
    {"each record set has its verdict", each_record_set_has_its_verdict},
    {"a record that cannot be read forbids", a_record_that_cannot_be_read_forbids},
    {NULL, NULL},
};
extern const struct test_suite suite_caa;
const struct test_suite suite_caa = {"caa", tests};
