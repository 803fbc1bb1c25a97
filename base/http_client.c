/* http_client - see http_client.h.
 *
 * A finished transfer is taken out of libcurl at once, but its caller hears of it from a timer in
 * the next round, when libcurl is off the stack: there it may start and cancel calls and free the
 * client.
 */
#include "base/http_client.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/curl_loop_private.h"
#include "base/mem.h"

enum { HEAD_MAX_LEN = 64 * 1024, VALUE_MAX_LEN = 4096, URL_MAX_LEN = 8192 };
enum { RETRY_AFTER_MAX_S = 366 * 24 * 3600 };

struct http_client {
    struct loop *loop;
    struct curl_loop *curl;
    struct http_call *open; /* every call whose callback is still to come */
    bool is_closing;
};

struct http_call {
    struct http_client *client;
    struct http_call *next, **link;
    http_on_reply on_reply;
    void *arg;

    CURL *easy; /* while libcurl has it */
    struct curl_slist *headers, *connect_to;
    const struct address_filter *filter;
    const char *denied_why;
    char error[CURL_ERROR_SIZE];

    struct buf body;
    size_t reply_max;
    size_t head_len;
    bool is_head_complete;
    struct loop_timer *delivery;
    struct http_reply reply;
};

static size_t room(const struct http_call *call)
{
    return call->reply_max - call->body.len;
}

/* More than is wanted ends the transfer: libcurl takes any other number than `len` for an error. */
static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct http_call *call = arg;
    size_t len = size * count, kept = len <= room(call) ? len : room(call);

    buf_add(&call->body, data, kept);
    call->reply.cut = kept < len;
    return kept;
}

/* The value of a header line if it has this name: without the white space around it, cut at
 * VALUE_MAX_LEN. */
static const char *header_value(struct http_call *call, struct bytes line, const char *name)
{
    const char *text = (const char *)line.data;
    size_t name_len = strlen(name), start, end = line.len;

    if (line.len <= name_len || strncasecmp(text, name, name_len) != 0 || text[name_len] != ':')
        return NULL;
    for (start = name_len + 1; start < end && isspace((unsigned char)text[start]);)
        start++;
    while (end > start && isspace((unsigned char)text[end - 1]))
        end--;
    return mem_strndup(
        call, text + start, end - start < VALUE_MAX_LEN ? end - start : VALUE_MAX_LEN);
}

static int64_t read_retry_after(const char *value)
{
    int64_t seconds = 0;

    for (; isdigit((unsigned char)*value); value++)
        if (seconds <= RETRY_AFTER_MAX_S)
            seconds = seconds * 10 + (*value - '0');
    if (*value != '\0')
        return 0;
    return seconds <= RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S;
}

/* The first of several counts. */
static void take_header(struct http_call *call, struct bytes line)
{
    struct http_reply *reply = &call->reply;
    const char *retry_after = header_value(call, line, "Retry-After");

    if (reply->location == NULL)
        reply->location = header_value(call, line, "Location");
    if (reply->content_type == NULL)
        reply->content_type = header_value(call, line, "Content-Type");
    if (reply->replay_nonce == NULL)
        reply->replay_nonce = header_value(call, line, "Replay-Nonce");
    if (retry_after != NULL && reply->retry_after_s == 0)
        reply->retry_after_s = read_retry_after(retry_after);
}

/* Header lines arrive one by one: those of interim answers first, those after the body (trailers)
 * last. Both do not count. */
static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
    struct http_call *call = arg;
    struct bytes line = {(const uint8_t *)data, size * count};
    long status = 0;

    call->head_len += line.len;
    if (call->head_len > HEAD_MAX_LEN)
        return 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && !call->is_head_complete) {
        call->is_head_complete = line.len <= 2;
        take_header(call, line);
    }
    return line.len;
}

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *peer)
{
    struct http_call *call = arg;
    struct address address;

    (void)purpose;
    if (!address_from_sockaddr(&peer->addr, &address))
        return CURL_SOCKET_BAD;
    address_format(&address, call->reply.address);
    if (call->filter != NULL && !address_allowed(call->filter, &address, &call->denied_why))
        return CURL_SOCKET_BAD;
    call->denied_why = NULL;
    return socket(peer->family, peer->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, peer->protocol);
}

/* The connection stands, TLS included; the request's first byte leaves right after this. */
static int on_connected(
    void *arg, char *primary_ip, char *local_ip, int primary_port, int local_port)
{
    struct http_call *call = arg;
    struct address address;

    (void)local_ip;
    (void)primary_port;
    (void)local_port;
    call->reply.sent = true;
    if (address_parse(primary_ip, &address))
        address_format(&address, call->reply.address);
    return CURL_PREREQFUNC_OK;
}

static void unlink_call(struct http_call *call)
{
    *call->link = call->next;
    if (call->next != NULL)
        call->next->link = call->link;
}

