/* proof_file - see proof_file.h. */
#include "acme/proof_file.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "store/proof.h"

#define HOST_MAX  253 /* RFC 1035, 2.3.4, without the final dot */
#define LINES_MAX 16
#define FILE_MAX  (LINES_MAX * (PROOF_FILE_VALUE_MAX + 1))

bool proof_file_is_possible(const struct vendor_proof *proof)
{
    size_t len = strlen(PROOF_FILE_PATH "/");

    return proof->kind == VENDOR_PROOF_HTTP && strlen(proof->value) <= PROOF_FILE_VALUE_MAX &&
           proof->value[0] != '\0' && strncmp(proof->name, PROOF_FILE_PATH "/", len) == 0 &&
           proof->name[len] != '\0' && strchr(proof->name + len, '/') == NULL;
}

const char *proof_file_host(void *mem, const char *host)
{
    size_t len = host == NULL ? 0 : strcspn(host, ":");
    char *name;

    if (len == 0 || host[len + strspn(host + len, ":0123456789")] != '\0')
        return NULL;
    if (host[len - 1] == '.')
        len--;
    if (len == 0 || len > HOST_MAX)
        return NULL;
    name = mem_strndup(mem, host, len);
    for (char *at = name; *at != '\0'; at++) {
        if (!isalnum((unsigned char)*at) && strchr("-._", *at) == NULL)
            return NULL;
        *at = (char)tolower((unsigned char)*at);
    }
    return name;
}

static bool is_answered_here(const struct acme_req *req, const struct vendor_proof *proof)
{
    const struct proof_method *method =
        proof_method_of(&req->settings->proof_methods, proof->upstream);

    return method != NULL && method->way == PROOF_WAY_HTTP && proof_file_is_possible(proof);
}

static bool is_before(const struct vendor_proof *list, size_t len, const char *value)
{
    for (size_t i = 0; i < len; i++)
        if (strcmp(list[i].value, value) == 0)
            return true;
    return false;
}

static void write_values(
    const struct acme_req *req, const struct vendor_proof *list, size_t len, struct buf *out)
{
    size_t lines = 0;

    for (size_t i = 0; i < len && lines < LINES_MAX; i++)
        if (is_answered_here(req, &list[i]) && !is_before(list, i, list[i].value))
            buf_addf(out, "%s%s", lines++ == 0 ? "" : "\n", list[i].value);
}

enum err_code proof_file_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    const char *host = proof_file_host(req->mem, req->host);
    const char *path = mem_printf(req->mem, PROOF_FILE_PATH "/%s", req->rest);
    struct vendor_proof *list;
    struct buf b;
    size_t len;

    if (host == NULL)
        return problem_set(e, PROBLEM_NOT_FOUND, "the Host header names no domain");
    if (store_proof_files(tx, req->mem, host, path, &list, &len, e) != ERR_OK)
        return e->code;
    buf_init(&b, req->mem, FILE_MAX);
    write_values(req, list, len, &b);
    if (b.len == 0)
        return problem_set(
            e, PROBLEM_NOT_FOUND, "no vendor wants to see this file for %.253s now", host);
    resp->body = buf_bytes(&b);
    resp->type = "text/plain";
    return ERR_OK;
}
