/* mailcert_acme - see mailcert_acme.h. */
#include "server/mailcert_acme.h"

#include <string.h>

#include "base/b64url.h"
#include "base/http_client.h"
#include "base/loop.h"
#include "base/mac.h"
#include "base/mem.h"

#define REPLY_MAX  (1024 * 1024)
#define TIMEOUT_MS 30000

struct mailcert_acme {
    struct loop *loop;
    struct http_client *http;
    const char *ca_file;
    struct key *key;
    const char *jwk, *thumbprint, *kid, *nonce;
    struct json directory;
};

/* HTTP: what comes is copied, since a reply is gone after its callback. */

struct exchange {
    struct mailcert_acme *acme;
    enum err_code result;
    int status;
    const char *why, *text, *location;
    int64_t retry_after_s;
};

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct exchange *x = arg;

    x->result = reply->result;
    x->status = reply->status;
    x->why = mem_strdup(x->acme, reply->why);
    x->text = bytes_string(x->acme, reply->body);
    x->location = mem_strdup(x->acme, reply->location);
    x->retry_after_s = reply->retry_after_s;
    if (reply->replay_nonce != NULL)
        x->acme->nonce = mem_strdup(x->acme, reply->replay_nonce);
    loop_stop(x->acme->loop);
}

static enum err_code exchange(struct mailcert_acme *acme, const char *method, const char *url,
    const char *body, struct exchange *x, struct err *e)
{
    static const char *const headers[] = {
        "Content-Type: application/jose+json", "User-Agent: countersign-mailcert", NULL};
    struct http_call *call;
    struct http_call_options options = {.method = method,
        .url = url,
        .headers = headers,
        .body = bytes_of(body),
        .reply_max = REPLY_MAX,
        .timeout_ms = TIMEOUT_MS,
        .connect_timeout_ms = TIMEOUT_MS,
        .verify_tls = true,
        .ca_file = acme->ca_file};

    *x = (struct exchange){.acme = acme};
    http_client_start(acme->http, &options, on_reply, x, &call);
    loop_run(acme->loop);
    if (x->result != ERR_OK)
        return err_set(e, x->result, "%.120s does not answer: %.100s", url,
            x->why == NULL ? "no connection" : x->why);
    return ERR_OK;
}

/* Keys. */

/* A P-256 SPKI ends with the point: x and y. */
static const char *jwk_of(void *mem, const struct key *key)
{
    struct bytes spki = key_spki(mem, key);
    struct bytes x = {spki.data + spki.len - 64, 32}, y = {spki.data + spki.len - 32, 32};

    return mem_printf(mem, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
        b64url_encode(mem, x), b64url_encode(mem, y));
}

static const char *hash_of(void *mem, const char *text)
{
    uint8_t hash[32];

    sha256(bytes_of(text), hash);
    return b64url_encode(mem, (struct bytes){hash, sizeof hash});
}

/* JWS. */

static const char *jws_text(void *mem, const char *header, const char *payload)
{
    return mem_printf(
        mem, "%s.%s", b64url_encode(mem, bytes_of(header)), b64url_encode(mem, bytes_of(payload)));
}

static const char *jws_json(void *mem, const char *signed_text, struct bytes signature)
{
    const char *dot = strchr(signed_text, '.');

    return mem_printf(mem, "{\"protected\":\"%.*s\",\"payload\":\"%s\",\"signature\":\"%s\"}",
        (int)(dot - signed_text), signed_text, dot + 1, b64url_encode(mem, signature));
}

static const char *sign(struct mailcert_acme *acme, const char *url, const char *payload)
{
    const char *who = acme->kid == NULL ? mem_printf(acme, "\"jwk\":%s", acme->jwk)
                                        : mem_printf(acme, "\"kid\":\"%s\"", acme->kid);
    const char *text = jws_text(acme,
        mem_printf(
            acme, "{\"alg\":\"ES256\",\"nonce\":\"%s\",\"url\":\"%s\",%s}", acme->nonce, url, who),
        payload);

    return jws_json(acme, text, key_sign(acme, acme->key, KEY_ES256, bytes_of(text)));
}

/* RFC 8555, 7.3.4. */
static enum err_code bind(struct mailcert_acme *acme, const struct mailcert_acme_options *options,
    const char *url, const char **out, struct err *e)
{
    uint8_t mac[MAC_LEN_MAX];
    const char *text;
    struct bytes key;

    *out = NULL;
    if (options->kid == NULL)
        return ERR_OK;
    if (!b64url_decode(acme, bytes_of(options->mac_key), &key))
        return err_set(e, ERR_INPUT, "the external account's key is no base64url text");
    text = jws_text(acme,
        mem_printf(acme, "{\"alg\":\"HS256\",\"kid\":\"%s\",\"url\":\"%s\"}", options->kid, url),
        acme->jwk);
    mac_compute(MAC_SHA256, key, bytes_of(text), mac);
    *out = jws_json(acme, text, (struct bytes){mac, mac_len(MAC_SHA256)});
    return ERR_OK;
}

