/* mail_flow - sends the mail of a challenge email-reply-00 (RFC 8823, 3 and 3.1).
 *
 *     send -> (the mail server has it) | send again later | the authorization is invalid
 *
 * The mail leaves when the authorization is made, since clients read it before they answer the
 * challenge. After a crash it may leave twice, with the same token and Message-ID.
 */
#ifndef COUNTERSIGN_ACME_MAIL_FLOW_H
#define COUNTERSIGN_ACME_MAIL_FLOW_H

#include "acme/flow.h"
#include "acme/mail_settings.h"

/* A random value counts so long at most (S/MIME Baseline Requirements, 3.2.2.4). */
#define MAIL_CHALLENGE_S 86400

extern const struct flow_kind mail_flow;

/* Makes token-part1 of a pending authorization that was just added, and puts its mail to work.
 * PROBLEM_REJECTED_IDENTIFIER if the server sends no mail. */
enum err_code mail_flow_start(struct store_tx *tx, const struct mail_settings *settings,
    int64_t authz_id, int64_t now_s, struct err *e);

/* The text of a challenge unless the operator has one. */
extern const char mail_default_text[];

/* The challenge as a whole mail, on `mem`. */
enum err_code mail_challenge_write(void *mem, const struct mail_settings *settings,
    const char *server_url, const char *to, const char *token_part1, const char *message_id,
    int64_t until_s, int64_t now_s, struct bytes *out, struct err *e);

#endif
