/* Tests of acme/issued: certificates and chains that a CA gave, each with one thing wrong. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/identifier.h"
#include "acme/issued.h"
#include "base/mem.h"

#define NOW          INT64_C(1795243620) /* 2026-11-21T06:47:00Z */
#define DAY          INT64_C(86400)
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* An issuing CA with certificates by two roots, and what a test asks of it. */
struct office {
    void *mem;
    struct cert_issuer *issuer;
    char *cross; /* the issuing CA by the other root, PEM */
    struct key *key;
    struct cert_leaf leaf;
    struct identifiers names, extra;
    uint8_t key_hash[32];
    struct issued_wish wish;
    struct upstream_result result;
    struct issued issued;
    struct err e;
};

static struct cert_issuer *make_root(struct office *o, const char *name)
{
    struct cert_ca_options options = {name, NULL, NOW - DAY, NOW + 1000 * DAY};
    struct key *key = key_generate(o->mem, KEY_P256, 0);
    char *pem;

    CU_ASSERT_FATAL(cert_make_ca(o->mem, NULL, key, &options, &pem, &o->e) == ERR_OK);
    return cert_issuer_new(o->mem, pem, key_to_pem(o->mem, key), &o->e);
}

static char *certify(struct office *o, struct cert_issuer *root, struct key *key, int64_t end_s)
{
    struct cert_ca_options options = {"Issuing", NULL, NOW - DAY, end_s};
    char *pem;

    CU_ASSERT_FATAL(cert_make_ca(o->mem, root, key, &options, &pem, &o->e) == ERR_OK);
    return pem;
}

static const struct cert_name usual_names[] = {{CERT_NAME_DNS, "b.test"}, {CERT_NAME_DNS, "a.test"},
    {CERT_NAME_IP, "192.0.2.1"}, {CERT_NAME_DNS, "www.a.test"}};

/* Identifiers of DNS names and addresses, sorted. */
static struct identifiers names_of(struct office *o, const struct cert_name *names, size_t len)
{
    struct identifiers set = {mem_new_array(o->mem, struct identifier, len + 1), len};

    for (size_t i = 0; i < len; i++)
        set.list[i] = (struct identifier){
            names[i].type == CERT_NAME_IP ? IDENTIFIER_IP : IDENTIFIER_DNS, names[i].value};
    identifiers_sort(&set);
    return set;
}

