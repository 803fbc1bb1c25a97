/* perspective_wire - see perspective_wire.h. */
#include "acme/perspective_wire.h"

#include <string.h>

#include "acme/identifier.h"
#include "acme/shapes.h"
#include "base/b64url.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/identifiers.h"

#define TOKEN_MAX       128
#define KEY_AUTHZ_MAX   256
#define URL_MAX         2048
#define IDENTITIES_MAX  16
#define THUMBPRINTS_MAX 1000
#define DETAIL_MAX      383

static const char *const subject_words[] = {
    [CAA_NAME] = "name", [CAA_WILDCARD] = "wildcard", [CAA_MAIL] = "mail"};
#define SUBJECTS (sizeof subject_words / sizeof subject_words[0])

/* Writing. */

static void begin(struct json_out *w, struct buf *b, void *mem)
{
    buf_init(b, mem, PERSPECTIVE_BODY_MAX);
    json_begin(w, b);
    json_open(w, NULL, '{');
}

static char *end(struct json_out *w)
{
    json_close(w, '}');
    return buf_text(w->buf);
}

static void add_persist(struct json_out *w, const struct persist_terms *terms)
{
    json_open(w, "persist", '{');
    json_add_strings(w, "issuers", terms->issuers);
    json_add_bool(w, "by_url", terms->by_url);
    json_add_string(w, "hash_prefix", terms->hash_prefix);
    json_add_strings(w, "thumbprints", terms->thumbprints);
    json_add_int(w, "now_s", terms->now_s);
    json_close(w, '}');
}

char *perspective_write_validation(void *mem, const struct perspective_validation *validation)
{
    const struct validation_request *request = &validation->request;
    struct json_out w;
    struct buf b;

    begin(&w, &b, mem);
    json_add_string(&w, "method", challenge_type_name(validation->validator->type));
    json_open(&w, "identifier", '{');
    json_add_string(&w, "type", identifier_type_words[request->identifier.type]);
    json_add_string(&w, "value", request->identifier.value);
    json_close(&w, '}');
    json_add_bool(&w, "wildcard", request->wildcard);
    json_add_string(&w, "token", request->token);
    json_add_string(&w, "key_authorization", request->key_authorization);
    json_add_string(&w, "account_url", request->account_url);
    if (request->persist.issuers != NULL)
        add_persist(&w, &request->persist);
    json_add_int(&w, "timeout_ms", validation->timeout_ms);
    return end(&w);
}

