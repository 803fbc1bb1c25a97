/* digicert_revoke - revokes one certificate: PUT /certificate/{id or serial number}/revoke. Never
 * the order: that would take its reissues and duplicates, too.
 *
 * A revocation cannot be taken back, and a second request would be another one for the approver. So
 * it looks before: which of the order's certificates it is, by its serial number, whether it is
 * revoked already, whether a request waits for approval or a reissue is in the way. A lost answer
 * is therefore no doubt: the next one looks again.
 */
#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "policy/upstream/digicert_verbs.h"
#include "policy/upstream/vendor_json.h"

#define BODY_MAX 4096

/* Until a reissue has ended: DigiCert validates and approves it before. */
#define REISSUE_ASK_S (10 * 60)

struct revocation {
    const char *order_id;       /* or NULL: nothing can be looked at */
    const char *certificate_id; /* DigiCert's; NULL: it is told by its serial number alone */
    const char *request_id;     /* that waits, or waited, for approval; or NULL */
    const char *serial;         /* upper-case hexadecimal */
    const char *reason, *why;
    bool found;        /* certificate_id is the one that has the serial number */
    bool is_reissued;  /* a reissue of the order is under way */
    bool was_approved; /* a request of ours for it was */
    bool was_refused;  /* the look is the one after that */
    struct vendor_reply refusal;
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
    vendor_verb_end(call, &(struct upstream_result){.result = ERR_OK,
                              .detail = "",
                              .internal = "",
                              .request_id = request_id,
                              .waits_for = waits_for});
}

static void end_waiting(struct upstream_call *call, const char *request_id)
{
    end_revoked(
        call, request_id, mem_printf(call, "an approval in CertCentral (request %s)", request_id));
}

static void end_refused(struct upstream_call *call, const char *detail)
{
    vendor_verb_end(call, &(struct upstream_result){
                              .result = ERR_UPSTREAM_REFUSED, .detail = detail, .internal = ""});
}

/* Looking. */

static void send(struct upstream_call *call);

/* Another id of ours does not make it the one: a serial number does. */
static bool is_the_one(const struct revocation *r, const struct json *at, void *mem)
{
    const char *id = vendor_json_id(mem, at, "id");
    const char *serial = vendor_json_text(at, "serial_number");

    if (serial != NULL)
        return strcmp(serial, r->serial) == 0;
    return id != NULL && r->certificate_id != NULL && strcmp(id, r->certificate_id) == 0;
}

static bool is_revoked(const struct json *at)
{
    const char *status = vendor_json_text(at, "status");

    return status != NULL && strcmp(status, "revoked") == 0;
}

/* True: it is the one, and the call has ended if it is revoked. */
static bool settle_one(struct upstream_call *call, const struct json *at)
{
    struct revocation *r = call->task;
    const char *id = vendor_json_id(call, at, "id");

    if (!is_the_one(r, at, call))
        return false;
    r->found = id != NULL;
    if (id != NULL)
        r->certificate_id = id;
    if (is_revoked(at))
        end_revoked(call, NULL, NULL);
    else
        send(call);
    return true;
}

static bool settle_list(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct json list = vendor_json_member(&answer->json, "certificates"), one;

    for (size_t i = 0; answer->result == ERR_OK && i < json_len(&list); i++) {
        json_element(&list, i, &one);
        if (settle_one(call, &one))
            return true;
    }
    return false;
}

static bool may_go_on(const struct vendor_reply *answer)
{
    return answer->result == ERR_OK || answer->result == ERR_NOT_FOUND;
}

static void on_duplicates(struct upstream_call *call, const struct vendor_reply *answer)
{
    if (!may_go_on(answer))
        vendor_verb_fail(call, answer);
    else if (!settle_list(call, answer))
        send(call);
}

static void on_reissues(struct upstream_call *call, const struct vendor_reply *answer)
{
    const struct revocation *r = call->task;

    if (!may_go_on(answer))
        vendor_verb_fail(call, answer);
    else if (!settle_list(call, answer))
        digicert_get(call,
            mem_printf(call, "/order/certificate/%s/duplicate", vendor_escape(call, r->order_id)),
            on_duplicates);
}

/* A request of ours says in its comment which certificate it is about. */
static void read_requests(struct upstream_call *call, const struct json *order)
{
    struct json list = vendor_json_member(order, "requests"), one;
    struct revocation *r = call->task;

    for (size_t i = 0; i < json_len(&list); i++) {
        const char *type, *status, *comments;

        json_element(&list, i, &one);
        type = vendor_json_text(&one, "type");
        status = vendor_json_text(&one, "status");
        comments = vendor_json_text(&one, "comments");
        if (type == NULL || status == NULL || comments == NULL || strcmp(type, "revoke") != 0 ||
            strstr(comments, r->serial) == NULL)
            continue;
        if (strcmp(status, "approved") == 0)
            r->was_approved = true;
        else if (r->request_id == NULL &&
                 (strcmp(status, "pending") == 0 || strcmp(status, "submitted") == 0))
            r->request_id = vendor_json_id(call, &one, "id");
    }
}

