/* mail_in - takes in mail: finds the challenge that it answers, by what costs little, and keeps it
 * for the check of its signature (acme/reply_flow.h).
 *
 * Whoever brings mail (IMAP, countersign deliver) brings anything: spam, bounces, forgeries, the
 * same mail twice. All of it ends here but what answers a challenge that waits, and of that so many
 * a challenge only.
 */
#ifndef COUNTERSIGN_ACME_MAIL_IN_H
#define COUNTERSIGN_ACME_MAIL_IN_H

#include "acme/email_reply.h"
#include "acme/mail_settings.h"
#include "store/store.h"

#define MAIL_IN_MAX (256 * 1024) /* octets of a mail */

struct mail_in {
    struct bytes message; /* normalised */
    struct email_reply reply;
    struct err fault; /* of reading it; ERR_OK: it looks like a reply */
};

/* Reads a mail, without the store; all on `mem`. */
void mail_in_read(
    void *mem, const struct mail_settings *settings, struct bytes message, struct mail_in *out);

/* True: the mail is kept, and its signature will be verified. False: nothing comes of it; `why`
 * says why (and the challenge that it means shows it too), or e is an error of the store. */
bool mail_in_take(
    struct store_tx *tx, const struct mail_in *in, int64_t now_ms, struct err *why, struct err *e);

#endif
