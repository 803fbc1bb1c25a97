/* Tests of acme/identifier: names that are certified, names that are not and why, sets. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/identifier.h"
#include "acme/problem.h"
#include "base/mem.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define L10          "abcdefghij"
#define L60          L10 L10 L10 L10 L10 L10
#define L63          L60 "abc"

static const struct identifier_rules public_names = {.internal_names = false};
static const struct identifier_rules internal_names = {.internal_names = true};

static void good_names_are_put_in_lower_case(void)
{
    static const struct {
        const char *value, *want;
    } rows[] = {
        {"www.example.org", "www.example.org"},
        {"WWW.Example.ORG", "www.example.org"},
        {"*.Example.org", "*.example.org"},
        {"*.co.uk", "*.co.uk"}, /* public suffixes are not known to these rules */
        {"1.2.example", "1.2.example"},
        {"a-b--c.example", "a-b--c.example"},
        {"ab.cd--.ef", NULL},
        {"xn--mnchen-3ya.de", "xn--mnchen-3ya.de"},
        {"XN--MNCHEN-3YA.DE", "xn--mnchen-3ya.de"},
        {"*.xn--mnchen-3ya.de", "*.xn--mnchen-3ya.de"},
        {"xn--strae-oqa.de", "xn--strae-oqa.de"}, /* sharp s: IDNA2008 has it, IDNA2003 had not */
        {"www.xn--p1ai", "www.xn--p1ai"},
        {"arpa.example", "arpa.example"},
        {"notonion.example", "notonion.example"},
        {"myonion", NULL},
        {L63 "." L63 "." L63 "." L60 "a", L63 "." L63 "." L63 "." L60 "a"},
        {L63 ".example", L63 ".example"},
    };
    void *mem = mem_pool(NULL, 65536);
    struct identifier got;
    struct err e = {0};

    for (size_t i = 0; i < COUNT(rows); i++) {
        enum err_code code = identifier_read(mem, "dns", rows[i].value, &public_names, &got, &e);

        CU_ASSERT((code == ERR_OK) == (rows[i].want != NULL));
        if (code == ERR_OK && rows[i].want != NULL) {
            CU_ASSERT_EQUAL(got.type, IDENTIFIER_DNS);
            CU_ASSERT_STRING_EQUAL(got.value, rows[i].want);
        }
    }
    mem_free(mem);
}

