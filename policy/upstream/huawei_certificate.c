/* huawei_certificate - see huawei_certificate.h. */
#include "policy/upstream/huawei_certificate.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/mem.h"
#include "policy/upstream/vendor_json.h"

#define TIME_LEN 19 /* of "2027-01-15 16:30:00" */

enum huawei_state huawei_state_of(const char *status)
{
    static const struct {
        const char *status;
        enum huawei_state state;
    } rows[] = {
        {"PAID", HUAWEI_PAID},
        {"CANCELCHECKING", HUAWEI_LEAVING},
        {"ISSUED", HUAWEI_ISSUED},
        {"SUPPLEMENTCHECKING", HUAWEI_ISSUED},
        {"CANCELSUPPLEMENTING", HUAWEI_ISSUED},
        {"REVOKING", HUAWEI_REVOKING},
        {"CANCLEREVOKING", HUAWEI_REVOKING}, /* as the vendor spells it */
        {"UNPASSED", HUAWEI_UNPASSED},
        {"REVOKED", HUAWEI_REVOKED},
        {"EXPIRED", HUAWEI_EXPIRED},
        {"UPLOAD", HUAWEI_UPLOADED},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].status, status) == 0)
            return rows[i].state;
    return HUAWEI_REVIEW;
}

int64_t huawei_time(const char *text)
{
    char time[TIME_LEN + sizeof "+08:00"];
    int64_t time_s = 0;

    if (text == NULL || strlen(text) < TIME_LEN || text[10] != ' ')
        return 0;
    memcpy(time, text, TIME_LEN);
    time[10] = 'T';
    memcpy(time + TIME_LEN, "+08:00", sizeof "+08:00");
    return clock_parse(time, &time_s) ? time_s : 0;
}

/* Names. */

static struct identifier identifier_of(void *mem, const char *name, size_t len)
{
    char *value = mem_strndup(mem, name, len);
    struct address address;

    for (char *at = value; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return (struct identifier){
        address_parse(value, &address) ? IDENTIFIER_IP : IDENTIFIER_DNS, value};
}

static int compare(const void *a, const void *b)
{
    const struct identifier *one = a, *other = b;
    int order = (int)one->type - (int)other->type;

    return order != 0 ? order : strcmp(one->value, other->value);
}

static void add_name(struct identifiers *names, struct identifier name)
{
    for (size_t i = 0; i < names->len; i++)
        if (compare(&names->list[i], &name) == 0)
            return;
    names->list[names->len++] = name;
}

/* The primary name, and the others with ';' between. */
static void read_names(void *mem, const char *domain, const char *sans, struct identifiers *out)
{
    size_t most = 2;

    for (const char *at = sans; at != NULL && *at != '\0'; at++)
        most += *at == ';';
    out->list = mem_new_array(mem, struct identifier, most);
    if (domain != NULL)
        add_name(out, identifier_of(mem, domain, strlen(domain)));
    while (sans != NULL && *sans != '\0') {
        size_t len = strcspn(sans, ";");

        if (len > 0)
            add_name(out, identifier_of(mem, sans, len));
        sans += len + (sans[len] == ';');
    }
    qsort(out->list, out->len, sizeof out->list[0], compare);
}

/* Proofs. */

static bool read_proof(const struct json *at, struct upstream_proof *out)
{
    const char *type = vendor_json_text(at, "record_type");

    *out = (struct upstream_proof){VENDOR_PROOF_TXT, vendor_json_text(at, "domain"),
        vendor_json_text(at, "record_name"), vendor_json_text(at, "record_value")};
    if (out->name == NULL || out->value == NULL)
        return false;
    if (out->domain == NULL)
        out->domain = out->name;
    if (out->name[0] == '/')
        out->kind = VENDOR_PROOF_HTTP;
    else if (type != NULL && strcmp(type, "CNAME") == 0)
        out->kind = VENDOR_PROOF_CNAME;
    else if (type != NULL && strcmp(type, "TXT") != 0)
        return false;
    return true;
}

static void read_proofs(void *mem, const struct json *at, struct huawei_certificate *out)
{
    struct json list = vendor_json_member(at, "authentification"), one;
    struct upstream_proof *proofs = mem_new_array(mem, struct upstream_proof, json_len(&list) + 1);

    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &one);
        if (read_proof(&one, &proofs[out->proofs_len]))
            out->proofs_len++;
    }
    out->proofs = proofs;
}

/* The certificate. */

/* Colons and upper case are left out, so that it has one spelling. */
static const char *fingerprint_of(void *mem, const char *text)
{
    struct buf digits;

    if (text == NULL)
        return NULL;
    buf_init(&digits, mem, strlen(text) + 1);
    for (; *text != '\0'; text++)
        if (isxdigit((unsigned char)*text))
            buf_add_char(&digits, (char)tolower((unsigned char)*text));
    return digits.len == 0 ? NULL : buf_text(&digits);
}

static const char *text_of(const struct json *at, const char *name, const char *other_name)
{
    const char *text = vendor_json_text(at, name);

    return text != NULL ? text : vendor_json_text(at, other_name);
}

enum err_code huawei_certificate_read(
    void *mem, const struct json *at, struct huawei_certificate *out, struct err *e)
{
    const char *multi = vendor_json_text(at, "multi_domain_type");

    *out = (struct huawei_certificate){
        .id = vendor_json_id(mem, at, "id"),
        .status = vendor_json_text(at, "status"),
        .order_id = vendor_json_id(mem, at, "order_id"),
        .name = vendor_json_text(at, "name"),
        .brand = vendor_json_text(at, "brand"),
        .type = vendor_json_text(at, "type"),
        .domain_type = vendor_json_text(at, "domain_type"),
        .months = vendor_json_int(at, "validity_period"),
        .names_max = vendor_json_int(at, "domain_count"),
        .wildcards_max = vendor_json_int(at, "wildcard_count"),
        .says_primary = multi != NULL,
        .is_multi_wildcard = multi != NULL && strcmp(multi, "primary_wildcard") == 0,
        .domain = vendor_json_text(at, "domain"),
        .fingerprint = fingerprint_of(mem, vendor_json_text(at, "fingerprint")),
        .issued_s = huawei_time(vendor_json_text(at, "issue_time")),
        .not_before_s = huawei_time(vendor_json_text(at, "not_before")),
        .not_after_s = huawei_time(text_of(at, "not_after", "expire_time")),
        .revoke_reason = vendor_json_text(at, "revoke_reason"),
    };
    if (out->id == NULL || out->status == NULL)
        return err_set(e, ERR_INPUT, "a certificate without %s", out->id == NULL ? "id" : "status");
    out->state = huawei_state_of(out->status);
    read_names(mem, out->domain, vendor_json_text(at, "sans"), &out->names);
    read_proofs(mem, at, out);
    return ERR_OK;
}
