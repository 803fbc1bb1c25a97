/* email_reply - what a mail says as a reply to a challenge by mail (RFC 8823, 3.2). Pure: whose
 * challenge it answers, whether it is signed and whether the digest is right is found out by others
 * (acme/mail_in.h, acme/reply_flow.h).
 */
#ifndef COUNTERSIGN_ACME_EMAIL_REPLY_H
#define COUNTERSIGN_ACME_EMAIL_REPLY_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/mail_text.h"

/* token-part1: 24 random octets. Some clients join the two parts as text, others as octets; both
 * come to the same only if the first part's octets are a multiple of three (standards.md 7). */
#define EMAIL_TOKEN_OCTETS 24
#define EMAIL_TOKEN_LEN    32

struct email_reply {
    struct mail_text mail;
    const char *token_part1; /* from the subject */
    const char *from;        /* the one address in From */
    const char *domain;      /* of it, in lower case and A-labels; of the DKIM signature, too */
    const char *digest;      /* base64url, without padding */
};

/* Reads a normalised mail (mail_text_normalise) that was sent to `address`; all on `mem`.
 * ERR_NOT_FOUND: it is no reply to a challenge at all, or nothing that a person or a client of RFC
 * 8823 wrote as one (a bounce, an answering machine). ERR_DENIED: it answers the challenge of
 * out->token_part1, but not as it must; e says why, for whoever wrote it. */
enum err_code email_reply_read(
    void *mem, struct bytes message, const char *address, struct email_reply *out, struct err *e);

/* The headers that a reply's signature must cover. */
enum email_signed {
    EMAIL_SIGNED_PRESENT, /* those of RFC 8823, 3.2 that the mail has */
    EMAIL_SIGNED_ALL,     /* all that RFC 8823, 3.2 lists, whether the mail has them or not */
    EMAIL_SIGNED_CORE     /* From and Subject, beside the body */
};
const char *const *email_signed_headers(
    void *mem, const struct mail_text *mail, enum email_signed kind);

/* The same mailbox? Neither case counts: nobody has two that differ in it only. */
bool email_address_equal(const char *a, const char *b);

#endif
