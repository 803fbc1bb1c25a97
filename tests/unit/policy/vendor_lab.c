/* vendor_lab - see vendor_lab.h. */
#include "tests/unit/policy/vendor_lab.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/pkcs10.h"
#include "tests/unit/test_main.h"

enum { WATCHDOG_MS = 30 * 1000, TEXT_MAX = 64 * 1024 };

/* The vendor. */

static bool fits(const struct exchange *exchange, const char *request)
{
    size_t len = exchange->expect == NULL ? 0 : strlen(exchange->expect);

    return len > 0 && strncmp(request, exchange->expect, len) == 0 &&
           strncmp(request + len, " HTTP/1.1\r\n", 11) == 0;
}

static void send_answer(int fd, const struct exchange *exchange)
{
    const char *body = exchange->body == NULL ? "" : exchange->body;
    size_t len = strlen(body);
    char head[512];

    snprintf(head, sizeof head,
        "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
        "Connection: close\r\n\r\n",
        exchange->status == ANSWER_HALF ? 201 : exchange->status, len);
    responder_send(fd, head);
    responder_send_bytes(fd, body, exchange->status == ANSWER_HALF ? len / 2 : len);
}

/* The script is the test's, which goes on as soon as it has the answer. */
static enum responder_then on_request(void *arg, int fd, const char *request, unsigned nth)
{
    struct vendor_lab *lab = arg;
    struct exchange exchange = {.status = ANSWER_NOTHING};
    const char *body = strstr(request, "\r\n\r\n");

    (void)nth;
    pthread_mutex_lock(&lab->lock);
    if (lab->answered < LAB_EXCHANGES_MAX && fits(&lab->script[lab->answered], request)) {
        exchange = lab->script[lab->answered];
        lab->heads[lab->answered] = strdup(request);
        lab->bodies[lab->answered++] = strdup(body == NULL ? "" : body + 4);
    } else {
        snprintf(
            lab->unexpected, sizeof lab->unexpected, "%.*s", (int)strcspn(request, "\r"), request);
    }
    pthread_mutex_unlock(&lab->lock);
    if (exchange.status != ANSWER_NOTHING)
        send_answer(fd, &exchange);
    return RESPONDER_CLOSE;
}

static void forget_requests(struct vendor_lab *lab)
{
    for (size_t i = 0; i < LAB_EXCHANGES_MAX; i++) {
        free(lab->bodies[i]);
        free(lab->heads[i]);
        lab->bodies[i] = lab->heads[i] = NULL;
    }
    lab->answered = 0;
    lab->unexpected[0] = '\0';
}

void vendor_lab_script(struct vendor_lab *lab, const struct exchange *script)
{
    pthread_mutex_lock(&lab->lock);
    forget_requests(lab);
    lab->script = script;
    pthread_mutex_unlock(&lab->lock);
}

/* The worker. */

static void on_watchdog(void *arg)
{
    struct vendor_lab *lab = arg;

    lab->watchdog = NULL;
    CU_FAIL("a test hangs");
    loop_stop(lab->loop);
}

static const char *copy(struct vendor_lab *lab, const char *text)
{
    return mem_strdup(lab->mem, text);
}

static const struct identifiers *copy_names(struct vendor_lab *lab, const struct identifiers *names)
{
    struct identifiers *own = mem_new(lab->mem, struct identifiers);

    if (names == NULL)
        return NULL;
    own->list = mem_new_array(lab->mem, struct identifier, names->len);
    own->len = names->len;
    for (size_t i = 0; i < names->len; i++)
        own->list[i] = (struct identifier){names->list[i].type, copy(lab, names->list[i].value)};
    return own;
}

void vendor_lab_on_result(void *arg, const struct upstream_result *result)
{
    struct vendor_lab *lab = arg;
    struct upstream_proof *proofs = mem_new_array(lab->mem, struct upstream_proof, 16);

    CU_ASSERT_FALSE(lab->is_starting);
    lab->results++;
    lab->result = *result;
    lab->result.problem = copy(lab, result->problem);
    lab->result.detail = copy(lab, result->detail);
    lab->result.internal = copy(lab, result->internal);
    lab->result.leaf = bytes_copy(lab->mem, result->leaf);
    lab->result.chain = copy(lab, result->chain);
    lab->result.extra_names = copy_names(lab, result->extra_names);
    lab->result.order_id = copy(lab, result->order_id);
    lab->result.certificate_id = copy(lab, result->certificate_id);
    lab->result.request_id = copy(lab, result->request_id);
    lab->result.waits_for = copy(lab, result->waits_for);
    for (size_t i = 0; i < result->proofs_len && i < 16; i++)
        proofs[i] =
            (struct upstream_proof){result->proofs[i].kind, copy(lab, result->proofs[i].domain),
                copy(lab, result->proofs[i].name), copy(lab, result->proofs[i].value)};
    lab->result.proofs = proofs;
    loop_stop(lab->loop);
}

void vendor_lab_on_page(void *arg, const struct upstream_page *page)
{
    struct vendor_lab *lab = arg;

    CU_ASSERT_FALSE(lab->is_starting);
    lab->results++;
    lab->page = *page;
    lab->page.next = copy(lab, page->next);
    lab->page.detail = copy(lab, page->detail);
    if (lab->on_page != NULL)
        lab->on_page(lab, page);
    loop_stop(lab->loop);
}

void vendor_lab_run(struct vendor_lab *lab)
{
    lab->results = 0;
    lab->is_starting = false;
    loop_run(lab->loop);
    CU_ASSERT_EQUAL(lab->results, 1);
    pthread_mutex_lock(&lab->lock);
    if (lab->unexpected[0] != '\0' || lab->script[lab->answered].expect != NULL)
        printf("\n    expected %s, and there was %s\n", lab->script[lab->answered].expect,
            lab->unexpected[0] == '\0' ? "nothing" : lab->unexpected);
    CU_ASSERT_STRING_EQUAL(lab->unexpected, "");
    CU_ASSERT_PTR_NULL(lab->script[lab->answered].expect);
    pthread_mutex_unlock(&lab->lock);
}

