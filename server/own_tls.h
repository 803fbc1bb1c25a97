/* own_tls - the certificate of our own HTTPS listener: the configured one, or one that the embedded
 * CA issues and renews by itself.
 */
#ifndef COUNTERSIGN_SERVER_OWN_TLS_H
#define COUNTERSIGN_SERVER_OWN_TLS_H

#include "base/http_server.h"
#include "policy/upstream/local_ca.h"
#include "server/config.h"

struct own_tls;

/* `local_ca`: the embedded CA that issues when tls.certificate is empty. Errors name the file. On
 * `mem`. */
struct own_tls *own_tls_new(
    void *mem, const struct config *config, const struct local_ca_options *local_ca, struct err *e);

/* Borrowed; a worker that keeps it takes a reference (http_server does). */
struct http_tls *own_tls_get(const struct own_tls *tls);

/* Is it time for the next one? Never for a configured certificate. */
bool own_tls_is_due(const struct own_tls *tls, int64_t now_s);

/* Issues the next certificate. On an error the present one stays. */
enum err_code own_tls_renew(struct own_tls *tls, struct err *e);

#endif
