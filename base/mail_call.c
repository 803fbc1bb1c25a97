/* mail_call - see mail_call.h. As in base/http_client.c, callers hear of an end in the round after
 * it, when libcurl is off the stack. */
#include "base/mail_call.h"

#include <string.h>

#include "base/curl_loop_private.h"
#include "base/mem.h"

enum { CONNECT_TIMEOUT_MS = 15000 };

struct mail_client {
    struct loop *loop;
    struct curl_loop *curl;
    struct mail_call *open; /* every call whose callback is still to come */
    bool is_closing;
};

struct mail_call {
    struct mail_client *client;
    struct mail_call *next, **link;
    mail_on_answer on_answer;
    void *arg;

    CURL *easy; /* while libcurl has it */
    struct curl_slist *recipients;
    char error[CURL_ERROR_SIZE];
    struct bytes message; /* what is still to be sent */
    struct buf body;
    struct loop_timer *delivery;
    struct mail_answer reply;
};

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct mail_call *call = arg;

    buf_add(&call->body, data, size * count);
    return call->body.overflow ? 0 : size * count;
}

static size_t on_read(char *out, size_t size, size_t count, void *arg)
{
    struct mail_call *call = arg;
    size_t len = call->message.len < size * count ? call->message.len : size * count;

    memcpy(out, call->message.data, len);
    call->message.data += len;
    call->message.len -= len;
    return len;
}

static void unlink_call(struct mail_call *call)
{
    *call->link = call->next;
    if (call->next != NULL)
        call->next->link = call->link;
}

static void link_call(struct mail_client *client, struct mail_call *call)
{
    call->next = client->open;
    call->link = &client->open;
    if (call->next != NULL)
        call->next->link = &call->next;
    client->open = call;
}

/* Ends whatever would still touch the call. */
static void stop(struct mail_call *call)
{
    loop_cancel(&call->delivery);
    if (call->easy == NULL)
        return;
    curl_loop_end(call->client->curl, call->easy);
    call->easy = NULL;
    curl_slist_free_all(call->recipients);
    call->recipients = NULL;
}

static void deliver(struct mail_call *call)
{
    unlink_call(call);
    call->on_answer(call->arg, &call->reply);
    mem_free(call);
}

static void on_delivery_time(void *arg)
{
    struct mail_call *call = arg;

    call->delivery = NULL;
    deliver(call);
}

static void settle(struct mail_call *call, enum err_code result, const char *why)
{
    stop(call);
    call->reply.result = result;
    call->reply.why = why;
    call->delivery = loop_after(call->client->loop, 0, on_delivery_time, call);
}

/* libcurl says in words alone which command was refused. */
static bool is_refusal_of_recipient(const struct mail_call *call)
{
    return call->reply.status >= 550 && call->reply.status <= 559 &&
           strncmp(call->error, "RCPT failed", strlen("RCPT failed")) == 0;
}

static void settle_error(struct mail_call *call, CURLcode code)
{
    static const struct {
        CURLcode code;
        enum err_code result;
        const char *why;
    } rows[] = {
        {CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT, "the mail server did not answer in time"},
        {CURLE_COULDNT_RESOLVE_HOST, ERR_NETWORK, "the mail server's name does not resolve"},
        {CURLE_COULDNT_CONNECT, ERR_NETWORK, "the mail server cannot be connected to"},
        {CURLE_LOGIN_DENIED, ERR_UNAUTHORIZED, "the mail server does not accept the login"},
        {CURLE_USE_SSL_FAILED, ERR_NETWORK, "the mail server offers no TLS (STARTTLS)"},
        {CURLE_SSL_CONNECT_ERROR, ERR_NETWORK, "the TLS handshake with the mail server failed"},
        {CURLE_PEER_FAILED_VERIFICATION, ERR_NETWORK,
            "the mail server's certificate is not trusted"},
        {CURLE_SSL_CACERT_BADFILE, ERR_NETWORK, "the file of trusted certificates cannot be read"},
        {CURLE_REMOTE_FILE_NOT_FOUND, ERR_NOT_FOUND, "the mail server has no such mail"},
        {CURLE_REMOTE_ACCESS_DENIED, ERR_DENIED, "the mail server does not open the mailbox"},
        {CURLE_QUOTE_ERROR, ERR_DENIED, "the mail server refuses the command"},
        {CURLE_URL_MALFORMAT, ERR_INPUT, "the mail server's URL is malformed"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].code == code) {
            settle(call, rows[i].result, rows[i].why);
            return;
        }
    if (call->body.overflow)
        settle(call, ERR_TOO_LARGE, "the mail is too large");
    else if (call->reply.status >= 400)
        settle(call, ERR_DENIED,
            mem_printf(
                call, "the mail server refuses the mail with status %d", call->reply.status));
    else
        settle(call, ERR_NETWORK, "the exchange with the mail server failed");
}