char *perspective_write_caa(void *mem, const struct perspective_caa *caa)
{
    const struct caa_question *common = &caa->names[0].question;
    struct json_out w;
    struct buf b;

    begin(&w, &b, mem);
    json_add_strings(&w, "identities", common->identities);
    json_add_string(&w, "account_url", common->account_url);
    json_open(&w, "names", '[');
    for (size_t i = 0; i < caa->len; i++) {
        json_open(&w, NULL, '{');
        json_add_string(&w, "name", caa->names[i].name);
        json_add_string(&w, "subject", subject_words[caa->names[i].question.subject]);
        json_add_string(&w, "method", caa->names[i].question.method);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_add_int(&w, "timeout_ms", caa->timeout_ms);
    return end(&w);
}

/* "connection" */
static const char *problem_word(enum problem problem)
{
    return strrchr(problem_type(problem), ':') + 1;
}

/* The members of a view. */
static void add_view(
    struct json_out *w, bool valid, enum problem problem, bool retry, const char *detail)
{
    json_add_bool(w, "valid", valid);
    if (!valid) {
        json_add_string(w, "problem", problem_word(problem));
        json_add_bool(w, "retry", retry);
    }
    if (detail[0] != '\0')
        json_add_string(w, "detail", detail);
}

char *perspective_write_result(void *mem, const struct validation_result *result)
{
    struct json_out w;
    struct buf b;

    begin(&w, &b, mem);
    add_view(&w, result->valid, result->problem, result->retry, result->detail);
    if (result->address[0] != '\0')
        json_add_string(&w, "address", result->address);
    return end(&w);
}

char *perspective_write_findings(void *mem, const struct caa_finding *findings, size_t len)
{
    struct json_out w;
    struct buf b;

    begin(&w, &b, mem);
    json_open(&w, "findings", '[');
    for (size_t i = 0; i < len; i++) {
        json_open(&w, NULL, '{');
        add_view(
            &w, findings[i].allowed, findings[i].problem, findings[i].retry, findings[i].detail);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    return end(&w);
}

/* Reading. */

static enum err_code read_document(
    void *mem, struct bytes body, const char *const *members, struct json *out, struct err *e)
{
    if (body.len > PERSPECTIVE_BODY_MAX)
        return err_set(e, ERR_INPUT, "the document is larger than 1 MiB");
    if (json_parse(mem, body, "the document", out, e) != ERR_OK)
        return e->code;
    if (!json_holds_object(out))
        return err_set(e, ERR_INPUT, "the document must be a JSON object");
    return json_only(out, members, e);
}

/* A text of 1 to `max` visible ASCII characters. */
static enum err_code read_word(
    const struct json *at, const char *name, size_t max, const char **out, struct err *e)
{
    if (json_read_string(at, name, JSON_REQUIRED, out, e) != ERR_OK)
        return e->code;
    if ((*out)[0] == '\0' || strlen(*out) > max)
        return err_set(e, ERR_INPUT, "\"%s\" must have 1 to %zu characters", name, max);
    for (const char *p = *out; *p != '\0'; p++)
        if (*p <= ' ' || *p > '~')
            return err_set(e, ERR_INPUT, "\"%s\" must be visible ASCII", name);
    return ERR_OK;
}

/* The letters of base64url, and '.' in a key authorization (RFC 8555, 8.1, 8.3). */
static bool is_token(const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

    return text[strspn(text, letters)] == '\0';
}

static enum err_code read_token(
    const struct json *at, const char *name, size_t max, const char **out, struct err *e)
{
    if (read_word(at, name, max, out, e) != ERR_OK)
        return e->code;
    if (!is_token(*out))
        return err_set(e, ERR_INPUT, "\"%s\" must be of base64url's letters", name);
    return ERR_OK;
}

static enum err_code read_timeout(const struct json *at, int64_t *out, struct err *e)
{
    if (json_read_int(at, "timeout_ms", JSON_REQUIRED, out, e) != ERR_OK)
        return e->code;
    if (*out < 1 || *out > PERSPECTIVE_TIMEOUT_MAX_MS)
        return err_set(e, ERR_INPUT, "\"timeout_ms\" must be 1 to %d", PERSPECTIVE_TIMEOUT_MAX_MS);
    return ERR_OK;
}

/* A name or an address in the very form that orders have it, never a wildcard. */
static enum err_code check_identifier(
    void *mem, const char *type, const char *value, struct identifier *out, struct err *e)
{
    static const struct identifier_rules rules = {.internal_names = true};

    if (identifier_read(mem, type, value, &rules, out, e) != ERR_OK)
        return err_set(e, ERR_INPUT, "\"value\" is no identifier that can be looked at");
    if (strcmp(out->value, value) != 0 || identifier_is_wildcard(out))
        return err_set(e, ERR_INPUT, "\"value\" must be in normal form, without \"*.\"");
    return ERR_OK;
}

static enum err_code read_identifier(
    void *mem, const struct json *at, struct identifier *out, struct err *e)
{
    static const char *const members[] = {"type", "value", NULL};
    const char *type, *value;
    struct json json;

    if (json_read_object(at, "identifier", JSON_REQUIRED, &json, e) != ERR_OK ||
        json_only(&json, members, e) != ERR_OK ||
        json_read_string(&json, "type", JSON_REQUIRED, &type, e) != ERR_OK ||
        json_read_string(&json, "value", JSON_REQUIRED, &value, e) != ERR_OK)
        return e->code;
    return check_identifier(mem, type, value, out, e);
}

/* A list of 1 to `max` domain names. */
static enum err_code read_domains(void *mem, const struct json *at, const char *name, size_t max,
    const char *const **out, struct err *e)
{
    struct json list, element;
    const char **domains;
    const char *text;

    if (json_read_array(at, name, JSON_REQUIRED, &list, e) != ERR_OK)
        return e->code;
    if (json_len(&list) < 1 || json_len(&list) > max)
        return err_set(e, ERR_INPUT, "\"%s\" must have 1 to %zu entries", name, max);
    domains = mem_new_array(mem, const char *, json_len(&list) + 1);
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        if (json_as_string(&element, &text, e) != ERR_OK ||
            identifier_dns_form(mem, bytes_of(text), &domains[i], e) != ERR_OK)
            return e->code;
    }
    *out = domains;
    return ERR_OK;
}

static enum err_code read_thumbprints(
    void *mem, const struct json *at, const char *const **out, struct err *e)
{
    struct json list, element;
    const char **thumbprints;

    if (json_read_array(at, "thumbprints", JSON_REQUIRED, &list, e) != ERR_OK)
        return e->code;
    if (json_len(&list) < 1 || json_len(&list) > THUMBPRINTS_MAX)
        return err_set(e, ERR_INPUT, "\"thumbprints\" must have 1 to %d entries", THUMBPRINTS_MAX);
    thumbprints = mem_new_array(mem, const char *, json_len(&list) + 1);
    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &element);
        if (json_as_string(&element, &thumbprints[i], e) != ERR_OK)
            return e->code;
        if (strlen(thumbprints[i]) != B64URL_LEN(JWK_THUMBPRINT_LEN) || !is_token(thumbprints[i]))
            return json_complain(&element, e, "is no thumbprint");
    }
    *out = thumbprints;
    return ERR_OK;
}

