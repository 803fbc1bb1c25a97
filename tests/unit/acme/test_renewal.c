/* Tests of acme/renewal: certificate names (RFC 9773, 4.1) and the suggested window. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/renewal.h"
#include "base/mem.h"

/* RFC 9773, 4.1: the example's key identifier and serial. */
static const uint8_t example_key_id[] = {0x69, 0x88, 0x5b, 0x6b, 0x87, 0x46, 0x40, 0x41, 0xe1, 0xb3,
    0x7b, 0x84, 0x7b, 0xa0, 0xae, 0x2c, 0xde, 0x01, 0xc8, 0xd4};
static const uint8_t example_serial[] = {0x00, 0x87, 0x65, 0x43, 0x21};

static void the_rfcs_example_goes_both_ways(void)
{
    struct cert_info info = {.aki = {example_key_id, sizeof example_key_id},
        .serial = {example_serial, sizeof example_serial}};
    void *mem = mem_pool(NULL, 4096);
    struct bytes key_id, serial;

    CU_ASSERT_STRING_EQUAL(renewal_id(mem, &info), "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
    CU_ASSERT(renewal_id_parse(mem, "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", &key_id, &serial));
    CU_ASSERT(bytes_equal(key_id, info.aki));
    CU_ASSERT(bytes_equal(serial, info.serial));
    mem_free(mem);
}

static void a_certificate_without_key_identifier_has_no_name(void)
{
    struct cert_info info = {.serial = {example_serial, sizeof example_serial}};

    CU_ASSERT_PTR_NULL(renewal_id(NULL, &info));
}

static void what_is_no_name_is_refused(void)
{
    static const char *const rows[] = {"", ".", "a", "aYhb", "aYhb.", ".AIdl", "aYhb.AIdl.AIdl",
        "aYhb=.AIdl", "aY+b.AIdl", "aYhb.A"};
    void *mem = mem_pool(NULL, 4096);
    struct bytes key_id, serial;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_FALSE(renewal_id_parse(mem, rows[i], &key_id, &serial));
    mem_free(mem);
}

static struct certificate certificate_of(uint32_t serial[1], int64_t life_s)
{
    return (struct certificate){
        .serial = {(const uint8_t *)serial, sizeof *serial},
        .not_before_s = 1000000,
        .not_after_s = 1000000 + life_s - 1,
    };
}

static void a_window_lies_in_the_last_third_and_ends_before_the_certificate(void)
{
    static const int64_t lives[] = {
        2 * 3600, DAY_S, 6 * DAY_S, 90 * DAY_S, 199 * DAY_S, 398 * DAY_S};

    for (size_t l = 0; l < sizeof lives / sizeof lives[0]; l++)
        for (uint32_t serial = 0; serial < 500; serial++) {
            struct certificate c = certificate_of(&serial, lives[l]);
            struct renewal_window w = renewal_window_of(&c);

            CU_ASSERT(w.start_s >= c.not_before_s + lives[l] * 2 / 3);
            CU_ASSERT(w.end_s > w.start_s);
            if (lives[l] >= DAY_S)
                CU_ASSERT(w.end_s < c.not_after_s);
        }
}

static void holders_are_spread_and_each_keeps_its_window(void)
{
    uint32_t first = 1, second = 2;
    struct certificate a = certificate_of(&first, 90 * DAY_S),
                       b = certificate_of(&second, 90 * DAY_S);

    CU_ASSERT_NOT_EQUAL(renewal_window_of(&a).start_s, renewal_window_of(&b).start_s);
    CU_ASSERT_EQUAL(renewal_window_of(&a).start_s, renewal_window_of(&a).start_s);
}

static void a_revoked_certificate_is_due_now(void)
{
    uint32_t serial = 7;
    struct certificate c = certificate_of(&serial, 90 * DAY_S);

    c.revoked_s = 1000000 + DAY_S;
    CU_ASSERT(renewal_window_of(&c).end_s <= c.revoked_s);
    CU_ASSERT(renewal_window_of(&c).start_s < renewal_window_of(&c).end_s);
}

static const struct test tests[] = {
    {"the RFC's example goes both ways", the_rfcs_example_goes_both_ways},
    {"a certificate without key identifier has no name",
        a_certificate_without_key_identifier_has_no_name},
    {"what is no name is refused", what_is_no_name_is_refused},
    {"a window lies in the last third and ends before the certificate",
        a_window_lies_in_the_last_third_and_ends_before_the_certificate},
    {"holders are spread and each keeps its window", holders_are_spread_and_each_keeps_its_window},
    {"a revoked certificate is due now", a_revoked_certificate_is_due_now},
    {NULL, NULL},
};
extern const struct test_suite suite_renewal;
const struct test_suite suite_renewal = {"renewal", tests};
