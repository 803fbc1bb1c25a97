/* mail_text - reads a mail that came in, by GMime: its headers, decoded, and its plain text.
 *
 * Hostile mails are expected: a header that may stand once only and stands twice makes the mail
 * unreadable, since others may have looked at the other one (RFC 5322, 3.6).
 */
#ifndef COUNTERSIGN_BASE_MAIL_TEXT_H
#define COUNTERSIGN_BASE_MAIL_TEXT_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"

struct mail_header {
    const char *name, *value; /* unfolded, RFC 2047 and 2231 decoded, UTF-8 */
};

struct mail_text {
    const struct mail_header *headers;
    size_t headers_len;
    const char *from;      /* the one address of From; NULL: there is none, or several */
    const char *const *to; /* the addresses of To, NULL-terminated */
    const char *type;      /* media type of the whole: "text/plain" */
    const char *text;      /* of the part text/plain, UTF-8, lines by "\n"; NULL: there is none.
                              That is the mail itself or a part of its multipart/alternative */
};

/* Before any other call, once a process. */
void mail_text_init(void);

/* The mail with all lines ended by CRLF, and without the line "From ..." that local delivery puts
 * first (mbox); on `mem`. */
struct bytes mail_text_normalise(void *mem, struct bytes message);

/* Reads a normalised mail; all of *out is on `mem`. ERR_INPUT. */
enum err_code mail_text_read(void *mem, struct bytes message, struct mail_text *out, struct err *e);

/* The value of a header, whatever the case of its name; NULL without it. */
const char *mail_text_header(const struct mail_text *mail, const char *name);

#endif
