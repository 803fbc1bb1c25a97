/* tencent - see tencent.h. */
#include "policy/upstream/tencent.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rate_table.h"
#include "policy/upstream/tencent_call.h"

#define CHECK_MS INT64_C(300000) /* TC-DCV-4 */
#define CORNERS  64              /* of eight certificates each */

struct tencent_memory {
    struct rate_table *checks; /* by CertificateId; in milliseconds */
    atomic_bool lacks_completion;
};

struct tencent_memory *tencent_memory_new(void *mem)
{
    struct tencent_memory *memory = mem_new(mem, struct tencent_memory);

    memory->checks = rate_table_new(memory, CORNERS);
    return memory;
}

bool tencent_lacks_completion(const struct upstream_call *call)
{
    return atomic_load(&tencent_options_of(call)->memory->lacks_completion);
}

void tencent_note_no_completion(const struct upstream_call *call)
{
    atomic_store(&tencent_options_of(call)->memory->lacks_completion, true);
}

bool tencent_may_check(const struct upstream_call *call, const char *id)
{
    const struct gcra_rate rate = {.count = 1, .period = CHECK_MS};
    int64_t wait_ms;

    return rate_table_take(tencent_options_of(call)->memory->checks, bytes_of(id), &rate,
        clock_monotonic_ms(), &wait_ms);
}

static void free_upstream(struct upstream *upstream)
{
    struct tencent *tc = tencent_of(upstream);

    vendor_verb_cancel_all(&tc->vendor);
    mem_free(tc);
}

const struct upstream_ops tencent_ops = {
    .type = "tencent",
    .takes_dates = false,
    .new_reference = vendor_verb_new_reference,
    .submit = tencent_submit,
    .poll = tencent_poll,
    .find = tencent_find,
    .prove = tencent_prove,
    .revoke = tencent_revoke,
    .list = tencent_list,
    .fetch = tencent_fetch,
    .cancel = vendor_verb_cancel,
    .free = free_upstream,
};

struct vendor_limit *tencent_limit_new(void *mem, int percent)
{
    size_t count = 8 * (size_t)percent / 100;
    struct vendor_window window = {count > 0 ? count : 1, 1050};

    return vendor_limit_new(mem, &window, 1);
}

static void copy_options(struct tencent *tc, const struct tencent_options *options)
{
    struct tencent_options *own = &tc->options;
    const char **texts[] = {&own->name, &own->url, &own->secret_id, &own->secret_key, &own->ca_file,
        &own->method, &own->company_id, &own->manager_id, &own->organization.name,
        &own->organization.unit, &own->organization.address, &own->organization.city,
        &own->organization.province, &own->organization.country, &own->organization.phone_area,
        &own->organization.phone, &own->contact.first_name, &own->contact.last_name,
        &own->contact.position, &own->contact.phone, &own->contact.email};

    *own = *options;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = mem_strdup(tc, *texts[i]);
}

struct upstream *tencent_new(void *mem, struct loop *loop, struct http_client *http,
    struct vendor_limit *limit, const struct tencent_options *options)
{
    struct tencent *tc = mem_new(mem, struct tencent);

    copy_options(tc, options);
    tc->vendor = (struct vendor){
        .upstream = {&tencent_ops, tc->options.name, loop, .poll_s = options->poll_s,
            .doubt_s = options->doubt_s},
        .api = {.vendor = "Tencent Cloud",
            .loop = loop,
            .http = http,
            .limit = limit,
            .ca_file = tc->options.ca_file[0] == '\0' ? NULL : tc->options.ca_file,
            .timeout_ms = options->timeout_ms},
        .sign = tencent_sign_call,
        .key = &tc->options,
        .judge = tencent_judge,
    };
    return &tc->vendor.upstream;
}
