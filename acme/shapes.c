/* shapes - see shapes.h. */
#include "acme/shapes.h"

#include <string.h>

#include "acme/mail_settings.h"
#include "base/b64url.h"
#include "base/clock.h"
#include "base/mem.h"
#include "store/account.h"
#include "store/authz.h"
#include "store/identifiers.h"
#include "store/order.h"

/* Beyond the largest order: a thousand names of 253 characters, and as many URLs. */
#define BODY_MAX     (1024 * 1024)
#define CONTACTS_MAX 10

/* In the order in which authorizations show them: what has no token stands last, since clients stop
 * reading there (client-quirks rule 13). */
static const struct {
    enum challenge_type type;
    const char *name;
} challenge_names[] = {
    {CHALLENGE_HTTP_01, "http-01"},
    {CHALLENGE_DNS_01, "dns-01"},
    {CHALLENGE_TLS_ALPN_01, "tls-alpn-01"},
    {CHALLENGE_DNS_ACCOUNT_01, "dns-account-01"},
    {CHALLENGE_EMAIL_REPLY_00, "email-reply-00"},
    {CHALLENGE_DNS_PERSIST_01, "dns-persist-01"},
    {CHALLENGE_PREVALIDATED, "prevalidated"},
};

const char *challenge_type_name(enum challenge_type type)
{
    for (size_t i = 0; i < sizeof challenge_names / sizeof challenge_names[0]; i++)
        if (challenge_names[i].type == type)
            return challenge_names[i].name;
    return "none";
}

unsigned challenge_type_parse(const char *name)
{
    for (size_t i = 0; i < sizeof challenge_names / sizeof challenge_names[0]; i++)
        if (strcmp(challenge_names[i].name, name) == 0)
            return challenge_names[i].type;
    return 0;
}

/* Reading. */

/* One addr-spec, and nothing that a mail program would take for more (RFC 8555, 7.3). */
static enum err_code check_mailto(const char *address, struct err *e)
{
    const char *at = strchr(address, '@');

    if (strchr(address, '?') != NULL)
        return problem_set(
            e, PROBLEM_INVALID_CONTACT, "a mailto contact must not have header fields (\"?...\")");
    if (strchr(address, ',') != NULL || (at != NULL && strchr(at + 1, '@') != NULL))
        return problem_set(e, PROBLEM_INVALID_CONTACT,
            "a mailto contact must hold one address; list several contacts");
    if (at == NULL || at == address || at[1] == '\0' || strlen(address) > 254)
        return problem_set(e, PROBLEM_INVALID_CONTACT,
            "a mailto contact must be an address such as mailto:a@example.com");
    for (const char *p = address; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f ||
            strchr("<>()[]\\\"%;:", *p) != NULL)
            return problem_set(e, PROBLEM_INVALID_CONTACT,
                "a mailto contact has a character that addresses do not have");
    return ERR_OK;
}

static enum err_code read_contact(const struct json *at, struct buf *out, struct err *e)
{
    const char *url, *address;

    if (json_as_string(at, &url, e) != ERR_OK)
        return e->code;
    if (strncmp(url, "mailto:", 7) != 0)
        return problem_set(e, PROBLEM_UNSUPPORTED_CONTACT, "only mailto: contacts are supported");
    address = url + 7 + strspn(url + 7, " "); /* getssl writes "mailto: a@example.com" */
    if (check_mailto(address, e) != ERR_OK)
        return e->code;
    buf_addf(out, "%smailto:%s", out->len == 0 ? "" : "\n", address);
    return ERR_OK;
}

/* The "contact" member. *contacts is NULL without one; an empty list gives "". */
static enum err_code read_contacts(
    struct acme_req *req, const struct json *at, const char **contacts, struct err *e)
{
    struct json list, element;
    struct buf b;

    *contacts = NULL;
    if (json_read_array(at, "contact", JSON_OPTIONAL, &list, e) != ERR_OK || json_absent(&list))
        return e->code;
    if (json_len(&list) > CONTACTS_MAX)
        return problem_set(
            e, PROBLEM_INVALID_CONTACT, "an account has %d contacts at most", CONTACTS_MAX);
    buf_init(&b, req->mem, CONTACTS_MAX * 300);
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        if (read_contact(&element, &b, e) != ERR_OK)
            return e->code;
    }
    *contacts = buf_text(&b);
    return ERR_OK;
}

enum err_code shape_read_new_account(
    struct acme_req *req, struct shape_new_account *out, struct err *e)
{
    struct json *at = mem_new(req->mem, struct json); /* the binding is read later */