/* The CA. */

static void make_ca(struct vendor_lab *lab)
{
    struct key *root_key = key_generate(lab->mem, KEY_P256, 0);
    struct key *issuing_key = key_generate(lab->mem, KEY_P256, 0);
    int64_t now_s = clock_now_s();
    struct cert_ca_options options = {"Sim Global Root", NULL, now_s - 86400, now_s + 86400 * 900};
    struct cert_issuer *root;
    struct err e = {0};
    char *pem;

    CU_ASSERT_FATAL(cert_make_ca(lab->mem, NULL, root_key, &options, &pem, &e) == ERR_OK);
    lab->root_pem = pem;
    root = cert_issuer_new(lab->mem, pem, key_to_pem(lab->mem, root_key), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(root);
    options.common_name = "Sim TLS CA";
    CU_ASSERT_FATAL(cert_make_ca(lab->mem, root, issuing_key, &options, &pem, &e) == ERR_OK);
    lab->issuing_pem = pem;
    lab->issuer = cert_issuer_new(lab->mem, pem, key_to_pem(lab->mem, issuing_key), &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lab->issuer);
}

static struct bytes make_csr(struct vendor_lab *lab, struct key *key)
{
    X509_REQ *request = X509_REQ_new();
    uint8_t *der = NULL;
    struct bytes out;
    int len;

    X509_REQ_set_pubkey(request, key_evp(key));
    X509_REQ_sign(request, key_evp(key), EVP_sha256());
    len = i2d_X509_REQ(request, &der);
    CU_ASSERT_FATAL(len > 0);
    out = bytes_copy(lab->mem, (struct bytes){der, (size_t)len});
    OPENSSL_free(der);
    X509_REQ_free(request);
    return out;
}

static const char *sign_leaf(struct vendor_lab *lab, struct bytes spki, const char *const *names)
{
    struct cert_name list[16];
    struct cert_leaf leaf = {.spki = spki,
        .names = list,
        .not_before_s = clock_now_s() - 60,
        .not_after_s = clock_now_s() + 86400 * 100};
    struct bytes der;
    struct err e = {0};

    for (; names[leaf.names_len] != NULL; leaf.names_len++)
        list[leaf.names_len] = (struct cert_name){CERT_NAME_DNS, names[leaf.names_len]};
    cert_serial_new(leaf.serial);
    CU_ASSERT_FATAL(cert_sign_leaf(lab->mem, lab->issuer, &leaf, &der, &e) == ERR_OK);
    return cert_pem(lab->mem, "CERTIFICATE", der);
}

/* PEM within a JSON string. */
const char *vendor_lab_json(struct vendor_lab *lab, const char *pem)
{
    struct buf out;

    buf_init(&out, lab->mem, TEXT_MAX);
    for (; *pem != '\0'; pem++) {
        if (*pem == '\n')
            buf_add_text(&out, "\\r\\n");
        else
            buf_add_char(&out, *pem);
    }
    return buf_text(&out);
}

struct lab_subject vendor_lab_subject(struct vendor_lab *lab, const char *const *names)
{
    struct lab_subject s = {.key = key_generate(lab->mem, KEY_P256, 0)};

    s.spki = key_spki(lab->mem, s.key);
    sha256(s.spki, s.key_hash);
    s.csr = make_csr(lab, s.key);
    s.csr_text = vendor_lab_json(lab, cert_pem(lab->mem, "CERTIFICATE REQUEST", s.csr));
    s.leaf_text = sign_leaf(lab, s.spki, names);
    s.leaf_pem = vendor_lab_json(lab, s.leaf_text);
    s.chain_json = lab_text(lab, "[{'pem':'%s'},{'pem':'%s'},{'pem':'%s'}]", s.leaf_pem,
        vendor_lab_json(lab, lab->issuing_pem), vendor_lab_json(lab, lab->root_pem));
    s.intermediates = lab_text(lab, "{'intermediates':%s}", s.chain_json);
    return s;
}

char *lab_text(struct vendor_lab *lab, const char *format, ...)
{
    char *text = mem_alloc(lab->mem, TEXT_MAX, "text");
    va_list args;

    va_start(args, format);
    CU_ASSERT_FATAL(vsnprintf(text, TEXT_MAX, format, args) < TEXT_MAX);
    va_end(args);
    for (char *at = text; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    return text;
}

/* Life. */

void vendor_lab_open(struct vendor_lab *lab)
{
    static const struct vendor_window windows[] = {{1000, 1000}};

    memset(lab, 0, sizeof *lab);
    lab->mem = mem_pool(NULL, 65536);
    pthread_mutex_init(&lab->lock, NULL);
    lab->loop = loop_new();
    lab->http = http_client_new(lab->loop);
    lab->limit = vendor_limit_new(lab->mem, windows, 1);
    lab->server = responder_http("127.0.0.1", 0, on_request, lab);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lab->server);
    lab->url = mem_printf(lab->mem, "http://127.0.0.1:%u", responder_port(lab->server));
    lab->watchdog = loop_after(lab->loop, WATCHDOG_MS, on_watchdog, lab);
    make_ca(lab);
}

void vendor_lab_close(struct vendor_lab *lab)
{
    responder_stop(lab->server);
    http_client_free(lab->http);
    loop_cancel(&lab->watchdog);
    loop_free(lab->loop);
    forget_requests(lab);
    pthread_mutex_destroy(&lab->lock);
    mem_free(lab->mem);
}