static void on_finished(void *arg, CURLcode code)
{
    struct mail_call *call = arg;
    long status = 0;

    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    call->reply.status = (int)status;
    call->reply.body = buf_bytes(&call->body);
    call->reply.internal = call->error[0] != '\0' ? call->error : curl_easy_strerror(code);
    call->reply.unknown_recipient = code != CURLE_OK && is_refusal_of_recipient(call);
    if (code == CURLE_OK)
        settle(call, ERR_OK, "");
    else
        settle_error(call, code);
}

struct mail_client *mail_client_new(struct loop *loop)
{
    struct mail_client *client = mem_new(NULL, struct mail_client);

    client->loop = loop;
    client->curl = curl_loop_new(loop, on_finished);
    return client;
}

void mail_client_free(struct mail_client *client)
{
    struct mail_call *call;

    if (client == NULL)
        return;
    client->is_closing = true;
    while ((call = client->open) != NULL) {
        if (call->delivery == NULL)
            call->reply = (struct mail_answer){
                .result = ERR_CANCELLED, .why = "the server is shutting down", .internal = ""};
        stop(call);
        deliver(call);
    }
    curl_loop_free(client->curl);
    mem_free(client);
}

static long use_ssl(enum mail_tls tls)
{
    switch (tls) {
    case MAIL_TLS_REQUIRED:
        return CURLUSESSL_ALL;
    case MAIL_TLS_IF_OFFERED:
        return CURLUSESSL_TRY;
    case MAIL_TLS_NEVER:
        return CURLUSESSL_NONE;
    }
    return CURLUSESSL_ALL;
}

static void set_server(CURL *easy, struct mail_call *call, const struct mail_server *server)
{
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps,imap,imaps");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)server->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_USE_SSL, use_ssl(server->tls));
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (server->ca_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, server->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    if (server->user != NULL) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, server->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, server->password);
    }
}

/* A call with a handle that knows the server; NULL if the client is closing: then it ends by
 * itself. */
static struct mail_call *open_call(struct mail_client *client, const struct mail_server *server,
    mail_on_answer on_answer, void *arg, struct mail_call **handle)
{
    struct mail_call *call = mem_new(NULL, struct mail_call);

    call->client = client;
    call->on_answer = on_answer;
    call->arg = arg;
    call->reply.internal = "";
    buf_init(&call->body, call, 0);
    link_call(client, call);
    *handle = call;
    if (client->is_closing)
        return NULL; /* mail_client_free goes through the list until it is empty */
    call->easy = curl_loop_handle(client->curl);
    set_server(call->easy, call, server);
    return call;
}

/* What would become a command of its own. */
static bool has_line_break(const char *text)
{
    return strpbrk(text, "\r\n") != NULL;
}

void mail_send(struct mail_client *client, const struct mail_server *server, const char *from,
    const char *to, struct bytes message, mail_on_answer on_answer, void *arg,
    struct mail_call **handle)
{
    struct mail_call *call = open_call(client, server, on_answer, arg, handle);

    if (call == NULL)
        return;
    if (has_line_break(from) || has_line_break(to)) {
        settle(call, ERR_INPUT, "the mail address is malformed");
        return;
    }
    call->message = bytes_copy(call, message);
    call->recipients = curl_slist_append(NULL, to);
    curl_easy_setopt(call->easy, CURLOPT_URL, server->url);
    curl_easy_setopt(call->easy, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(call->easy, CURLOPT_MAIL_RCPT, call->recipients);
    curl_easy_setopt(call->easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(call->easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(call->easy, CURLOPT_READDATA, call);
    curl_easy_setopt(call->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)message.len);
    curl_loop_start(client->curl, call->easy, call);
}

void mail_imap(struct mail_client *client, const struct mail_server *server, const char *path,
    const char *command, size_t reply_max, mail_on_answer on_answer, void *arg,
    struct mail_call **handle)
{
    struct mail_call *call = open_call(client, server, on_answer, arg, handle);

    if (call == NULL)
        return;
    call->body.max = reply_max;
    curl_easy_setopt(call->easy, CURLOPT_URL, mem_printf(call, "%s%s", server->url, path));
    if (command != NULL)
        curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, command);
    curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
    curl_loop_start(client->curl, call->easy, call);
}

void mail_call_cancel(struct mail_call **handle)
{
    struct mail_call *call = *handle;

    *handle = NULL;
    if (call == NULL)
        return;
    stop(call);
    unlink_call(call);
    mem_free(call);
}