static void link_call(struct http_client *client, struct http_call *call)
{
    call->next = client->open;
    call->link = &client->open;
    if (call->next != NULL)
        call->next->link = &call->next;
    client->open = call;
}

/* Takes the call out of libcurl and keeps the handle for another. */
static void release_easy(struct http_call *call)
{
    if (call->easy == NULL)
        return;
    curl_loop_end(call->client->curl, call->easy);
    call->easy = NULL;
    curl_slist_free_all(call->headers);
    curl_slist_free_all(call->connect_to);
    call->headers = call->connect_to = NULL;
}

/* Ends whatever would still touch the call. */
static void stop(struct http_call *call)
{
    loop_cancel(&call->delivery);
    release_easy(call);
}

static void deliver(struct http_call *call)
{
    unlink_call(call);
    call->on_reply(call->arg, &call->reply);
    mem_free(call);
}

static void on_delivery_time(void *arg)
{
    struct http_call *call = arg;

    call->delivery = NULL;
    deliver(call);
}

/* The reply stands; its owner hears of it in the next round. */
static void settle(struct http_call *call, enum err_code result, const char *why)
{
    stop(call);
    call->reply.result = result;
    call->reply.why = why;
    call->delivery = loop_after(call->client->loop, 0, on_delivery_time, call);
}

static void settle_error(struct http_call *call, CURLcode code, long os_error)
{
    static const struct {
        CURLcode code;
        bool tls;
        const char *why;
    } rows[] = {
        {CURLE_COULDNT_RESOLVE_HOST, false, "the host name does not resolve"},
        {CURLE_GOT_NOTHING, false, "the connection was closed without an answer"},
        {CURLE_RECV_ERROR, false, "the connection broke before the answer was complete"},
        {CURLE_SEND_ERROR, false, "the connection broke while the request was sent"},
        {CURLE_PARTIAL_FILE, false, "the connection was closed before the answer was complete"},
        {CURLE_WEIRD_SERVER_REPLY, false, "the answer is not HTTP"},
        {CURLE_UNSUPPORTED_PROTOCOL, false, "the answer is not HTTP"},
        {CURLE_BAD_CONTENT_ENCODING, false, "the answer's encoding is broken"},
        {CURLE_SSL_CONNECT_ERROR, true, "the TLS handshake failed"},
        {CURLE_PEER_FAILED_VERIFICATION, true, "the server's certificate is not trusted"},
        {CURLE_SSL_CIPHER, true, "there is no TLS cipher in common"},
        {CURLE_SSL_CACERT_BADFILE, true, "the file of trusted certificates cannot be read"},
        {CURLE_SSL_CERTPROBLEM, true, "our own certificate or its key cannot be used"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].code == code) {
            call->reply.tls_failed = rows[i].tls;
            settle(call, ERR_NETWORK, rows[i].why);
            return;
        }
    if (code == CURLE_OPERATION_TIMEDOUT)
        settle(call, ERR_TIMEOUT,
            call->reply.sent ? "timed out while waiting for the answer"
                             : "timed out while connecting");
    else if (code == CURLE_COULDNT_CONNECT && call->denied_why != NULL)
        settle(call, ERR_DENIED,
            mem_printf(call, "the address is not allowed (%s)", call->denied_why));
    else if (code == CURLE_COULDNT_CONNECT)
        settle(call, ERR_NETWORK, address_connect_fault((int)os_error));
    else if (code == CURLE_URL_MALFORMAT || code == CURLE_LOGIN_DENIED)
        settle(call, ERR_INPUT, "the URL is malformed");
    else if (call->head_len > HEAD_MAX_LEN)
        settle(call, ERR_NETWORK, "the answer has too many headers");
    else
        settle(call, ERR_NETWORK, "the exchange failed");
}

static void on_finished(void *arg, CURLcode code)
{
    struct http_call *call = arg;
    struct http_reply *reply = &call->reply;
    long status = 0, os_error = 0;

    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &os_error);
    reply->status = (int)status;
    reply->body = buf_bytes(&call->body);
    reply->internal = call->error[0] != '\0' ? call->error : curl_easy_strerror(code);
    if (code == CURLE_OK && !call->is_head_complete)
        code = CURLE_PARTIAL_FILE; /* closed within the head, which libcurl lets pass */
    if (code == CURLE_OK || reply->cut)
        settle(call, ERR_OK, "");
    else
        settle_error(call, code, os_error);
}

struct http_client *http_client_new(struct loop *loop)
{
    struct http_client *client = mem_new(NULL, struct http_client);

    client->loop = loop;
    client->curl = curl_loop_new(loop, on_finished);
    return client;
}

static void cancel_reply(struct http_call *call)
{
    bool sent = call->reply.sent;

    call->reply = (struct http_reply){.result = ERR_CANCELLED,
        .sent = sent,
        .why = "the server is shutting down",
        .internal = ""};
}

