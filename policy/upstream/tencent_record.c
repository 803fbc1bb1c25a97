/* tencent_record - see tencent_record.h. */
#include "policy/upstream/tencent_record.h"

#include <string.h>

#include "base/cert.h"
#include "base/clock.h"
#include "base/key.h"
#include "base/mem.h"
#include "policy/upstream/vendor_chain.h"
#include "policy/upstream/vendor_json.h"
#include "policy/upstream/vendor_names.h"
#include "policy/upstream/vendor_verb.h"

#define CHINA    "+08:00" /* without summer time */
#define TIME_LEN strlen("2026-01-05 17:00:00")
#define UNKNOWN  (-1)

int64_t tencent_time(const char *text)
{
    char whole[sizeof "2026-01-05T17:00:00+08:00"];
    int64_t time_s = 0;

    if (text == NULL || strlen(text) != TIME_LEN || text[10] != ' ')
        return 0;
    memcpy(whole, text, TIME_LEN);
    whole[10] = 'T';
    memcpy(whole + TIME_LEN, CHINA, sizeof CHINA);
    return clock_parse(whole, &time_s) && time_s > 0 ? time_s : 0;
}

static int64_t read_time(const struct json *at, const char *name)
{
    return tencent_time(vendor_json_text(at, name));
}

static const char *text_or_empty(const struct json *at, const char *name)
{
    const char *text = vendor_json_text(at, name);

    return text == NULL ? "" : text;
}

/* Names. */

static void add_name(void *mem, struct tencent_record *out, const char *name)
{
    out->names.list[out->names.len++] = vendor_identifier(mem, name);
}

static void read_names(void *mem, const struct json *at, struct tencent_record *out)
{
    struct json list = vendor_json_member(at, "SubjectAltName"), name;
    size_t len = json_len(&list);

    out->names.list = mem_new_array(mem, struct identifier, len + 1);
    if (out->domain[0] != '\0')
        add_name(mem, out, out->domain);
    for (size_t i = 0; i < len; i++) {
        struct err unread = {0};
        const char *text;

        json_element(&list, i, &name);
        if (json_as_string(&name, &text, &unread) == ERR_OK && text[0] != '\0')
            add_name(mem, out, text);
    }
}

/* Keys. */

/* The leaf stands first, with or without what follows it. */
static bool key_of_certificate(void *mem, const char *pem, uint8_t out[32])
{
    struct cert_info info;
    struct err unread = {0};
    struct bytes *ders;
    size_t len;

    if (cert_pem_read(mem, pem, &ders, &len, &unread) != ERR_OK || len == 0 ||
        cert_read(ders[0], &info, &unread) != ERR_OK)
        return false;
    sha256(info.spki, out);
    return true;
}

static void read_key(void *mem, const struct json *at, struct tencent_record *out)
{
    struct json submitted = vendor_json_member(at, "SubmittedData");
    const char *csr = vendor_json_text(&submitted, "CsrContent");

    out->pem = vendor_json_text(at, "CertificatePublicKey");
    out->has_csr = csr != NULL;
    if (out->pem != NULL)
        out->has_key = key_of_certificate(mem, out->pem, out->key_hash);
    else if (csr != NULL)
        out->has_key = vendor_csr_key_hash(mem, csr, out->key_hash);
}

/* Domain validation: DvAuthDetail. */

static bool is(const char *text, const char *word)
{
    return text != NULL && strcmp(text, word) == 0;
}

/* The record's owner name: host part and zone, else as it is told whole. */
static const char *owner_of(void *mem, const struct json *at, const char *zone)
{
    const char *host = vendor_json_text(at, "DvAuthSubDomain");

    if (host == NULL || zone == NULL || strcmp(host, "@") == 0)
        return host == NULL ? vendor_json_text(at, "DvAuthKey") : zone;
    return mem_printf(mem, "%s.%s", host, zone);
}

static const char *path_of(void *mem, const struct json *at)
{
    const char *folder = vendor_json_text(at, "DvAuthPath"), *file;
    size_t len = folder == NULL ? 0 : strlen(folder);

    file = vendor_json_text(at, "DvAuthKey");
    if (folder == NULL || file == NULL)
        return NULL;
    return mem_printf(mem, "%s%s%s%s", folder[0] == '/' ? "" : "/", folder,
        folder[len - 1] == '/' ? "" : "/", file);
}

