/* vendor_huawei - how an upstream of type huawei becomes a connector (server/vendors.h). */
#include <string.h>

#include "base/mem.h"
#include "policy/upstream/huawei.h"
#include "server/vendors.h"

static const void *options(void *mem, const struct config_upstream *u, const char *key)
{
    struct huawei_options *options = mem_new(mem, struct huawei_options);

    *options = (struct huawei_options){
        .name = u->name,
        .url = u->url,
        .access_key = u->access_key,
        .secret_key = key,
        .project_id = u->project_id,
        .account_id = u->account_id,
        .ca_file = u->ca_file,
        .timeout_ms = u->timeout_s * 1000,
        .poll_s = u->poll_interval_s,
        .doubt_s = u->doubt_wait_s,
        .order_years = u->order_years,
        .domain_method = strcmp(u->dcv_method, "email") == 0 ? "EMAIL" : "DNS",
        .company = {u->organization.name, u->organization.unit, u->organization.country,
            u->organization.province, u->organization.city},
        .applicant = {vendor_huawei_applicant(mem, u), u->contact.phone, u->contact.email},
    };
    return options;
}

static struct upstream *connect(void *mem, struct loop *loop, struct http_client *http,
    struct vendor_limit *limit, const void *options)
{
    return huawei_new(mem, loop, http, limit, options);
}

const struct vendor_kind vendor_huawei = {
    .type = UPSTREAM_HUAWEI,
    .title = "Huawei Cloud",
    .ops = &huawei_ops,
    .limit_new = huawei_limit_new,
    .options = options,
    .connect = connect,
};
