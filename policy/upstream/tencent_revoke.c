/* tencent_revoke - revokes one certificate: RevokeCertificate.
 *
 * Of most brands an original and its reissues are revoked together, by the original's id
 * (TC-REVOKE-3). That is done only where no other certificate of the chain lives: revoking what
 * somebody else holds is nobody's wish here, and an operator's in the console. A request cannot be
 * taken back. So it is looked before, and a lost answer is no doubt: the next one looks again.
 */
#include <string.h>

#include "base/mem.h"
#include "policy/upstream/tencent_chain.h"
#include "policy/upstream/vendor_json.h"

#define BODY_MAX   4096
#define BUSY_S     (10 * 60)
#define PROOFS_MAX 1024

struct revocation {
    const char *order_id, *certificate_id, *request_id, *why;
    int reason;
    const char *which; /* the record that is asked to be revoked */
};

/* RFC 5280, 5.3.1; the service takes any text. */
static const char *reason_word(int reason)
{
    static const char *const words[] = {"unspecified", "key compromise", "CA compromise",
        "affiliation changed", "superseded", "cessation of operation", "certificate hold", NULL,
        "remove from CRL", "privilege withdrawn", "AA compromise"};
    const size_t len = sizeof words / sizeof words[0];

    return reason < 0 || (size_t)reason >= len || words[reason] == NULL ? words[0] : words[reason];
}

static void end_refused(struct upstream_call *call, const char *detail)
{
    vendor_verb_end(call, &(struct upstream_result){
                              .result = ERR_UPSTREAM_REFUSED, .detail = detail, .internal = ""});
}

/* waits_for NULL: it is revoked. */
static void end_done(struct upstream_call *call, const char *waits_for)
{
    const struct revocation *r = call->task;

    vendor_verb_end(call, &(struct upstream_result){.result = ERR_OK,
                              .detail = "",
                              .internal = "",
                              .request_id = waits_for == NULL ? NULL : r->which,
                              .waits_for = waits_for});
}

/* A DV certificate is revoked once control of its names was shown anew. */
static const char *describe_proofs(struct upstream_call *call, const struct json *list,
    const char *domain, const char *path, const char *key, const char *value)
{
    struct buf text;

    buf_init(&text, call, PROOFS_MAX);
    for (size_t i = 0; i < json_len(list); i++) {
        const char *at, *folder, *name, *content;
        struct json one;

        json_element(list, i, &one);
        at = vendor_json_text(&one, domain);
        folder = vendor_json_text(&one, path);
        name = vendor_json_text(&one, key);
        content = vendor_json_text(&one, value);
        if (name == NULL || content == NULL)
            continue;
        buf_addf(&text, "%s", text.len == 0 ? "within 3 days, by hand: " : "; ");
        if (folder != NULL)
            buf_addf(&text, "at %s the file %s%s%s with the text %s", at == NULL ? "the host" : at,
                folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name, content);
        else
            buf_addf(&text, "the record %s with the value %s", name, content);
    }
    return text.overflow || text.len == 0 ? NULL : buf_text(&text);
}

static void on_revoking(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct json list = vendor_json_member(&reply->json, "DvRevokeAuthDetail");
    const char *proofs = NULL;

    if (reply->result == ERR_OK)
        proofs =
            describe_proofs(call, &list, "DvAuthDomain", "DvAuthPath", "DvAuthKey", "DvAuthValue");
    end_done(call, proofs != NULL ? proofs : "Tencent Cloud examines the revocation");
}

static void on_revoked(struct upstream_call *call, const struct vendor_reply *reply)
{
    struct json list = vendor_json_member(&reply->json, "RevokeDomainValidateAuths");
    const char *proofs;

    if (reply->result != ERR_OK) {
        vendor_verb_fail(call, reply);
        return;
    }
    proofs = describe_proofs(call, &list, "DomainValidateAuthDomain", "DomainValidateAuthPath",
        "DomainValidateAuthKey", "DomainValidateAuthValue");
    end_done(call, proofs != NULL ? proofs : "Tencent Cloud examines the revocation");
}

static void send(struct upstream_call *call, const char *id)
{
    struct revocation *r = call->task;
    struct json_out w;
    struct buf body;

    r->which = id;
    buf_init(&body, call, BODY_MAX);
    json_begin(&w, &body);
    json_open(&w, NULL, '{');
    json_add_string(&w, "CertificateId", id);
    json_add_string(&w, "Reason",
        mem_printf(call, "%s%s%s", reason_word(r->reason), r->why == NULL ? "" : ": ",
            r->why == NULL ? "" : vendor_excerpt(call, r->why)));
    json_close(&w, '}');
    tencent_ask(call, "RevokeCertificate", buf_text(&body), false, on_revoked);
}

