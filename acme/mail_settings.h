/* mail_settings - how this server writes and gets mail, for challenges by mail (RFC 8823). */
#ifndef COUNTERSIGN_ACME_MAIL_SETTINGS_H
#define COUNTERSIGN_ACME_MAIL_SETTINGS_H

#include "acme/email_reply.h"
#include "base/mail_call.h"

struct mail_settings {
    const char *from; /* the address that challenges come from, and that replies go to */
    const char *text; /* of a challenge, with {address}, {from}, {server} and {until} */
    struct mail_server smtp;
    enum email_signed signed_headers;
    struct mail_server imap; /* of the mailbox that replies come to */
    const char *folder;      /* in it; NULL: countersign deliver brings replies */
    int64_t poll_ms;         /* how often it is read */
    bool removes;            /* what was read */
};

#endif