/* What dns-persist-01 needs, and no other method. */
static enum err_code read_persist(
    void *mem, const struct json *at, struct persist_terms *out, struct err *e)
{
    static const char *const members[] = {
        "issuers", "by_url", "hash_prefix", "thumbprints", "now_s", NULL};
    struct json terms, prefix;

    if (json_read_object(at, "persist", JSON_REQUIRED, &terms, e) != ERR_OK ||
        json_only(&terms, members, e) != ERR_OK ||
        read_domains(mem, &terms, "issuers", IDENTITIES_MAX, &out->issuers, e) != ERR_OK ||
        json_read_bool(&terms, "by_url", JSON_REQUIRED, &out->by_url, e) != ERR_OK ||
        read_thumbprints(mem, &terms, &out->thumbprints, e) != ERR_OK ||
        json_read_int(&terms, "now_s", JSON_REQUIRED, &out->now_s, e) != ERR_OK)
        return e->code;
    json_member(&terms, "hash_prefix", &prefix);
    if (!json_absent(&prefix))
        return read_word(&terms, "hash_prefix", URL_MAX, &out->hash_prefix, e);
    return out->by_url ? ERR_OK : json_complain(&terms, e, "takes no record at all");
}

static enum err_code read_method(
    void *mem, const struct json *at, struct perspective_validation *out, struct err *e)
{
    struct json persist;
    const char *method;

    if (json_read_string(at, "method", JSON_REQUIRED, &method, e) != ERR_OK)
        return e->code;
    out->validator = validator_of(challenge_type_parse(method));
    if (out->validator == NULL)
        return err_set(e, ERR_INPUT, "\"method\" is none that this perspective knows");
    if (out->validator->type == CHALLENGE_DNS_PERSIST_01)
        return read_persist(mem, at, &out->request.persist, e);
    json_member(at, "persist", &persist);
    return json_absent(&persist) ? ERR_OK
                                 : json_complain(&persist, e, "is for dns-persist-01 only");
}

