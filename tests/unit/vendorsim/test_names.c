/* Which names the simulated CertCentral takes, and where it has them validated. */
#include <string.h>

#include "base/mem.h"
#include "base/public_suffix.h"
#include "tests/unit/test_main.h"
#include "tests/vendorsim/names.h"

#define LABEL_63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff123"

static void names_that_certificates_can_carry(void)
{
    static const struct {
        const char *name;
        bool is_public, is_private;
    } cases[] = {
        {"www.tailorbird.example", true, true},
        {"*.tailorbird.example", true, true},
        {"xn--bcher-kva.example", true, true},
        {"1.example", true, true},
        {LABEL_63 ".example", true, true},
        {LABEL_63 "x.example", false, false},
        {"www.*.example", false, false},
        {"*", false, false},
        {"w*.example", false, false},
        {"*.*.example", false, false},
        {"a..example", false, false},
        {".example", false, false},
        {"a.example.", false, false},
        {"", false, false},
        {"-a.example", false, false},
        {"a-.example", false, false},
        {"a_b.example", false, false},
        {"a b.example", false, false},
        {"b\xc3\xbc"
         "cher.example",
            false, false},
        {"server", false, true},
        {"server.local", false, true},
        {"a.internal", false, true},
        {"a.localhost", false, true},
        {"192.0.2.1", false, true},
        {"2001:db8::1", false, true},
        {"a.b.1", false, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CU_ASSERT_EQUAL(name_is_good(cases[i].name, false), cases[i].is_public);
        CU_ASSERT_EQUAL(name_is_good(cases[i].name, true), cases[i].is_private);
    }
}

static void a_set_is_lower_case_and_has_each_name_once(void)
{
    json_t *dns_names = json_pack("[s,s,s]", "B.example", "a.example", "b.example");
    json_t *names = names_of("A.Example", dns_names);

    CU_ASSERT_EQUAL(json_array_size(names), 2);
    CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(names, 0)), "a.example");
    CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(names, 1)), "b.example");
    json_decref(names);
    json_decref(dns_names);
}

static void a_set_contains_another(void)
{
    json_t *two = json_pack("[s,s]", "a.example", "b.example");
    json_t *one = json_pack("[s]", "b.example");

    CU_ASSERT_TRUE(names_contain(two, one));
    CU_ASSERT_TRUE(names_contain(two, two));
    CU_ASSERT_FALSE(names_contain(one, two));
    json_decref(one);
    json_decref(two);
}

static void names_below_a_domain_or_a_wildcard(void)
{
    json_t *names = json_pack("[s,s]", "www.other.example", "*.tailorbird.example");

    CU_ASSERT_TRUE(name_is_under("tailorbird.example", "tailorbird.example"));
    CU_ASSERT_TRUE(name_is_under("a.b.tailorbird.example", "tailorbird.example"));
    CU_ASSERT_FALSE(name_is_under("nottailorbird.example", "tailorbird.example"));
    CU_ASSERT_FALSE(name_is_under("example", "tailorbird.example"));
    CU_ASSERT_TRUE(names_have_wildcard_over(names, "a.tailorbird.example"));
    CU_ASSERT_TRUE(names_have_wildcard_over(names, "a.b.tailorbird.example"));
    CU_ASSERT_FALSE(names_have_wildcard_over(names, "tailorbird.example"));
    CU_ASSERT_FALSE(names_have_wildcard_over(names, "a.www.other.example"));
    json_decref(names);
}

static void names_are_validated_at_their_registrable_domain(void)
{
    static const struct {
        const char *name, *at, *without_base;
    } cases[] = {
        {"www.tailorbird.example", "tailorbird.example", "www.tailorbird.example"},
        {"*.a.tailorbird.example", "tailorbird.example", "a.tailorbird.example"},
        {"tailorbird.example", "tailorbird.example", "tailorbird.example"},
        {"www.tailorbird.co.uk", "tailorbird.co.uk", "www.tailorbird.co.uk"},
        {"tailorbird.co.uk", "tailorbird.co.uk", "tailorbird.co.uk"},
    };
    struct public_suffixes *suffixes = public_suffixes_new(NULL);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CU_ASSERT_STRING_EQUAL(name_validated_at(cases[i].name, suffixes), cases[i].at);
        CU_ASSERT_STRING_EQUAL(name_validated_at(cases[i].name, NULL), cases[i].without_base);
    }
    mem_free(suffixes);
}

static void texts_are_numbered(void)
{
    void *mem = mem_new(NULL, char);

    CU_ASSERT_STRING_EQUAL(name_numbered(mem, "h{n}.a{n}.example", 12), "h12.a12.example");
    CU_ASSERT_STRING_EQUAL(name_numbered(mem, "{n", 12), "{n");
    CU_ASSERT_STRING_EQUAL(name_numbered(mem, "", 12), "");
    mem_free(mem);
}

static const struct test tests[] = {
    {"names that certificates can carry", names_that_certificates_can_carry},
    {"a set is lower case and has each name once", a_set_is_lower_case_and_has_each_name_once},
    {"a set contains another", a_set_contains_another},
    {"names below a domain or a wildcard", names_below_a_domain_or_a_wildcard},
    {"names are validated at their registrable domain",
        names_are_validated_at_their_registrable_domain},
    {"texts are numbered", texts_are_numbered},
    {NULL, NULL},
};

const struct test_suite suite_names = {"names", tests};
