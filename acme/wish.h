/* wish - what a client wants done at the vendor, said outright by the address of its directory, as
 * DigiCert's own ACME service takes it:
 *
 *     /acme/directory?action=reissue&orderId=1001
 *     /acme/<profile>/directory?action=enroll
 *
 * Clients do not repeat a query with their orders. So the newOrder of such a directory has the wish
 * in its path: /acme/new-order/reissue/1001, /acme/<profile>/new-order/enroll. What comes of it,
 * the policy says; a wish that is refused is never turned into another action.
 */
#ifndef COUNTERSIGN_ACME_WISH_H
#define COUNTERSIGN_ACME_WISH_H

#include "acme/acme.h"

struct wish {
    enum act act;         /* ACT_NONE: it is left to the policy */
    const char *order_id; /* the vendor order that is meant, or NULL */
};

/* The wish of a directory's query (NULL and "": none), on `mem`. PROBLEM_MALFORMED, in words for
 * the person who wrote the address, for anything but one `action` and, unless that is `enroll`, at
 * most one `orderId`. */
enum err_code wish_of_query(void *mem, const char *query, struct wish *out, struct err *e);

/* The wish of a newOrder's path, "reissue/1001" or NULL, on `mem`. PROBLEM_NOT_FOUND for what no
 * directory gave. */
enum err_code wish_of_path(void *mem, const char *path, struct wish *out, struct err *e);

/* Does the external account allow the wish? PROBLEM_UNAUTHORIZED: what is refused is never turned
 * into something else. */
enum err_code wish_check(const struct wish *wish, const struct eab *eab, struct err *e);

/* "/reissue/1001", to go behind ".../new-order"; "" for none. On `mem`. */
char *wish_path(void *mem, const struct wish *wish);

#endif
