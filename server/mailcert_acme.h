/* mailcert_acme - as much of an ACME client as a certificate for mail needs (RFC 8555, RFC 8823):
 * one request after the other, each waited for.
 *
 * A P-256 account key, ES256. Nonces are kept; a refused one is replaced once. Errors are sentences
 * for the person in front of it, with what the server said.
 */
#ifndef COUNTERSIGN_SERVER_MAILCERT_ACME_H
#define COUNTERSIGN_SERVER_MAILCERT_ACME_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/json.h"
#include "base/key.h"

struct mailcert_acme;

struct mailcert_acme_options {
    const char *directory; /* URL */
    const char *ca_file;   /* authorities of the server's certificate (PEM); NULL: the system's */
    struct key *key;       /* of the account: P-256 */
    const char *kid, *mac_key; /* external account: its id and its key, base64url; NULL: none */
};

/* Reads the directory and makes the account, or finds the one that the key has. On `mem`; NULL with
 * an error. */
struct mailcert_acme *mailcert_acme_new(
    void *mem, const struct mailcert_acme_options *options, struct err *e);
void mailcert_acme_free(struct mailcert_acme *acme);

/* RFC 7638, base64url. */
const char *mailcert_acme_thumbprint(const struct mailcert_acme *acme);

/* A signed request; `payload` "" for POST-as-GET. The answer's body as JSON (absent if it is none),
 * its text and Location (may be NULL) on the client's memory. */
struct mailcert_answer {
    struct json json;
    const char *text, *location;
    int64_t retry_after_s;
};
enum err_code mailcert_acme_post(struct mailcert_acme *acme, const char *url, const char *payload,
    struct mailcert_answer *out, struct err *e);

/* A URL of the directory, "newOrder"; NULL: it has none. */
const char *mailcert_acme_url(struct mailcert_acme *acme, const char *name);

#endif
