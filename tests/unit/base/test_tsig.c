/* Tests of base/tsig: messages whose signatures another program computed by RFC 8945, 4.3, and key
 * files as the tools of BIND and Knot write them. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "base/tsig.h"

#define SECRET "bGFib3JhdG9yeSBzZWNyZXQsIG5vdGhpbmcgaXMgc2VjcmV0IGhlcmU="
#define KEY    "key \"lab\" {\n\talgorithm hmac-sha256;\n\tsecret \"" SECRET "\";\n};\n"

/* An update of weaver.example, signed at this time. */
#define SIGNED_S INT64_C(1800000000)
static const char message[] =
    "12342800000100000001000006776561766572076578616d706c6500000600010677656176657207"
    "6578616d706c6500001000010000003c000605746f6b656e";
static const char message_mac[] =
    "9461885cb4378fa563bba97b24758c7c693bbb5d5dbfb95899df3d6024fe8c60";
static const char signed_message[] =
    "12342800000100000001000106776561766572076578616d706c6500000600010677656176657207"
    "6578616d706c6500001000010000003c000605746f6b656e036c61620000fa00ff00000000003d0b"
    "686d61632d7368613235360000006b49d200012c00209461885cb4378fa563bba97b24758c7c693b"
    "bb5d5dbfb95899df3d6024fe8c60123400000000";

/* Its answers. */
static const char answer[] = /* two seconds later */
    "1234a800000100000000000106776561766572076578616d706c650000060001036c61620000fa00"
    "ff00000000003d0b686d61632d7368613235360000006b49d202012c0020de7617b291c2fb02d71f"
    "3e032b68be30f988403e39a2a15992b1ea0885ab083d123400000000";
static const char unsigned_answer[] =
    "1234a800000100000000000006776561766572076578616d706c650000060001";
static const char bad_key[] =
    "1234a800000100000000000106776561766572076578616d706c650000060001036c61620000fa00"
    "ff00000000001d0b686d61632d73686132353600000000000000012c0000123400110000";
static const char bad_sig[] =
    "1234a800000100000000000106776561766572076578616d706c650000060001036c61620000fa00"
    "ff00000000001d0b686d61632d73686132353600000000000000012c0000123400100000";
static const char bad_time[] = /* by a clock that is an hour ahead */
    "1234a800000100000000000106776561766572076578616d706c650000060001036c61620000fa00"
    "ff0000000000430b686d61632d7368613235360000006b49d200012c0020160425b94a3ee19e3954"
    "16f01da814321b7310bff7de8f6ace61f7b06b2bcde912340012000600006b49e1a0";
static const char late_answer[] = /* 400 seconds later */
    "1234a800000100000000000106776561766572076578616d706c650000060001036c61620000fa00"
    "ff00000000003d0b686d61632d7368613235360000006b49d390012c00209e47898d752161497d06"
    "3b0366285bd5e4e033abbbd5284e4bee08e9a89b0377123400000000";

static struct bytes octets(void *mem, const char *hex)
{
    struct bytes out = {NULL, 0};

    CU_ASSERT_FATAL(hex_decode(mem, hex, &out));
    return out;
}

static struct tsig_key *lab_key(void *mem)
{
    struct tsig_key *key;
    struct err e = {0};

    CU_ASSERT_EQUAL_FATAL(tsig_key_read(mem, KEY, &key, &e), ERR_OK);
    return key;
}

static void keys_are_read_in_three_forms(void)
{
    static const char *const rows[] = {KEY,
        "# hmac-sha256:lab:" SECRET "\nkey:\n  - id: lab\n    algorithm: hmac-sha256\n"
        "    secret: " SECRET "\n",
        "hmac-sha256:lab:" SECRET "\n",
        "// of the laboratory\nkey lab. { algorithm HMAC-SHA256; secret " SECRET "; };"};
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tsig_key *key;
        struct err e = {0};

        CU_ASSERT_EQUAL_FATAL(tsig_key_read(mem, rows[i], &key, &e), ERR_OK);
        CU_ASSERT_EQUAL(strncmp(key->name, "lab", 3), 0);
        CU_ASSERT_EQUAL(key->hash, MAC_SHA256);
        CU_ASSERT(bytes_equal(key->secret, bytes_of("laboratory secret, nothing is secret here")));
    }
    mem_free(mem);
}

static void other_algorithms_are_known_by_name(void)
{
    static const struct {
        const char *text;
        enum mac_hash hash;
    } rows[] = {{"hmac-sha384:lab:" SECRET, MAC_SHA384}, {"hmac-sha512:lab:" SECRET, MAC_SHA512}};
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tsig_key *key;
        struct err e = {0};

        CU_ASSERT_EQUAL_FATAL(tsig_key_read(mem, rows[i].text, &key, &e), ERR_OK);
        CU_ASSERT_EQUAL(key->hash, rows[i].hash);
    }
    mem_free(mem);
}

