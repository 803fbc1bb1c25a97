/* validator - see validator.h. */
#include "acme/validator.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

static void stop(struct validation *check)
{
    loop_cancel(&check->start_timer);
    check->ops->stop(check);
}

static void finish(struct validation *check, const struct validation_result *result)
{
    stop(check);
    check->on_done(check->arg, result);
    mem_free(check);
}

void validation_pass(struct validation *check)
{
    struct validation_result result = {.valid = true, .problem = PROBLEM_NONE, .detail = ""};

    result.until_s = check->until_s;
    memcpy(result.address, check->address, sizeof result.address);
    finish(check, &result);
}

void validation_fail(
    struct validation *check, enum problem problem, bool retry, const char *format, ...)
{
    char detail[sizeof((struct err *)NULL)->detail];
    struct validation_result result = {.problem = problem, .detail = detail, .retry = retry};
    va_list args;

    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    memcpy(result.address, check->address, sizeof result.address);
    finish(check, &result);
}

void validation_give_up(struct validation *check)
{
    struct validation_result result = {.cancelled = true,
        .problem = PROBLEM_SERVER_INTERNAL,
        .detail = "the server is shutting down",
        .retry = true};

    finish(check, &result);
}

int64_t validation_time_left_ms(const struct validation *check)
{
    int64_t left = check->deadline_ms - clock_monotonic_ms();

    return left > 1 ? left : 1;
}

const char *validation_excerpt(void *mem, struct bytes text, size_t shown_len)
{
    size_t len = text.len < shown_len ? text.len : shown_len;
    char *copy = mem_strndup(mem, (const char *)text.data, len);

    for (size_t i = 0; i < len; i++) {
        unsigned char c = text.data[i];
        if (c == '"')
            copy[i] = '\'';
        else if (c < ' ' || c > '~' || c == '\\')
            copy[i] = '?';
        else
            copy[i] = (char)c;
    }
    return text.len > len ? mem_printf(mem, "%s...", copy) : copy;
}

static const char *const *copy_list(void *mem, const char *const *list)
{
    const char **copy;
    size_t len = 0;

    while (list[len] != NULL)
        len++;
    copy = mem_new_array(mem, const char *, len + 1);
    for (size_t i = 0; i < len; i++)
        copy[i] = mem_strdup(copy, list[i]);
    return copy;
}

static struct persist_terms copy_terms(void *mem, const struct persist_terms *terms)
{
    struct persist_terms copy = *terms;

    if (terms->issuers == NULL)
        return copy;
    copy.issuers = copy_list(mem, terms->issuers);
    copy.hash_prefix = mem_strdup(mem, terms->hash_prefix);
    copy.thumbprints = copy_list(mem, terms->thumbprints);
    return copy;
}

static void on_start(void *arg)
{
    struct validation *check = arg;

    check->start_timer = NULL;
    check->ops->begin(check);
}

struct validation *validation_start(const struct validator_ops *ops,
    const struct validation_options *options, const struct validation_request *request,
    validation_on_done on_done, void *arg)
{
    struct validation *check = mem_alloc(NULL, ops->size, ops->name);

    check->ops = ops;
    check->options = *options;
    check->request.identifier =
        (struct identifier){request->identifier.type, mem_strdup(check, request->identifier.value)};
    check->request.token = mem_strdup(check, request->token);
    check->request.key_authorization = mem_strdup(check, request->key_authorization);
    check->request.wildcard = request->wildcard;
    check->request.account_url = mem_strdup(check, request->account_url);
    check->request.persist = copy_terms(check, &request->persist);
    check->on_done = on_done;
    check->arg = arg;
    check->deadline_ms = clock_monotonic_ms() + options->timeout_ms;
    check->start_timer = loop_after(options->loop, 0, on_start, check);
    return check;
}

void validation_cancel(struct validation **handle)
{
    struct validation *check = *handle;

    *handle = NULL;
    if (check == NULL)
        return;
    stop(check);
    mem_free(check);
}
