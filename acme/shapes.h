/* shapes - ACME's JSON objects, read and written (RFC 8555, 7.1).
 *
 * What a client sends is read here into structs, what it gets is written here. Unknown members are
 * ignored, and so are members that only servers set (acmez sends them empty: client-quirks rule
 * 10). What is written follows client-quirks 5: no object nested inside a challenge before its url,
 * type and token; no member named "value" in an authorization but the identifier's.
 */
#ifndef COUNTERSIGN_ACME_SHAPES_H
#define COUNTERSIGN_ACME_SHAPES_H

#include "acme/acme.h"

/* {"termsOfServiceAgreed":true,"contact":["mailto:a@example.com"],"onlyReturnExisting":false} */
struct shape_new_account {
    bool terms_agreed;
    bool only_return_existing;
    const char *contacts;      /* URLs, one a line */
    struct err contacts_error; /* counts only if an account is made (RFC 8555, 7.3.1) */
    struct json binding;       /* "externalAccountBinding", for acme/eab; may be absent */
};
enum err_code shape_read_new_account(
    struct acme_req *req, struct shape_new_account *out, struct err *e);

/* {"contact":[...]} or {"status":"deactivated"} */
struct shape_update_account {
    bool deactivate;
    bool has_contacts;
    const char *contacts;
};
enum err_code shape_read_update_account(
    struct acme_req *req, struct shape_update_account *out, struct err *e);

/* {"identifiers":[{"type":"dns","value":"www.example.com"}],"notAfter":"2027-01-01T00:00:00Z"}:
 * names as they came, checked by acme/identifier; dates by acme/order_dates. */
struct shape_identifier {
    const char *type, *value;
    const char *ancestor; /* "ancestorDomain", of newOrder (RFC 9444, 4.3); NULL: none */
    bool subdomains;      /* "subdomainAuthAllowed", of newAuthz (RFC 9444, 4.2) */
};
struct shape_new_order {
    struct shape_identifier *identifiers;
    size_t len;
    const char *profile;               /* or NULL */
    const char *replaces;              /* the name of a certificate (RFC 9773, 5), or NULL */
    int64_t not_before_s, not_after_s; /* 0: not wished for */
};
enum err_code shape_read_new_order(
    struct acme_req *req, struct shape_new_order *out, struct err *e);

/* Is it an address of mail, by its type? */
bool shape_is_mail(const struct shape_identifier *identifier);

/* {"identifier":{"type":"dns","value":"example.com","subdomainAuthAllowed":true}} */
enum err_code shape_read_new_authz(
    struct acme_req *req, struct shape_identifier *out, struct err *e);

/* {"csr":"base64url DER"}: the DER. */
enum err_code shape_read_finalize(struct acme_req *req, struct bytes *csr, struct err *e);

/* {"status":"deactivated"}: ERR_INPUT for any other wish. */
enum err_code shape_read_deactivation(struct acme_req *req, struct err *e);

/* {"certificate":"base64url DER","reason":1}; reason -1: none given. */
struct shape_revocation {
    struct bytes der;
    int reason;
};
enum err_code shape_read_revocation(
    struct acme_req *req, struct shape_revocation *out, struct err *e);

/* Bodies, on req->mem. */
struct bytes shape_account(struct acme_req *req, const struct account *account);
struct bytes shape_order(
    struct acme_req *req, const struct order *order, const int64_t *authz_ids, size_t authz_len);
struct bytes shape_order_list(struct acme_req *req, const int64_t *order_ids, size_t len);
struct bytes shape_authz(struct acme_req *req, const struct authz *authz);
struct bytes shape_challenge(
    struct acme_req *req, const struct authz *authz, enum challenge_type type);

/* "http-01", ... and back; 0 if there is no such type. */
const char *challenge_type_name(enum challenge_type type);
unsigned challenge_type_parse(const char *name);

#endif
