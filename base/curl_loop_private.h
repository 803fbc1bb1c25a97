/* curl_loop_private - libcurl's transfers on a loop, for the files of base/ that speak through it.
 *
 * libcurl says which sockets it waits for and when its next timeout is; both become events on the
 * loop. A finished transfer is taken out of libcurl's list at once; its owner hears of it while
 * libcurl is still on the stack, so what it starts or tells others waits for the next round.
 */
#ifndef COUNTERSIGN_BASE_CURL_LOOP_PRIVATE_H
#define COUNTERSIGN_BASE_CURL_LOOP_PRIVATE_H

#include <curl/curl.h>

#include "base/loop.h"

struct curl_loop;

/* `call` is what the transfer was started with. */
typedef void (*curl_loop_on_finished)(void *call, CURLcode code);

struct curl_loop *curl_loop_new(struct loop *loop, curl_loop_on_finished on_finished);

/* Every transfer must have ended. NULL is fine. */
void curl_loop_free(struct curl_loop *curl);

/* A handle with nothing set. */
CURL *curl_loop_handle(struct curl_loop *curl);

/* Begins the transfer of a handle from curl_loop_handle. */
void curl_loop_start(struct curl_loop *curl, CURL *easy, void *call);

/* Ends a transfer, finished or not, and takes the handle back. */
void curl_loop_end(struct curl_loop *curl, CURL *easy);

#endif
