/* perspective_check - see perspective_check.h. */
#include "acme/perspective_check.h"

#include <string.h>

#include "acme/perspective_poll.h"
#include "acme/perspective_wire.h"
#include "base/mem.h"

struct perspective_check {
    void *mem;                             /* of the results */
    perspective_on_validated on_validated; /* one of the two */
    perspective_on_caa on_caa;
    void *arg;

    struct validation *validation; /* the own look, until it has ended; one of the two */
    struct caa_check *caa_check;
    struct perspective_poll *poll; /* until it has ended */

    bool has_own;
    struct validation_result own; /* what was seen here */
    struct caa_finding *findings;
    size_t findings_len;
    const struct corroboration *others; /* NULL: they are still being asked */
};

static void finish_if_all_is_known(struct perspective_check *check)
{
    if (!check->has_own || check->others == NULL)
        return;
    if (check->on_validated != NULL)
        check->on_validated(
            check->arg, mem_dup(check->mem, &check->own, sizeof check->own), check->others);
    else
        check->on_caa(check->arg, check->findings, check->findings_len, check->others);
    mem_free(check);
}

static void on_polled(void *arg, const struct corroboration *others)
{
    struct perspective_check *check = arg;

    check->poll = NULL;
    check->others = others;
    finish_if_all_is_known(check);
}

/* What was seen here is kept; if it is a no, the others change nothing. */
static void take_own(struct perspective_check *check, bool is_good)
{
    check->has_own = true;
    if (check->poll != NULL)
        perspective_poll_hurry(check->poll, !is_good);
    else
        finish_if_all_is_known(check);
}

static void on_validated(void *arg, const struct validation_result *result)
{
    struct perspective_check *check = arg;

    check->validation = NULL;
    check->own = *result;
    check->own.detail = mem_strdup(check->mem, result->detail);
    take_own(check, result->valid);
}

static void on_caa(void *arg, const struct caa_finding *findings, size_t len)
{
    struct perspective_check *check = arg;
    bool is_good = true;

    check->caa_check = NULL;
    check->findings = mem_new_array(check->mem, struct caa_finding, len);
    check->findings_len = len;
    for (size_t i = 0; i < len; i++) {
        check->findings[i] = findings[i];
        check->findings[i].detail = mem_strdup(check->mem, findings[i].detail);
        is_good = is_good && findings[i].allowed;
    }
    take_own(check, is_good);
}

struct perspective_check *perspective_validate(void *mem, const struct validator_ops *validator,
    const struct validation_options *options, const struct validation_request *request,
    const struct perspective_set *set, perspective_on_validated on_done, void *arg)
{
    struct perspective_check *check = mem_new(NULL, struct perspective_check);
    struct perspective_validation asked = {
        .validator = validator, .request = *request, .timeout_ms = options->timeout_ms};
    struct perspective_poll_options poll = {
        .loop = options->loop,
        .http = options->http,
        .set = set,
        .path = PERSPECTIVE_PATH_VALIDATE,
        .body = set->len == 0 ? "" : perspective_write_validation(check, &asked),
        .subjects = 1,
        .read = perspective_read_result,
        .timeout_ms = options->timeout_ms,
    };

    check->on_validated = on_done;
    check->arg = arg;
    check->mem = mem;
    check->poll = perspective_poll_start(mem, &poll, on_polled, check);
    check->validation = validation_start(validator, options, request, on_validated, check);
    return check;
}

struct perspective_check *perspective_ask_caa(void *mem, const struct validation_options *options,
    const struct caa_name *names, size_t len, const struct perspective_set *set,
    perspective_on_caa on_done, void *arg)
{
    struct perspective_check *check = mem_new(NULL, struct perspective_check);
    struct perspective_caa asked = {.names = names, .len = len, .timeout_ms = options->timeout_ms};
    struct perspective_poll_options poll = {
        .loop = options->loop,
        .http = options->http,
        .set = set,
        .path = PERSPECTIVE_PATH_CAA,
        .body = set->len == 0 ? "" : perspective_write_caa(check, &asked),
        .subjects = len,
        .read = perspective_read_findings,
        .timeout_ms = options->timeout_ms,
    };

    check->on_caa = on_done;
    check->arg = arg;
    check->mem = mem;
    check->poll = perspective_poll_start(mem, &poll, on_polled, check);
    check->caa_check = caa_check_start(options->resolver, names, len, on_caa, check);
    return check;
}

void perspective_check_cancel(struct perspective_check **handle)
{
    struct perspective_check *check = *handle;

    *handle = NULL;
    if (check == NULL)
        return;
    validation_cancel(&check->validation);
    caa_check_cancel(&check->caa_check);
    perspective_poll_cancel(&check->poll);
    mem_free(check);
}
