/* http_answer - the text of an HTTP/1.1 answer, put together in one buffer so that it leaves in one
 * write.
 *
 * One for a whole server: begin, add headers, end; then the text is there until the next begin.
 */
#ifndef COUNTERSIGN_BASE_HTTP_ANSWER_H
#define COUNTERSIGN_BASE_HTTP_ANSWER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/bytes.h"

struct http_answer {
    struct buf text;
    char date[64]; /* the header line, of second date_s */
    time_t date_s;
    bool has_body; /* does this status have one? */
};

void http_answer_init(struct http_answer *answer, void *mem);

/* Status line, Date, and Content-Length where the status has a body. */
void http_answer_begin(struct http_answer *answer, int status, time_t now_s, size_t body_len);

/* One header line. A value that could end its line would let a client write headers of its own: it
 * is left out, and complained of in the log. */
void http_answer_add(struct http_answer *answer, const char *name, const char *value);

/* Ends the head; the body follows unless the status has none. For HEAD pass no body here, its
 * length to begin. */
void http_answer_end(struct http_answer *answer, struct bytes body);

/* After the text was sent: a buffer that grew large is given back. */
void http_answer_trim(struct http_answer *answer);

#endif