void http_client_free(struct http_client *client)
{
    struct http_call *call;

    if (client == NULL)
        return;
    client->is_closing = true;
    while ((call = client->open) != NULL) {
        if (call->delivery == NULL)
            cancel_reply(call);
        stop(call);
        deliver(call);
    }
    curl_loop_free(client->curl);
    mem_free(client);
}

static void set_house_rules(CURL *easy, struct http_call *call)
{
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* A call that ends while its host is being resolved leaves that to its thread, which clears up
     * after itself; else the whole loop would wait for the name service. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 4096L); /* answers are short; 16 KiB a call add up */
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "Countersign");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
}

/* Only these may be repeated without harm. libcurl sends a request again by itself when a
 * connection that was used before breaks without an answer, so all others get a connection of their
 * own. */
static bool is_repeatable(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static void set_connection(
    CURL *easy, struct http_call *call, const struct http_call_options *options)
{
    char address[ADDRESS_TEXT_SIZE];
    bool is_v6 = options->pin != NULL && options->pin->family == AF_INET6;

    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)options->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout_ms);
    if (options->fresh_connection ||
        !is_repeatable(options->method == NULL ? "GET" : options->method))
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    if (options->fresh_connection) {
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
        curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
        call->headers = curl_slist_append(call->headers, "Connection: close");
    }
    if (options->pin == NULL)
        return;
    /* Any host and any port of the URL, connected to at this address and the same port. */
    address_format(options->pin, address);
    call->connect_to =
        curl_slist_append(NULL, mem_printf(call, is_v6 ? "::[%s]:" : "::%s:", address));
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, call->connect_to);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
}

static void set_tls(CURL *easy, const struct http_call_options *options)
{
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options->verify_tls ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options->verify_tls ? 2L : 0L);
    if (!options->verify_tls) {
        /* Nothing is compared with them, so they are not read either. */
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    } else if (options->ca_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    if (options->certificate_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
        curl_easy_setopt(easy, CURLOPT_SSLCERT, options->certificate_file);
        curl_easy_setopt(easy, CURLOPT_SSLKEY, options->key_file);
        /* An encrypted key would make OpenSSL ask on the terminal. */
        curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
    }
}

static bool has_header(const struct http_call_options *options, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; options->headers != NULL && options->headers[i] != NULL; i++)
        if (strncasecmp(options->headers[i], name, len) == 0)
            return true;
    return false;
}

static void set_request(CURL *easy, struct http_call *call, const struct http_call_options *options)
{
    const char *method = options->method == NULL ? "GET" : options->method;
    bool has_body = options->body.len > 0 || strcmp(method, "POST") == 0;

    curl_easy_setopt(easy, CURLOPT_URL, options->url);
    if (has_body) {
        struct bytes body = bytes_copy(call, options->body);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.len > 0 ? (const char *)body.data : "");
    }
    if (strcmp(method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else if (strcmp(method, has_body ? "POST" : "GET") != 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    /* What libcurl would add by itself. */
    call->headers = curl_slist_append(call->headers, "Expect:");
    if (has_body && !has_header(options, "Content-Type:"))
        call->headers = curl_slist_append(call->headers, "Content-Type:");
    for (size_t i = 0; options->headers != NULL && options->headers[i] != NULL; i++)
        call->headers = curl_slist_append(call->headers, options->headers[i]);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
}

/* What would become more than one line of a request. */
static bool has_line_break(const struct http_call_options *options)
{
    if (strpbrk(options->url, "\r\n") != NULL)
        return true;
    for (size_t i = 0; options->headers != NULL && options->headers[i] != NULL; i++)
        if (strpbrk(options->headers[i], "\r\n") != NULL)
            return true;
    return false;
}

void http_client_start(struct http_client *client, const struct http_call_options *options,
    http_on_reply on_reply, void *arg, struct http_call **handle)
{
    struct http_call *call = mem_new(NULL, struct http_call);

    call->client = client;
    call->on_reply = on_reply;
    call->arg = arg;
    call->filter = options->filter;
    call->reply_max = options->reply_max;
    call->reply.internal = "";
    buf_init(&call->body, call, options->reply_max);
    link_call(client, call);
    *handle = call;
    if (client->is_closing)
        return; /* http_client_free goes through the list until it is empty */
    if (strlen(options->url) > URL_MAX_LEN || has_line_break(options)) {
        settle(call, ERR_INPUT, "the URL or a header is malformed");
        return;
    }
    call->easy = curl_loop_handle(client->curl);
    set_house_rules(call->easy, call);
    set_connection(call->easy, call, options);
    set_tls(call->easy, options);
    set_request(call->easy, call, options);
    curl_loop_start(client->curl, call->easy, call);
}

void http_call_cancel(struct http_call **handle)
{
    struct http_call *call = *handle;

    *handle = NULL;
    if (call == NULL)
        return;
    stop(call);
    unlink_call(call);
    mem_free(call);
}