/* Requests. */

static void read_json(struct mailcert_acme *acme, const char *text, struct json *out)
{
    struct err none = {0};

    if (json_parse(acme, bytes_of(text), "the answer", out, &none) != ERR_OK)
        *out = (struct json){0};
}

static const char *member(const struct json *at, const char *name)
{
    struct err none = {0};
    const char *text = NULL;

    if (at->node == NULL || !json_holds_object(at) ||
        json_read_string(at, name, JSON_OPTIONAL, &text, &none) != ERR_OK || text == NULL)
        return "";
    return text;
}

static enum err_code refuse(const struct exchange *x, const struct json *json, struct err *e)
{
    const char *detail = member(json, "detail");

    return err_set(e, ERR_DENIED, "the server refused it (status %d): %.200s", x->status,
        detail[0] == '\0' ? "it does not say why" : detail);
}

static bool is_bad_nonce(const struct json *json)
{
    return strcmp(member(json, "type"), "urn:ietf:params:acme:error:badNonce") == 0;
}

static enum err_code take_nonce(struct mailcert_acme *acme, struct err *e)
{
    struct exchange x;

    if (acme->nonce == NULL &&
        exchange(acme, "HEAD", mailcert_acme_url(acme, "newNonce"), NULL, &x, e) != ERR_OK)
        return e->code;
    return acme->nonce != NULL ? ERR_OK
                               : err_set(e, ERR_INPUT,
                                     "the server gives no nonce; is it one for "
                                     "ACME?");
}

enum err_code mailcert_acme_post(struct mailcert_acme *acme, const char *url, const char *payload,
    struct mailcert_answer *out, struct err *e)
{
    struct exchange x;
    struct json json;

    for (int tries = 0;; tries++) {
        const char *body;

        if (take_nonce(acme, e) != ERR_OK)
            return e->code;
        body = sign(acme, url, payload);
        acme->nonce = NULL;
        if (exchange(acme, "POST", url, body, &x, e) != ERR_OK)
            return e->code;
        read_json(acme, x.text, &json);
        if (x.status < 300)
            break;
        if (tries > 0 || !is_bad_nonce(&json))
            return refuse(&x, &json, e);
    }
    *out = (struct mailcert_answer){json, x.text, x.location, x.retry_after_s};
    return ERR_OK;
}

const char *mailcert_acme_url(struct mailcert_acme *acme, const char *name)
{
    const char *url = member(&acme->directory, name);

    return url[0] == '\0' ? NULL : url;
}

/* The account. */

static enum err_code read_directory(struct mailcert_acme *acme, const char *url, struct err *e)
{
    struct exchange x;

    if (exchange(acme, "GET", url, NULL, &x, e) != ERR_OK)
        return e->code;
    read_json(acme, x.text, &acme->directory);
    if (x.status != 200 || mailcert_acme_url(acme, "newOrder") == NULL ||
        mailcert_acme_url(acme, "newNonce") == NULL ||
        mailcert_acme_url(acme, "newAccount") == NULL)
        return err_set(e, ERR_INPUT, "%.150s is no ACME directory (status %d)", url, x.status);
    return ERR_OK;
}

static enum err_code make_account(
    struct mailcert_acme *acme, const struct mailcert_acme_options *options, struct err *e)
{
    const char *url = mailcert_acme_url(acme, "newAccount"), *binding;
    struct mailcert_answer answer;

    if (bind(acme, options, url, &binding, e) != ERR_OK ||
        mailcert_acme_post(acme, url,
            mem_printf(acme, "{\"termsOfServiceAgreed\":true%s%s}",
                binding == NULL ? "" : ",\"externalAccountBinding\":",
                binding == NULL ? "" : binding),
            &answer, e) != ERR_OK)
        return e->code;
    acme->kid = answer.location;
    return acme->kid != NULL ? ERR_OK
                             : err_set(e, ERR_INPUT,
                                   "the server made an account without an "
                                   "address");
}

struct mailcert_acme *mailcert_acme_new(
    void *mem, const struct mailcert_acme_options *options, struct err *e)
{
    struct mailcert_acme *acme = mem_new(mem, struct mailcert_acme);

    acme->loop = loop_new();
    acme->http = http_client_new(acme->loop);
    acme->ca_file = options->ca_file;
    acme->key = options->key;
    acme->jwk = jwk_of(acme, options->key);
    acme->thumbprint = hash_of(acme, acme->jwk);
    if (read_directory(acme, options->directory, e) == ERR_OK &&
        make_account(acme, options, e) == ERR_OK)
        return acme;
    mailcert_acme_free(acme);
    return NULL;
}

void mailcert_acme_free(struct mailcert_acme *acme)
{
    if (acme == NULL)
        return;
    http_client_free(acme->http);
    loop_free(acme->loop);
    mem_free(acme);
}

const char *mailcert_acme_thumbprint(const struct mailcert_acme *acme)
{
    return acme->thumbprint;
}