    if (acme_payload(req, at, e) != ERR_OK ||
        json_read_bool(at, "termsOfServiceAgreed", JSON_OPTIONAL, &out->terms_agreed, e) !=
            ERR_OK ||
        json_read_bool(at, "onlyReturnExisting", JSON_OPTIONAL, &out->only_return_existing, e) !=
            ERR_OK)
        return e->code;
    json_member(at, "externalAccountBinding", &out->binding);
    if (read_contacts(req, at, &out->contacts, &out->contacts_error) != ERR_OK ||
        out->contacts == NULL)
        out->contacts = "";
    return ERR_OK;
}

enum err_code shape_read_update_account(
    struct acme_req *req, struct shape_update_account *out, struct err *e)
{
    const char *status;
    struct json at;

    if (acme_payload(req, &at, e) != ERR_OK ||
        json_read_string(&at, "status", JSON_OPTIONAL, &status, e) != ERR_OK ||
        read_contacts(req, &at, &out->contacts, e) != ERR_OK)
        return e->code;
    out->has_contacts = out->contacts != NULL;
    out->deactivate = status != NULL && strcmp(status, "deactivated") == 0;
    /* Any other status is the server's to set, and ignored (RFC 8555, 7.3.2). */
    return ERR_OK;
}

/* An optional text; empty counts as absent, as some clients send what they do not mean. */
static enum err_code read_wish(
    const struct json *at, const char *name, const char **out, struct err *e)
{
    if (json_read_string(at, name, JSON_OPTIONAL, out, e) != ERR_OK)
        return e->code;
    if (*out != NULL && **out == '\0')
        *out = NULL;
    return ERR_OK;
}

/* Certificates have whole seconds (RFC 5280, 4.1.2.5); ".000" is one. */
static bool has_fraction(const char *date)
{
    const char *point = strchr(date, '.');

    return point != NULL && point[1 + strspn(point + 1, "0")] >= '1' &&
           point[1 + strspn(point + 1, "0")] <= '9';
}

/* A date that is wished for, as seconds; 0 without one. Go's zero time is none either. */
static enum err_code read_date(const struct json *at, const char *name, int64_t *out, struct err *e)
{
    const char *text;

    *out = 0;
    if (read_wish(at, name, &text, e) != ERR_OK || text == NULL ||
        strcmp(text, "0001-01-01T00:00:00Z") == 0)
        return e->code;
    if (!clock_parse(text, out) || has_fraction(text))
        return problem_set(e, PROBLEM_MALFORMED,
            "\"%s\" must be a date and time in whole seconds, such as 2026-12-24T18:00:00Z (RFC "
            "3339)",
            name);
    if (*out <= 0)
        return problem_set(e, PROBLEM_MALFORMED, "\"%s\" lies in the past", name);
    return ERR_OK;
}

static enum err_code read_identifier(
    const struct json *at, struct shape_identifier *out, struct err *e)
{
    *out = (struct shape_identifier){.ancestor = NULL};
    if (!json_holds_object(at))
        return json_complain(at, e, "must be an object");
    if (json_read_string(at, "type", JSON_REQUIRED, &out->type, e) != ERR_OK)
        return e->code;
    return json_read_string(at, "value", JSON_REQUIRED, &out->value, e);
}

bool shape_is_mail(const struct shape_identifier *identifier)
{
    return strcmp(identifier->type, identifier_type_words[IDENTIFIER_EMAIL]) == 0;
}

enum err_code shape_read_new_authz(
    struct acme_req *req, struct shape_identifier *out, struct err *e)
{
    struct json at, identifier;

    if (acme_payload(req, &at, e) != ERR_OK)
        return e->code;
    json_member(&at, "identifier", &identifier);
    if (read_identifier(&identifier, out, e) != ERR_OK)
        return e->code;
    return json_read_bool(&identifier, "subdomainAuthAllowed", JSON_OPTIONAL, &out->subdomains, e);
}

enum err_code shape_read_new_order(struct acme_req *req, struct shape_new_order *out, struct err *e)
{
    struct json at, *list = mem_new(req->mem, struct json), element;

