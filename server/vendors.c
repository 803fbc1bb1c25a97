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
    const struct vendor_kind *kind;
    int rate;
    struct vendor_limit *limit;
    struct named_limit *next;
};

struct vendor_limits *vendor_limits_new(void *mem)
{
    return mem_new(mem, struct vendor_limits);
}

/* Another rate goes on from what was counted by the rate before. */
static void change_rate(struct named_limit *limit, const struct vendor_kind *kind, int rate)
{
    struct vendor_limit *other = kind->limit_new(limit, rate);

    vendor_limit_change(limit->limit, other);
    mem_free(other);
    limit->rate = rate;
}

static struct vendor_limit *limit_of(struct vendor_limits *limits, const struct vendor_kind *kind,
    const struct config_upstream *upstream)
{
    struct named_limit *found = limits->first;

    while (found != NULL && (strcmp(found->upstream, upstream->name) != 0 || found->kind != kind))
        found = found->next;
    if (found == NULL) {
        found = mem_new(limits, struct named_limit);
        *found = (struct named_limit){mem_strdup(limits, upstream->name), kind, upstream->call_rate,
            kind->limit_new(limits, upstream->call_rate), limits->first};
        limits->first = found;
    } else if (found->rate != upstream->call_rate)
        change_rate(found, kind, upstream->call_rate);
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

static const struct vendor_kind *const kinds[] = {
    &vendor_digicert, &vendor_huawei, &vendor_tencent};

/* NULL: the embedded CA. */
static const struct vendor_kind *kind_of(const struct config_upstream *upstream)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i]->type == upstream->type)
            return kinds[i];
    return NULL;
}

static enum err_code make(void *mem, const struct config_upstream *upstream,
    const struct vendor_kind *kind, struct vendor_plan *out, struct err *e)
{
    const char *key;

    if (read_key(mem, upstream, &key, e) != ERR_OK)
        return e->code;
    *out = (struct vendor_plan){.kind = kind, .options = kind->options(mem, upstream, key)};
    return ERR_OK;
}

static void set_limits(
    const struct config *config, struct vendor_limits *limits, struct vendor_plan *plans)
{
    for (unsigned i = 0; i < config->upstreams_len; i++)
        if (kind_of(&config->upstreams[i]) != NULL) {
            plans->limit = limit_of(limits, plans->kind, &config->upstreams[i]);
            plans++;
        }
}

enum err_code vendors_make(void *mem, const struct config *config, struct vendor_limits *limits,
    const struct vendor_plan **list, size_t *len, struct err *e)
{
    struct vendor_plan *plans = mem_new_array(mem, struct vendor_plan, config->upstreams_len);

    *list = plans;
    *len = 0;
    for (unsigned i = 0; i < config->upstreams_len; i++) {
        const struct config_upstream *upstream = &config->upstreams[i];
        const struct vendor_kind *kind = kind_of(upstream);

        if (kind != NULL && make(mem, upstream, kind, &plans[(*len)++], e) != ERR_OK)
            return e->code;
    }
    set_limits(config, limits, plans); /* last, since it holds at once */
    return ERR_OK;
}

struct upstream *vendor_new(
    void *mem, struct loop *loop, struct http_client *http, const struct vendor_plan *plan)
{
    return plan->kind->connect(mem, loop, http, plan->limit, plan->options);
}

const char *vendor_title(const struct config_upstream *upstream)
{
    const struct vendor_kind *kind = kind_of(upstream);

    return kind == NULL ? NULL : kind->title;
}

const struct upstream_ops *vendor_ops(const struct config_upstream *upstream)
{
    const struct vendor_kind *kind = kind_of(upstream);

    return kind == NULL ? &local_ca_ops : kind->ops;
}