/* The detail must hold the words that help. */
static const struct refused {
    const char *value;
    enum problem problem;
    const char *words;
} refused[] = {
    {"", PROBLEM_MALFORMED, "empty"},
    {".", PROBLEM_MALFORMED, "ends with a dot"},
    {"example.org.", PROBLEM_MALFORMED, "ends with a dot"},
    {".example.org", PROBLEM_MALFORMED, "empty label"},
    {"www..example.org", PROBLEM_MALFORMED, "empty label"},
    {"my_host.example.org", PROBLEM_MALFORMED, "underscore"},
    {"_acme-challenge.example.org", PROBLEM_MALFORMED, "underscore"},
    {"-a.example.org", PROBLEM_MALFORMED, "hyphen"},
    {"a-.example.org", PROBLEM_MALFORMED, "hyphen"},
    {"ab--cd.example.org", PROBLEM_MALFORMED, "reserved"},
    {"a b.example.org", PROBLEM_MALFORMED, "only letters"},
    {"a\"b.example.org", PROBLEM_MALFORMED, "a?b.example.org"},
    {"a\nb.example.org", PROBLEM_MALFORMED, "a?b.example.org"},
    {"https://example.org", PROBLEM_MALFORMED, "bare name"},
    {"example.org:443", PROBLEM_MALFORMED, "bare name"},
    {"example.org/path", PROBLEM_MALFORMED, "bare name"},
    {"someone@example.org", PROBLEM_MALFORMED, "bare name"},
    {"*", PROBLEM_MALFORMED, "wildcard"},
    {"**.example.org", PROBLEM_MALFORMED, "wildcard"},
    {"*.*.example.org", PROBLEM_MALFORMED, "wildcard"},
    {"www.*.example.org", PROBLEM_MALFORMED, "wildcard"},
    {"w*.example.org", PROBLEM_MALFORMED, "wildcard"},
    {"*example.org", PROBLEM_MALFORMED, "wildcard"},
    {"*.", PROBLEM_MALFORMED, "ends with a dot"},
    {"*..example.org", PROBLEM_MALFORMED, "empty label"},
    {L63 "a.example.org", PROBLEM_MALFORMED, "63"},
    {L63 "." L63 "." L63 "." L60 "ab", PROBLEM_MALFORMED, "253"},
    {"*." L63 "." L63 "." L63 "." L60, PROBLEM_MALFORMED, "253"},
    {"m\xc3\xbcnchen.de", PROBLEM_MALFORMED, "xn--mnchen-3ya.de"},
    {"*.M\xc3\x9cNCHEN.de", PROBLEM_MALFORMED, "xn--"},
    {"\xff\xfe.example.org", PROBLEM_MALFORMED, "A-labels"},
    {"xn--.example.org", PROBLEM_MALFORMED, "hyphen"},
    {"xn--a.example.org", PROBLEM_MALFORMED, "IDNA2008"},
    {"xn--abc-.example.org", PROBLEM_MALFORMED, "hyphen"},
    {"xn--ls8h.example.org", PROBLEM_MALFORMED, "IDNA2008"}, /* a symbol */
    {"xn--mnchen-psa.de", PROBLEM_MALFORMED, "IDNA2008"},    /* with an upper-case letter in it */
    {"xn--ex-8tb.example", PROBLEM_MALFORMED, "IDNA2008"},   /* not composed (NFC) */
    {"xn--x-wbb.example", PROBLEM_MALFORMED, "IDNA2008"},    /* begins with a combining mark */
    {"xn--ab-m1t.example", PROBLEM_MALFORMED, "IDNA2008"},   /* a joiner with nothing to join */
    {"xn--l-fda.example", PROBLEM_MALFORMED, "IDNA2008"},    /* a middle dot that is not Catalan */
    {"xn--a-zhc.example", PROBLEM_MALFORMED, "IDNA2008"},    /* both directions in one label */
    {"xn--99999999999.example", PROBLEM_MALFORMED, "IDNA2008"}, /* overflows */
    {"192.0.2.1", PROBLEM_REJECTED_IDENTIFIER, "\"type\": \"ip\""},
    {"2001:db8::1", PROBLEM_REJECTED_IDENTIFIER, "address"},
    {"::", PROBLEM_REJECTED_IDENTIFIER, "address"},
    {"[2001:db8::1]", PROBLEM_REJECTED_IDENTIFIER, "address"},
    {"192.0.2.256", PROBLEM_REJECTED_IDENTIFIER, "number"},
    {"10.1", PROBLEM_REJECTED_IDENTIFIER, "number"},
    {"example.1", PROBLEM_REJECTED_IDENTIFIER, "number"},
    {"example.0x7f", PROBLEM_REJECTED_IDENTIFIER, "number"},
    {"2130706433", PROBLEM_REJECTED_IDENTIFIER, "number"},
    {"*.onion", PROBLEM_REJECTED_IDENTIFIER, "onion"},
    {"abc.onion", PROBLEM_REJECTED_IDENTIFIER, "onion"},
    {"*.abc.Onion", PROBLEM_REJECTED_IDENTIFIER, "onion"},
    {"1.2.0.192.in-addr.arpa", PROBLEM_REJECTED_IDENTIFIER, "reverse"},
    {"1.0.ip6.arpa", PROBLEM_REJECTED_IDENTIFIER, "reverse"},
    {"*.org", PROBLEM_REJECTED_IDENTIFIER, "wildcard"},
};

static void check_refused(
    void *mem, const struct refused *row, const struct identifier_rules *rules)
{
    struct identifier got;
    struct err e = {0};

    CU_ASSERT(identifier_read(mem, "dns", row->value, rules, &got, &e) != ERR_OK);
    CU_ASSERT_EQUAL(problem_of(&e), row->problem);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, row->words));
    if (problem_of(&e) != row->problem || strstr(e.detail, row->words) == NULL)
        printf("\n    \"%s\": %s", row->value, e.detail);
    for (const char *c = e.detail; *c != '\0'; c++)
        CU_ASSERT(*c >= ' ' && *c <= '~');
}

static void names_are_refused_with_a_reason(void)
{
    void *mem = mem_pool(NULL, 65536);

    for (size_t i = 0; i < COUNT(refused); i++) {
        check_refused(mem, &refused[i], &public_names);
        check_refused(mem, &refused[i], &internal_names);
    }
    mem_free(mem);
}