enum err_code perspective_read_validation(
    void *mem, struct bytes body, struct perspective_validation *out, struct err *e)
{
    static const char *const members[] = {"method", "identifier", "wildcard", "token",
        "key_authorization", "account_url", "persist", "timeout_ms", NULL};
    struct validation_request *request = &out->request;
    struct json at;

    *out = (struct perspective_validation){0};
    if (read_document(mem, body, members, &at, e) != ERR_OK ||
        read_identifier(mem, &at, &request->identifier, e) != ERR_OK ||
        json_read_bool(&at, "wildcard", JSON_REQUIRED, &request->wildcard, e) != ERR_OK ||
        read_token(&at, "token", TOKEN_MAX, &request->token, e) != ERR_OK ||
        read_token(&at, "key_authorization", KEY_AUTHZ_MAX, &request->key_authorization, e) !=
            ERR_OK ||
        read_word(&at, "account_url", URL_MAX, &request->account_url, e) != ERR_OK ||
        read_timeout(&at, &out->timeout_ms, e) != ERR_OK)
        return e->code;
    return read_method(mem, &at, out, e);
}

static enum err_code read_subject(const struct json *at, enum caa_subject *out, struct err *e)
{
    const char *word;

    if (json_read_string(at, "subject", JSON_REQUIRED, &word, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < SUBJECTS; i++)
        if (strcmp(subject_words[i], word) == 0) {
            *out = (enum caa_subject)i;
            return ERR_OK;
        }
    return json_complain(at, e, "has a subject that is not known");
}

static enum err_code read_name(
    void *mem, const struct json *at, struct caa_name *out, struct err *e)
{
    static const char *const members[] = {"name", "subject", "method", NULL};
    struct identifier identifier;

    if (!json_holds_object(at))
        return json_complain(at, e, "must be an object");
    if (json_only(at, members, e) != ERR_OK ||
        json_read_string(at, "name", JSON_REQUIRED, &out->name, e) != ERR_OK ||
        read_subject(at, &out->question.subject, e) != ERR_OK ||
        json_read_string(at, "method", JSON_REQUIRED, &out->question.method, e) != ERR_OK)
        return e->code;
    if (challenge_type_parse(out->question.method) == 0)
        return json_complain(at, e, "has a method that is not known");
    return check_identifier(mem, "dns", out->name, &identifier, e);
}

static enum err_code read_names(void *mem, const struct json *at, struct caa_question common,
    struct perspective_caa *out, struct err *e)
{
    struct json list, element;
    struct caa_name *names;

    if (json_read_array(at, "names", JSON_REQUIRED, &list, e) != ERR_OK)
        return e->code;
    out->len = json_len(&list);
    if (out->len < 1 || out->len > PERSPECTIVE_NAMES_MAX)
        return err_set(e, ERR_INPUT, "\"names\" must have 1 to %d entries", PERSPECTIVE_NAMES_MAX);
    names = mem_new_array(mem, struct caa_name, out->len);
    for (size_t i = 0; i < out->len; i++) {
        json_element(&list, i, &element);
        names[i].question = common;
        if (read_name(mem, &element, &names[i], e) != ERR_OK)
            return e->code;
    }
    out->names = names;
    return ERR_OK;
}

enum err_code perspective_read_caa(
    void *mem, struct bytes body, struct perspective_caa *out, struct err *e)
{
    static const char *const members[] = {"identities", "account_url", "names", "timeout_ms", NULL};
    struct caa_question common = {0};
    struct json at;

    *out = (struct perspective_caa){0};
    if (read_document(mem, body, members, &at, e) != ERR_OK ||
        read_domains(mem, &at, "identities", IDENTITIES_MAX, &common.identities, e) != ERR_OK ||
        read_word(&at, "account_url", URL_MAX, &common.account_url, e) != ERR_OK ||
        read_timeout(&at, &out->timeout_ms, e) != ERR_OK)
        return e->code;
    return read_names(mem, &at, common, out, e);
}

/* Answers. */

/* What a check may end with. */
static enum problem problem_of_word(const char *word)
{
    static const enum problem known[] = {PROBLEM_CAA, PROBLEM_CONNECTION, PROBLEM_DNS,
        PROBLEM_INCORRECT_RESPONSE, PROBLEM_MALFORMED, PROBLEM_TLS, PROBLEM_UNAUTHORIZED};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(problem_word(known[i]), word) == 0)
            return known[i];
    return PROBLEM_NONE;
}

