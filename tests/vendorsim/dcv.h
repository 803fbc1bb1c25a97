/* dcv - looks for what a domain's owner has to publish: at the DNS server of --dns, and by HTTP on
 * the first IPv4 address that it gives.
 *
 * Without --dns nothing is ever found; then only the control plane validates.
 */
#ifndef COUNTERSIGN_VENDORSIM_DCV_H
#define COUNTERSIGN_VENDORSIM_DCV_H

#include <stdbool.h>

#include "base/err.h"
#include "base/loop.h"

struct dcv;

/* `dns`: "127.0.0.1@53", or NULL. On `mem`; NULL and ERR_INPUT. */
struct dcv *dcv_new(
    void *mem, struct loop *loop, const char *dns, unsigned http_port, struct err *e);

/* Is a look under way? `on_idle` is called in the next round of the loop after the last one is
 * over.
 */
bool dcv_is_busy(const struct dcv *dcv);
void dcv_tell_idle(struct dcv *dcv, void (*on_idle)(void *arg), void *arg);

/* Exactly once, never before the call that asked returns. `why` says in words what was met. */
typedef void (*dcv_on_result)(void *arg, bool found, const char *why);

/* Was something there, but not what was looked for? Of a `why`. */
bool dcv_was_wrong(const char *why);

/* Is there a TXT record at `name` whose whole text is `value`? */
void dcv_find_txt(
    struct dcv *dcv, const char *name, const char *value, dcv_on_result on_result, void *arg);

/* Does `name` have a CNAME to `target`? */
void dcv_find_cname(
    struct dcv *dcv, const char *name, const char *target, dcv_on_result on_result, void *arg);

/* Does http://<host><path> answer 200 with `value` in its body? One connection, no redirects. The
 * host may be an address, which needs no DNS. */
void dcv_find_file(struct dcv *dcv, const char *host, const char *path, const char *value,
    dcv_on_result on_result, void *arg);

#endif