/* The others of the chain that live, as text; NULL: none does. */
static const char *others_of(struct upstream_call *call, const struct tencent_chain *chain,
    const struct tencent_record *record)
{
    const char *text = NULL;

    for (size_t i = 0; i < chain->len; i++)
        if (chain->records[i] != record && tencent_record_lives(chain->records[i]))
            text = text == NULL ? chain->records[i]->id
                                : mem_printf(call, "%s, %s", text, chain->records[i]->id);
    return text;
}

static bool is_under_way(const struct tencent_chain *chain)
{
    for (size_t i = 0; i < chain->len; i++)
        if (chain->records[i]->status == TENCENT_REISSUING ||
            tencent_record_is_pending(chain->records[i]))
            return true;
    return false;
}

static void revoke(struct upstream_call *call, const struct tencent_chain *chain,
    const struct tencent_record *record)
{
    const struct tencent_product *product = tencent_product(record->product);
    bool alone = chain->len == 1 || (product != NULL && tencent_product_revokes_alone(product));
    const char *others = others_of(call, chain, record);
    const struct revocation *r = call->task;

    if (r->request_id != NULL)
        end_refused(call, "the revocation came to nothing at Tencent Cloud: what it wanted to see "
                          "was not shown in time; revoke it there");
    else if (is_under_way(chain))
        vendor_verb_end(
            call, &(struct upstream_result){.result = ERR_UPSTREAM_TEMPORARY,
                      .detail = "a reissue of the certificate is under way at Tencent Cloud, which "
                                "revokes nothing until that has ended",
                      .internal = "",
                      .retry_after_s = BUSY_S});
    else if (alone)
        send(call, record->id);
    else if (others == NULL)
        send(call, chain->records[0]->id);
    else
        end_refused(call,
            mem_printf(call,
                "Tencent Cloud revokes an original and its reissues only together, and others "
                "live (%s): see whose they are (countersign inventory show %s), then revoke %s in "
                "its console",
                others, r->order_id, chain->records[0]->id));
}

static void on_chain(
    struct upstream_call *call, struct tencent_pool *pool, const struct vendor_reply *failed)
{
    struct revocation *r = call->task;
    const struct tencent_record *record;
    struct tencent_chain chain;

    if (failed != NULL) {
        vendor_verb_fail(call, failed);
        return;
    }
    record = tencent_pool_find(pool, r->certificate_id);
    if (record == NULL) {
        end_refused(call,
            mem_printf(call, "Tencent Cloud has no certificate %s any more", r->certificate_id));
        return;
    }
    chain = tencent_pool_chain(call, pool, record);
    r->which = record->id;
    if (record->status == TENCENT_REVOKED)
        end_done(call, NULL);
    else if (record->status == TENCENT_REVOKING)
        tencent_show(call, record->id, on_revoking);
    else if (record->status == TENCENT_WAIT_REVOKE_LETTER)
        end_done(call, mem_printf(call,
                           "a revocation letter, to be uploaded in Tencent Cloud's console "
                           "(certificate %s)",
                           record->id));
    else if (!tencent_record_lives(record))
        end_refused(call,
            mem_printf(call, "certificate %s at Tencent Cloud is not an issued one", record->id));
    else
        revoke(call, &chain, record);
}

struct upstream_call *tencent_revoke(struct upstream *upstream,
    const struct upstream_revocation *revocation, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call =
        vendor_verb_begin(&tencent_of(upstream)->vendor, NULL, on_result, arg);
    struct revocation *r = mem_new(call, struct revocation);

    call->task = r;
    r->order_id = mem_strdup(call, revocation->vendor_order);
    r->certificate_id =
        mem_strdup(call, revocation->vendor_certificate != NULL ? revocation->vendor_certificate
                                                                : revocation->vendor_order);
    r->request_id = mem_strdup(call, revocation->request_id);
    r->why = mem_strdup(call, revocation->why);
    r->reason = revocation->reason;
    if (r->certificate_id == NULL)
        vendor_verb_refuse(
            call, NULL, "it is not known which certificate at Tencent Cloud this is");
    else
        tencent_pool_read(call, r->certificate_id, on_chain);
    return call;
}
