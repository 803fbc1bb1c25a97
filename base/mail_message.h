/* mail_message - writes a mail as RFC 5322 and MIME (RFC 2045) want it: headers of ours, one part
 * of plain text. */
#ifndef COUNTERSIGN_BASE_MAIL_MESSAGE_H
#define COUNTERSIGN_BASE_MAIL_MESSAGE_H

#include "base/bytes.h"
#include "base/err.h"

#define MAIL_ADDRESS_MAX 254 /* octets (RFC 5321, 4.5.3.1.3, without the angle brackets) */

struct mail_message {
    const char *from, *to;      /* LOCAL@DOMAIN, no names, no brackets */
    const char *subject;        /* ASCII, short enough for one line */
    const char *message_id;     /* "<...@...>" */
    const char *auto_submitted; /* RFC 3834: "auto-generated" */
    int64_t date_s;
    const char *text; /* UTF-8, lines by "\n" */
};

/* The whole mail with lines that end by CRLF, on `mem`. Text that is not ASCII or has long lines
 * goes as base64. ERR_INPUT: a header has a control character. */
enum err_code mail_message_write(
    void *mem, const struct mail_message *message, struct bytes *out, struct err *e);

#endif
