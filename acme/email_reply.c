/* email_reply - see email_reply.h. */
#include "acme/email_reply.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "acme/identifier.h"
#include "base/b64url.h"
#include "base/mem.h"

#define LABEL      "ACME:"
#define BLOCK_OPEN "-----BEGIN ACME RESPONSE-----"
#define BLOCK_END  "-----END ACME RESPONSE-----"

enum { DIGEST_OCTETS = 32, DIGEST_LEN = B64URL_LEN(DIGEST_OCTETS), ADDRESS_SHOWN = 100 };

bool email_address_equal(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

/* The subject. */

/* Without white space, which folding may have put anywhere (RFC 8823, 3.1), and padding. */
static char *squeezed(void *mem, const char *text)
{
    char *copy = mem_strdup(mem, text), *to = copy;

    for (const char *from = copy; *from != '\0'; from++)
        if (!isspace((unsigned char)*from))
            *to++ = *from;
    while (to > copy && to[-1] == '=')
        to--;
    *to = '\0';
    return copy;
}

/* Whatever stands before the label is ignored: "Re:", "[extern] AW:". */
static const char *read_token(void *mem, const struct mail_text *mail)
{
    const char *subject = mail_text_header(mail, "Subject"), *label = NULL;
    uint8_t octets[EMAIL_TOKEN_OCTETS];
    const char *token;

    for (const char *at = subject; at != NULL && (at = strstr(at, LABEL)) != NULL; at++)
        label = at;
    if (label == NULL)
        return NULL;
    token = squeezed(mem, label + strlen(LABEL));
    return b64url_decode_exactly(bytes_of(token), octets, sizeof octets) ? token : NULL;
}

/* The body. */

/* The next line without white space at its end; NULL after the last. */
static char *next_line(void *mem, const char **at)
{
    size_t len = strcspn(*at, "\n");
    const char *line = *at;

    if (*line == '\0')
        return NULL;
    *at += len + (line[len] == '\n');
    while (len > 0 && isspace((unsigned char)line[len - 1]))
        len--;
    return mem_strndup(mem, line, len);
}

static bool is_digest(const char *text)
{
    uint8_t octets[DIGEST_OCTETS];

    return b64url_decode_exactly(bytes_of(text), octets, sizeof octets);
}

/* The digest in the first block, whatever stands around it; NULL without a whole block. */
static const char *read_block(void *mem, const char *text)
{
    struct buf digest;
    const char *line;

    while ((line = next_line(mem, &text)) != NULL && strcmp(line, BLOCK_OPEN) != 0)
        continue;
    if (line == NULL)
        return NULL;
    buf_init(&digest, mem, 4L * DIGEST_LEN);
    while ((line = next_line(mem, &text)) != NULL && strcmp(line, BLOCK_END) != 0)
        buf_add_text(&digest, line);
    return line == NULL ? NULL : squeezed(mem, buf_text(&digest));
}

/* Did nobody mean to answer: a bounce, a notice of absence (RFC 3834, 5; RFC 3464)? */
static bool is_automatic(const struct mail_text *mail)
{
    const char *submitted = mail_text_header(mail, "Auto-Submitted");
    const char *path = mail_text_header(mail, "Return-Path");

    return (submitted != NULL && strncasecmp(submitted, "no", 2) != 0) ||
           (path != NULL && strncmp(path, "<>", 2) == 0) ||
           strcasecmp(mail->type, "multipart/report") == 0;
}

/* Clients mark their replies as automatic, too: what tells them from answering machines is the
 * block. */
static enum err_code read_digest(void *mem, struct email_reply *out, struct err *e)
{
    const char *digest = out->mail.text == NULL ? NULL : read_block(mem, out->mail.text);

    if (digest == NULL && is_automatic(&out->mail))
        return err_set(e, ERR_NOT_FOUND, "the mail is a bounce or an automatic answer");
    if (out->mail.text == NULL)
        return err_set(e, ERR_DENIED,
            "the reply is %.60s; it must be text/plain, or multipart/alternative with a text/plain "
            "part (RFC 8823, 3.2): reply in plain text",
            out->mail.type);
    if (digest == NULL)
        return err_set(e, ERR_DENIED,
            "the reply has no lines \"" BLOCK_OPEN "\" and \"" BLOCK_END
            "\" with the digest between them; each stands on a line of its own");
    if (!is_digest(digest))
        return err_set(e, ERR_DENIED,
            "what the reply has between its ACME RESPONSE lines is not the base64url text of a "
            "SHA-256 digest, which has %d characters",
            DIGEST_LEN);
    out->digest = digest;
    return ERR_OK;
}

/* Who writes. */

static enum err_code read_from(void *mem, struct email_reply *out, struct err *e)
{
    const char *from = out->mail.from, *at = from == NULL ? NULL : strrchr(from, '@');
    struct err why = {0};

    if (at == NULL || identifier_dns_form(mem, bytes_of(at + 1), &out->domain, &why) != ERR_OK)
        return err_set(e, ERR_DENIED, "the reply must have one address in From, at a domain");
    out->from = from;
    return ERR_OK;
}

static enum err_code check_to(const struct mail_text *mail, const char *address, struct err *e)
{
    for (const char *const *to = mail->to; *to != NULL; to++)
        if (email_address_equal(*to, address))
            return ERR_OK;
    return err_set(e, ERR_DENIED, "the reply is not addressed To %.*s", ADDRESS_SHOWN, address);
}

/* RFC 8823, 3.2, 6: it came over a mailing list. */
static enum err_code check_no_list(const struct mail_text *mail, struct err *e)
{
    for (size_t i = 0; i < mail->headers_len; i++)
        if (strncasecmp(mail->headers[i].name, "List-", strlen("List-")) == 0)
            return err_set(e, ERR_DENIED,
                "the reply came over a mailing list: it has the header %.40s",
                mail->headers[i].name);
    return ERR_OK;
}

enum err_code email_reply_read(
    void *mem, struct bytes message, const char *address, struct email_reply *out, struct err *e)
{
    *out = (struct email_reply){.token_part1 = NULL};
    if (mail_text_read(mem, message, &out->mail, e) != ERR_OK)
        return err_set(e, ERR_NOT_FOUND, "the mail cannot be read as a reply");
    out->token_part1 = read_token(mem, &out->mail);
    if (out->token_part1 == NULL)
        return err_set(e, ERR_NOT_FOUND,
            "the mail is no reply to a challenge: its subject has no \"" LABEL "\" with a token");
    if (read_digest(mem, out, e) != ERR_OK || read_from(mem, out, e) != ERR_OK ||
        check_to(&out->mail, address, e) != ERR_OK)
        return e->code;
    return check_no_list(&out->mail, e);
}

/* Signatures. */

const char *const *email_signed_headers(
    void *mem, const struct mail_text *mail, enum email_signed kind)
{
    /* RFC 8823, 3.2, 9. */
    static const char *const all[] = {"From", "Subject", "Sender", "Reply-To", "To", "CC", "Date",
        "In-Reply-To", "References", "Message-ID", "Content-Type", "Content-Transfer-Encoding"};
    const char **list = mem_new_array(mem, const char *, sizeof all / sizeof all[0] + 1);
    size_t len = 0;

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        bool wanted = kind == EMAIL_SIGNED_ALL || i < 2;

        if (kind == EMAIL_SIGNED_PRESENT)
            wanted = wanted || mail_text_header(mail, all[i]) != NULL;
        if (wanted)
            list[len++] = all[i];
    }
    return list;
}
