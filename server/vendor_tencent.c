/* vendor_tencent - how an upstream of type tencent becomes a connector (server/vendors.h). */
#include <string.h>

#include "base/mem.h"
#include "policy/upstream/tencent.h"
#include "server/vendors.h"

/* The service's word for one of the configuration (server/config_tencent.c). */
static const char *method_of(const struct config_upstream *u)
{
    if (strcmp(u->dcv_method, "dns-auto") == 0)
        return "DNS_AUTO";
    return strcmp(u->dcv_method, "file") == 0 ? "FILE" : "DNS";
}

static const void *options(void *mem, const struct config_upstream *u, const char *key)
{
    struct tencent_options *options = mem_new(mem, struct tencent_options);

    *options = (struct tencent_options){
        .name = u->name,
        .url = u->url,
        .secret_id = u->access_key,
        .secret_key = key,
        .ca_file = u->ca_file,
        .timeout_ms = u->timeout_s * 1000,
        .poll_s = u->poll_interval_s,
        .doubt_s = u->doubt_wait_s,
        .order_years = u->order_years,
        .method = method_of(u),
        .company_id = u->organization_id,
        .manager_id = u->manager_id,
        .organization = {u->organization.name, u->organization.unit, u->organization.address,
            u->organization.city, u->organization.province, u->organization.country,
            u->organization.phone_area, u->organization.phone},
        .contact = {u->contact.first_name, u->contact.last_name, u->contact.position,
            u->contact.phone, u->contact.email},
        .memory = tencent_memory_new(mem),
    };
    return options;
}

static struct upstream *connect(void *mem, struct loop *loop, struct http_client *http,
    struct vendor_limit *limit, const void *options)
{
    return tencent_new(mem, loop, http, limit, options);
}

const struct vendor_kind vendor_tencent = {
    .type = UPSTREAM_TENCENT,
    .title = "Tencent Cloud",
    .ops = &tencent_ops,
    .limit_new = tencent_limit_new,
    .options = options,
    .connect = connect,
};
