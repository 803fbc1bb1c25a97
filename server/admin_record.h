/* admin_record - what the views of accounts, orders, certificates and actions in the admin API have
 * in common: which records are wanted, which one is meant, and how a page of them is written.
 *
 *     POST /<noun>/list   {"account":3,"tenant":"web","upstream":"dc","status":"valid",
 *                          "name":"www.example.com","before":17,"max":100}, each if it is to count:
 *                         {"<noun>s":[...],"next":12}, the newest first; "next" is for "before",
 *                         and is there if there are more
 *     GET  /<noun>/<id>   one of them, by the number of the log and of lists, or by the last part
 *                         of its URL
 */
#ifndef COUNTERSIGN_SERVER_ADMIN_RECORD_H
#define COUNTERSIGN_SERVER_ADMIN_RECORD_H

#include "server/admin.h"
#include "store/listing.h"

#define ADMIN_RECORDS_MAX 1000 /* of a page */

/* Reads the body of a list. `status`: what its status is called there; `words`: those that there
 * are. ERR_INPUT. */
enum err_code admin_record_read(struct admin_req *req, const char *status,
    const char *const words[], struct listing *out, struct err *e);

/* The row that req->rest means. `handle`: of its URLs; HANDLE_NONE: it has none. ERR_INPUT. */
enum err_code admin_record_find(
    const struct admin_req *req, enum handle handle, int64_t *id, struct err *e);

/* A page is written like this:
 *
 *     admin_page_begin(&page, req, "orders", wanted->max);
 *     for (size_t i = 0; i < len && admin_page_has_room(&page); i++)
 *         add_order(&page.w, ...), admin_page_took(&page, list[i].id);
 *     return admin_page_end(&page, len, resp, e);
 *
 * from a list of one more than the page may hold, if there are so many. */
struct admin_page {
    struct json_out w;
    struct buf b;
    size_t taken, max;
    int64_t last;
};
void admin_page_begin(
    struct admin_page *page, const struct admin_req *req, const char *member, int64_t max);
bool admin_page_has_room(const struct admin_page *page);
void admin_page_took(struct admin_page *page, int64_t id);
enum err_code admin_page_end(
    struct admin_page *page, size_t len, struct admin_resp *resp, struct err *e);

/* The one record that is shown, in an object of its own. */
void admin_record_begin(struct admin_page *page, const struct admin_req *req);
enum err_code admin_record_end(struct admin_page *page, struct admin_resp *resp, struct err *e);

/* Members: the URL of a row, an octet string in hexadecimal (left out if it is empty), a list of
 * lines, identifiers as ACME has them. */
void admin_add_url(struct json_out *w, const struct admin_req *req, const char *name,
    enum handle handle, int64_t id);
void admin_add_hex(struct json_out *w, void *mem, const char *name, struct bytes value);
void admin_add_lines(struct json_out *w, void *mem, const char *name, const char *lines);
void admin_add_identifiers(struct json_out *w, const struct identifiers *identifiers);

/* NULL for "": then the member is left out. */
const char *admin_or_null(const char *text);

#endif
