/* mail - see mail.h. */
#include "store/mail.h"

#include "store/store_private.h"

enum {
    SQL_MAIL_ADD,
    SQL_MAIL_GET,
    SQL_MAIL_FIND,
    SQL_MAIL_SENT,
    SQL_MAIL_TROUBLE,
    SQL_MAIL_ANSWERED,
    SQL_MAIL_COUNT_REPLY,
    SQL_MAIL_REPLY_ADD,
    SQL_MAIL_REPLY_GET,
    SQL_MAIL_REPLY_DROP
};

#define COLUMNS                                                                                    \
    "authz_id, token_part1, message_id, sent_s, until_s, replies, replied_s, digest, proof,"       \
    " trouble"

static const char *const mail_sql[] = {
    [SQL_MAIL_ADD] = "INSERT INTO mail_challenge (authz_id, token_part1, message_id, sent_s,"
                     " until_s, replies, replied_s)"
                     " VALUES ($1, $2, $3, 0, $4, 0, 0)",
    [SQL_MAIL_GET] = "SELECT " COLUMNS " FROM mail_challenge WHERE authz_id = $1",
    [SQL_MAIL_FIND] = "SELECT " COLUMNS " FROM mail_challenge WHERE token_part1 = $1",
    [SQL_MAIL_SENT] = "UPDATE mail_challenge SET sent_s = $2, trouble = NULL WHERE authz_id = $1",
    [SQL_MAIL_TROUBLE] = "UPDATE mail_challenge SET trouble = $2 WHERE authz_id = $1",
    [SQL_MAIL_ANSWERED] = "UPDATE mail_challenge"
                          " SET replied_s = $2, digest = $3, proof = $4, trouble = NULL"
                          " WHERE authz_id = $1 AND replied_s = 0",
    [SQL_MAIL_COUNT_REPLY] = "UPDATE mail_challenge SET replies = replies + 1"
                             " WHERE authz_id = $1 AND replies < $2",
    [SQL_MAIL_REPLY_ADD] = "INSERT INTO mail_reply (authz_id, received_s, message)"
                           " VALUES ($1, $2, $3)"
                           " RETURNING id",
    [SQL_MAIL_REPLY_GET] = "SELECT authz_id, received_s, message FROM mail_reply WHERE id = $1",
    [SQL_MAIL_REPLY_DROP] = "DELETE FROM mail_reply WHERE id = $1",
};
const struct store_statements mail_statements = STORE_STATEMENTS(mail_sql);

enum err_code store_mail_add(
    struct store_tx *tx, const struct mail_challenge *challenge, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_MAIL, SQL_MAIL_ADD);

    bind_int(q, 1, challenge->authz_id);
    bind_text(q, 2, challenge->token_part1);
    bind_text(q, 3, challenge->message_id);
    bind_int(q, 4, challenge->until_s);
    return store_run(q, NULL, e);
}

static enum err_code read_one(
    struct store_query *q, void *mem, struct mail_challenge *out, struct err *e)
{
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code
                                 : err_set(e, ERR_NOT_FOUND, "there is no such challenge by mail");
    *out = (struct mail_challenge){
        .authz_id = get_int(q, 0),
        .token_part1 = get_text(q, mem, 1),
        .message_id = get_text(q, mem, 2),
        .sent_s = get_int(q, 3),
        .until_s = get_int(q, 4),
        .replies = get_int(q, 5),
        .replied_s = get_int(q, 6),
        .digest = get_text(q, mem, 7),
        .proof = get_text(q, mem, 8),
        .trouble = get_text(q, mem, 9),
    };
    store_end(q);
    return ERR_OK;
}

enum err_code store_mail_get(
    struct store_tx *tx, void *mem, int64_t authz_id, struct mail_challenge *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_MAIL, SQL_MAIL_GET);

    bind_int(q, 1, authz_id);
    return read_one(q, mem, out, e);
}

enum err_code store_mail_find(struct store_tx *tx, void *mem, const char *token_part1,
    struct mail_challenge *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_MAIL, SQL_MAIL_FIND);

    bind_text(q, 1, token_part1);
    return read_one(q, mem, out, e);
}

enum err_code store_mail_sent(struct store_tx *tx, int64_t authz_id, int64_t now_s, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_MAIL, SQL_MAIL_SENT);

    bind_int(q, 1, authz_id);
    bind_int(q, 2, now_s);
    return store_run(q, NULL, e);
}

enum err_code store_mail_trouble(
    struct store_tx *tx, int64_t authz_id, const char *trouble, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_MAIL, SQL_MAIL_TROUBLE);

    bind_int(q, 1, authz_id);
    bind_text(q, 2, trouble);
    return store_run(q, NULL, e);
}

enum err_code store_mail_answered(struct store_tx *tx, int64_t authz_id, int64_t now_s,
    const char *digest, const char *proof, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_MAIL, SQL_MAIL_ANSWERED);

    bind_int(q, 1, authz_id);
    bind_int(q, 2, now_s);
    bind_text(q, 3, digest);
    bind_text(q, 4, proof);
    return store_change_one(q, "the challenge was answered already", e);
}

static enum err_code count_reply(struct store_tx *tx, int64_t authz_id, int64_t max, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_MAIL, SQL_MAIL_COUNT_REPLY);
    int64_t changes;

    bind_int(q, 1, authz_id);
    bind_int(q, 2, max);
    if (store_run(q, &changes, e) != ERR_OK)
        return e->code;
    return changes == 1 ? ERR_OK
                        : err_set(e, ERR_LIMIT, "there were too many replies to this challenge");
}

enum err_code store_mail_reply_add(
    struct store_tx *tx, struct mail_reply *reply, int64_t max, struct err *e)
{
    struct store_query *q;

    if (count_reply(tx, reply->authz_id, max, e) != ERR_OK)
        return e->code;
    q = store_query(tx, STORE_MAIL, SQL_MAIL_REPLY_ADD);
    bind_int(q, 1, reply->authz_id);
    bind_int(q, 2, reply->received_s);
    bind_bytes(q, 3, reply->message);
    return store_insert(q, &reply->id, e);
}

enum err_code store_mail_reply_get(
    struct store_tx *tx, void *mem, int64_t id, struct mail_reply *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_MAIL, SQL_MAIL_REPLY_GET);

    bind_int(q, 1, id);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code : err_set(e, ERR_NOT_FOUND, "there is no such reply");
    *out = (struct mail_reply){.id = id,
        .authz_id = get_int(q, 0),
        .received_s = get_int(q, 1),
        .message = get_bytes(q, mem, 2)};
    store_end(q);
    return ERR_OK;
}

enum err_code store_mail_reply_drop(struct store_tx *tx, int64_t id, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_MAIL, SQL_MAIL_REPLY_DROP);

    bind_int(q, 1, id);
    return store_run(q, NULL, e);
}