    if (acme_payload(req, &at, e) != ERR_OK ||
        read_date(&at, "notBefore", &out->not_before_s, e) != ERR_OK ||
        read_date(&at, "notAfter", &out->not_after_s, e) != ERR_OK ||
        read_wish(&at, "profile", &out->profile, e) != ERR_OK ||
        read_wish(&at, "replaces", &out->replaces, e) != ERR_OK ||
        json_read_array(&at, "identifiers", JSON_REQUIRED, list, e) != ERR_OK)
        return e->code;
    out->len = json_len(list);
    if (out->len == 0)
        return problem_set(
            e, PROBLEM_MALFORMED, "\"identifiers\" must name at least one identifier");
    out->identifiers = mem_new_array(req->mem, struct shape_identifier, out->len);
    for (size_t i = 0; i < out->len; i++) {
        json_element(list, i, &element);
        if (read_identifier(&element, &out->identifiers[i], e) != ERR_OK ||
            read_wish(&element, "ancestorDomain", &out->identifiers[i].ancestor, e) != ERR_OK)
            return e->code;
    }
    return ERR_OK;
}

enum err_code shape_read_finalize(struct acme_req *req, struct bytes *csr, struct err *e)
{
    const char *text;
    struct json at;

    if (acme_payload(req, &at, e) != ERR_OK ||
        json_read_string(&at, "csr", JSON_REQUIRED, &text, e) != ERR_OK)
        return e->code;
    if (strstr(text, "-----BEGIN") != NULL)
        return problem_set(e, PROBLEM_BAD_CSR, "\"csr\" must be base64url-encoded DER, not PEM");
    if (!b64url_decode(req->mem, bytes_of(text), csr))
        return problem_set(e, PROBLEM_BAD_CSR, "\"csr\" is not base64url without padding");
    return ERR_OK;
}

enum err_code shape_read_deactivation(struct acme_req *req, struct err *e)
{
    const char *status;
    struct json at;

    if (acme_payload(req, &at, e) != ERR_OK ||
        json_read_string(&at, "status", JSON_REQUIRED, &status, e) != ERR_OK)
        return e->code;
    if (strcmp(status, "deactivated") != 0)
        return problem_set(e, PROBLEM_MALFORMED, "\"status\" can only be set to \"deactivated\"");
    return ERR_OK;
}

enum err_code shape_read_revocation(
    struct acme_req *req, struct shape_revocation *out, struct err *e)
{
    struct json at, reason;
    const char *text;
    int64_t number;

    if (acme_payload(req, &at, e) != ERR_OK ||
        json_read_string(&at, "certificate", JSON_REQUIRED, &text, e) != ERR_OK ||
        json_read_int(&at, "reason", JSON_OPTIONAL, &number, e) != ERR_OK)
        return e->code;
    if (!b64url_decode(req->mem, bytes_of(text), &out->der))
        return problem_set(
            e, PROBLEM_MALFORMED, "\"certificate\" must be base64url-encoded DER without padding");
    json_member(&at, "reason", &reason);
    out->reason = json_absent(&reason) ? -1 : number < 0 || number > 10 ? 99 : (int)number;
    return ERR_OK;
}

/* Writing. */

static void add_contacts(struct json_out *w, const char *contacts, void *mem)
{
    if (contacts[0] == '\0')
        return;
    json_open(w, "contact", '[');
    while (*contacts != '\0') {
        size_t len = strcspn(contacts, "\n");

        json_add_string(w, NULL, mem_strndup(mem, contacts, len));
        contacts += len + (contacts[len] == '\n');
    }
    json_close(w, ']');
}

struct bytes shape_account(struct acme_req *req, const struct account *account)
{
    char *url = acme_url(req, HANDLE_ACCOUNT, account->id);
    struct json_out w;
    struct buf b;

    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_string(&w, "status", account_status_words[account->status]);
    add_contacts(&w, account->contacts, req->mem);
    if (account->terms_agreed)
        json_add_bool(&w, "termsOfServiceAgreed", true);
    json_add_raw(&w, "externalAccountBinding", account->binding);
    json_add_string(&w, "orders", mem_printf(req->mem, "%s/orders", url));
    json_close(&w, '}');
    return buf_bytes(&b);
}

static void add_identifier(
    struct json_out *w, const char *name, const struct identifier *identifier)
{
    json_open(w, name, '{');
    json_add_string(w, "type", identifier_type_words[identifier->type]);
    json_add_string(w, "value", identifier->value);
    json_close(w, '}');
}

