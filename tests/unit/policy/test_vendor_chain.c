/* Tests of policy/upstream/vendor_chain: chains as vendors hand them out, and CSRs as they repeat
 * them. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "base/mem.h"
#include "policy/upstream/vendor_chain.h"
#include "tests/unit/policy/vendor_lab.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const names[] = {"www.example.com", NULL};

static void chains_are_put_in_order_and_lose_their_root(void)
{
    struct vendor_lab lab;
    struct lab_subject ours, others;
    struct vendor_chain chain;
    struct err e = {0};
    const char *rows[6];

    vendor_lab_open(&lab);
    ours = vendor_lab_subject(&lab, names);
    others = vendor_lab_subject(&lab, names);
    rows[0] = mem_printf(lab.mem, "%s%s%s", ours.leaf_text, lab.issuing_pem, lab.root_pem);
    rows[1] = mem_printf(lab.mem, "%s%s%s", lab.root_pem, lab.issuing_pem, ours.leaf_text);
    rows[2] = mem_printf(lab.mem, "%s%s", lab.issuing_pem, ours.leaf_text);
    rows[3] = mem_printf(lab.mem, "%s%s%s", others.leaf_text, ours.leaf_text, lab.issuing_pem);
    rows[4] = mem_printf(
        lab.mem, "%s%s%s%s", ours.leaf_text, ours.leaf_text, lab.issuing_pem, lab.issuing_pem);
    rows[5] = mem_printf(lab.mem, "subject=x\n%s\r\n%s", ours.leaf_text, lab.issuing_pem);
    for (size_t i = 0; i < COUNT(rows); i++) {
        CU_ASSERT_EQUAL(vendor_chain_read(lab.mem, rows[i], ours.key_hash, &chain, &e), ERR_OK);
        CU_ASSERT_STRING_EQUAL(cert_pem(lab.mem, "CERTIFICATE", chain.leaf), ours.leaf_text);
        CU_ASSERT_STRING_EQUAL(chain.pem, lab.issuing_pem);
    }
    vendor_lab_close(&lab);
}

static void what_is_not_ours_or_not_whole_is_told_apart(void)
{
    struct vendor_lab lab, elsewhere;
    struct lab_subject ours, others;
    struct vendor_chain chain;
    struct err e = {0};
    struct {
        const char *pem;
        enum err_code code;
        bool has_leaf;
    } rows[6] = {{.has_leaf = true}, {.has_leaf = true}, {.pem = NULL}, {.pem = NULL},
        {.pem = NULL}, {.has_leaf = true}};

    vendor_lab_open(&lab);
    vendor_lab_open(&elsewhere);
    ours = vendor_lab_subject(&lab, names);
    others = vendor_lab_subject(&lab, names);
    rows[0].pem = mem_printf(lab.mem, "%s%s", others.leaf_text, lab.issuing_pem);
    rows[0].code = ERR_NOT_FOUND;
    rows[1].pem = ours.leaf_text;
    rows[1].code = ERR_INPUT;
    rows[2].pem = "";
    rows[2].code = ERR_INPUT;
    rows[3].pem = "<html>Bad Gateway</html>";
    rows[3].code = ERR_INPUT;
    rows[4].pem = mem_printf(lab.mem, "%s-----BEGIN CERTIFICATE-----\nAAAA\n", ours.leaf_text);
    rows[4].code = ERR_INPUT;
    /* An issuer of the same name with another key. */
    rows[5].pem = mem_printf(lab.mem, "%s%s", ours.leaf_text, elsewhere.issuing_pem);
    rows[5].code = ERR_INPUT;
    for (size_t i = 0; i < COUNT(rows); i++) {
        CU_ASSERT_EQUAL(
            vendor_chain_read(lab.mem, rows[i].pem, ours.key_hash, &chain, &e), rows[i].code);
        CU_ASSERT_EQUAL(chain.leaf.len > 0, rows[i].has_leaf);
        CU_ASSERT_STRING_EQUAL(chain.pem, "");
    }
    vendor_lab_close(&elsewhere);
    vendor_lab_close(&lab);
}

static void csrs_are_read_in_every_form(void)
{
    struct vendor_lab lab;
    struct lab_subject ours;
    const char *pem, *rows[5];
    char *bare;
    size_t len = 0;
    uint8_t hash[32];

    vendor_lab_open(&lab);
    ours = vendor_lab_subject(&lab, names);
    pem = cert_pem(lab.mem, "CERTIFICATE REQUEST", ours.csr);
    bare = mem_strdup(lab.mem, pem);
    for (const char *at = strchr(pem, '\n'); *at != '-'; at++)
        if (*at != '\n')
            bare[len++] = *at;
    bare[len] = '\0';
    rows[0] = pem;
    rows[1] = cert_pem(lab.mem, "NEW CERTIFICATE REQUEST", ours.csr);
    rows[2] = bare;
    rows[3] = mem_printf(
        lab.mem, "-----BEGIN CERTIFICATE REQUEST-----%s-----END CERTIFICATE REQUEST-----", bare);
    rows[4] = mem_printf(lab.mem, " %s \r\n", bare);
    for (size_t i = 0; i < COUNT(rows); i++) {
        memset(hash, 0, sizeof hash);
        CU_ASSERT(vendor_csr_key_hash(lab.mem, rows[i], hash));
        CU_ASSERT_EQUAL(memcmp(hash, ours.key_hash, sizeof hash), 0);
    }
    bare[len / 2] = '\0';
    CU_ASSERT_FALSE(vendor_csr_key_hash(lab.mem, bare, hash));
    CU_ASSERT_FALSE(vendor_csr_key_hash(lab.mem, "", hash));
    CU_ASSERT_FALSE(vendor_csr_key_hash(lab.mem, "-----BEGIN", hash));
    CU_ASSERT_FALSE(vendor_csr_key_hash(lab.mem, "...", hash));
    vendor_lab_close(&lab);
}

static const struct test tests[] = {
    {"chains are put in order and lose their root", chains_are_put_in_order_and_lose_their_root},
    {"what is not ours or not whole is told apart", what_is_not_ours_or_not_whole_is_told_apart},
    {"CSRs are read in every form", csrs_are_read_in_every_form},
    {NULL, NULL},
};

const struct test_suite suite_vendor_chain = {"vendor_chain", tests};
