/* Tests of base/der: what X.690 allows in DER and what it does not; writing is read back. */
#include "tests/unit/test_main.h"

#include <stdint.h>
#include <string.h>

#include <openssl/objects.h>

#include "base/clock.h"
#include "base/der.h"
#include "base/mem.h"

#define ROW(text)                                                                                  \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void elements_are_taken_one_after_another(void)
{
    struct bytes rest = ROW("\x02\x01\x05\x30\x03\x05\x00\xff\x04\x00"), whole, content;
    struct der_element element;

    CU_ASSERT(der_take_integer(&rest, &content));
    CU_ASSERT(content.len == 1 && content.data[0] == 5);
    CU_ASSERT(der_is_next(rest, DER_SEQUENCE));
    CU_ASSERT(der_take_whole(&rest, DER_SEQUENCE, &whole));
    CU_ASSERT(bytes_equal(whole, (struct bytes)ROW("\x30\x03\x05\x00\xff")));
    CU_ASSERT(der_next(&rest, &element));
    CU_ASSERT(
        element.tag == DER_OCTET_STRING && element.content.len == 0 && element.whole.len == 2);
    CU_ASSERT(rest.len == 0);
    CU_ASSERT_FALSE(der_next(&rest, &element));
}

static void what_is_not_der_is_refused_and_nothing_is_taken(void)
{
    static const struct bytes rows[] = {
        ROW("\x30"),                             /* no length */
        ROW("\x30\x01"),                         /* cut off */
        ROW("\x30\x80\x00\x00"),                 /* indefinite */
        ROW("\x30\x81\x7f"),                     /* roundabout: short form would do */
        ROW("\x30\x81\x05\x00\x00\x00\x00\x00"), /* the same, with its content */
        ROW("\x30\x82\x00\x80"),                 /* leading zero */
        ROW("\x30\x85\x01\x00\x00\x00\x00"),     /* five octets of length */
        ROW("\x30\x84\xff\xff\xff\xff"),         /* far beyond the end */
        ROW("\x30\xff"),                         /* reserved */
        ROW("\x1f\x20\x00"),                     /* a tag of several octets */
        ROW("\x3f\x81\x00\x00"),
    };
    struct der_element element;
    struct bytes rest;

    for (size_t i = 0; i < COUNT(rows); i++) {
        rest = rows[i];
        CU_ASSERT_FALSE(der_next(&rest, &element));
        CU_ASSERT(rest.data == rows[i].data && rest.len == rows[i].len);
    }
}

static void integers_have_one_form(void)
{
    static const struct bytes good[] = {ROW("\x02\x01\x00"), ROW("\x02\x01\x7f"),
        ROW("\x02\x02\x00\x80"), ROW("\x02\x01\x80"), ROW("\x02\x02\xff\x7f")};
    static const struct bytes bad[] = {ROW("\x02\x00"), ROW("\x02\x02\x00\x7f"),
        ROW("\x02\x02\xff\x80"), ROW("\x02\x02\x00\x00"), ROW("\x0a\x01\x00")};
    struct bytes rest, content;

    for (size_t i = 0; i < COUNT(good); i++) {
        rest = good[i];
        CU_ASSERT(der_take_integer(&rest, &content));
        rest = good[i];
        CU_ASSERT(der_take_unsigned(&rest, &content) == (i < 3));
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        rest = bad[i];
        CU_ASSERT_FALSE(der_take_integer(&rest, &content));
        CU_ASSERT(rest.len == bad[i].len);
    }
    rest = good[2];
    CU_ASSERT(der_take_unsigned(&rest, &content));
    CU_ASSERT(bytes_equal(content, (struct bytes)ROW("\x80")));
}

static void bit_strings_with_odd_bits_are_refused(void)
{
    static const struct bytes bad[] = {
        ROW("\x03\x00"), ROW("\x03\x02\x01\xfe"), ROW("\x04\x01\x00")};
    struct bytes rest = ROW("\x03\x03\x00\x01\x02"), octets;

    CU_ASSERT(der_take_bits(&rest, &octets));
    CU_ASSERT(bytes_equal(octets, (struct bytes)ROW("\x01\x02")));
    for (size_t i = 0; i < COUNT(bad); i++) {
        rest = bad[i];
        CU_ASSERT_FALSE(der_take_bits(&rest, &octets));
    }
}

