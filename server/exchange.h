/* exchange - one request and its answer: the way through route, JWS, prepare, transaction and
 * reply.
 *
 *     exchange_begin -> route -> [JWS read, verified] -> prepare -> PURE, READ: handler at once
 *                                                               -> WRITE: store thread -> commit ->
 * back
 *                    -> [held until its flow pauses or ends] -> reply
 */
#ifndef COUNTERSIGN_SERVER_EXCHANGE_H
#define COUNTERSIGN_SERVER_EXCHANGE_H

#include "acme/flow.h"
#include "acme/request.h"
#include "base/http_server.h"

/* What exchanges of one worker share. */
struct exchanges {
    const struct acme *acme;
    const struct world *world; /* loop, store, reader, settings */
    struct flow_engine *engine;
    struct key_cache *keys;
    struct exchange *held; /* replies that wait for their flow */
    unsigned in_store;     /* exchanges whose task is with the store */
    bool stopping;         /* nothing is held any more */
    /* What may be asked here, and nothing else: GET and HEAD of what this one answers. NULL: all
     * routes. */
    acme_handler only;
};

/* A request arrived; it is answered, now or later. */
void exchange_begin(struct exchanges *all, struct http_request *http);

/* A flow has ended or pauses: replies that wait for it leave. */
void exchanges_progress(struct exchanges *all, const char *kind, int64_t subject);

/* Shutdown: all held replies leave as they are, and none is held from now on. */
void exchanges_stop(struct exchanges *all);

/* Headers for an answer that the edge gives by itself: a nonce, as every error has. */
void exchange_refused(struct exchanges *all, char *out, size_t size);

#endif
