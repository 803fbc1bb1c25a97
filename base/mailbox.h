/* mailbox - reads what is new in a folder of an IMAP server, a few mails at a time.
 *
 * Mails have numbers that grow and are never used again (UIDs), as long as the folder keeps its
 * UIDVALIDITY (RFC 9051, 2.3.1.1). Whoever remembers both reads every mail once; a folder that
 * was made anew is read from its beginning.
 */
#ifndef COUNTERSIGN_BASE_MAILBOX_H
#define COUNTERSIGN_BASE_MAILBOX_H

#include "base/mail_call.h"

#define MAILBOX_ROUND_MAX 16 /* mails that are read at a time */

/* How far a folder was read. */
struct mailbox_place {
    uint32_t validity; /* 0: it was never read */
    uint32_t last;     /* the UID of the last mail that was read */
};

struct mailbox_options {
    const struct mail_server *server; /* its URL without a path */
    const char *folder;               /* "INBOX": letters, digits, ".", "-", "_" and "/" */
    struct mailbox_place place;
    bool removes;    /* mails up to the place are removed first */
    size_t mail_max; /* octets; a larger mail is passed over */
};

struct mailbox_result {
    enum err_code result; /* as in struct mail_answer */
    const char *why, *internal;
    struct mailbox_place place; /* after these mails; also after an error, which may come after some
                                   were read */
    const struct bytes *mails;
    size_t mails_len;
    size_t too_large; /* so many were passed over */
    bool more;        /* there may be further ones */
};

struct mailbox_round;

/* The result is valid during the call only. */
typedef void (*mailbox_on_result)(void *arg, const struct mailbox_result *result);

/* Everything in `options` is copied but the server, which must live as long as the round. Promises
 * as in base/loop.h. */
struct mailbox_round *mailbox_start(struct mail_client *client,
    const struct mailbox_options *options, mailbox_on_result on_result, void *arg);

/* No callback comes after this; sets the handle to NULL; NULL is fine. */
void mailbox_cancel(struct mailbox_round **round);

#endif