static void object_identifiers_get_their_names(void)
{
    static const struct bytes bad[] = {
        ROW("\x06\x00"), ROW("\x06\x02\x55\x80"), ROW("\x06\x03\x55\x80\x01")};
    void *mem = mem_pool(NULL, 4096);
    struct bytes rest = ROW("\x06\x03\x55\x04\x03"), unknown = ROW("\x06\x03\x2a\x03\x04");
    int nid;

    CU_ASSERT_STRING_EQUAL(der_oid_text(mem, rest), "commonName");
    CU_ASSERT(der_take_oid(&rest, &nid) && nid == NID_commonName);
    CU_ASSERT_STRING_EQUAL(der_oid_text(mem, unknown), "1.2.3.4");
    CU_ASSERT(der_take_oid(&unknown, &nid) && nid == NID_undef);
    for (size_t i = 0; i < COUNT(bad); i++) {
        rest = bad[i];
        CU_ASSERT_FALSE(der_take_oid(&rest, &nid));
        CU_ASSERT_STRING_EQUAL(der_oid_text(mem, rest), "?");
    }
    mem_free(mem);
}

static void times_are_read_as_certificates_have_them(void)
{
    static const struct {
        struct bytes der;
        const char *time; /* NULL: refused */
    } rows[] = {
        {ROW("\x17\x0d"
             "261121064700Z"),
            "2026-11-21T06:47:00Z"},
        {ROW("\x17\x0d"
             "491231235959Z"),
            "2049-12-31T23:59:59Z"},
        {ROW("\x17\x0d"
             "500101000000Z"),
            "1950-01-01T00:00:00Z"},
        {ROW("\x18\x0f"
             "20500101000000Z"),
            "2050-01-01T00:00:00Z"},
        {ROW("\x18\x0f"
             "99991231235959Z"),
            "9999-12-31T23:59:59Z"},
        {ROW("\x18\x0f"
             "20280229000000Z"),
            "2028-02-29T00:00:00Z"},
        {ROW("\x18\x0f"
             "20270229000000Z"),
            NULL},
        {ROW("\x17\x0b"
             "2611210647Z"),
            NULL},
        {ROW("\x17\x11"
             "261121064700+0000"),
            NULL},
        {ROW("\x18\x11"
             "20261121064700.5Z"),
            NULL},
        {ROW("\x17\x0d"
             "261321064700Z"),
            NULL},
        {ROW("\x17\x0d"
             "261121246700Z"),
            NULL},
        {ROW("\x17\x0d"
             "2611210647 0Z"),
            NULL},
        {ROW("\x17\x0d"
             "261121064760Z"),
            NULL},
        {ROW("\x17\x0d"
             "260021064700Z"),
            NULL},
        {ROW("\x04\x0d"
             "261121064700Z"),
            NULL},
    };
    int64_t want, got;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bytes rest = rows[i].der;

        CU_ASSERT(der_take_time(&rest, &got) == (rows[i].time != NULL));
        if (rows[i].time == NULL)
            continue;
        CU_ASSERT(clock_parse(rows[i].time, &want));
        CU_ASSERT_EQUAL(got, want);
    }
}

static void times_are_written_in_the_form_of_their_century(void)
{
    static const char *const rows[] = {"1950-01-01T00:00:00Z", "1999-12-31T23:59:59Z",
        "2026-11-21T06:47:00Z", "2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z"};
    void *mem = mem_pool(NULL, 4096);
    int64_t time_s, again;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bytes rest;
        struct buf b;

        CU_ASSERT(clock_parse(rows[i], &time_s));
        buf_init(&b, mem, 100);
        der_put_time(&b, time_s);
        rest = buf_bytes(&b);
        CU_ASSERT(rest.data[0] == (i < 4 ? DER_UTC_TIME : DER_GENERALIZED_TIME));
        CU_ASSERT(der_take_time(&rest, &again));
        CU_ASSERT_EQUAL(again, time_s);
    }
    mem_free(mem);
}