static void on_order(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct revocation *r = call->task;
    struct json certificate = vendor_json_member(&answer->json, "certificate");
    const char *status = vendor_json_text(&answer->json, "status");

    if (!may_go_on(answer)) {
        vendor_verb_fail(call, answer);
        return;
    }
    if (answer->result == ERR_OK && is_revoked(&answer->json)) {
        end_revoked(call, NULL, NULL);
        return;
    }
    r->is_reissued = status != NULL && strcmp(status, "reissue_pending") == 0;
    read_requests(call, &answer->json);
    if (answer->result == ERR_NOT_FOUND)
        send(call);
    else if (!settle_one(call, &certificate))
        digicert_get(call,
            mem_printf(call, "/order/certificate/%s/reissue", vendor_escape(call, r->order_id)),
            on_reissues);
}

static void look(struct upstream_call *call)
{
    const struct revocation *r = call->task;

    digicert_get(call, mem_printf(call, "/order/certificate/%s", vendor_escape(call, r->order_id)),
        on_order);
}

/* Asking. */

/* What was requested before is not requested again. */
static void on_request(struct upstream_call *call, const struct vendor_reply *answer)
{
    const struct revocation *r = call->task;
    const char *status = vendor_json_text(&answer->json, "status");
    const char *comment = vendor_json_text(&answer->json, "processor_comment");

    if (answer->result != ERR_OK)
        vendor_verb_fail(call, answer);
    else if (status != NULL && strcmp(status, "rejected") == 0)
        end_refused(call,
            mem_printf(call, "request %s was rejected in CertCentral%s%s", r->request_id,
                comment == NULL ? "" : ": ", comment == NULL ? "" : vendor_excerpt(call, comment)));
    else
        end_waiting(call, r->request_id);
}

static void keep_refusal(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct revocation *r = call->task;

    r->refusal = *answer;
    r->refusal.detail = mem_strdup(call, answer->detail);
    r->refusal.internal = mem_strdup(call, answer->internal);
}

static void on_revoked(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct revocation *r = call->task;
    const char *request_id;

    if (answer->result == ERR_UPSTREAM_REFUSED && r->order_id != NULL) {
        keep_refusal(call, answer);
        r->was_refused = true;
        look(call);
        return;
    }
    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    request_id = vendor_json_id(call, &answer->json, "id");
    if (answer->status == 204 || request_id == NULL)
        end_revoked(call, NULL, NULL);
    else
        end_waiting(call, request_id);
}

static const char *body_of(struct upstream_call *call)
{
    const struct revocation *r = call->task;
    struct buf body;
    struct json_out w;

    buf_init(&body, call, BODY_MAX);
    json_begin(&w, &body);
    json_open(&w, NULL, '{');
    json_add_string(&w, "revocation_reason", r->reason);
    json_add_string(&w, "comments",
        mem_printf(call, "certificate %s%s%s", r->serial, r->why == NULL ? "" : ": ",
            r->why == NULL ? "" : vendor_excerpt(call, r->why)));
    json_add_bool(&w, "skip_approval", digicert_options_of(call)->skip_approval);
    json_close(&w, '}');
    return buf_text(&body);
}

/* It is not revoked. */
static void send(struct upstream_call *call)
{
    const struct revocation *r = call->task;
    const char *which = r->found ? r->certificate_id : r->serial;

    if (r->request_id != NULL)
        digicert_get(
            call, mem_printf(call, "/request/%s", vendor_escape(call, r->request_id)), on_request);
    else if (r->is_reissued)
        vendor_verb_end(call,
            &(struct upstream_result){.result = ERR_UPSTREAM_TEMPORARY,
                .detail = mem_printf(call,
                    "a reissue of order %s is under way at DigiCert, which revokes none of its "
                    "certificates until that has ended",
                    r->order_id),
                .internal = "",
                .retry_after_s = REISSUE_ASK_S});
    else if (r->was_refused && r->was_approved) /* the original of a reissued order is in no list */
        end_revoked(call, NULL, NULL);
    else if (r->was_refused)
        vendor_verb_fail(call, &r->refusal);
    else
        digicert_send(call, "PUT",
            mem_printf(call, "/certificate/%s/revoke", vendor_escape(call, which)), body_of(call),
            false, on_revoked);
}

struct upstream_call *digicert_revoke(struct upstream *upstream,
    const struct upstream_revocation *revocation, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call = digicert_begin(upstream, NULL, on_result, arg);
    struct revocation *r = mem_new(call, struct revocation);

    call->task = r;
    r->order_id = mem_strdup(call, revocation->vendor_order);
    r->certificate_id = mem_strdup(call, revocation->vendor_certificate);
    r->request_id = mem_strdup(call, revocation->request_id);
    r->serial = serial_text(call, revocation->serial);
    r->reason = reason_word(revocation->reason);
    r->why = mem_strdup(call, revocation->why);
    if (r->reason == NULL)
        vendor_verb_refuse(call, "badRevocationReason",
            "DigiCert takes the reasons 0, 1, 3, 4 and 5 (RFC 5280, 5.3.1)");
    else if (r->order_id != NULL)
        look(call);
    else
        send(call);
    return call;
}