static void set_up(struct office *o)
{
    struct key *issuing;
    char *pem;

    *o = (struct office){.mem = mem_pool(NULL, 65536)};
    issuing = key_generate(o->mem, KEY_P256, 0);
    pem = certify(o, make_root(o, "Root"), issuing, NOW + 500 * DAY);
    o->cross = certify(o, make_root(o, "Other Root"), issuing, NOW + 100 * DAY);
    o->issuer = cert_issuer_new(o->mem, pem, key_to_pem(o->mem, issuing), &o->e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(o->issuer);
    o->key = key_generate(o->mem, KEY_P256, 0);
    o->leaf = (struct cert_leaf){.spki = key_spki(o->mem, o->key),
        .names = usual_names,
        .names_len = 3,
        .not_before_s = NOW - 3600,
        .not_after_s = NOW + 90 * DAY - 1};
    cert_serial_new(o->leaf.serial);
    sha256(o->leaf.spki, o->key_hash);
    o->names = names_of(o, usual_names, 3);
    o->wish = (struct issued_wish){.names = &o->names, .key_hash = {o->key_hash, 32}};
    o->result = (struct upstream_result){
        .result = ERR_OK, .issued = true, .chain = cert_issuer_chain(o->issuer)};
}

static enum err_code check(struct office *o)
{
    if (o->result.leaf.len == 0)
        CU_ASSERT_FATAL(
            cert_sign_leaf(o->mem, o->issuer, &o->leaf, &o->result.leaf, &o->e) == ERR_OK);
    o->e = (struct err){0};
    return issued_check(o->mem, &o->wish, &o->result, NOW, &o->issued, &o->e);
}

static void expect_refused(struct office *o, const char *words)
{
    CU_ASSERT_EQUAL(check(o), ERR_DENIED);
    CU_ASSERT_PTR_NOT_NULL(strstr(o->e.detail, words));
    if (strstr(o->e.detail, words) == NULL)
        printf("\n    not \"%s\": %s\n", words, o->e.detail);
    mem_free(o->mem);
}

static void what_was_ordered_is_taken(void)
{
    struct office o;

    set_up(&o);
    CU_ASSERT_EQUAL(check(&o), ERR_OK);
    CU_ASSERT(bytes_equal(o.issued.leaf.serial, (struct bytes){o.leaf.serial, CERT_SERIAL_LEN}));
    CU_ASSERT_EQUAL(o.issued.leaf.not_after_s, NOW + 90 * DAY - 1);
    CU_ASSERT_PTR_NULL(o.issued.alternates[0]);
    CU_ASSERT_PTR_NULL(o.issued.left_out);
    mem_free(o.mem);
}

static void a_certificate_for_other_names_is_refused(void)
{
    struct office o;

    set_up(&o);
    o.leaf.names_len = 2;
    expect_refused(&o, "a certificate without the name \"192.0.2.1\"");
    set_up(&o);
    o.leaf.names_len = 4;
    expect_refused(&o, "a certificate that is also for \"www.a.test\", which was not ordered");
    set_up(&o);
    o.leaf.names = (struct cert_name[]){{CERT_NAME_DNS, "b.test"}, {CERT_NAME_DNS, "a.test"},
        {CERT_NAME_IP, "192.0.2.1"}, {CERT_NAME_EMAIL, "root@a.test"}};
    o.leaf.names_len = 4;
    expect_refused(&o, "also for \"root@a.test\"");
    set_up(&o);
    o.leaf.names = (struct cert_name[]){{CERT_NAME_DNS, "*.test"}};
    o.leaf.names_len = 1;
    expect_refused(&o, "a certificate without the name");
}

static void names_may_come_in_any_order_and_case_and_twice(void)
{
    struct office o;

    set_up(&o);
    o.leaf.names = (struct cert_name[]){{CERT_NAME_IP, "192.0.2.1"}, {CERT_NAME_DNS, "B.Test"},
        {CERT_NAME_DNS, "a.test"}, {CERT_NAME_DNS, "b.test"}};
    o.leaf.names_len = 4;
    o.leaf.common_name = "A.test";
    CU_ASSERT_EQUAL(check(&o), ERR_OK);
    mem_free(o.mem);
}

static void a_connector_may_say_which_names_its_vendor_adds(void)
{
    struct office o;

    set_up(&o);
    o.extra = names_of(&o, &usual_names[3], 1);
    o.result.extra_names = &o.extra;
    CU_ASSERT_EQUAL(check(&o), ERR_OK); /* it need not */
    o.result.leaf.len = 0;
    o.leaf.names_len = 4;
    o.leaf.common_name = "www.a.test";
    CU_ASSERT_EQUAL(check(&o), ERR_OK);
    o.result.leaf.len = 0;
    o.leaf.names = (struct cert_name[]){{CERT_NAME_DNS, "www.a.test"}, {CERT_NAME_DNS, "b.test"},
        {CERT_NAME_IP, "192.0.2.1"}, {CERT_NAME_DNS, "www.b.test"}};
    expect_refused(&o, "a certificate without the name \"a.test\""); /* not in its place */
    set_up(&o);
    o.extra = names_of(&o, &usual_names[3], 1);
    o.result.extra_names = &o.extra;
    o.leaf.names = (struct cert_name[]){{CERT_NAME_DNS, "a.test"}, {CERT_NAME_DNS, "b.test"},
        {CERT_NAME_IP, "192.0.2.1"}, {CERT_NAME_DNS, "www.b.test"}};
    o.leaf.names_len = 4;
    expect_refused(&o, "also for \"www.b.test\"");
}

static void a_common_name_is_one_of_the_names(void)
{
    struct office o;

    set_up(&o);
    o.leaf.common_name = "c.test";
    expect_refused(&o, "a certificate whose commonName \"c.test\" is none of its subjectAltNames");
    set_up(&o);
    o.leaf.common_name = "192.0.2.1";
    CU_ASSERT_EQUAL(check(&o), ERR_OK);
    mem_free(o.mem);
}

static void a_certificate_for_another_key_is_refused(void)
{
    struct office o;

    set_up(&o);
    o.key_hash[0] ^= 1;
    expect_refused(&o, "a certificate for another key");
    set_up(&o);
    o.result.leaf = bytes_of("<html>certificate</html>");
    expect_refused(&o, "something that is no certificate");
}

static void dates_must_make_sense(void)
{
    struct office o;

    set_up(&o);
    o.leaf.not_after_s = NOW - 1;
    expect_refused(&o, "a certificate that has expired (2026-11-21T06:46:59Z)");
    set_up(&o);
    o.leaf.not_before_s = NOW + DAY + 1;
    expect_refused(&o, "a certificate that is not valid before 2026-11-22T06:47:01Z");
    set_up(&o);
    o.leaf.not_before_s = NOW + DAY;
    CU_ASSERT_EQUAL(check(&o), ERR_OK);
    mem_free(o.mem);
}

static void dates_that_were_asked_for_are_kept(void)
{
    struct office o;

    set_up(&o);
    o.wish.not_after_s = o.leaf.not_after_s = NOW + DAY;
    o.wish.not_before_s = o.leaf.not_before_s = NOW - 60;
    CU_ASSERT_EQUAL(check(&o), ERR_OK);
    mem_free(o.mem);
    set_up(&o);
    o.wish.not_before_s = o.leaf.not_before_s = NOW + 30 * DAY; /* as far ahead as was asked */
    CU_ASSERT_EQUAL(check(&o), ERR_OK);
    mem_free(o.mem);
    set_up(&o);
    o.wish.not_after_s = o.leaf.not_after_s + 1;
    expect_refused(&o, "notAfter is 2027-02-19T06:46:59Z, not the 2027-02-19T06:47:00Z that was");
    set_up(&o);
    o.wish.not_before_s = o.leaf.not_before_s - 1;
    expect_refused(&o, "whose notBefore is");
}

static void a_chain_that_does_not_hold_is_refused(void)
{
    struct office o, other;

    set_up(&o);
    o.result.chain = "";
    expect_refused(&o, "a certificate without its issuer's");
    set_up(&o);
    o.result.chain = NULL;
    expect_refused(&o, "a certificate without its issuer's");
    set_up(&o);
    o.result.chain = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    expect_refused(&o, "a chain that does not hold: certificate 1 in the PEM text is broken");
    set_up(&o);
    set_up(&other);
    o.result.chain = cert_issuer_chain(other.issuer);
    expect_refused(&o, "certificate 1 of the chain was not issued by the one after it");
    set_up(&o);
    o.result.chain =
        mem_printf(o.mem, "%s%s", cert_issuer_chain(o.issuer), cert_issuer_chain(other.issuer));
    expect_refused(&o, "certificate 2 of the chain was not issued by the one after it");
    mem_free(other.mem);
}

static void a_chain_that_has_had_its_time_is_refused(void)
{
    struct key *issuing;
    struct office o;
    char *pem;

    set_up(&o);
    issuing = key_generate(o.mem, KEY_P256, 0);
    pem = certify(&o, make_root(&o, "Root"), issuing, NOW - 1);
    o.issuer = cert_issuer_new(o.mem, pem, key_to_pem(o.mem, issuing), &o.e);
    o.result.chain = cert_issuer_chain(o.issuer);
    expect_refused(&o, "certificate 1 of the chain has expired");
}

static void alternates_that_hold_are_kept_and_others_cost_nothing(void)
{
    struct office o, other;
    const char *alternates[5] = {0};

    set_up(&o);
    set_up(&other);
    alternates[0] = o.cross;
    o.result.alternates = alternates;
    CU_ASSERT_EQUAL(check(&o), ERR_OK);
    CU_ASSERT_STRING_EQUAL(o.issued.alternates[0], o.cross);
    CU_ASSERT_PTR_NULL(o.issued.alternates[1]);
    CU_ASSERT_PTR_NULL(o.issued.left_out);

    alternates[0] = other.cross;
    alternates[1] = o.cross;
    alternates[2] = "no certificate";
    alternates[3] = "";
    CU_ASSERT_EQUAL(check(&o), ERR_OK);
    CU_ASSERT_STRING_EQUAL(o.issued.alternates[0], o.cross);
    CU_ASSERT_PTR_NULL(o.issued.alternates[1]);
    CU_ASSERT_PTR_NOT_NULL(o.issued.left_out);
    mem_free(o.mem);
    mem_free(other.mem);
}

static void no_more_alternates_are_kept_than_are_linked(void)
{
    const char *alternates[CERTIFICATE_ALTERNATES_MAX + 3] = {0};
    struct office o;

    set_up(&o);
    for (int i = 0; i < CERTIFICATE_ALTERNATES_MAX + 2; i++)
        alternates[i] = o.cross;
    o.result.alternates = alternates;
    CU_ASSERT_EQUAL(check(&o), ERR_OK);
    CU_ASSERT_PTR_NOT_NULL(o.issued.alternates[CERTIFICATE_ALTERNATES_MAX - 1]);
    CU_ASSERT_PTR_NULL(o.issued.alternates[CERTIFICATE_ALTERNATES_MAX]);
    CU_ASSERT_STRING_EQUAL(o.issued.left_out, "there are more than 8");
    mem_free(o.mem);
}

static const struct test tests[] = {
    {"what was ordered is taken", what_was_ordered_is_taken},
    {"a certificate for other names is refused", a_certificate_for_other_names_is_refused},
    {"names may come in any order and case, and twice",
        names_may_come_in_any_order_and_case_and_twice},
    {"a connector may say which names its vendor adds",
        a_connector_may_say_which_names_its_vendor_adds},
    {"a commonName is one of the names", a_common_name_is_one_of_the_names},
    {"a certificate for another key is refused", a_certificate_for_another_key_is_refused},
    {"dates must make sense", dates_must_make_sense},
    {"dates that were asked for are kept", dates_that_were_asked_for_are_kept},
    {"a chain that does not hold is refused", a_chain_that_does_not_hold_is_refused},
    {"a chain that has had its time is refused", a_chain_that_has_had_its_time_is_refused},
    {"alternates that hold are kept and others cost nothing",
        alternates_that_hold_are_kept_and_others_cost_nothing},
    {"no more alternates are kept than are linked", no_more_alternates_are_kept_than_are_linked},
    {NULL, NULL},
};
extern const struct test_suite suite_issued;
const struct test_suite suite_issued = {"issued", tests};
