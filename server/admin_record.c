/* admin_record - see admin_record.h. */
#include "server/admin_record.h"

#include <string.h>

#include "base/mem.h"
#include "base/unit.h"
#include "store/identifiers.h"

#define BODY_MAX    (16 * 1024 * 1024)
#define BODY_FULL   (4 * 1024 * 1024) /* a page ends when it is so long */
#define MAX_DEFAULT 100
#define NUMBER_LEN  18 /* digits; sealed numbers are longer */

static enum err_code check_status(struct admin_req *req, const char *name,
    const char *const words[], const char *status, struct err *e)
{
    struct buf b;

    if (status == NULL)
        return ERR_OK;
    buf_init(&b, req->mem, 256);
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], status) == 0)
            return ERR_OK;
        buf_addf(&b, "%s%s", i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ", words[i]);
    }
    return err_set(e, ERR_INPUT, "\"%.40s\" is no %s: %s", status, name, buf_text(&b));
}

enum err_code admin_record_read(struct admin_req *req, const char *status,
    const char *const words[], struct listing *out, struct err *e)
{
    struct json at;

    *out = (struct listing){.max = MAX_DEFAULT, .now_s = req->now_s};
    if (json_parse(req->mem, req->body, "the body", &at, e) != ERR_OK)
        return e->code;
    if (!json_holds_object(&at))
        return err_set(e, ERR_INPUT, "the body must be a JSON object");
    if (json_read_int(&at, "account", JSON_OPTIONAL, &out->account_id, e) != ERR_OK ||
        json_read_string(&at, "tenant", JSON_OPTIONAL, &out->tenant, e) != ERR_OK ||
        json_read_string(&at, "upstream", JSON_OPTIONAL, &out->upstream, e) != ERR_OK ||
        json_read_string(&at, status, JSON_OPTIONAL, &out->status, e) != ERR_OK ||
        json_read_string(&at, "name", JSON_OPTIONAL, &out->name, e) != ERR_OK ||
        json_read_int(&at, "before", JSON_OPTIONAL, &out->before, e) != ERR_OK ||
        json_read_int(&at, "max", JSON_OPTIONAL, &out->max, e) != ERR_OK)
        return e->code;
    if (out->max == 0)
        out->max = MAX_DEFAULT;
    if (out->max < 0 || out->max > ADMIN_RECORDS_MAX)
        return err_set(e, ERR_INPUT, "a page has 1 to %d of them", ADMIN_RECORDS_MAX);
    return check_status(req, status, words, out->status, e);
}

enum err_code admin_record_find(
    const struct admin_req *req, enum handle handle, int64_t *id, struct err *e)
{
    if ((strlen(req->rest) <= NUMBER_LEN && unit_parse_number(req->rest, id)) ||
        (handle != HANDLE_NONE && acme_open(req->acme, handle, bytes_of(req->rest), id)))
        return ERR_OK;
    return err_set(
        e, ERR_INPUT, "\"%.60s\" is neither a number of such a record nor its address", req->rest);
}

static void begin(struct admin_page *page, const struct admin_req *req)
{
    *page = (struct admin_page){.taken = 0};
    buf_init(&page->b, req->mem, BODY_MAX);
    json_begin(&page->w, &page->b);
    json_open(&page->w, NULL, '{');
}

void admin_page_begin(
    struct admin_page *page, const struct admin_req *req, const char *member, int64_t max)
{
    begin(page, req);
    page->max = (size_t)max;
    json_open(&page->w, member, '[');
}

bool admin_page_has_room(const struct admin_page *page)
{
    return page->taken < page->max && page->b.len < BODY_FULL;
}

void admin_page_took(struct admin_page *page, int64_t id)
{
    page->taken++;
    page->last = id;
}

enum err_code admin_page_end(
    struct admin_page *page, size_t len, struct admin_resp *resp, struct err *e)
{
    json_close(&page->w, ']');
    if (page->taken < len)
        json_add_int(&page->w, "next", page->last);
    return admin_record_end(page, resp, e);
}

void admin_record_begin(struct admin_page *page, const struct admin_req *req)
{
    begin(page, req);
}

enum err_code admin_record_end(struct admin_page *page, struct admin_resp *resp, struct err *e)
{
    json_close(&page->w, '}');
    if (page->b.overflow)
        return err_set(e, ERR_TOO_LARGE, "there is too much to show");
    resp->body = buf_bytes(&page->b);
    return ERR_OK;
}

void admin_add_url(struct json_out *w, const struct admin_req *req, const char *name,
    enum handle handle, int64_t id)
{
    struct acme_req by = {.mem = req->mem, .acme = req->acme, .settings = req->settings};

    json_add_string(w, name, acme_url(&by, handle, id));
}

void admin_add_hex(struct json_out *w, void *mem, const char *name, struct bytes value)
{
    char *text = mem_alloc(mem, 2 * value.len + 1, "hex");

    hex_encode(value.data, value.len, text);
    json_add_string(w, name, value.len == 0 ? NULL : text);
}

void admin_add_lines(struct json_out *w, void *mem, const char *name, const char *lines)
{
    json_open(w, name, '[');
    while (*lines != '\0') {
        size_t len = strcspn(lines, "\n");

        json_add_string(w, NULL, mem_strndup(mem, lines, len));
        lines += len + (lines[len] == '\n');
    }
    json_close(w, ']');
}

void admin_add_identifiers(struct json_out *w, const struct identifiers *identifiers)
{
    json_open(w, "identifiers", '[');
    for (size_t i = 0; i < identifiers->len; i++) {
        json_open(w, NULL, '{');
        json_add_string(w, "type", identifier_type_words[identifiers->list[i].type]);
        json_add_string(w, "value", identifiers->list[i].value);
        json_close(w, '}');
    }
    json_close(w, ']');
}

const char *admin_or_null(const char *text)
{
    return text == NULL || text[0] == '\0' ? NULL : text;
}