static void lengths_of_every_size_nest(void)
{
    static const size_t sizes[] = {
        0, 1, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f, 0x80, 0xfb, 0xff, 0x100, 0xffff, 0x10000, 0x123456};
    static uint8_t filler[0x123456];
    void *mem = mem_pool(NULL, 4096);

    memset(filler, 0xa5, sizeof filler);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct bytes rest, inner, content;
        size_t outer, middle;
        struct buf b;

        buf_init(&b, mem, (size_t)4 * 1024 * 1024);
        outer = der_open(&b, DER_SEQUENCE);
        der_put_oid(&b, NID_commonName);
        middle = der_open(&b, DER_SET);
        der_put(&b, DER_OCTET_STRING, (struct bytes){filler, sizes[i]});
        der_close(&b, middle);
        der_close(&b, outer);
        rest = buf_bytes(&b);
        CU_ASSERT_FALSE(b.overflow);
        CU_ASSERT(der_take(&rest, DER_SEQUENCE, &inner) && rest.len == 0);
        CU_ASSERT(der_take(&inner, DER_OID, &content));
        CU_ASSERT(der_take(&inner, DER_SET, &rest) && inner.len == 0);
        CU_ASSERT(der_take(&rest, DER_OCTET_STRING, &content) && rest.len == 0);
        CU_ASSERT(bytes_equal(content, (struct bytes){filler, sizes[i]}));
    }
    mem_free(mem);
}

static void a_buffer_too_small_is_noticed_at_the_end(void)
{
    static const uint8_t filler[300];
    void *mem = mem_pool(NULL, 4096);

    for (size_t max = 0; max < 308; max++) {
        struct buf b;
        size_t outer;

        buf_init(&b, mem, max);
        outer = der_open(&b, DER_SEQUENCE);
        der_put(&b, DER_OCTET_STRING, (struct bytes){filler, sizeof filler});
        der_close(&b, outer);
        CU_ASSERT(b.overflow);
        CU_ASSERT(b.len <= max);
    }
    mem_free(mem);
}

static void integers_are_written_in_their_one_form(void)
{
    static const struct {
        struct bytes magnitude, der;
    } rows[] = {
        {ROW(""), ROW("\x02\x01\x00")},
        {ROW("\x00\x00"), ROW("\x02\x01\x00")},
        {ROW("\x7f"), ROW("\x02\x01\x7f")},
        {ROW("\x80"), ROW("\x02\x02\x00\x80")},
        {ROW("\x00\x00\x01\x00"), ROW("\x02\x02\x01\x00")},
    };
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf b;

        buf_init(&b, mem, 100);
        der_put_integer(&b, rows[i].magnitude);
        CU_ASSERT(bytes_equal(buf_bytes(&b), rows[i].der));
    }
    mem_free(mem);
}

static const struct test tests[] = {
    {"elements are taken one after another", elements_are_taken_one_after_another},
    {"what is not DER is refused and nothing is taken",
        what_is_not_der_is_refused_and_nothing_is_taken},
    {"integers have one form", integers_have_one_form},
    {"bit strings with odd bits are refused", bit_strings_with_odd_bits_are_refused},
    {"object identifiers get their names", object_identifiers_get_their_names},
    {"times are read as certificates have them", times_are_read_as_certificates_have_them},
    {"times are written in the form of their century",
        times_are_written_in_the_form_of_their_century},
    {"lengths of every size nest", lengths_of_every_size_nest},
    {"a buffer too small is noticed at the end", a_buffer_too_small_is_noticed_at_the_end},
    {"integers are written in their one form", integers_are_written_in_their_one_form},
    {NULL, NULL},
};
extern const struct test_suite suite_der;
const struct test_suite suite_der = {"der", tests};