static void internal_names_are_the_profiles_choice(void)
{
    static const char *const rows[] = {
        "localhost", "server", "LOCALHOST", "x.localhost", "*.x.localhost", "a.b.localhost"};
    void *mem = mem_pool(NULL, 65536);
    struct identifier got;
    struct err e = {0};

    for (size_t i = 0; i < COUNT(rows); i++) {
        CU_ASSERT(identifier_read(mem, "dns", rows[i], &internal_names, &got, &e) == ERR_OK);
        CU_ASSERT(identifier_read(mem, "dns", rows[i], &public_names, &got, &e) != ERR_OK);
        CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_REJECTED_IDENTIFIER);
    }
    CU_ASSERT(identifier_read(mem, "dns", "*.localhost", &internal_names, &got, &e) != ERR_OK);
    CU_ASSERT(
        identifier_read(mem, "dns", "notlocalhost.example", &public_names, &got, &e) == ERR_OK);
    mem_free(mem);
}

static void other_types_are_unsupported(void)
{
    static const char *const rows[] = {
        "IP", "email", "DNS", "", "permanent-identifier", "d\xc3\xbcns\n\""};
    void *mem = mem_pool(NULL, 65536);
    struct identifier got;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {0};

        CU_ASSERT(identifier_read(mem, rows[i], "192.0.2.1", &internal_names, &got, &e) != ERR_OK);
        CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_UNSUPPORTED_IDENTIFIER);
    }
    mem_free(mem);
}

/* Addresses of mail. */

static const struct identifier_rules mail = {.mail = true};

static void addresses_of_mail_keep_their_local_part(void)
{
    static const struct {
        const char *value, *want;
    } rows[] = {
        {"ann@corp.example", "ann@corp.example"},
        {"Ann.Other+Tag@CORP.Example", "Ann.Other+Tag@corp.example"},
        {"!#$%&'+-/=?^_`{|}~@corp.example", "!#$%&'+-/=?^_`{|}~@corp.example"},
        {"a@xn--mnchen-3ya.example", "a@xn--mnchen-3ya.example"},
        {"1234567890123456789012345678901234567890123456789012345678901234@corp.example",
            "1234567890123456789012345678901234567890123456789012345678901234@corp.example"},
    };
    void *mem = mem_pool(NULL, 65536);
    struct identifier got;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {0};

        CU_ASSERT_EQUAL(identifier_read(mem, "email", rows[i].value, &mail, &got, &e), ERR_OK);
        CU_ASSERT_EQUAL(got.type, IDENTIFIER_EMAIL);
        CU_ASSERT_STRING_EQUAL(got.value, rows[i].want);
    }
    mem_free(mem);
}

static void addresses_of_mail_are_refused_with_a_reason(void)
{
    static const struct {
        const char *value;
        enum problem problem;
        const char *words;
    } rows[] = {
        {"", PROBLEM_MALFORMED, "no \"@\""},
        {"corp.example", PROBLEM_MALFORMED, "no \"@\""},
        {"@corp.example", PROBLEM_MALFORMED, "nothing is before"},
        {"ann@", PROBLEM_MALFORMED, "a name is empty"},
        {"*@corp.example", PROBLEM_MALFORMED, "only the bare address"},
        {"ann@*.corp.example", PROBLEM_MALFORMED, "no wildcards for mail"},
        {".ann@corp.example", PROBLEM_MALFORMED, "no dot begins or ends"},
        {"ann.@corp.example", PROBLEM_MALFORMED, "no dot begins or ends"},
        {"ann..other@corp.example", PROBLEM_MALFORMED, "nor follows another"},
        {"\"ann\"@corp.example", PROBLEM_MALFORMED, "is quoted"},
        {"\"a@b\"@corp.example", PROBLEM_MALFORMED, "is quoted"},
        {"a@b@corp.example", PROBLEM_MALFORMED, "only the bare address"},
        {"ann (work)@corp.example", PROBLEM_MALFORMED, "only the bare address"},
        {"Ann <ann@corp.example>", PROBLEM_MALFORMED, "only the bare address"},
        {"mailto:ann@corp.example", PROBLEM_MALFORMED, "only the bare address"},
        {"ann@corp.example\r\nBcc: x@y.example", PROBLEM_MALFORMED, "only the bare address"},
        {"ann\t@corp.example", PROBLEM_MALFORMED, "only the bare address"},
        {"\xc3\xa4nn@corp.example", PROBLEM_MALFORMED, "SmtpUTF8Mailbox"},
        {"ann@m\xc3\xbcnchen.example", PROBLEM_MALFORMED, "xn--mnchen-3ya.example"},
        {"ann@[192.0.2.7]", PROBLEM_MALFORMED, "not an address literal"},
        {"ann@corp.example.", PROBLEM_MALFORMED, "ends with a dot"},
        {"ann@co_rp.example", PROBLEM_MALFORMED, "underscore"},
        {"ann@192.0.2.7", PROBLEM_REJECTED_IDENTIFIER, "number"},
        {"ann@corp", PROBLEM_REJECTED_IDENTIFIER, "no dot"},
        {"ann@localhost", PROBLEM_REJECTED_IDENTIFIER, "localhost"},
        {"ann@abc.onion", PROBLEM_REJECTED_IDENTIFIER, "onion"},
        {"12345678901234567890123456789012345678901234567890123456789012345@corp.example",
            PROBLEM_MALFORMED, "at most 64"},
    };
    void *mem = mem_pool(NULL, 65536);
    struct identifier got;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {0};

        CU_ASSERT(identifier_read(mem, "email", rows[i].value, &mail, &got, &e) != ERR_OK);
        CU_ASSERT_EQUAL(problem_of(&e), rows[i].problem);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, rows[i].words));
        if (strstr(e.detail, rows[i].words) == NULL)
            printf("\n    %s: %s", rows[i].value, e.detail);
    }
    mem_free(mem);
}

