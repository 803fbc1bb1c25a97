/* mailcert_letter - the mails of a challenge by mail, from the side of the person who gets it (RFC
 * 8823, 3.1 and 3.2): finds the challenge in what came, and writes the reply.
 */
#ifndef COUNTERSIGN_SERVER_MAILCERT_LETTER_H
#define COUNTERSIGN_SERVER_MAILCERT_LETTER_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"

/* A challenge mail, as far as the reply needs it. */
struct mailcert_letter {
    const char *token_part1;
    const char *subject;    /* as it came */
    const char *message_id; /* with its brackets; NULL: nobody knows */
    const char *reply_to;   /* where the reply goes */
};

/* token-part1 of a subject line: what follows "ACME:", white space left out. NULL: there is none.
 * On `mem`. */
const char *mailcert_letter_token(void *mem, const char *subject);

/* The newest challenge from `from` to `address` in a place: a file with one mail or many (mbox), or
 * a Maildir folder; "-" is standard input. ERR_NOT_FOUND: there is none (yet), or no such place;
 * ERR_INPUT: the place cannot be read. */
enum err_code mailcert_letter_find(void *mem, const char *place, const char *from,
    const char *address, struct mailcert_letter *out, struct err *e);

/* The lines that answer it: the digest of both parts of the token and the account key's thumbprint,
 * on `mem`. */
char *mailcert_letter_block(
    void *mem, const char *token_part1, const char *token_part2, const char *thumbprint);

/* The whole reply, for a program that sends mail; lines end with "\n". */
char *mailcert_letter_reply(void *mem, const struct mailcert_letter *letter, const char *address,
    const char *block, int64_t now_s);

#endif
