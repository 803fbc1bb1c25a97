/* tencent_report - see tencent_report.h. */
#include "policy/upstream/tencent_report.h"

#include <string.h>

#include "base/mem.h"

#define YEAR_MONTHS 12

/* The word of the inventory for a key: SHA-256 of its SPKI. */
static const char *key_word(void *mem, const struct tencent_record *record)
{
    char digits[2 * sizeof record->key_hash + 1];

    if (!record->has_key)
        return NULL;
    hex_encode(record->key_hash, sizeof record->key_hash, digits);
    return mem_strdup(mem, digits);
}

/* Asked for, and it may come to nothing yet. */
static bool is_being_revoked(const struct tencent_record *record)
{
    return record->status == TENCENT_REVOKING || record->status == TENCENT_WAIT_REVOKE_LETTER;
}

static enum standing standing_of(const struct tencent_record *record)
{
    switch (record->status) {
    case TENCENT_ISSUED:
    case TENCENT_REVOKING:
    case TENCENT_WAIT_REVOKE_LETTER:
        return STANDING_ISSUED;
    case TENCENT_FAILED:
        return STANDING_REJECTED;
    case TENCENT_EXPIRED:
        return STANDING_EXPIRED;
    case TENCENT_CANCELLING:
    case TENCENT_CANCELLED:
        return STANDING_CANCELED;
    case TENCENT_REVOKED:
        return STANDING_REVOKED;
    case TENCENT_REFUNDED:
        return STANDING_REFUNDED;
    default:
        return tencent_record_is_empty(record) ? STANDING_PREPAID : STANDING_PENDING;
    }
}

/* The newest that lives speaks for the chain, else the original. */
static const struct tencent_record *speaker_of(const struct tencent_chain *chain)
{
    const struct tencent_record *newest = tencent_chain_newest(chain);

    return newest != NULL ? newest : chain->records[0];
}

/* What was reissued is reissued no more, whatever became of the reissue (TC-REISSUE-11): with the
 * newest gone, nothing can come under the order, though those before it may live. */
static enum standing standing_of_chain(const struct tencent_chain *chain)
{
    for (size_t i = chain->len; i > 0; i--) {
        const struct tencent_record *record = chain->records[i - 1];

        if (record->begin_s != 0)
            return tencent_record_lives(record) ? STANDING_ISSUED : standing_of(record);
    }
    return standing_of(chain->records[0]);
}

static void report_certificates(
    void *mem, const struct tencent_chain *chain, int64_t now_s, struct vendor_order *out)
{
    struct vendor_certificate *list = mem_new_array(mem, struct vendor_certificate, chain->len);

    for (size_t i = 0; i < chain->len; i++) {
        const struct tencent_record *record = chain->records[i];

        if (record->begin_s == 0)
            continue;
        list[out->certificates_len++] = (struct vendor_certificate){
            .id = record->id,
            .kind = i == 0 ? CERTIFICATE_ORIGINAL : CERTIFICATE_REISSUE,
            .spki = key_word(mem, record),
            .not_before_s = record->begin_s,
            .not_after_s = record->end_s,
            .revoked = record->status == TENCENT_REVOKED,
            .revoke_at_s = is_being_revoked(record) ? now_s : 0,
            .said = SAID_KIND,
        };
    }
    out->certificates = list;
}

static void report_in_process(
    void *mem, const struct tencent_chain *chain, struct vendor_order *out)
{
    struct vendor_action *list = mem_new_array(mem, struct vendor_action, chain->len + 1);
    const struct tencent_record *speaker = speaker_of(chain);

    for (size_t i = 0; i < chain->len; i++) {
        const struct tencent_record *record = chain->records[i];
        bool is_claimed = record->status == TENCENT_WAIT_INFO && !tencent_record_is_empty(record);

        if (tencent_record_is_pending(record) || is_claimed)
            list[out->in_process_len++] = (struct vendor_action){
                .act = i == 0 ? ACT_NEW : ACT_REISSUE,
                .spki = key_word(mem, record),
                .since_s = record->inserted_s,
            };
    }
    if (out->in_process_len == 0 && speaker->status == TENCENT_REISSUING)
        list[out->in_process_len++] = (struct vendor_action){.act = ACT_REISSUE};
    out->in_process = list;
}

/* A product for one name brings another one along, which was not ordered. */
static struct identifiers ordered_names(const struct tencent_record *record)
{
    const struct tencent_product *product = tencent_product(record->product);
    struct identifiers names = record->names;

    if (product != NULL && !tencent_product_has_many(product) && names.len > 0)
        names.len = 1; /* Domain is the first */
    return names;
}

static void report_product(const struct tencent_record *record, struct vendor_order *out)
{
    const struct tencent_product *product = tencent_product(record->product);

    out->product = record->product;
    if (product == NULL)
        return;
    out->brand = product->brand[0] == '\0' ? NULL : product->brand;
    out->level = product->level;
    out->free = tencent_product_is_free(product);
    out->said |= SAID_FREE;
    if (tencent_product_has_many(product)) /* the others take one, and what belongs to it */
        out->names_max = record->names_max;
    if (record->domain[0] != '\0') /* whatever is filled into a slot decides on its kind */
        out->name_kind = tencent_product_names(product);
}

void tencent_report(
    void *mem, const struct tencent_chain *chain, int64_t now_s, struct vendor_order *out)
{
    const struct tencent_record *root = chain->records[0], *speaker = speaker_of(chain);

    *out = (struct vendor_order){
        .id = root->id,
        .uploaded = root->was_uploaded,
        .standing = standing_of_chain(chain),
        .names = ordered_names(speaker),
        .issued_names = speaker->names,
        .first_issued_s = root->begin_s,
        .order_end_s = speaker->end_s,
        .plan_years = root->months / YEAR_MONTHS,
        .automatic_validation = speaker->is_automatic,
        .renewed = speaker->renewed_by != NULL || root->renewed_by != NULL,
        .said = SAID_SOURCE | SAID_STANDING | SAID_RENEWED | SAID_IN_PROCESS,
    };
    if (speaker->says_automatic)
        out->said |= SAID_AUTOMATIC;
    report_product(root, out);
    report_certificates(mem, chain, now_s, out);
    report_in_process(mem, chain, out);
}
