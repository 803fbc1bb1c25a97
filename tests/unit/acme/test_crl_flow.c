/* Tests of acme/crl_flow: revocation lists of a real CA, read back by OpenSSL. */
#include "tests/unit/test_main.h"

#include <string.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "acme/crl_flow.h"
#include "base/mem.h"
#include "policy/upstream/local_ca.h"
#include "store/certificate.h"
#include "store/crl.h"
#include "store/job.h"
#include "tests/unit/acme/lab.h"

#define DAY_MS (86400 * INT64_C(1000))

static const struct flow_kind *const kinds[] = {&crl_flow, NULL};

/* A CA before which something may happen each time it is to sign a list. */
struct office {
    struct lab lab;
    struct local_ca_options ca_options;
    struct acme_authority authority;
    struct lab_account account;
    int64_t order;
    struct lab_worker worker;
    struct upstream upstream;
    struct upstream *ca;
    int failures; /* so many lists cannot be signed */
    void (*meanwhile)(struct office *office);
};

static struct office *office; /* sign_crl has no argument of ours */

static enum err_code sign_crl(struct upstream *upstream, void *mem, int64_t number,
    int64_t this_update_s, int64_t next_update_s, const struct cert_revoked *revoked,
    size_t revoked_len, struct bytes *der, struct err *e)
{
    void (*meanwhile)(struct office *) = office->meanwhile;

    (void)upstream;
    office->meanwhile = NULL;
    if (meanwhile != NULL)
        meanwhile(office);
    if (office->failures-- > 0)
        return err_set(e, ERR_DENIED, "the key is in the safe");
    return office->ca->ops->sign_crl(
        office->ca, mem, number, this_update_s, next_update_s, revoked, revoked_len, der, e);
}

static const struct upstream_ops ops = {.sign_crl = sign_crl};

static enum err_code want(struct store_tx *tx, void *arg, struct err *e)
{
    return crl_flow_want(&((struct office *)arg)->lab.settings, tx, lab_now_ms(), e);
}

static void open_office(struct office *o)
{
    struct err e = {0};

    *o = (struct office){.authority = {.upstream = "lab", .not_after_s = INT64_MAX}};
    office = o;
    lab_open(&o->lab);
    o->ca_options = (struct local_ca_options){.name = "lab",
        .directory = mem_printf(o->lab.mem, "%s/data", o->lab.folder),
        .key_type = KEY_P256};
    CU_ASSERT_EQUAL_FATAL(local_ca_prepare(&o->ca_options, &e), ERR_OK);
    o->lab.settings.authorities = &o->authority;
    o->lab.settings.authorities_len = 1;
    o->account = lab_account(&o->lab);
    o->order = lab_order(&o->lab, &o->account, "a.test", true);
    lab_worker_start(&o->worker, &o->lab, kinds);
    o->ca = local_ca_new(o->lab.mem, o->worker.loop, &o->ca_options, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(o->ca);
    o->upstream = (struct upstream){.ops = &ops, .name = "lab", .loop = o->worker.loop};
    o->worker.upstreams[0] = &o->upstream;
    o->worker.world.upstreams_len = 1;
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&o->lab, want, o), ERR_OK);
}

static void close_office(struct office *o)
{
    lab_worker_end(&o->worker);
    lab_close(&o->lab);
}

/* A certificate with this serial that is revoked now and would end so many seconds from now. */
struct revoked {
    struct office *office;
    uint8_t serial;
    int64_t ends_s;
    int reason;
};

static enum err_code add_revoked(struct store_tx *tx, void *arg, struct err *e)
{
    const struct revoked *r = arg;
    int64_t now_s = lab_now_ms() / 1000;
    struct certificate certificate = {.account_id = r->office->account.id,
        .order_id = r->office->order,
        .serial = {&r->serial, 1},
        .der = bytes_of("der"),
        .chain = "chain",
        .not_before_s = now_s - 1000,
        .not_after_s = now_s + r->ends_s};

