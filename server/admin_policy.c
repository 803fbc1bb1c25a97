/* admin_policy - see admin_policy.h. */
#include "server/admin_policy.h"

#include <string.h>

#include "acme/identifier.h"
#include "acme/order_facts.h"
#include "base/b64url.h"
#include "base/clock.h"
#include "base/mem.h"
#include "policy/explain.h"
#include "policy/facts_out.h"
#include "policy/names.h"
#include "policy/policy.h"
#include "store/account.h"
#include "store/identifiers.h"

#define NAMES_MAX 1000
#define TEXT_MAX  (16 * 1024 * 1024)

enum answer_form { ANSWER_TEXT, ANSWER_DECISION, ANSWER_FACTS };
static const char *const form_words[] = {"text", "decision", "facts", NULL};

struct imagined {
    const struct acme_profile *profile;
    struct csr csr;
    struct account account;
    struct order_question question;
    int form; /* enum answer_form */
};

/* Reading. */

static enum err_code read_profile(
    struct admin_req *req, const struct json *at, struct imagined *out, struct err *e)
{
    const char *name;

    if (json_read_string(at, "profile", JSON_OPTIONAL, &name, e) != ERR_OK)
        return e->code;
    out->profile = acme_profile_find(req->settings, name);
    return out->profile != NULL ? ERR_OK
                                : err_set(e, ERR_INPUT, "there is no profile \"%.64s\"", name);
}

/* What a name is shows, as in a command line. */
static const char *type_of(const char *name)
{
    bool is_address = strchr(name, ':') != NULL || name[strspn(name, "0123456789.")] == '\0';

    if (strchr(name, '@') != NULL)
        return identifier_type_words[IDENTIFIER_EMAIL];
    return identifier_type_words[is_address ? IDENTIFIER_IP : IDENTIFIER_DNS];
}

static enum err_code read_name(struct admin_req *req, const struct acme_profile *profile,
    const char *value, struct identifier *out, struct err *e)
{
    struct identifier_rules rules = {.mail = profile->mail,
        .internal_names = profile->internal_names,
        .suffixes = req->settings->suffixes,
        .filter = &req->settings->filter};

    return identifier_read(req->mem, type_of(value), value, &rules, out, e);
}

static enum err_code read_names(
    struct admin_req *req, const struct json *at, struct imagined *out, struct err *e)
{
    struct identifiers *names = &out->question.names;
    struct json list;

    if (json_read_array(at, "names", JSON_OPTIONAL, &list, e) != ERR_OK || json_absent(&list))
        return e->code;
    names->len = json_len(&list);
    if (names->len == 0 || names->len > NAMES_MAX)
        return json_complain(&list, e, "must have at least one element, and not thousands");
    names->list = mem_new_array(req->mem, struct identifier, names->len);
    for (size_t i = 0; i < names->len; i++) {
        struct json element;
        const char *value;

        json_element(&list, i, &element);
        if (json_as_string(&element, &value, e) != ERR_OK ||
            read_name(req, out->profile, value, &names->list[i], e) != ERR_OK)
            return e->code;
    }
    identifiers_sort(names);
    return identifiers_duplicate(names) == NULL
               ? ERR_OK
               : json_complain(&list, e, "names something more than once");
}

/* Nobody ever saw it. */
static void assume_key(struct order_question *question)
{
    question->spki = "a-new-key";
    question->key_algorithm = "EC";
    question->key_size = 256;
}

static enum err_code read_csr(
    struct admin_req *req, const struct json *at, struct imagined *out, struct err *e)
{
    struct order_question *question = &out->question;
    const char *text;
    struct bytes der;

    if (json_read_string(at, "csr", JSON_OPTIONAL, &text, e) != ERR_OK)
        return e->code;
    if (text == NULL) {
        assume_key(question);
        return question->names.len > 0 ? ERR_OK
                                       : err_set(e, ERR_INPUT, "neither names nor a CSR is given");
    }
    if (!b64url_decode(req->mem, bytes_of(text), &der))
        return err_set(e, ERR_INPUT, "\"csr\" must be base64url");
    if (csr_read(req->mem, der, &out->csr, e) != ERR_OK)
        return e->code;
    order_question_set_key(req->mem, question, &out->csr);
    if (question->names.len == 0)
        question->names = out->csr.names;
    return names_equal(&question->names, &out->csr.names)
               ? ERR_OK
               : err_set(e, ERR_INPUT,
                     "the CSR is not for just these names; leave them out, and they are the CSR's");
}

static enum err_code read_wish(
    const struct json *at, struct order_question *question, struct err *e)
{
    struct json member;
    const char *action;

    if (json_read_string(at, "action", JSON_OPTIONAL, &action, e) != ERR_OK ||
        json_read_string(at, "order_id", JSON_OPTIONAL, &question->wish_order_id, e) != ERR_OK ||
        json_read_string(at, "replaces", JSON_OPTIONAL, &question->replaces, e) != ERR_OK)
        return e->code;
    for (enum act act = ACT_NEW; action != NULL && act <= ACT_RENEW; act++)
        if (strcmp(action, wish_words[act]) == 0)
            question->wish = act;
    json_member(at, "action", &member);
    if (action != NULL && question->wish == ACT_NONE)
        return json_complain(&member, e, "must be enroll, reissue, duplicate or renew");
    if (question->wish_order_id != NULL && question->wish <= ACT_NEW)
        return err_set(e, ERR_INPUT,
            "an order is named with an action that is about one: reissue, duplicate or renew");
    return ERR_OK;
}