/* 253 for the domain would be one too many. */
static void addresses_of_mail_have_254_characters_at_most(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct identifier got;
    struct err e = {0};
    char value[300];

    memset(value, 'a', sizeof value);
    for (size_t i = 60; i <= 240; i += 60)
        value[i] = '.';
    value[10] = '@';
    value[254] = '\0';
    CU_ASSERT_EQUAL(identifier_read(mem, "email", value, &mail, &got, &e), ERR_OK);
    value[254] = 'a';
    value[255] = '\0';
    CU_ASSERT(identifier_read(mem, "email", value, &mail, &got, &e) != ERR_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "at most 254 characters"));
    mem_free(mem);
}

static void a_profile_is_for_mail_or_for_hosts(void)
{
    static const struct {
        const char *type, *value;
        bool mail;
        const char *words;
    } rows[] = {
        {"dns", "corp.example", true, "addresses of mail only"},
        {"dns", "ann@corp.example", true, "addresses of mail only"},
        {"ip", "192.0.2.7", true, "addresses of mail only"},
        {"email", "ann@corp.example", false, "needs an order of its own"},
        {"EMAIL", "ann@corp.example", true, "addresses of mail only"},
    };
    void *mem = mem_pool(NULL, 65536);
    struct identifier got;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct identifier_rules rules = {.mail = rows[i].mail};
        struct err e = {0};

        CU_ASSERT(identifier_read(mem, rows[i].type, rows[i].value, &rules, &got, &e) != ERR_OK);
        CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_UNSUPPORTED_IDENTIFIER);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, rows[i].words));
    }
    mem_free(mem);
}