static void what_is_no_key_is_refused_without_being_repeated(void)
{
    static const struct {
        const char *text, *detail;
    } rows[] = {
        {"", "holds no key with name, algorithm and secret"},
        {"key \"lab\" { algorithm hmac-sha256; };", "holds no key with name, algorithm and secret"},
        {"secret", "holds no key with name, algorithm and secret"},
        {KEY KEY, "holds more than one key"},
        {"key lab { algorithm hmac-md5; secret " SECRET "; };",
            "holds a key whose algorithm is none of hmac-sha256, hmac-sha384, hmac-sha512"},
        {"hmac-sha256:la/b:" SECRET, "holds a key whose name is no domain name"},
        {"hmac-sha256:lab:hunter2", "holds a key whose secret is not base64"},
        {"hmac-sha256:lab:hunter2!", "holds a key whose secret is not base64"},
        {"hmac-sha256:lab:====", "holds a key whose secret is not base64"},
    };
    void *mem = mem_pool(NULL, 4096);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tsig_key *key;
        struct err e = {0};

        CU_ASSERT_EQUAL(tsig_key_read(mem, rows[i].text, &key, &e), ERR_INPUT);
        CU_ASSERT_STRING_EQUAL(e.detail, rows[i].detail);
        CU_ASSERT_PTR_NULL(key);
    }
    mem_free(mem);
}

static void a_message_is_signed(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct bytes plain = octets(mem, message);
    uint8_t mac[MAC_LEN_MAX];
    size_t mac_len;
    struct buf b;

    buf_init(&b, mem, 1024);
    buf_add(&b, plain.data, plain.len);
    tsig_sign(&b, lab_key(mem), SIGNED_S, mac, &mac_len);
    CU_ASSERT(bytes_equal(buf_bytes(&b), octets(mem, signed_message)));
    CU_ASSERT(bytes_equal((struct bytes){mac, mac_len}, octets(mem, message_mac)));
    mem_free(mem);
}

static enum err_code verify(void *mem, struct bytes reply, int64_t now_s, struct err *e)
{
    *e = (struct err){0};
    return tsig_verify(mem, reply, lab_key(mem), octets(mem, message_mac), now_s, e);
}

static void answers_are_verified(void)
{
    static const struct {
        const char *reply, *detail; /* NULL: it is good */
        int64_t now_s;
    } rows[] = {
        {answer, NULL, SIGNED_S},
        {answer, NULL, SIGNED_S + 302},
        {answer, "the server's clock and ours differ by more than 300 seconds", SIGNED_S + 303},
        {late_answer, "the server's clock and ours differ by more than 300 seconds", SIGNED_S},
        {late_answer, NULL, SIGNED_S + 100},
        {unsigned_answer, "the server's answer is not signed by the key", SIGNED_S},
        {bad_key, "the server does not know the key (BADKEY)", SIGNED_S},
        {bad_sig, "the server says that our signature is wrong (BADSIG): the secrets differ",
            SIGNED_S},
        {bad_time, "the server's clock and ours differ by minutes (BADTIME)", SIGNED_S},
        {signed_message, "the server's answer is no DNS message", SIGNED_S},
    };
    void *mem = mem_pool(NULL, 4096);
    struct err e;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum err_code code = verify(mem, octets(mem, rows[i].reply), rows[i].now_s, &e);

        CU_ASSERT_EQUAL(code, rows[i].detail == NULL ? ERR_OK : ERR_UNAUTHORIZED);
        if (rows[i].detail != NULL)
            CU_ASSERT_STRING_EQUAL(e.detail, rows[i].detail);
    }
    mem_free(mem);
}

static void no_octet_of_an_answer_can_be_changed_or_left_out(void)
{
    void *mem = mem_pool(NULL, 65536);
    struct bytes good = octets(mem, answer);
    struct err e;

    for (size_t i = 0; i < good.len; i++) {
        uint8_t *bad = mem_dup(mem, good.data, good.len);

        /* The ID on the way is not what was signed (RFC 8945, 5.2.2); nor does the case of names
         * count, or the time to live of the record itself. */
        bad[i] ^= 0x80;
        if (i >= 2 && verify(mem, (struct bytes){bad, good.len}, SIGNED_S, &e) == ERR_OK)
            CU_ASSERT(i >= 41 && i < 45);
        CU_ASSERT_NOT_EQUAL(verify(mem, (struct bytes){good.data, i}, SIGNED_S, &e), ERR_OK);
    }
    mem_free(mem);
}

static void an_answer_to_something_else_does_not_count(void)
{
    void *mem = mem_pool(NULL, 4096);
    struct bytes other = octets(mem, message_mac);
    uint8_t *mac = mem_dup(mem, other.data, other.len);
    struct err e = {0};

    mac[0] ^= 1;
    CU_ASSERT_EQUAL(tsig_verify(mem, octets(mem, answer), lab_key(mem),
                        (struct bytes){mac, other.len}, SIGNED_S, &e),
        ERR_UNAUTHORIZED);
    CU_ASSERT_STRING_EQUAL(e.detail, "the signature of the server's answer is wrong");
    mem_free(mem);
}

static const struct test tests[] = {
    {"keys are read in three forms", keys_are_read_in_three_forms},
    {"other algorithms are known by name", other_algorithms_are_known_by_name},
    {"what is no key is refused without being repeated",
        what_is_no_key_is_refused_without_being_repeated},
    {"a message is signed", a_message_is_signed},
    {"answers are verified", answers_are_verified},
    {"no octet of an answer can be changed or left out",
        no_octet_of_an_answer_can_be_changed_or_left_out},
    {"an answer to something else does not count", an_answer_to_something_else_does_not_count},
    {NULL, NULL},
};
extern const struct test_suite suite_tsig;
const struct test_suite suite_tsig = {"tsig", tests};
