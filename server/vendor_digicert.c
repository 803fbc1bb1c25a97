/* vendor_digicert - how an upstream of type digicert becomes a connector (server/vendors.h). */
#include "acme/proof_method.h"
#include "base/mem.h"
#include "policy/upstream/digicert.h"
#include "server/vendors.h"

static const void *options(void *mem, const struct config_upstream *u, const char *key)
{
    struct digicert_options *options = mem_new(mem, struct digicert_options);

    *options = (struct digicert_options){
        .name = u->name,
        .url = u->url,
        .api_key = key,
        .ca_file = u->ca_file,
        .timeout_ms = u->timeout_s * 1000,
        .poll_s = u->poll_interval_s,
        .doubt_s = u->doubt_wait_s,
        .organization_id = u->organization_id,
        .order_years = u->order_years,
        .skip_approval = u->skip_approval,
        .payment_method = u->payment_method,
        .dcv_method = u->dcv_method,
        .publishes = u->domain_validation.method != PROOF_WAY_OPERATOR,
        .container_id = u->container_id,
        .client = u->rules == VENDOR_DIGICERT_CLIENT,
    };
    return options;
}

static struct upstream *connect(void *mem, struct loop *loop, struct http_client *http,
    struct vendor_limit *limit, const void *options)
{
    return digicert_new(mem, loop, http, limit, options);
}

const struct vendor_kind vendor_digicert = {
    .type = UPSTREAM_DIGICERT,
    .title = "DigiCert",
    .ops = &digicert_ops,
    .limit_new = digicert_limit_new,
    .options = options,
    .connect = connect,
};