static void addresses_have_one_text_each(void)
{
    static const char *const good[] = {"192.0.2.7", "0.0.0.0", "255.255.255.255", "2001:db8::1",
        "::", "::1", "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1", "1:2:3:4:5:6:7:8", "fe80::1",
        "2001:db8::1:0:0:1"};
    static const struct {
        const char *value, *words;
    } bad[] = {
        {"192.0.2.007", "leading zeros"},
        {"192.0.2", "four decimal numbers"},
        {"192.0.2.256", "four decimal numbers"},
        {"0xc0.0.2.7", "four decimal numbers"},
        {"3221225991", "four decimal numbers"},
        {" 192.0.2.7", "four decimal numbers"},
        {"192.0.2.7 ", "four decimal numbers"},
        {"192.0.2.7/32", "four decimal numbers"},
        {"", "four decimal numbers"},
        {"www.example.org", "four decimal numbers"},
        {"[2001:db8::1]", "without brackets"},
        {"fe80::1%eth0", "zone"},
        {"2001:db8::1%1", "zone"},
        {"2001:DB8::1", "order \"2001:db8::1\""},
        {"2001:db8:0::1", "order \"2001:db8::1\""},
        {"2001:0db8::1", "order \"2001:db8::1\""},
        {"0:0:0:0:0:0:0:1", "order \"::1\""},
        {"2001:db8::1:1:1:1:1", "order \"2001:db8:0:1:1:1:1:1\""},
        {"2001:db8:0:0:1::1", "order \"2001:db8::1:0:0:1\""},
        {"::ffff:192.0.2.7", "order the IPv4 address itself"},
        {"::ffff:c000:207", "order the IPv4 address itself"},
        {"::192.0.2.7", "order the IPv4 address itself"},
        {"::c000:207", "order the IPv4 address itself"},
        {"\x1b\xff\"", "four decimal numbers"},
    };
    void *mem = mem_pool(NULL, 65536);
    struct identifier got;

    for (size_t i = 0; i < COUNT(good); i++) {
        struct err e = {0};

        CU_ASSERT_EQUAL(identifier_read(mem, "ip", good[i], &public_names, &got, &e), ERR_OK);
        CU_ASSERT_EQUAL(got.type, IDENTIFIER_IP);
        CU_ASSERT_STRING_EQUAL(got.value, good[i]);
        CU_ASSERT_FALSE(identifier_is_wildcard(&got));
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct err e = {0};

        CU_ASSERT(identifier_read(mem, "ip", bad[i].value, &public_names, &got, &e) != ERR_OK);
        CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_MALFORMED);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, bad[i].words));
        if (strstr(e.detail, bad[i].words) == NULL)
            printf("\n    \"%s\": %s", bad[i].value, e.detail);
    }
    mem_free(mem);
}

static void special_addresses_are_certified_only_if_allowed(void)
{
    static const char *const special[] = {
        "127.0.0.1", "10.1.2.3", "169.254.169.254", "224.0.0.1", "::1", "fe80::1", "fc00::1"};
    struct address_range loopback = {{0}, 0};
    struct address_filter filter = {.allow = &loopback, .allow_len = 1};
    struct identifier_rules rules = {.filter = &filter};
    void *mem = mem_pool(NULL, 65536);
    struct identifier got;
    struct err e = {0};

    address_range_parse("127.0.0.2", &loopback);
    for (size_t i = 0; i < COUNT(special); i++) {
        CU_ASSERT(identifier_read(mem, "ip", special[i], &rules, &got, &e) != ERR_OK);
        CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_REJECTED_IDENTIFIER);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, special[i]));
    }
    CU_ASSERT_EQUAL(identifier_read(mem, "ip", "127.0.0.2", &rules, &got, &e), ERR_OK);
    CU_ASSERT_EQUAL(identifier_read(mem, "ip", "8.8.8.8", &rules, &got, &e), ERR_OK);
    CU_ASSERT_EQUAL(identifier_read(mem, "ip", "2606:4700::1111", &rules, &got, &e), ERR_OK);
    mem_free(mem);
}

static void wildcards_over_public_suffixes_are_refused(void)
{
    static const char *const refused_names[] = {"*.co.uk", "*.CO.UK", "*.k12.ca.us", "*.kobe.jp",
        "*.a.kobe.jp", "*.foo.ck", "*.xn--55qx5d.cn", "*.com"};
    static const char *const good[] = {"co.uk", "*.example.co.uk", "*.www.ck", "*.city.kobe.jp",
        "*.github.io", "*.lab.example", "*.nobodysdomain.test"};
    void *mem = mem_pool(NULL, 65536);
    struct identifier_rules rules = {.suffixes = public_suffixes_new(mem)};
    struct identifier got;

    for (size_t i = 0; i < COUNT(refused_names); i++) {
        struct err e = {0};

        CU_ASSERT(identifier_read(mem, "dns", refused_names[i], &rules, &got, &e) != ERR_OK);
        CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_REJECTED_IDENTIFIER);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "one organisation's names"));
    }
    for (size_t i = 0; i < COUNT(good); i++) {
        struct err e = {0};

        CU_ASSERT_EQUAL(identifier_read(mem, "dns", good[i], &rules, &got, &e), ERR_OK);
        CU_ASSERT_EQUAL(identifier_is_wildcard(&got), good[i][0] == '*');
    }
    mem_free(mem);
}

