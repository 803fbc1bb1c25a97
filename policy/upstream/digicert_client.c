/* digicert_client - see digicert_client.h. */
#include "policy/upstream/digicert_client.h"

#include <string.h>

#include "base/cert.h"
#include "base/mem.h"
#include "base/pkcs10.h"
#include "policy/upstream/digicert_poll.h"
#include "policy/upstream/digicert_verbs.h"
#include "policy/upstream/vendor_json.h"

#define SHOWN_MAX 5 /* addresses in a text for people */

/* What a product names beside the addresses. */
enum subject { MAILBOX, PERSON, ORGANIZATION };

static const struct product {
    const char *id;
    enum subject subject;
    bool has_usage; /* Secure Email wants to be told what the key is for */
} products[] = {
    {"secure_email_mailbox", MAILBOX, true},
    {"secure_email_sponsor", PERSON, true},
    {"secure_email_organization", ORGANIZATION, true},
    {"class1_smime", MAILBOX, false},
    {"client_premium", PERSON, false},
    {"client_email_security_plus", PERSON, false},
    {"client_digital_signature_plus", PERSON, false},
    {"client_authentication_plus", PERSON, false},
};

static const struct product *find(const char *id)
{
    for (size_t i = 0; id != NULL && i < sizeof products / sizeof products[0]; i++)
        if (strcmp(products[i].id, id) == 0)
            return &products[i];
    return NULL;
}

bool digicert_is_client(const struct vendor_subject *action)
{
    return action->names.len > 0 && action->names.list[0].type == IDENTIFIER_EMAIL;
}

static bool names_person(const struct vendor_subject *action)
{
    return action->recipient.given_name[0] != '\0';
}

const char *digicert_client_lacks(
    const struct vendor_subject *action, const char *product, const char **problem)
{
    const struct product *known = find(product);

    *problem = NULL;
    if (known == NULL)
        return "the profile's product is none of DigiCert's client products; the operator must "
               "name one, such as secure_email_mailbox";
    if (known->subject != PERSON || names_person(action))
        return NULL;
    *problem = "unauthorized";
    return "DigiCert's product names a person, and this account's external account does not say "
           "who that is; ask the operator for a key that does (--given-name, --surname)";
}

static const char *person(void *mem, const struct vendor_subject *action)
{
    return mem_printf(mem, "%s %s", action->recipient.given_name, action->recipient.surname);
}

const char *digicert_client_common_name(
    void *mem, const struct vendor_subject *action, const char *product)
{
    const struct product *known = find(product);

    return known != NULL && known->subject == PERSON && names_person(action)
               ? person(mem, action)
               : action->names.list[0].value;
}

const char *digicert_client_organization(
    const struct vendor_subject *action, const struct digicert_options *options)
{
    const struct product *known = find(action->product);

    if (known != NULL && known->subject == MAILBOX)
        return "";
    return action->recipient.organization[0] != '\0' ? action->recipient.organization
                                                     : options->organization_id;
}

/* Bodies. */

static const char *usage_of(const struct vendor_subject *action)
{
    struct pkcs10 csr;
    unsigned use = CERT_MAIL_BOTH;

    if (pkcs10_read(action->csr_der, &csr))
        use = cert_mail_use_of(pkcs10_key_usage(&csr));
    if (use == CERT_MAIL_SIGN)
        return "signing";
    return use == CERT_MAIL_ENCRYPT ? "key_management" : "dual_use";
}

static void add_subject(
    struct json_out *w, const struct vendor_subject *action, const struct product *product)
{
    if (product == NULL || product->subject == MAILBOX)
        return;
    if (product->subject == ORGANIZATION) {
        json_add_string(w, "common_name_indicator", "email_address");
        return;
    }
    json_add_string(w, "common_name_indicator", "given_name_surname");
    json_open(w, "individual", '{');
    json_add_string(w, "first_name", action->recipient.given_name);
    json_add_string(w, "last_name", action->recipient.surname);
    json_close(w, '}');
}

void digicert_client_certificate(
    struct json_out *w, void *mem, const struct vendor_subject *action, const char *product)
{
    const struct product *known = find(product);

    json_open(w, "certificate", '{');
    json_add_string(w, "common_name", digicert_client_common_name(mem, action, product));
    json_open(w, "emails", '[');
    for (size_t i = 0; i < action->names.len; i++)
        json_add_string(w, NULL, action->names.list[i].value);
    json_close(w, ']');
    add_subject(w, action, known);
    if (known != NULL && known->has_usage) {
        json_open(w, "usage_designation", '{');
        json_add_string(w, "primary_usage", usage_of(action));
        json_close(w, '}');
    }
    json_add_string(w, "csr", action->csr);
    json_add_string(w, "signature_hash", "sha256");
    json_close(w, '}');
}

/* Addresses. */

const char *digicert_client_waits(void *mem, const struct json *at)
{
    struct json list = vendor_json_member(at, "emails"), one;
    const char *shown = "", *mailed = NULL;
    size_t count = 0;

    for (size_t i = 0; i < json_len(&list); i++) {
        const char *status, *email;

        json_element(&list, i, &one);
        status = vendor_json_text(&one, "status");
        email = vendor_json_text(&one, "email");
        if (email == NULL || (status != NULL && strcmp(status, "validated") == 0))
            continue;
        mailed = vendor_json_text(&one, "date_emailed");
        if (count++ < SHOWN_MAX)
            shown = mem_printf(
                mem, "%s%s%s", shown, count == 1 ? "" : ", ", vendor_excerpt(mem, email));
    }
    if (count == 0)
        return NULL;
    return mem_printf(mem, "the link in DigiCert's mail%s%s to %s%s, to be followed there",
        mailed == NULL ? "" : " of ", mailed == NULL ? "" : vendor_excerpt(mem, mailed), shown,
        count > SHOWN_MAX ? " and others" : "");
}

/* resend. DigiCert's pages name no call for it; this is the one for the mails of other orders. */

static void on_resent(struct upstream_call *call, const struct vendor_reply *answer)
{
    if (answer->result != ERR_OK && answer->result != ERR_UPSTREAM_REFUSED &&
        answer->result != ERR_NOT_FOUND)
        vendor_verb_fail(call, answer);
    else
        digicert_follow(call, false);
}

struct upstream_call *digicert_resend(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg)
{
    struct upstream_call *call = digicert_begin(upstream, request, on_result, arg);

    if (call->action.order_id == NULL)
        vendor_verb_refuse(call, NULL, "it is not known which order at DigiCert this is");
    else
        digicert_send(call, "PUT",
            mem_printf(call, "/order/certificate/%s/resend-emails",
                vendor_escape(call, call->action.order_id)),
            "{}", false, on_resent);
    return call;
}