static enum err_code read_asker(const struct json *at, struct imagined *out, struct err *e)
{
    struct json account;
    const char *tenant;

    if (json_read_int(at, "account", JSON_OPTIONAL, &out->account.id, e) != ERR_OK ||
        json_read_string(at, "tenant", JSON_OPTIONAL, &tenant, e) != ERR_OK)
        return e->code;
    json_member(at, "account", &account);
    if (!json_absent(&account) && tenant != NULL)
        return err_set(e, ERR_INPUT, "an account has a tenant already; leave one of them out");
    if (!json_absent(&account) && out->account.id < 1)
        return json_complain(&account, e, "must be the number of an account");
    out->account.tenant = tenant == NULL ? "" : tenant;
    return ERR_OK;
}

static enum err_code read_time(
    struct admin_req *req, const struct json *at, int64_t *now_s, struct err *e)
{
    struct json member;
    const char *text;

    *now_s = req->now_s;
    json_member(at, "at", &member);
    if (json_read_string(at, "at", JSON_OPTIONAL, &text, e) != ERR_OK)
        return e->code;
    return text == NULL || (clock_parse(text, now_s) && *now_s > 0)
               ? ERR_OK
               : json_complain(&member, e, "must be a time such as 2027-01-01T00:00:00Z");
}

static enum err_code read_form(const struct json *at, struct imagined *out, struct err *e)
{
    struct json member;
    const char *word;

    if (json_read_string(at, "answer", JSON_OPTIONAL, &word, e) != ERR_OK || word == NULL)
        return e->code;
    json_member(at, "answer", &member);
    for (out->form = 0; form_words[out->form] != NULL; out->form++)
        if (strcmp(word, form_words[out->form]) == 0)
            return ERR_OK;
    return json_complain(&member, e, "must be text, decision or facts");
}

enum err_code admin_policy_prepare_explain(struct admin_req *req, struct err *e)
{
    struct imagined *out = mem_new(req->mem, struct imagined);
    struct json at;

    req->prepared = out;
    out->question.account = &out->account;
    if (json_parse(req->mem, req->body, "the body", &at, e) != ERR_OK)
        return e->code;
    if (!json_holds_object(&at))
        return err_set(e, ERR_INPUT, "the body must be a JSON object");
    if (read_profile(req, &at, out, e) != ERR_OK || read_names(req, &at, out, e) != ERR_OK ||
        read_csr(req, &at, out, e) != ERR_OK || read_wish(&at, &out->question, e) != ERR_OK ||
        read_asker(&at, out, e) != ERR_OK ||
        read_time(req, &at, &out->question.now_s, e) != ERR_OK || read_form(&at, out, e) != ERR_OK)
        e->code = ERR_INPUT; /* whatever problem a client would get */
    return e->code;
}

/* Answering. */

static enum err_code put_text(
    struct admin_req *req, const char *text, struct admin_resp *resp, struct err *e)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, req->mem, TEXT_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_string(&w, "text", text);
    json_close(&w, '}');
    if (b.overflow)
        return err_set(e, ERR_TOO_LARGE, "there is too much to show");
    resp->body = buf_bytes(&b);
    return ERR_OK;
}

static enum err_code put_facts(
    struct admin_req *req, const struct facts *facts, struct admin_resp *resp, struct err *e)
{
    char *text = facts_write(req->mem, facts);

    if (text == NULL)
        return err_set(e, ERR_TOO_LARGE, "there is too much to show");
    resp->body = bytes_of(text);
    return ERR_OK;
}

static enum err_code read_account(
    struct admin_req *req, struct store_tx *tx, struct account *account, struct err *e)
{
    int64_t id = account->id;

    if (id == 0)
        return ERR_OK;
    return store_account_get(tx, req->mem, id, account, e) == ERR_NOT_FOUND
               ? err_set(e, ERR_NOT_FOUND, "there is no account %lld", (long long)id)
               : e->code;
}

enum err_code admin_policy_explain(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    struct imagined *imagined = req->prepared;
    struct decision decision;
    struct facts facts;

    if (read_account(req, tx, &imagined->account, e) != ERR_OK ||
        order_facts_read(req->mem, tx, req->settings, imagined->profile, &imagined->question,
            &facts, e) != ERR_OK)
        return e->code;
    if (imagined->form == ANSWER_FACTS)
        return put_facts(req, &facts, resp, e);
    policy_decide(req->mem, &facts, &decision);
    if (imagined->form == ANSWER_TEXT)
        return put_text(req, explain_text(req->mem, &facts, &decision), resp, e);
    resp->body = bytes_of(explain_json(req->mem, &decision));
    return ERR_OK;
}
