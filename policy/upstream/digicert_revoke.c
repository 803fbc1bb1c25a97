/* digicert_revoke - revokes one certificate: PUT /certificate/{id or serial number}/revoke. Never
 * the order: that would take its reissues and duplicates, too.
 *
 * To revoke twice does no harm, so a lost answer is no doubt. DigiCert refuses the second time;
 * what it says of the certificate then tells whether it is revoked.
 */
#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "policy/upstream/digicert_verbs.h"
#include "policy/upstream/vendor_json.h"

#define BODY_MAX 4096

struct revocation {
    const char *order_id;       /* or NULL */
    const char *certificate_id; /* or serial number, as it stands in the path */
    const char *serial;         /* upper-case hexadecimal */
    struct digicert_answer refusal;
};

/* RFC 5280, 5.3.1, in DigiCert's spelling; NULL: it takes no such reason. */
static const char *reason_word(int reason)
{
    static const char *const words[] = {"unspecified", "keyCompromise", NULL, "affiliationChanged",
        "superseded", "cessationOfOperation"};

    if (reason < 0)
        return words[0];
    return reason < (int)(sizeof words / sizeof words[0]) ? words[reason] : NULL;
}

/* Upper-case hexadecimal without leading zeros octets, as DigiCert writes it. */
static const char *serial_text(void *mem, struct bytes serial)
{
    char *text;

    while (serial.len > 1 && serial.data[0] == 0) {
        serial.data++;
        serial.len--;
    }
    text = mem_alloc(mem, 2 * serial.len + 1, "serial");
    hex_encode(serial.data, serial.len, text);
    for (char *at = text; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    return text;
}

static void end_revoked(struct upstream_call *call, const char *request_id, const char *waits_for)
{
    digicert_call_end(call, &(struct upstream_result){.result = ERR_OK,
                                .detail = "",
                                .internal = "",
                                .request_id = request_id,
                                .waits_for = waits_for});
}

/* Refused: because it is revoked already? */

static bool is_the_one(const struct revocation *r, const struct json *at, void *mem)
{
    const char *id = vendor_json_id(mem, at, "id");
    const char *serial = vendor_json_text(at, "serial_number");

    return (id != NULL && strcmp(id, r->certificate_id) == 0) ||
           (serial != NULL && strcmp(serial, r->serial) == 0);
}

static bool is_revoked(const struct json *at)
{
    const char *status = vendor_json_text(at, "status");

    return status != NULL && strcmp(status, "revoked") == 0;
}

static bool list_says_revoked(
    struct upstream_call *call, const struct digicert_answer *answer, const char *name)
{
    struct json list = vendor_json_member(&answer->json, name), one;
    const struct revocation *r = call->task;

    for (size_t i = 0; answer->result == ERR_OK && i < json_len(&list); i++) {
        json_element(&list, i, &one);
        if (is_the_one(r, &one, call) && is_revoked(&one))
            return true;
    }
    return false;
}

static void on_duplicates(struct upstream_call *call, const struct digicert_answer *answer)
{
    const struct revocation *r = call->task;

    if (list_says_revoked(call, answer, "certificates"))
        end_revoked(call, NULL, NULL);
    else
        digicert_call_fail(call, &r->refusal);
}

static void on_reissues(struct upstream_call *call, const struct digicert_answer *answer)
{
    const struct revocation *r = call->task;

    if (list_says_revoked(call, answer, "certificates"))
        end_revoked(call, NULL, NULL);
    else
        digicert_get(call,
            mem_printf(call, "/order/certificate/%s/duplicate", digicert_escape(call, r->order_id)),
            on_duplicates);
}

static void on_order(struct upstream_call *call, const struct digicert_answer *answer)
{
    const struct revocation *r = call->task;
    struct json certificate = vendor_json_member(&answer->json, "certificate");

    if (answer->result == ERR_OK &&
        (is_revoked(&answer->json) ||
            (is_the_one(r, &certificate, call) && is_revoked(&certificate))))
        end_revoked(call, NULL, NULL);
    else
        digicert_get(call,
            mem_printf(call, "/order/certificate/%s/reissue", digicert_escape(call, r->order_id)),
            on_reissues);
}

static void keep_refusal(struct upstream_call *call, const struct digicert_answer *answer)
{
    struct revocation *r = call->task;

    r->refusal = *answer;
    r->refusal.detail = mem_strdup(call, answer->detail);
    r->refusal.internal = mem_strdup(call, answer->internal);
}

static void on_revoked(struct upstream_call *call, const struct digicert_answer *answer)
{
    const struct revocation *r = call->task;
    const char *request_id;

    if (answer->result == ERR_UPSTREAM_REFUSED && r->order_id != NULL) {
        keep_refusal(call, answer);
        digicert_get(call,
            mem_printf(call, "/order/certificate/%s", digicert_escape(call, r->order_id)),
            on_order);
        return;
    }
    if (answer->result != ERR_OK) {
        digicert_call_fail(call, answer);
        return;
    }
    request_id = vendor_json_id(call, &answer->json, "id");
    if (answer->status == 204 || request_id == NULL)
        end_revoked(call, NULL, NULL);
    else
        end_revoked(call, request_id,
            mem_printf(call, "an approval in CertCentral (request %s)", request_id));
}

static const char *body_of(
    void *mem, const struct digicert *dc, const char *reason, const char *why)
{
    struct buf body;
    struct json_out w;

    buf_init(&body, mem, BODY_MAX);
    json_begin(&w, &body);
    json_open(&w, NULL, '{');
    json_add_string(&w, "revocation_reason", reason);
    json_add_string(&w, "comments", why == NULL ? NULL : digicert_excerpt(mem, why));
    json_add_bool(&w, "skip_approval", dc->options.skip_approval);
    json_close(&w, '}');
    return buf_text(&body);
}

struct upstream_call *digicert_revoke(struct upstream *upstream,
    const struct upstream_revocation *revocation, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call = digicert_call_new(upstream, NULL, on_result, arg);
    const char *reason = reason_word(revocation->reason);
    struct revocation *r = mem_new(call, struct revocation);

    call->task = r;
    r->order_id = mem_strdup(call, revocation->vendor_order);
    r->serial = serial_text(call, revocation->serial);
    r->certificate_id = revocation->vendor_certificate == NULL
                            ? r->serial
                            : mem_strdup(call, revocation->vendor_certificate);
    if (reason == NULL)
        digicert_call_refuse(call, "badRevocationReason",
            "DigiCert takes the reasons 0, 1, 3, 4 and 5 (RFC 5280, 5.3.1)");
    else
        digicert_send(call, "PUT",
            mem_printf(call, "/certificate/%s/revoke", digicert_escape(call, r->certificate_id)),
            body_of(call, call->dc, reason, revocation->why), false, on_revoked);
    return call;
}