/* Printable ASCII; "" if it is not there. */
static enum err_code read_text(
    void *mem, const struct json *at, const char *name, size_t max, const char **out, struct err *e)
{
    const char *text;
    char *copy;

    *out = "";
    if (json_read_string(at, name, JSON_OPTIONAL, &text, e) != ERR_OK || text == NULL)
        return e->code;
    copy = mem_strndup(mem, text, strnlen(text, max));
    for (char *p = copy; *p != '\0'; p++)
        if (*p < ' ' || *p > '~')
            *p = '?';
    *out = copy;
    return ERR_OK;
}

static enum err_code read_refusal(
    const struct json *at, struct perspective_view *view, struct err *e)
{
    const char *problem;

    if (json_read_string(at, "problem", JSON_REQUIRED, &problem, e) != ERR_OK ||
        json_read_bool(at, "retry", JSON_REQUIRED, &view->retry, e) != ERR_OK)
        return e->code;
    view->problem = problem_of_word(problem);
    if (view->problem == PROBLEM_NONE)
        return err_set(e, ERR_INPUT, "\"problem\" is none that a check ends with");
    return ERR_OK;
}

static enum err_code read_view(
    void *mem, const struct json *at, struct perspective_view *view, struct err *e)
{
    *view = (struct perspective_view){.answered = true, .address = ""};
    if (json_read_bool(at, "valid", JSON_REQUIRED, &view->agrees, e) != ERR_OK ||
        read_text(mem, at, "detail", DETAIL_MAX, &view->detail, e) != ERR_OK)
        return e->code;
    return view->agrees ? ERR_OK : read_refusal(at, view, e);
}

enum err_code perspective_read_result(
    void *mem, struct bytes body, struct perspective_view *out, size_t len, struct err *e)
{
    static const char *const members[] = {"valid", "problem", "retry", "detail", "address", NULL};
    struct address address;
    struct json at;

    BUG_ON(len != 1);
    if (read_document(mem, body, members, &at, e) != ERR_OK ||
        read_view(mem, &at, out, e) != ERR_OK ||
        read_text(mem, &at, "address", ADDRESS_TEXT_SIZE, &out->address, e) != ERR_OK)
        return e->code;
    if (out->address[0] != '\0' && !address_parse(out->address, &address))
        return err_set(e, ERR_INPUT, "\"address\" is none");
    return ERR_OK;
}

enum err_code perspective_read_findings(
    void *mem, struct bytes body, struct perspective_view *out, size_t len, struct err *e)
{
    static const char *const members[] = {"findings", NULL}, *const finding[] = {"valid", "problem",
                                                                 "retry", "detail", NULL};
    struct json at, list, element;

    if (read_document(mem, body, members, &at, e) != ERR_OK ||
        json_read_array(&at, "findings", JSON_REQUIRED, &list, e) != ERR_OK)
        return e->code;
    if (json_len(&list) != len)
        return err_set(e, ERR_INPUT, "\"findings\" must have %zu entries", len);
    for (size_t i = 0; i < len; i++) {
        json_element(&list, i, &element);
        if (!json_holds_object(&element))
            return json_complain(&element, e, "must be an object");
        if (json_only(&element, finding, e) != ERR_OK ||
            read_view(mem, &element, &out[i], e) != ERR_OK)
            return e->code;
    }
    return ERR_OK;
}
