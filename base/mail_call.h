/* mail_call - one exchange with a mail server by libcurl on a loop: a mail that is sent (SMTP), or
 * one command to a mailbox (IMAP).
 *
 * One client a worker. Connections to the same server with the same user are used again.
 */
#ifndef COUNTERSIGN_BASE_MAIL_CALL_H
#define COUNTERSIGN_BASE_MAIL_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/loop.h"

struct mail_client;
struct mail_call;

/* How a connection that begins in the clear goes on; smtps:// and imaps:// begin with TLS. */
enum mail_tls { MAIL_TLS_REQUIRED, MAIL_TLS_IF_OFFERED, MAIL_TLS_NEVER };

struct mail_server {
    const char *url; /* "smtp://mx.example:587/ehlo.name", "imaps://mail.example" */
    enum mail_tls tls;
    const char *user, *password; /* NULL: none */
    const char *ca_file;         /* NULL: the system's */
    int64_t timeout_ms;          /* for the whole exchange */
};

struct mail_answer {
    enum err_code
        result; /* ERR_OK: it was done; ERR_TIMEOUT, ERR_NETWORK, ERR_UNAUTHORIZED (login),
                   ERR_DENIED (the server refuses), ERR_TOO_LARGE, ERR_CANCELLED */
    int status; /* SMTP: the last answer's, 0 without one */
    bool unknown_recipient; /* SMTP: the refusal is of the recipient, for good */
    struct bytes body;      /* IMAP: the mail, or the untagged answers */
    const char *why;        /* our words, safe to show */
    const char *internal;   /* libcurl's, for the log */
};

/* The reply is valid during the call only. */
typedef void (*mail_on_answer)(void *arg, const struct mail_answer *reply);

struct mail_client *mail_client_new(struct loop *loop);

/* Ends all calls with ERR_CANCELLED callbacks. */
void mail_client_free(struct mail_client *client);

/* Hands a mail (lines end by CRLF) to the server. Everything is copied. */
void mail_send(struct mail_client *client, const struct mail_server *server, const char *from,
    const char *to, struct bytes message, mail_on_answer on_answer, void *arg,
    struct mail_call **call);

/* One IMAP command; what the server answers is the body, up to reply_max. `path` follows the
 * server's URL ("/INBOX", "/INBOX/;UID=7"); `command` NULL fetches the mail that the path names. */
void mail_imap(struct mail_client *client, const struct mail_server *server, const char *path,
    const char *command, size_t reply_max, mail_on_answer on_answer, void *arg,
    struct mail_call **call);

/* No callback comes after this; sets the handle to NULL; NULL is fine. */
void mail_call_cancel(struct mail_call **call);

#endif
