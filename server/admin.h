/* admin - the admin API: HTTP with JSON on a unix socket, for the operator's commands.
 *
 * Who may open the socket (mode 0600) may do everything. One thread of its own serves it, so that
 * it answers also while the workers are busy. A handler is like one of acme/: `prepare` reads the
 * request without the store, the handler runs in a snapshot or in a transaction of the store, and
 * neither waits. The list of contents is the table in admin.c.
 *
 * Errors are {"status":404,"detail":"..."} as application/problem+json.
 */
#ifndef COUNTERSIGN_SERVER_ADMIN_H
#define COUNTERSIGN_SERVER_ADMIN_H

#include "acme/acme.h"
#include "store/store.h"

struct admin;

struct admin_req {
    void *mem;
    const struct acme *acme;
    const struct acme_settings *settings;
    int64_t now_s;
    const char *rest;  /* what stands at the path's "*", or NULL */
    struct bytes body; /* until the handler is done */
    void *prepared;    /* what prepare read, for the handler */
};

struct admin_resp {
    int status; /* 0 becomes 200 */
    struct bytes body;
};

typedef enum err_code (*admin_prepare)(struct admin_req *req, struct err *e);
typedef enum err_code (*admin_handler)(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

/* Listens on `path` and serves. Secrets and settings live until exit. NULL and e, for the operator.
 */
struct admin *admin_start(const char *path, struct store *store, const struct acme *acme,
    const struct acme_settings *settings, struct err *e);

/* Goes on by other settings. */
void admin_update(struct admin *admin, const struct acme_settings *settings);

/* Answers what is open, ends the thread, removes the socket. NULL is fine. */
void admin_stop(struct admin *admin);

#endif