static void a_domain_that_speaks_for_others_is_its_owners(void)
{
    static const struct {
        const char *value;
        enum problem problem;
        const char *words;
    } bad[] = {
        {"co.uk", PROBLEM_REJECTED_IDENTIFIER, "more than one owner"},
        {"CO.UK", PROBLEM_REJECTED_IDENTIFIER, "more than one owner"},
        {"a.kobe.jp", PROBLEM_REJECTED_IDENTIFIER, "more than one owner"},
        {"com", PROBLEM_REJECTED_IDENTIFIER, "more than one owner"},
        {"intranet", PROBLEM_REJECTED_IDENTIFIER, "more than one owner"},
        {"localhost", PROBLEM_REJECTED_IDENTIFIER, "more than one owner"},
        {"2.0.192.in-addr.arpa", PROBLEM_REJECTED_IDENTIFIER, "reverse"},
        {"a.onion", PROBLEM_REJECTED_IDENTIFIER, "onion"},
        {"192.0.2.1", PROBLEM_REJECTED_IDENTIFIER, "address"},
        {"*.example.org", PROBLEM_MALFORMED, "wildcard"},
        {"", PROBLEM_MALFORMED, "empty"},
        {".example.org", PROBLEM_MALFORMED, "empty label"},
        {"example.org.", PROBLEM_MALFORMED, "ends with a dot"},
    };
    void *mem = mem_pool(NULL, 65536);
    struct identifier_rules rules = {.internal_names = true, .suffixes = public_suffixes_new(mem)};
    const char *domain;
    struct err e = {0};

    for (size_t i = 0; i < COUNT(bad); i++) {
        e = (struct err){0};
        CU_ASSERT(identifier_read_domain(mem, bad[i].value, &rules, &domain, &e) != ERR_OK);
        CU_ASSERT_EQUAL(problem_of(&e), bad[i].problem);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, bad[i].words));
    }
    e = (struct err){0};
    CU_ASSERT_EQUAL(identifier_read_domain(mem, "Example.CO.UK", &rules, &domain, &e), ERR_OK);
    CU_ASSERT_STRING_EQUAL(domain, "example.co.uk");
    mem_free(mem);
}

static void what_is_below_is_told_by_whole_labels(void)
{
    CU_ASSERT(identifier_is_below("a.example.org", "example.org"));
    CU_ASSERT(identifier_is_below("b.a.example.org", "example.org"));
    CU_ASSERT(identifier_is_below("*.example.org", "example.org"));
    CU_ASSERT_FALSE(identifier_is_below("example.org", "example.org"));
    CU_ASSERT_FALSE(identifier_is_below("ooo.example.org", "oo.example.org"));
    CU_ASSERT_FALSE(identifier_is_below("org", "example.org"));
    CU_ASSERT_FALSE(identifier_is_below("example.org.a", "example.org"));
}

static void long_names_are_cut_in_details(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct identifier got;
    struct err e = {0};
    char name[5001];

    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CU_ASSERT(identifier_read(mem, "dns", name, &public_names, &got, &e) != ERR_OK);
    CU_ASSERT(strlen(e.detail) < 250);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, "aaa...\" has 5000 characters"));
    mem_free(mem);
}

static void a_nul_does_not_shorten_a_name(void)
{
    static const char name[] = "example.org\0.evil.example";
    void *mem = mem_pool(NULL, 65536);
    struct err e = {0};
    const char *got;

    CU_ASSERT(identifier_dns_form(
                  mem, (struct bytes){(const uint8_t *)name, sizeof name - 1}, &got, &e) != ERR_OK);
    CU_ASSERT_EQUAL(problem_of(&e), PROBLEM_MALFORMED);
    mem_free(mem);
}

static void form_alone_does_not_ask_what_is_certified(void)
{
    static const char *const rows[] = {"localhost", "abc.onion", "example.1", "*.org"};
    void *mem = mem_pool(NULL, 65536);
    struct err e = {0};
    const char *got;

    for (size_t i = 0; i < COUNT(rows); i++)
        CU_ASSERT(identifier_dns_form(mem, bytes_of(rows[i]), &got, &e) == ERR_OK);
    mem_free(mem);
}