struct bytes shape_order(
    struct acme_req *req, const struct order *order, const int64_t *authz_ids, size_t authz_len)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_string(&w, "status", order_status_words[order->status]);
    json_add_time(&w, "expires", order->expires_s);
    json_add_time(&w, "notBefore", order->not_before_s);
    json_add_time(&w, "notAfter", order->not_after_s);
    json_open(&w, "identifiers", '[');
    for (size_t i = 0; i < order->identifiers.len; i++)
        add_identifier(&w, NULL, &order->identifiers.list[i]);
    json_close(&w, ']');
    json_open(&w, "authorizations", '[');
    for (size_t i = 0; i < authz_len; i++)
        json_add_string(&w, NULL, acme_url(req, HANDLE_AUTHZ, authz_ids[i]));
    json_close(&w, ']');
    json_add_string(&w, "finalize",
        mem_printf(req->mem, "%s/finalize", acme_url(req, HANDLE_ORDER, order->id)));
    json_add_string(&w, "profile", order->profile);
    json_add_string(&w, "replaces", order->replaces);
    if (order->status == ORDER_VALID)
        json_add_string(
            &w, "certificate", acme_url(req, HANDLE_CERTIFICATE, order->certificate_id));
    if (order->status == ORDER_INVALID)
        json_add_raw(&w, "error", order->error);
    json_close(&w, '}');
    return buf_bytes(&b);
}

struct bytes shape_order_list(struct acme_req *req, const int64_t *order_ids, size_t len)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_open(&w, "orders", '[');
    for (size_t i = 0; i < len; i++)
        json_add_string(&w, NULL, acme_url(req, HANDLE_ORDER, order_ids[i]));
    json_close(&w, ']');
    json_close(&w, '}');
    return buf_bytes(&b);
}

/* A challenge's status follows from its authorization's: the one that was tried shares its fate,
 * the others stay pending (client-quirks rule 19: acme.sh takes any "invalid" for a failure). */
static const char *challenge_status(const struct authz *authz, enum challenge_type type)
{
    if (authz->tried != (unsigned)type)
        return "pending";
    if (authz->validated_s != 0)
        return "valid";
    return authz->status == AUTHZ_PENDING ? "processing" : "invalid";
}

/* Members of both versions of the draft: they do not collide (acme/persist_record.h). */
static void add_persist_members(struct acme_req *req, struct json_out *w, const struct authz *authz)
{
    const struct acme_settings *s = req->settings;

    if (s->persist_by_url) {
        json_add_string(w, "accounturi", acme_url(req, HANDLE_ACCOUNT, authz->account_id));
        json_add_strings(w, "issuer-domain-names", s->persist_issuers);
    }
    if (s->account_hash_prefix != NULL)
        json_add_strings(w, "issuerDomainNames", s->persist_issuers);
}

static void add_challenge(
    struct acme_req *req, struct json_out *w, const struct authz *authz, enum challenge_type type)
{
    const char *name = challenge_type_name(type), *url = acme_url(req, HANDLE_AUTHZ, authz->id);
    const char *handle = strrchr(url, '/') + 1;

    json_open(w, NULL, '{');
    json_add_string(w, "type", name);
    json_add_string(w, "url",
        mem_printf(req->mem, "%s/acme/challenge/%s/%s", req->settings->external_url, handle, name));
    json_add_string(w, "status", challenge_status(authz, type));
    if (type == CHALLENGE_DNS_PERSIST_01)
        add_persist_members(req, w, authz);
    else
        json_add_string(w, "token", authz->token);
    if (type == CHALLENGE_EMAIL_REPLY_00 && req->settings->mail != NULL)
        json_add_string(w, "from", req->settings->mail->from);
    if (authz->tried == (unsigned)type) {
        json_add_time(w, "validated", authz->validated_s);
        if (authz->validated_s == 0)
            json_add_raw(w, "error", authz->error);
    }
    json_close(w, '}');
}

struct bytes shape_authz(struct acme_req *req, const struct authz *authz)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    add_identifier(&w, "identifier", &authz->identifier);
    json_add_string(&w, "status", authz_status_words[authz->status]);
    json_add_time(&w, "expires", authz->expires_s);
    if (authz->wildcard)
        json_add_bool(&w, "wildcard", true);
    if (authz->subdomains)
        json_add_bool(&w, "subdomainAuthAllowed", true);
    json_open(&w, "challenges", '[');
    for (size_t i = 0; i < sizeof challenge_names / sizeof challenge_names[0]; i++) {
        enum challenge_type type = challenge_names[i].type;

        /* Once one was answered successfully, it is the only one that counts (RFC 8555, 7.1.4). */
        if ((authz->challenges & type) != 0 &&
            (authz->validated_s == 0 || authz->tried == (unsigned)type))
            add_challenge(req, &w, authz, type);
    }
    json_close(&w, ']');
    json_close(&w, '}');
    return buf_bytes(&b);
}

struct bytes shape_challenge(
    struct acme_req *req, const struct authz *authz, enum challenge_type type)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    add_challenge(req, &w, authz, type);
    return buf_bytes(&b);
}
