/* digicert_validate - a domain of the account validated anew, in advance: /domain/{id}/dcv/method
 * says what to publish, /domain/{id}/dcv/validate-token looks, and the domain then has its new end.
 *
 * No order has a part in it. A domain is known by its name here, so its id is looked for each time.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "policy/upstream/digicert_order.h"
#include "policy/upstream/digicert_submit.h"
#include "policy/upstream/digicert_verbs.h"
#include "policy/upstream/vendor_json.h"

#define PAGE      500
#define PAGES_MAX 40

struct validation {
    const char *name;
    bool published;
    const char *id;
    int64_t offset;
};

static struct validation *validation_of(struct upstream_call *call)
{
    return call->task;
}

static void end(struct upstream_call *call, enum err_code result, const char *detail)
{
    vendor_verb_end(
        call, &(struct upstream_result){.result = result, .detail = detail, .internal = ""});
}

/* Looked at. */

static void on_validated(struct upstream_call *call, const struct vendor_reply *answer)
{
    int64_t until_s;

    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    until_s = digicert_domain_until_s(&answer->json);
    if (until_s <= DIGICERT_LAPSED_S)
        end(call, ERR_UPSTREAM_TEMPORARY, "DigiCert has not validated the domain yet");
    else
        vendor_verb_end(call,
            &(struct upstream_result){
                .result = ERR_OK, .detail = "", .internal = "", .validated_until_s = until_s});
}

static void on_looked(struct upstream_call *call, const struct vendor_reply *answer)
{
    const struct validation *v = validation_of(call);

    if (answer->result == ERR_UPSTREAM_REFUSED && answer->status == 400) {
        vendor_verb_end(call, &(struct upstream_result){.result = ERR_UPSTREAM_TEMPORARY,
                                  .detail = "DigiCert does not see what was published",
                                  .internal = answer->internal});
        return;
    }
    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    digicert_get(call,
        mem_printf(call, "/domain/%s?include_dcv=true&include_validation=true",
            vendor_escape(call, v->id)),
        on_validated);
}

/* Begun. */

static void on_method(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct json token = vendor_json_member(&answer->json, "dcv_token");
    const struct validation *v = validation_of(call);
    struct upstream_result result = {.result = ERR_OK, .detail = "", .internal = ""};

    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    result.proofs = digicert_proofs(call, digicert_options_of(call)->dcv_method,
        vendor_json_text(&token, "token"), &v->name, 1, &result.proofs_len);
    if (result.proofs_len == 0)
        vendor_verb_unreadable(call, false, "DigiCert names no token for the domain");
    else
        vendor_verb_end(call, &result);
}

static void go_on(struct upstream_call *call)
{
    const struct validation *v = validation_of(call);
    const char *id = vendor_escape(call, v->id);

    if (v->published)
        digicert_send(call, "PUT", mem_printf(call, "/domain/%s/dcv/validate-token", id), "{}",
            false, on_looked);
    else
        digicert_send(call, "PUT", mem_printf(call, "/domain/%s/dcv/method", id),
            mem_printf(call, "{\"dcv_method\":\"%s\"}", digicert_options_of(call)->dcv_method),
            false, on_method);
}

/* Which domain? */

static void ask_domains(struct upstream_call *call);

static bool is_inactive(const struct json *at)
{
    bool active = true;

    return vendor_json_flag(at, "is_active", &active) && !active;
}

static void on_domains(struct upstream_call *call, const struct vendor_reply *answer)
{
    struct json list = vendor_json_member(&answer->json, "domains"), one;
    struct validation *v = validation_of(call);

    if (answer->result != ERR_OK) {
        vendor_verb_fail(call, answer);
        return;
    }
    for (size_t i = 0; i < json_len(&list) && v->id == NULL; i++) {
        const char *name;

        json_element(&list, i, &one);
        name = vendor_json_text(&one, "name");
        if (name != NULL && strcasecmp(name, v->name) == 0 && !is_inactive(&one))
            v->id = vendor_json_id(call, &one, "id");
    }
    v->offset += PAGE;
    if (v->id != NULL)
        go_on(call);
    else if (json_len(&list) == PAGE && v->offset < PAGES_MAX * PAGE)
        ask_domains(call);
    else
        end(call, ERR_UPSTREAM_REFUSED, "the account at DigiCert has no such active domain");
}

static void ask_domains(struct upstream_call *call)
{
    digicert_get(call,
        mem_printf(call, "/domain?limit=%d&offset=%" PRId64, PAGE, validation_of(call)->offset),
        on_domains);
}

struct upstream_call *digicert_validate(struct upstream *upstream,
    const struct upstream_domain *domain, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call = digicert_begin(upstream, NULL, on_result, arg);
    struct validation *v = mem_new(call, struct validation);

    call->task = v;
    call->urgency = VENDOR_BACKGROUND;
    v->name = mem_strdup(call, domain->name);
    v->published = domain->published;
    ask_domains(call);
    return call;
}
