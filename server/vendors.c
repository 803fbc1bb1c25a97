/* vendors - see vendors.h. */
#include "server/vendors.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "policy/upstream/local_ca.h"

#define KEY_MAX 4096

struct vendor_limits {
    struct named_limit *first;
};

struct named_limit {
    const char *upstream;
    int rate;
    struct vendor_limit *limit;
    struct named_limit *next;
};

struct vendor_limits *vendor_limits_new(void *mem)
{
    return mem_new(mem, struct vendor_limits);
}

static struct vendor_limit *limit_of(
    struct vendor_limits *limits, const struct config_upstream *upstream)
{
    struct named_limit *found = limits->first;

    while (found != NULL &&
           (strcmp(found->upstream, upstream->name) != 0 || found->rate != upstream->call_rate))
        found = found->next;
    if (found == NULL) {
        found = mem_new(limits, struct named_limit);
        *found = (struct named_limit){mem_strdup(limits, upstream->name), upstream->call_rate,
            digicert_limit_new(limits, upstream->call_rate), limits->first};
        limits->first = found;
    }
    return found->limit;
}

/* Others may read it in some places where secrets are mounted as files: said, not refused. */
static void warn_if_open(const char *upstream, const char *path)
{
    struct stat status;

    if (stat(path, &status) == 0 && (status.st_mode & 077) != 0)
        log_warning("api_key_file_open", LOG_STR("upstream", upstream), LOG_STR("file", path),
            LOG_STR("detail", "others than the server may read it; chmod 600"));
}

/* One line of printable characters: it becomes a header. */
static enum err_code read_key(
    void *mem, const struct config_upstream *upstream, const char **key, struct err *e)
{
    struct err why = {0};
    size_t len;
    char *text;

    if (file_read(mem, upstream->api_key_file, KEY_MAX, &text, &why) != ERR_OK)
        return err_set(e, why.code, "upstream %s, api_key_file: %s", upstream->name, why.detail);
    for (len = strlen(text); len > 0 && isspace((unsigned char)text[len - 1]);)
        text[--len] = '\0';
    for (size_t i = 0; i < len; i++)
        if (!isgraph((unsigned char)text[i]))
            return err_set(e, ERR_INPUT,
                "upstream %s, api_key_file: %s holds more than a key on one line", upstream->name,
                upstream->api_key_file);
    if (len == 0)
        return err_set(e, ERR_INPUT, "upstream %s, api_key_file: %s is empty", upstream->name,
            upstream->api_key_file);
    warn_if_open(upstream->name, upstream->api_key_file);
    *key = text;
    return ERR_OK;
}

static enum err_code make(void *mem, const struct config_upstream *u, struct vendor_limits *limits,
    struct vendor_plan *out, struct err *e)
{
    out->digicert = (struct digicert_options){
        .name = u->name,
        .url = u->url,
        .ca_file = u->ca_file,
        .timeout_ms = u->timeout_s * 1000,
        .poll_s = u->poll_interval_s,
        .doubt_s = u->doubt_wait_s,
        .organization_id = u->organization_id,
        .order_years = u->order_years,
        .skip_approval = u->skip_approval,
        .payment_method = u->payment_method,
        .dcv_method = u->dcv_method,
        .container_id = u->container_id,
    };
    out->limit = limit_of(limits, u);
    return read_key(mem, u, &out->digicert.api_key, e);
}

enum err_code vendors_make(void *mem, const struct config *config, struct vendor_limits *limits,
    const struct vendor_plan **list, size_t *len, struct err *e)
{
    struct vendor_plan *plans = mem_new_array(mem, struct vendor_plan, config->upstreams_len);

    *list = plans;
    *len = 0;
    for (unsigned i = 0; i < config->upstreams_len; i++)
        if (config->upstreams[i].type == UPSTREAM_DIGICERT &&
            make(mem, &config->upstreams[i], limits, &plans[(*len)++], e) != ERR_OK)
            return e->code;
    return ERR_OK;
}

struct upstream *vendor_new(
    void *mem, struct loop *loop, struct http_client *http, const struct vendor_plan *plan)
{
    return digicert_new(mem, loop, http, plan->limit, &plan->digicert);
}

const struct upstream_ops *vendor_ops(const struct config_upstream *upstream)
{
    switch (upstream->type) {
    case UPSTREAM_LOCAL:
        return &local_ca_ops;
    case UPSTREAM_DIGICERT:
        return &digicert_ops;
    }
    return NULL;
}