static bool read_proof(void *mem, const struct json *at, struct upstream_proof *out)
{
    const char *type = vendor_json_text(at, "DvAuthVerifyType");
    const char *zone = vendor_json_text(at, "DvAuthDomain");

    *out = (struct upstream_proof){.domain = zone, .value = vendor_json_text(at, "DvAuthValue")};
    if (is(type, "FILE")) {
        out->kind = VENDOR_PROOF_HTTP;
        out->name = path_of(mem, at);
    } else {
        out->kind = is(type, "CNAME") ? VENDOR_PROOF_CNAME : VENDOR_PROOF_TXT;
        out->name = owner_of(mem, at, zone);
    }
    if (out->domain == NULL)
        out->domain = out->name;
    return out->name != NULL && out->value != NULL;
}

static void read_proofs(void *mem, const struct json *at, struct tencent_record *out)
{
    struct json detail = vendor_json_member(at, "DvAuthDetail");
    struct json list = vendor_json_member(&detail, "DvAuths"), one;
    struct upstream_proof *proofs = mem_new_array(mem, struct upstream_proof, json_len(&list) + 1);

    for (size_t i = 0; i < json_len(&list); i++) {
        json_element(&list, i, &one);
        if (read_proof(mem, &one, &proofs[out->proofs_len]))
            out->proofs_len++;
    }
    out->proofs = proofs;
}

static void read_method(const struct json *at, struct tencent_record *out)
{
    const char *method = vendor_json_text(at, "VerifyType");

    out->says_automatic = method != NULL;
    out->is_automatic =
        is(method, "DNS_AUTO") || is(method, "DNS_PROXY") || is(method, "FILE_PROXY");
}

/* All of it. */

static void read_others(const struct json *at, struct tencent_record *out)
{
    struct json extra = vendor_json_member(at, "CertificateExtra");

    out->names_max = vendor_json_int(&extra, "DomainNumber");
    out->links[0] = vendor_json_text(&extra, "ReplacedBy");
    out->links[1] = vendor_json_text(&extra, "ReplacedFor");
    out->renews = vendor_json_text(&extra, "OriginCertificateId");
    out->renewed_by = vendor_json_text(&extra, "RenewOrder");
    if (out->renewed_by == NULL)
        out->renewed_by = vendor_json_text(at, "HasRenewOrder");
}

enum err_code tencent_record_read(
    void *mem, const struct json *at, struct tencent_record *out, struct err *e)
{
    struct json status = vendor_json_member(at, "Status");

    *out = (struct tencent_record){
        .id = vendor_json_id(mem, at, "CertificateId"),
        .status = json_absent(&status) ? UNKNOWN : (int)vendor_json_int(at, "Status"),
        .alias = text_or_empty(at, "Alias"),
        .domain = text_or_empty(at, "Domain"),
        .message = text_or_empty(at, "StatusMsg"),
        .product = vendor_json_id(mem, at, "PackageType"),
        .ca_order = vendor_json_text(at, "OrderId"),
        .inserted_s = read_time(at, "InsertTime"),
        .begin_s = read_time(at, "CertBeginTime"),
        .end_s = read_time(at, "CertEndTime"),
        .revoked_s = read_time(at, "CertRevokedTime"),
        .months = vendor_json_int(at, "ValidityPeriod"),
        .was_uploaded = is(vendor_json_text(at, "From"), "upload"),
    };
    if (out->id == NULL)
        return err_set(e, ERR_INPUT, "a certificate without CertificateId");
    read_names(mem, at, out);
    read_key(mem, at, out);
    read_proofs(mem, at, out);
    read_method(at, out);
    read_others(at, out);
    return ERR_OK;
}

/* States. */

bool tencent_record_is_pending(const struct tencent_record *record)
{
    switch (record->status) {
    case TENCENT_REVIEW:
    case TENCENT_DNS_ADDED:
    case TENCENT_WAIT_LETTER:
    case TENCENT_MIGRATING:
        return true;
    case TENCENT_REISSUING: /* the original of a reissue, or the reissue itself */
        return record->begin_s == 0;
    default:
        return false;
    }
}

bool tencent_record_lives(const struct tencent_record *record)
{
    return record->status == TENCENT_ISSUED ||
           (record->status == TENCENT_REISSUING && record->begin_s != 0);
}

bool tencent_record_is_claimed(const struct tencent_record *record)
{
    return strncmp(record->alias, VENDOR_REFERENCE_PREFIX, strlen(VENDOR_REFERENCE_PREFIX)) == 0;
}

bool tencent_record_is_empty(const struct tencent_record *record)
{
    return record->status == TENCENT_WAIT_INFO && record->domain[0] == '\0' && !record->has_csr &&
           !tencent_record_is_claimed(record);
}