    if (store_certificate_add(tx, &certificate, "lab", bytes_of("key"), NULL, e) != ERR_OK ||
        store_certificate_revoke(tx, certificate.id, now_s, r->reason, e) != ERR_OK)
        return e->code;
    return want(tx, r->office, e);
}

static void revoke(struct office *o, uint8_t serial, int64_t ends_s, int reason)
{
    CU_ASSERT_EQUAL_FATAL(
        lab_in_store(&o->lab, add_revoked, &(struct revoked){o, serial, ends_s, reason}), ERR_OK);
}

static void run_due(struct office *o)
{
    lab_worker_take(&o->worker);
    lab_worker_finish(&o->worker);
}

/* The stored list as "number: serial/reason serial/reason", verified. */
static const char *list_of(struct office *o)
{
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(o->lab.reader, o->lab.mem, &e);
    struct bytes issuer = local_ca_issuer_der(o->ca);
    const uint8_t *at, *issuer_at = issuer.data;
    X509 *certificate = d2i_X509(NULL, &issuer_at, (long)issuer.len);
    struct crl stored;
    char *text;
    X509_CRL *crl;
    STACK_OF(X509_REVOKED) * list;

    CU_ASSERT_EQUAL_FATAL(store_crl_get(tx, o->lab.mem, "lab", &stored, &e), ERR_OK);
    store_snapshot_end(tx);
    at = stored.der.data;
    crl = d2i_X509_CRL(NULL, &at, (long)stored.der.len);
    CU_ASSERT_PTR_NOT_NULL_FATAL(crl);
    CU_ASSERT_EQUAL(X509_CRL_verify(crl, X509_get0_pubkey(certificate)), 1);
    text = mem_printf(o->lab.mem, "%lld:", (long long)stored.number);
    list = X509_CRL_get_REVOKED(crl);
    for (int i = 0; i < sk_X509_REVOKED_num(list); i++) {
        X509_REVOKED *entry = sk_X509_REVOKED_value(list, i);
        ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);

        text = mem_printf(o->lab.mem, "%s %ld/%ld", text,
            ASN1_INTEGER_get(X509_REVOKED_get0_serialNumber(entry)),
            reason == NULL ? -1 : ASN1_ENUMERATED_get(reason));
        ASN1_ENUMERATED_free(reason);
    }
    X509_CRL_free(crl);
    X509_free(certificate);
    return text;
}

static void a_list_is_signed_at_once_and_then_each_day(void)
{
    struct office o;

    open_office(&o);
    run_due(&o);
    CU_ASSERT_STRING_EQUAL(list_of(&o), "1:");
    lab_pass(DAY_MS - 1000);
    run_due(&o);
    CU_ASSERT_STRING_EQUAL(list_of(&o), "1:");
    lab_pass(1000);
    run_due(&o);
    CU_ASSERT_STRING_EQUAL(list_of(&o), "2:");
    CU_ASSERT_EQUAL(lab_number(&o.lab, "SELECT next_update_s FROM crl"),
        lab_now_ms() / 1000 + 7 * 86400); /* long enough to sleep over some trouble */
    CU_ASSERT_EQUAL(lab_count(&o.lab, "job"), 1);
    close_office(&o);
}

static void a_revocation_has_a_new_list_signed_at_once(void)
{
    struct office o;

    open_office(&o);
    run_due(&o);
    revoke(&o, 17, 5000, 4);
    run_due(&o);
    CU_ASSERT_STRING_EQUAL(list_of(&o), "2: 17/4");
    revoke(&o, 18, 5000, -1);
    revoke(&o, 19, 5000, 1);
    run_due(&o);
    CU_ASSERT_STRING_EQUAL(list_of(&o), "3: 17/4 18/-1 19/1");
    run_due(&o);
    CU_ASSERT_STRING_EQUAL(list_of(&o), "3: 17/4 18/-1 19/1");
    close_office(&o);
}

static void revoke_one_more(struct office *o)
{
    revoke(o, 20, 5000, 1);
}

