/* mail - the store's records of challenges by mail and of the replies to them (RFC 8823). */
#ifndef COUNTERSIGN_STORE_MAIL_H
#define COUNTERSIGN_STORE_MAIL_H

#include "store/store.h"

/* What an authorization with the challenge email-reply-00 has beside its row. */
struct mail_challenge {
    int64_t authz_id;
    const char *token_part1; /* goes by mail; the authorization's token is token-part2 */
    const char *message_id;  /* "<...@...>" */
    int64_t sent_s;          /* 0: not yet */
    int64_t until_s;         /* a reply counts until then */
    int64_t replies;         /* that were worth a look at their signatures */
    int64_t replied_s;       /* when the reply that counts came; 0: none has */
    const char *digest;      /* that it holds, or NULL */
    const char *proof;       /* who vouches for it, for people, or NULL */
    const char *trouble;     /* with sending, or why the last reply does not count, or NULL */
};

struct mail_reply {
    int64_t id, authz_id, received_s;
    struct bytes message;
};

enum err_code store_mail_add(
    struct store_tx *tx, const struct mail_challenge *challenge, struct err *e);

/* By authorization, and by the token in the mail's subject; on `mem`. ERR_NOT_FOUND. */
enum err_code store_mail_get(
    struct store_tx *tx, void *mem, int64_t authz_id, struct mail_challenge *out, struct err *e);
enum err_code store_mail_find(struct store_tx *tx, void *mem, const char *token_part1,
    struct mail_challenge *out, struct err *e);

/* The mail is with the mail server. */
enum err_code store_mail_sent(struct store_tx *tx, int64_t authz_id, int64_t now_s, struct err *e);

/* NULL: there is none any more. */
enum err_code store_mail_trouble(
    struct store_tx *tx, int64_t authz_id, const char *trouble, struct err *e);

/* The one reply that counts. ERR_CONFLICT if there is one already. */
enum err_code store_mail_answered(struct store_tx *tx, int64_t authz_id, int64_t now_s,
    const char *digest, const char *proof, struct err *e);

/* Keeps a reply until its signatures are verified; its id is set. ERR_LIMIT if `max` of the
 * challenge's were kept before. */
enum err_code store_mail_reply_add(
    struct store_tx *tx, struct mail_reply *reply, int64_t max, struct err *e);
enum err_code store_mail_reply_get(
    struct store_tx *tx, void *mem, int64_t id, struct mail_reply *out, struct err *e);
enum err_code store_mail_reply_drop(struct store_tx *tx, int64_t id, struct err *e);

#endif
