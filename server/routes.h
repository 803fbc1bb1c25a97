/* routes - the table of contents of the server: what can be asked, by whom, and who answers. */
#ifndef COUNTERSIGN_SERVER_ROUTES_H
#define COUNTERSIGN_SERVER_ROUTES_H

#include "acme/acme.h"
#include "acme/request.h"

/* A POST without a payload is POST-as-GET (RFC 8555, 6.3): another line of the table than a POST
 * with one. */
enum route_method { ROUTE_GET = 1, ROUTE_HEAD = 2, ROUTE_POST = 4, ROUTE_POST_AS_GET = 8 };

/* Where the handler runs: without the store; on the worker, in a snapshot; on the store thread, in
 * a transaction. */
enum route_access { ROUTE_PURE, ROUTE_READ, ROUTE_WRITE };

struct route {
    const char *path;   /* all of it, or what comes before a sealed row number; a "*" in it stands
                           for a profile's name */
    enum handle handle; /* what that number names; HANDLE_NONE: there is none */
    const char *suffix; /* what follows, NULL for nothing; a final "*" stands for one more segment,
                           "**" for all that comes */
    unsigned methods;
    enum acme_signer signer;
    enum route_access access;
    acme_prepare prepare; /* may be NULL */
    acme_handler handler;
};

/* What a path means. */
struct route_match {
    const struct route *route; /* NULL: nothing serves that method */
    unsigned methods;          /* all that the path serves; 0: no such path */
    enum acme_signer signer;   /* of its POSTs */
    int64_t id;
    const char *rest, *profile; /* on `mem` */
};

/* Finds the line for a path (without the query) and a method. A sealed number that is none of ours
 * is no such path. */
void route_find(void *mem, const struct acme *acme, const char *path, enum route_method method,
    struct route_match *out);

/* "GET, HEAD, POST" for an Allow header, on `mem`. */
char *route_allow(void *mem, unsigned methods);

#endif