static void sets_are_sorted_by_type_and_value(void)
{
    struct identifier list[] = {{IDENTIFIER_EMAIL, "a@example.org"}, {IDENTIFIER_DNS, "b"},
        {IDENTIFIER_IP, "::1"}, {IDENTIFIER_DNS, "*.b"}, {IDENTIFIER_DNS, "a"}};
    static const char *const want[] = {"*.b", "a", "b", "::1", "a@example.org"};
    struct identifiers set = {list, COUNT(list)};

    identifiers_sort(&set);
    for (size_t i = 0; i < COUNT(want); i++)
        CU_ASSERT_STRING_EQUAL(set.list[i].value, want[i]);
    CU_ASSERT_PTR_NULL(identifiers_duplicate(&set));
    set.len = 0;
    identifiers_sort(&set);
    CU_ASSERT_PTR_NULL(identifiers_duplicate(&set));
}

static void what_is_twice_in_a_set_is_found(void)
{
    struct identifier list[] = {
        {IDENTIFIER_DNS, "b"}, {IDENTIFIER_DNS, "a"}, {IDENTIFIER_IP, "b"}, {IDENTIFIER_DNS, "b"}};
    struct identifiers set = {list, COUNT(list)};

    identifiers_sort(&set);
    CU_ASSERT_PTR_NOT_NULL_FATAL(identifiers_duplicate(&set));
    CU_ASSERT_STRING_EQUAL(identifiers_duplicate(&set)->value, "b");
    set.len = 2;
    CU_ASSERT_PTR_NULL(identifiers_duplicate(&set));
}

static void what_one_set_lacks_is_found(void)
{
    static struct identifier abc[] = {
        {IDENTIFIER_DNS, "a"}, {IDENTIFIER_DNS, "b"}, {IDENTIFIER_DNS, "c"}};
    static struct identifier bd[] = {{IDENTIFIER_DNS, "b"}, {IDENTIFIER_DNS, "d"}};
    static struct identifier ip[] = {{IDENTIFIER_IP, "a"}};
    static const struct {
        struct identifiers set, other;
        const char *want;
    } rows[] = {
        {{abc, 3}, {abc, 3}, NULL},
        {{abc, 2}, {abc, 3}, NULL},
        {{abc, 3}, {abc, 2}, "c"},
        {{abc, 3}, {bd, 2}, "a"},
        {{bd, 2}, {abc, 3}, "d"},
        {{abc + 1, 1}, {bd, 2}, NULL},
        {{abc, 1}, {ip, 1}, "a"},
        {{abc, 1}, {NULL, 0}, "a"},
        {{NULL, 0}, {abc, 1}, NULL},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct identifier *got = identifiers_missing(&rows[i].set, &rows[i].other);

        CU_ASSERT((got == NULL) == (rows[i].want == NULL));
        if (got != NULL && rows[i].want != NULL)
            CU_ASSERT_STRING_EQUAL(got->value, rows[i].want);
    }
}

static const struct test tests[] = {
    {"good names are put in lower case", good_names_are_put_in_lower_case},
    {"names are refused with a reason", names_are_refused_with_a_reason},
    {"internal names are the profile's choice", internal_names_are_the_profiles_choice},
    {"other types are unsupported", other_types_are_unsupported},
    {"addresses of mail keep their local part", addresses_of_mail_keep_their_local_part},
    {"addresses of mail are refused with a reason", addresses_of_mail_are_refused_with_a_reason},
    {"addresses of mail have 254 characters at most",
        addresses_of_mail_have_254_characters_at_most},
    {"a profile is for mail or for hosts", a_profile_is_for_mail_or_for_hosts},
    {"addresses have one text each", addresses_have_one_text_each},
    {"special addresses are certified only if allowed",
        special_addresses_are_certified_only_if_allowed},
    {"wildcards over public suffixes are refused", wildcards_over_public_suffixes_are_refused},
    {"a domain that speaks for others is its owner's",
        a_domain_that_speaks_for_others_is_its_owners},
    {"what is below is told by whole labels", what_is_below_is_told_by_whole_labels},
    {"long names are cut in details", long_names_are_cut_in_details},
    {"a NUL does not shorten a name", a_nul_does_not_shorten_a_name},
    {"form alone does not ask what is certified", form_alone_does_not_ask_what_is_certified},
    {"sets are sorted by type and value", sets_are_sorted_by_type_and_value},
    {"what is twice in a set is found", what_is_twice_in_a_set_is_found},
    {"what one set lacks is found", what_one_set_lacks_is_found},
    {NULL, NULL},
};
extern const struct test_suite suite_identifier;
const struct test_suite suite_identifier = {"identifier", tests};
