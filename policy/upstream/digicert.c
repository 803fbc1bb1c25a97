/* digicert - see digicert.h. */
#include "policy/upstream/digicert.h"

#include "base/mem.h"
#include "policy/upstream/digicert_call.h"
#include "policy/upstream/digicert_verbs.h"

static void free_upstream(struct upstream *upstream)
{
    struct digicert *dc = digicert_of(upstream);

    vendor_verb_cancel_all(&dc->vendor);
    mem_free(dc);
}

const struct upstream_ops digicert_ops = {
    .type = "digicert",
    .takes_dates = false,
    .new_reference = vendor_verb_new_reference,
    .submit = digicert_submit,
    .poll = digicert_poll,
    .find = digicert_find,
    .prove = digicert_prove,
    .validate = digicert_validate,
    .resend = digicert_resend,
    .revoke = digicert_revoke,
    .list = digicert_list,
    .fetch = digicert_fetch,
    .cancel = vendor_verb_cancel,
    .free = free_upstream,
};

struct vendor_limit *digicert_limit_new(void *mem, int percent)
{
    size_t few = 80 * (size_t)percent / 100, many = 900 * (size_t)percent / 100;
    struct vendor_window windows[] = {{few > 0 ? few : 1, 5100}, {many, 181000}};

    return vendor_limit_new(mem, windows, sizeof windows / sizeof windows[0]);
}

struct upstream *digicert_new(void *mem, struct loop *loop, struct http_client *http,
    struct vendor_limit *limit, const struct digicert_options *options)
{
    struct digicert *dc = mem_new(mem, struct digicert);
    struct digicert_options *own = &dc->options;

    *own = *options;
    own->name = mem_strdup(dc, options->name);
    own->url = mem_strdup(dc, options->url);
    own->ca_file = mem_strdup(dc, options->ca_file);
    own->organization_id = mem_strdup(dc, options->organization_id);
    own->payment_method = mem_strdup(dc, options->payment_method);
    own->dcv_method = mem_strdup(dc, options->dcv_method);
    own->container_id = mem_strdup(dc, options->container_id);
    own->api_key = NULL; /* it stands in the header */
    dc->headers[0] = mem_printf(dc, "X-DC-DEVKEY: %s", options->api_key);
    dc->headers[1] = "Content-Type: application/json";
    dc->headers[2] = "Accept: application/json";
    dc->headers[3] = "User-Agent: countersign";
    dc->vendor.upstream = (struct upstream){
        &digicert_ops, own->name, loop, .poll_s = options->poll_s, .doubt_s = options->doubt_s};
    dc->vendor.judge = digicert_judge;
    dc->vendor.api = (struct vendor_api){
        .vendor = "DigiCert",
        .loop = loop,
        .http = http,
        .limit = limit,
        .ca_file = own->ca_file[0] == '\0' ? NULL : own->ca_file,
        .timeout_ms = options->timeout_ms,
    };
    return &dc->vendor.upstream;
}
