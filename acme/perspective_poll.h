/* perspective_poll - asks all perspectives the same thing at the same time, and counts what they
 * say.
 *
 * A perspective that cannot be reached, answers too late or answers something else than what was
 * asked for counts as one that disagrees; it is not asked a second time. Nothing of an earlier poll
 * is used: who tries again starts a new one.
 */
#ifndef COUNTERSIGN_ACME_PERSPECTIVE_POLL_H
#define COUNTERSIGN_ACME_PERSPECTIVE_POLL_H

#include "acme/perspective.h"
#include "base/http_client.h"
#include "base/loop.h"

struct perspective_poll;

/* Reads an answer of `len` views onto `mem` (acme/perspective_wire.h). */
typedef enum err_code (*perspective_read)(
    void *mem, struct bytes body, struct perspective_view *out, size_t len, struct err *e);

struct perspective_poll_options {
    struct loop *loop;
    struct http_client *http;
    const struct perspective_set *set; /* may be empty; must live as long as the poll */
    const char *path, *body;
    size_t subjects; /* things that are asked for: views in an answer */
    perspective_read read;
    int64_t timeout_ms; /* that the perspectives were given; they are waited for a little longer */
};

/* `result` lives as long as the poll's `mem`. */
typedef void (*perspective_on_polled)(void *arg, const struct corroboration *result);

/* Starts a poll; what comes of it is on `mem`. Promises as in base/loop.h. */
struct perspective_poll *perspective_poll_start(void *mem,
    const struct perspective_poll_options *options, perspective_on_polled on_polled, void *arg);

/* What the server itself saw is known. From now on the poll ends soon after its outcome is certain,
 * without those who are slow to answer; if nothing depends on it (`is_settled`), soon in any case.
 */
void perspective_poll_hurry(struct perspective_poll *poll, bool is_settled);

/* No callback comes after this; sets the handle to NULL; NULL is fine. */
void perspective_poll_cancel(struct perspective_poll **poll);

#endif
