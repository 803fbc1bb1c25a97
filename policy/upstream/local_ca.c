/* local_ca - see local_ca.h. */
#include "policy/upstream/local_ca.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/pkcs10.h"
#include "policy/upstream/local_ca_files.h"

struct local_ca {
    struct upstream upstream; /* first: it is what others hold */
    struct local_ca_loaded ca;
    bool approval;
    const char *crl_url, *issuer_url;
    struct upstream_call *calls; /* under way */
};

/* A signature is there at once; the call is what is left to wait for until the loop comes round. */
struct upstream_call {
    struct upstream_call *next, **link; /* in the CA's calls */
    struct loop_timer *timer;
    upstream_on_result on_result;
    void *arg;
    struct upstream_result result;
    struct err err; /* the result's texts */
};

static struct local_ca *of(struct upstream *upstream)
{
    BUG_ON(upstream->ops != &local_ca_ops);
    return (struct local_ca *)upstream;
}

static const struct local_ca *of_const(const struct upstream *upstream)
{
    BUG_ON(upstream->ops != &local_ca_ops);
    return (const struct local_ca *)upstream;
}

static void new_reference(uint8_t out[32], size_t *len)
{
    cert_serial_new(out);
    *len = CERT_SERIAL_LEN;
}

/* Signing. */

static enum cert_name_type name_type(enum identifier_type type)
{
    switch (type) {
    case IDENTIFIER_DNS:
        return CERT_NAME_DNS;
    case IDENTIFIER_IP:
        return CERT_NAME_IP;
    case IDENTIFIER_EMAIL:
        return CERT_NAME_EMAIL;
    }
    return CERT_NAME_DNS;
}

