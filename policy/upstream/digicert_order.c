/* digicert_order - see digicert_order.h. */
#include "policy/upstream/digicert_order.h"

#include <string.h>

#include "base/mem.h"
#include "policy/upstream/vendor_chain.h"
#include "policy/upstream/vendor_json.h"
#include "policy/upstream/vendor_names.h"

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words != NULL && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

/* Names. */

/* The common name is a name of TLS certificates; that of a person is none. */
static bool is_name(const char *text)
{
    return text != NULL && strchr(text, ' ') == NULL && strpbrk(text, ".:") != NULL;
}

/* Where there are addresses of mail, the common name is one of them or a person's. */
static void read_names(void *mem, const struct json *at, struct digicert_certificate *out)
{
    struct json list = vendor_json_member(at, "emails"), name;
    size_t len = json_len(&list);
    bool is_client = len > 0;
    const char *text;

    if (!is_client) {
        list = vendor_json_member(at, "dns_names");
        len = json_len(&list);
    }
    out->common_name = vendor_json_text(at, "common_name");
    out->names.list = mem_new_array(mem, struct identifier, len + 1);
    if (!is_client && is_name(out->common_name))
        out->names.list[out->names.len++] = vendor_identifier(mem, out->common_name);
    for (size_t i = 0; i < len; i++) {
        struct err unread = {0};

        json_element(&list, i, &name);
        if (json_as_string(&name, &text, &unread) == ERR_OK && text[0] != '\0')
            out->names.list[out->names.len++] = vendor_identifier(mem, text);
    }
}

/* Certificates. */

static void read_status(const struct json *at, struct digicert_certificate *out)
{
    static const char *const rejected[] = {"rejected", "denied", "canceled", NULL};
    const char *status = vendor_json_text(at, "status");

    out->status = status == NULL ? "" : status;
    out->is_revoked = strcmp(out->status, "revoked") == 0;
    out->is_rejected = is_one_of(out->status, rejected);
    out->is_issued = vendor_json_text(at, "serial_number") != NULL || out->valid_till_s != 0 ||
                     out->issued_s != 0;
}

static void read_certificate(void *mem, const struct json *at, struct digicert_certificate *out)
{
    const char *csr = vendor_json_text(at, "csr");

    *out = (struct digicert_certificate){
        .id = vendor_json_id(mem, at, "id"),
        .created_s = vendor_json_time(at, "date_created"),
        .issued_s = vendor_json_time(at, "date_issued"),
        .valid_from_s = vendor_json_day(at, "valid_from"),
        .valid_till_s = vendor_json_day_end(at, "valid_till"),
        .revoke_at_s = vendor_json_day(at, "revocation_date"), /* not documented, see the header */
    };
    out->has_key = csr != NULL && vendor_csr_key_hash(mem, csr, out->key_hash);
    read_names(mem, at, out);
    read_status(at, out);
}

void digicert_certificates_read(
    void *mem, const struct json *at, struct digicert_certificate **list, size_t *len)
{
    struct json certificates = vendor_json_member(at, "certificates"), one;

    *len = json_len(&certificates);
    *list = mem_new_array(mem, struct digicert_certificate, *len + 1);
    for (size_t i = 0; i < *len; i++) {
        json_element(&certificates, i, &one);
        read_certificate(mem, &one, &(*list)[i]);
    }
}

/* Orders. */

static const char *text_or_empty(const struct json *at, const char *name)
{
    const char *text = vendor_json_text(at, name);

    return text == NULL ? "" : text;
}

static void read_requests(void *mem, const struct json *at, struct digicert_order *out)
{
    struct json list = vendor_json_member(at, "requests"), one;
    struct digicert_request *requests =
        mem_new_array(mem, struct digicert_request, json_len(&list) + 1);

    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &one);
        requests[i] = (struct digicert_request){
            .id = vendor_json_id(mem, &one, "id"),
            .type = text_or_empty(&one, "type"),
            .status = text_or_empty(&one, "status"),
            .date_s = vendor_json_time(&one, "date"),
        };
    }
    out->requests = requests;
    out->requests_len = json_len(&list);
}

static void read_product(const struct json *at, struct digicert_order *out)
{
    struct json product = vendor_json_member(at, "product");

    out->product = vendor_json_text(&product, "name_id");
    if (out->product == NULL)
        out->product = vendor_json_text(at, "product_name_id");
    out->validation_type = vendor_json_text(&product, "validation_type");
    out->product_type = vendor_json_text(&product, "type");
}

static int64_t read_count(const struct json *at, const char *name)
{
    struct json count = vendor_json_member(at, name);

    return json_absent(&count) ? DIGICERT_UNCOUNTED : vendor_json_int(at, name);
}

enum err_code digicert_order_read(
    void *mem, const struct json *at, struct digicert_order *out, struct err *e)
{
    struct json certificate = vendor_json_member(at, "certificate");
    struct json organization = vendor_json_member(at, "organization");
    struct json validity = vendor_json_member(at, "order_validity");

    *out = (struct digicert_order){
        .id = vendor_json_id(mem, at, "id"),
        .status = vendor_json_text(at, "status"),
        .alternative_id = vendor_json_id(mem, at, "alternative_order_id"),
        .organization_id = vendor_json_id(mem, &organization, "id"),
        .dcv_method = vendor_json_text(at, "dcv_method"),
        .created_s = vendor_json_time(at, "date_created"),
        .valid_till_s = vendor_json_day_end(at, "order_valid_till"),
        .years = vendor_json_int(&validity, "years"),
        .duplicates = read_count(at, "duplicates_count"),
        .reissues = read_count(at, "reissues_count"),
    };
    if (out->years == 0)
        out->years = vendor_json_int(at, "validity_years");
    out->says_duplicates = vendor_json_flag(at, "allow_duplicates", &out->allows_duplicates);
    out->says_renewed = vendor_json_flag(at, "is_renewed", &out->is_renewed);
    if (json_holds_object(&certificate))
        read_certificate(mem, &certificate, &out->primary);
    read_product(at, out);
    read_requests(mem, at, out);
    if (out->id == NULL || out->status == NULL)
        return err_set(e, ERR_INPUT, "an order without %s", out->id == NULL ? "id" : "status");
    return ERR_OK;
}

bool digicert_order_is_over(const struct digicert_order *order)
{
    static const char *const over[] = {
        "rejected", "denied", "canceled", "revoked", "expired", NULL};

    return is_one_of(order->status, over);
}
