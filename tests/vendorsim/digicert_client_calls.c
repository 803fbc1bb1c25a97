/* digicert_client_calls - what concerns the addresses of client certificates (17.3): which of them
 * were validated, the link that does it, and its mail once more.
 *
 * The last has no documented call of its own; the one for orders' mails stands for it.
 */
#include "tests/vendorsim/digicert_calls.h"
#include "tests/vendorsim/digicert_certificate.h"
#include "tests/vendorsim/digicert_client.h"
#include "tests/vendorsim/digicert_order.h"

/* The certificate that the order waits with, else the newest. */
static json_t *latest(struct call *call, const json_t *order)
{
    json_t *certificate = order_pending(call->dc, order), *next;

    for (size_t i = 0; certificate == NULL && (next = certificate_of(call->dc, order, i)) != NULL;
         i++)
        if (certificate_of(call->dc, order, i + 1) == NULL)
            return next;
    return certificate;
}

void email_validation_get(struct call *call)
{
    json_t *order = call_order(call, call->args[0]), *list;
    const json_t *links;

    if (order == NULL)
        return;
    links = json_object_get(latest(call, order), "links");
    list = json_array();
    for (size_t i = 0; i < json_array_size(links); i++) {
        const json_t *link = json_array_get(links, i);
        json_t *row = json_object();

        row_copy(row, link, "email");
        row_copy(row, link, "status");
        row_put_date(row, "date_emailed", row_int(link, "mailed_s"));
        json_array_append_new(list, row);
    }
    call_answer(call, 200, json_pack("{s:[s],s:o}", "delivery_options", "browser", "emails", list));
}

void email_validation_put(struct call *call)
{
    json_t *all = state_all(call->dc->state, CERTIFICATE), *certificate;
    const char *id, *email = sim_param(call->request, "email");

    json_object_foreach(
        all, id, certificate) if (client_follow(call->dc, certificate, call->args[0], email))
    {
        orders_go_on(call->dc);
        call_answer(call, 204, NULL);
        return;
    }
    call_refuse_with(call, 400, "sim|invalid_token", "The token proves no control.");
}

void order_resend_put(struct call *call)
{
    json_t *order = call_order(call, call->args[0]), *links;

    if (order == NULL)
        return;
    links = json_object_get(order_pending(call->dc, order), "links");
    if (json_array_size(links) == 0) {
        call_refuse_with(
            call, 400, "sim|nothing_to_send", "The order waits for no address of mail.");
        return;
    }
    for (size_t i = 0; i < json_array_size(links); i++) {
        json_t *link = json_array_get(links, i);

        if (row_is(link, "status", "validated"))
            continue;
        row_set_int(link, "mails", row_int(link, "mails") + 1);
        row_set_int(link, "mailed_s", digicert_now(call->dc));
    }
    digicert_touch(call->dc, CERTIFICATE, order_pending(call->dc, order));
    call_answer(call, 204, NULL);
}