static const struct cert_name *names_of(void *mem, const struct identifiers *identifiers)
{
    struct cert_name *names = mem_new_array(mem, struct cert_name, identifiers->len);

    for (size_t i = 0; i < identifiers->len; i++)
        names[i] =
            (struct cert_name){name_type(identifiers->list[i].type), identifiers->list[i].value};
    return names;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Orders are for hosts or for mail, never for both. A mail program shows the common name. */
static void set_purpose(
    struct cert_leaf *leaf, const struct identifiers *names, const struct pkcs10 *csr)
{
    if (names->list[0].type != IDENTIFIER_EMAIL)
        return;
    leaf->purpose = CERT_FOR_MAIL;
    leaf->mail_use = cert_mail_use_of(pkcs10_key_usage(csr));
    if (strlen(names->list[0].value) <= CERT_COMMON_NAME_MAX)
        leaf->common_name = names->list[0].value;
}

/* No leaf outlives its issuer: clients would refuse it from then on. */
static enum err_code sign(struct local_ca *local, const struct upstream_request *request, void *mem,
    struct upstream_result *result, struct err *e)
{
    const struct action *action = request->action;
    struct pkcs10 csr;
    struct cert_leaf leaf = {.names = names_of(mem, request->identifiers),
        .names_len = request->identifiers->len,
        .not_before_s = action->not_before_s,
        .not_after_s = earlier(action->not_after_s, cert_issuer_not_after(local->ca.issuer)),
        .crl_url = local->crl_url,
        .issuer_url = local->issuer_url};

    if (action->reference.len != sizeof leaf.serial)
        return err_set(e, ERR_BUG, "the order carries no serial number of this CA's");
    memcpy(leaf.serial, action->reference.data, sizeof leaf.serial);
    if (!pkcs10_read(request->csr, &csr))
        return err_set(e, ERR_INPUT, "the CSR is not a PKCS#10 request in DER form");
    leaf.spki = csr.spki;
    set_purpose(&leaf, request->identifiers, &csr);
    if (leaf.not_after_s < leaf.not_before_s)
        return err_set(e, ERR_DENIED, "the CA's own certificate ends before this one would begin");
    if (cert_sign_leaf(mem, local->ca.issuer, &leaf, &result->leaf, e) != ERR_OK)
        return e->code;
    result->issued = true;
    result->chain = cert_issuer_chain(local->ca.issuer);
    result->alternates = local->ca.alternates;
    return ERR_OK;
}

/* What an operator has to say before, where that is wanted. */
static enum err_code answer(struct local_ca *local, const struct upstream_request *request,
    void *mem, struct upstream_result *result, struct err *e)
{
    const struct action *action = request->action;

    if (action->said == ACTION_REJECTED) {
        result->problem = "unauthorized";
        return err_set(e, ERR_DENIED, "the operator rejected it%s%s",
            action->said_why == NULL ? "" : ": ", action->said_why == NULL ? "" : action->said_why);
    }
    if (!local->approval || action->said == ACTION_APPROVED)
        return sign(local, request, mem, result, e);
    result->waits_for = "the approval of an operator";
    return ERR_OK;
}

/* Calls. */

static void unlink_call(struct upstream_call *call)
{
    *call->link = call->next;
    if (call->next != NULL)
        call->next->link = call->link;
}

static void deliver(struct upstream_call *call)
{
    unlink_call(call);
    call->on_result(call->arg, &call->result);
    mem_free(call);
}

static void on_round(void *arg)
{
    deliver(arg);
}

/* submit and poll: whoever asks, the answer is the same. */
static struct upstream_call *ask(struct upstream *upstream, const struct upstream_request *request,
    upstream_on_result on_result, void *arg)
{
    struct local_ca *local = of(upstream);
    struct upstream_call *call = mem_new(local, struct upstream_call);

    call->on_result = on_result;
    call->arg = arg;
    if (answer(local, request, call, &call->result, &call->err) != ERR_OK)
        call->result = (struct upstream_result){.result = ERR_UPSTREAM_REFUSED,
            .problem = call->result.problem,
            .detail = call->err.detail,
            .internal = call->err.internal};
    call->next = local->calls;
    call->link = &local->calls;
    if (call->next != NULL)
        call->next->link = &call->next;
    local->calls = call;
    call->timer = loop_after(upstream->loop, 0, on_round, call);
    return call;
}

static void cancel(struct upstream_call *call)
{
    loop_cancel(&call->timer);
    unlink_call(call);
    mem_free(call);
}

/* What is under way ends cancelled: it was signed, but nobody has it, and the step will run again.
 */
static void free_upstream(struct upstream *upstream)
{
    struct local_ca *local = of(upstream);

    while (local->calls != NULL) {
        struct upstream_call *call = local->calls;

        loop_cancel(&call->timer);
        call->result = (struct upstream_result){
            .result = ERR_CANCELLED, .detail = "the server is shutting down", .internal = ""};
        deliver(call);
    }
    mem_free(local);
}

static enum err_code sign_crl(struct upstream *upstream, void *mem, int64_t number,
    int64_t this_update_s, int64_t next_update_s, const struct cert_revoked *revoked,
    size_t revoked_len, struct bytes *der, struct err *e)
{
    return cert_sign_crl(mem, of(upstream)->ca.issuer, number, this_update_s, next_update_s,
        revoked, revoked_len, der, e);
}

const struct upstream_ops local_ca_ops = {
    .type = "local",
    .takes_dates = true,
    .repeatable = true,
    .heeds_operator = true,
    .new_reference = new_reference,
    .submit = ask,
    .poll = ask,
    .cancel = cancel,
    .sign_crl = sign_crl,
    .free = free_upstream,
};

/* The CA. */

enum err_code local_ca_prepare(const struct local_ca_options *options, struct err *e)
{
    struct local_ca_loaded loaded;
    enum err_code code;
    void *mem;

    if (local_ca_files_make(options, e) != ERR_OK)
        return e->code;
    mem = mem_pool(NULL, 65536);
    code = local_ca_files_load(mem, options, &loaded, e);
    if (code == ERR_OK && loaded.left_out != NULL)
        log_warning("alternate_chain_left_out", LOG_STR("upstream", options->name),
            LOG_STR("detail", loaded.left_out));
    mem_free(mem);
    return code;
}

struct upstream *local_ca_new(
    void *mem, struct loop *loop, const struct local_ca_options *options, struct err *e)
{
    struct local_ca *local = mem_new(mem, struct local_ca);

    if (local_ca_files_load(local, options, &local->ca, e) != ERR_OK) {
        mem_free(local);
        return NULL;
    }
    local->upstream = (struct upstream){
        &local_ca_ops, mem_strdup(local, options->name), loop, .poll_s = 60, .doubt_s = 120};
    local->approval = options->approval;
    local->crl_url = mem_strdup(local, options->crl_url);
    local->issuer_url = mem_strdup(local, options->issuer_url);
    return &local->upstream;
}

const char *local_ca_root_pem(const struct upstream *upstream)
{
    return of_const(upstream)->ca.root_pem;
}

struct bytes local_ca_issuer_der(const struct upstream *upstream)
{
    return cert_issuer_der(of_const(upstream)->ca.issuer);
}

int64_t local_ca_not_after(const struct upstream *upstream)
{
    return cert_issuer_not_after(of_const(upstream)->ca.issuer);
}

enum err_code local_ca_server_certificate(void *mem, const struct local_ca_options *options,
    const struct cert_name *names, size_t names_len, int64_t not_before_s, int64_t not_after_s,
    char **chain_pem, char **key_pem, struct err *e)
{
    void *scratch = mem_pool(mem, 65536);
    struct local_ca_loaded ca;
    struct cert_leaf leaf = {.names = names,
        .names_len = names_len,
        .not_before_s = not_before_s,
        .crl_url = options->crl_url,
        .issuer_url = options->issuer_url};
    struct bytes der;
    enum err_code code = local_ca_files_load(scratch, options, &ca, e);

    if (code == ERR_OK) {
        struct key *key = key_generate(scratch, KEY_P256, 0);

        *key_pem = key_to_pem(mem, key);
        leaf.spki = key_spki(scratch, key);
        leaf.not_after_s = earlier(not_after_s, cert_issuer_not_after(ca.issuer));
        cert_serial_new(leaf.serial);
        code = cert_sign_leaf(scratch, ca.issuer, &leaf, &der, e);
    }
    if (code == ERR_OK)
        *chain_pem = mem_printf(
            mem, "%s%s", cert_pem(scratch, "CERTIFICATE", der), cert_issuer_chain(ca.issuer));
    mem_free(scratch);
    return code;
}