static void what_is_revoked_while_a_list_is_signed_is_on_the_next_at_once(void)
{
    struct office o;

    open_office(&o);
    o.meanwhile = revoke_one_more;
    run_due(&o);
    CU_ASSERT_STRING_EQUAL(list_of(&o), "1:");
    run_due(&o);
    CU_ASSERT_STRING_EQUAL(list_of(&o), "2: 20/1");
    close_office(&o);
}

/* RFC 5280, 3.3: an entry stays until one list was signed after the certificate's end. */
static void an_entry_outlives_its_certificate_by_a_list(void)
{
    struct office o;

    open_office(&o);
    revoke(&o, 17, 5000, 4);
    run_due(&o);
    CU_ASSERT_STRING_EQUAL(list_of(&o), "1: 17/4");
    lab_pass(DAY_MS);
    run_due(&o);
    CU_ASSERT_STRING_EQUAL(list_of(&o), "2: 17/4");
    for (int i = 0; i < 3; i++) {
        lab_pass(DAY_MS);
        run_due(&o);
    }
    CU_ASSERT_STRING_EQUAL(list_of(&o), "5:");
    close_office(&o);
}

/* As many came as went: the list is as long as it was, and yet out of date. */
static uint8_t newest;

static void revoke_one_while_time_passes(struct office *o)
{
    lab_pass(DAY_MS / 4);
    revoke(o, ++newest, 30 * 86400, 1);
}

static void an_entry_that_goes_does_not_hide_one_that_comes(void)
{
    struct office o;

    open_office(&o);
    newest = 20;
    revoke(&o, 17, 5000, 4);
    for (int i = 0; i < 4 * 5; i++) { /* one of these moments is when the first one goes */
        o.meanwhile = revoke_one_while_time_passes;
        CU_ASSERT_EQUAL_FATAL(lab_in_store(&o.lab, want, &o), ERR_OK);
        run_due(&o);
        run_due(&o);
        CU_ASSERT_PTR_NOT_NULL(strstr(list_of(&o), mem_printf(o.lab.mem, " %d/1", newest)));
    }
    CU_ASSERT_PTR_NULL(strstr(list_of(&o), " 17/"));
    close_office(&o);
}

static void a_list_that_cannot_be_signed_is_tried_again_soon(void)
{
    struct office o;

    open_office(&o);
    o.failures = 2;
    for (int i = 0; i < 2; i++) {
        run_due(&o);
        CU_ASSERT_EQUAL(lab_count(&o.lab, "crl"), 0);
        lab_pass(30000);
    }
    run_due(&o);
    CU_ASSERT_STRING_EQUAL(list_of(&o), "1:");
    close_office(&o);
}

static void the_list_of_a_ca_that_is_gone_is_no_longer_signed(void)
{
    struct office o;

    open_office(&o);
    run_due(&o);
    o.lab.settings.authorities_len = 0;
    lab_pass(DAY_MS);
    run_due(&o);
    CU_ASSERT_EQUAL(lab_count(&o.lab, "job"), 0);
    CU_ASSERT_STRING_EQUAL(list_of(&o), "1:");
    close_office(&o);
}

static const struct test tests[] = {
    {"a list is signed at once and then each day", a_list_is_signed_at_once_and_then_each_day},
    {"a revocation has a new list signed at once", a_revocation_has_a_new_list_signed_at_once},
    {"what is revoked while a list is signed is on the next at once",
        what_is_revoked_while_a_list_is_signed_is_on_the_next_at_once},
    {"an entry outlives its certificate by a list", an_entry_outlives_its_certificate_by_a_list},
    {"an entry that goes does not hide one that comes",
        an_entry_that_goes_does_not_hide_one_that_comes},
    {"a list that cannot be signed is tried again soon",
        a_list_that_cannot_be_signed_is_tried_again_soon},
    {"the list of a CA that is gone is no longer signed",
        the_list_of_a_ca_that_is_gone_is_no_longer_signed},
    {NULL, NULL},
};
extern const struct test_suite suite_crl_flow;
const struct test_suite suite_crl_flow = {"crl_flow", tests};
