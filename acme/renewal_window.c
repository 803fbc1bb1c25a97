/* renewal_window - see renewal_window.h. */
#include "acme/renewal_window.h"

#include <inttypes.h>
#include <string.h>

#include "acme/order_facts.h"
#include "base/key.h"
#include "base/mem.h"
#include "store/action.h"
#include "store/inventory.h"
#include "store/order.h"

#define WINDOW_MIN_S 3600

static uint64_t hash_of(struct bytes serial)
{
    uint8_t digest[32];
    uint64_t hash = 0;

    sha256(serial, digest);
    for (int i = 0; i < 8; i++)
        hash = hash << 8 | digest[i];
    return hash;
}

/* Revoked by us: the hour before that. */
static void move_to_revocation(struct renewal_window *window, int64_t revoked_s)
{
    window->reason = WINDOW_REVOKED;
    window->revoked_s = revoked_s;
    window->start_s = revoked_s - WINDOW_MIN_S;
    window->end_s = revoked_s;
}

struct renewal_window renewal_window_of(const struct certificate *certificate)
{
    int64_t life_s = certificate->not_after_s - certificate->not_before_s + 1;
    int64_t spread_s = life_s / 24, width_s;
    struct renewal_window window = {.reason = WINDOW_ORDINARY};

    window.start_s = certificate->not_before_s + life_s * 2 / 3;
    if (spread_s > 0)
        window.start_s += (int64_t)(hash_of(certificate->serial) % (uint64_t)spread_s);
    width_s = life_s / 45 > WINDOW_MIN_S ? life_s / 45 : WINDOW_MIN_S;
    window.end_s = window.start_s + width_s;
    window.due_s = window.start_s;
    if (certificate->revoked_s != 0)
        move_to_revocation(&window, certificate->revoked_s);
    return window;
}

struct renewal_window renewal_window_under(const struct facts *facts,
    const struct vendor_order *order, const struct vendor_certificate *known,
    const struct certificate *certificate)
{
    struct vendor_certificate whole = *known;
    struct renewal_window window;
    struct window found;

    /* A source may write days where we have the certificate itself. */
    whole.not_before_s = certificate->not_before_s;
    whole.not_after_s = certificate->not_after_s;
    whole.revoked = false;
    whole.revoke_at_s = 0;
    found = window_of(facts, order, &whole);
    window.due_s = found.start_s;
    if (known->revoked || known->revoke_at_s != 0) {
        whole.revoked = true;
        found = window_of(facts, order, &whole);
    }
    window.start_s = found.start_s;
    window.end_s = found.end_s;
    window.reason = found.reason;
    window.revoked_s = known->revoke_at_s;
    if (certificate->revoked_s != 0)
        move_to_revocation(&window, certificate->revoked_s);
    return window;
}

/* Behind a vendor. */

/* What ours is called in the inventory. */
struct link {
    const char *order_id, *certificate_id, *spki;
};

/* Another certificate for the same key has other dates; a source may write days, or none. */
static bool has_the_dates(const struct vendor_certificate *known, const struct certificate *ours)
{
    int64_t apart_s = known->not_after_s - ours->not_after_s;

    return known->not_after_s == 0 || (apart_s <= DAY_S && apart_s >= -DAY_S);
}

static bool has_the_key(const struct vendor_certificate *known, const struct link *link)
{
    return known->spki != NULL && strcmp(known->spki, link->spki) == 0;
}

/* Our row numbers may be somebody's ids at the vendor: a known key must be ours all the same. */
static bool has_the_id(
    const struct vendor_certificate *known, const struct link *link, const struct certificate *ours)
{
    (void)ours;
    return strcmp(known->id, link->certificate_id) == 0 &&
           (known->spki == NULL || has_the_key(known, link));
}

static bool is_alike(
    const struct vendor_certificate *known, const struct link *link, const struct certificate *ours)
{
    return has_the_key(known, link) && has_the_dates(known, ours);
}

typedef bool (*linked)(const struct vendor_certificate *known, const struct link *link,
    const struct certificate *ours);

/* The order that has it, and which of its certificates it is; NULL: none has. */
static const struct vendor_order *find_order(const struct vendor_order *orders, size_t len,
    linked is_linked, const struct link *link, const struct certificate *ours,
    const struct vendor_certificate **known)
{
    for (size_t i = 0; i < len; i++)
        for (size_t j = 0; j < orders[i].certificates_len; j++) {
            *known = &orders[i].certificates[j];
            if (is_linked(*known, link, ours))
                return &orders[i];
        }
    return NULL;
}

static enum err_code read_link(void *mem, struct store_tx *tx,
    const struct certificate *certificate, struct link *out, struct err *e)
{
    struct action action;

    if (store_action_of_order(tx, mem, certificate->order_id, &action, e) != ERR_OK)
        return e->code;
    out->order_id = action.vendor_order;
    out->certificate_id = action.vendor_certificate != NULL
                              ? action.vendor_certificate
                              : mem_printf(mem, "%" PRId64, certificate->id);
    out->spki = order_facts_spki(mem, action.key_hash);
    return ERR_OK;
}

/* Under the order of the inventory that has it; on its own if none does. */
static struct renewal_window window_among(const struct facts *facts,
    const struct vendor_order *orders, size_t len, const struct link *link,
    const struct certificate *certificate)
{
    const struct vendor_certificate alone = {.id = link->certificate_id};
    const struct vendor_order own = {
        .id = "", .certificates = &alone, .certificates_len = 1, .standing = STANDING_ISSUED};
    const struct vendor_certificate *known = NULL;
    const struct vendor_order *order =
        find_order(orders, len, has_the_id, link, certificate, &known);

    if (order == NULL)
        order = find_order(orders, len, is_alike, link, certificate, &known);
    if (order == NULL)
        return renewal_window_under(facts, &own, &alone, certificate);
    return renewal_window_under(facts, order, known, certificate);
}

static enum err_code read_vendor_window(void *mem, struct store_tx *tx,
    const struct acme_profile *profile, const struct certificate *certificate, int64_t now_s,
    struct renewal_window *out, struct err *e)
{
    const struct facts facts = {.now_s = now_s,
        .vendor = profile->vendor,
        .profile = profile->wanted,
        .preferences = profile->preferences};
    struct inventory_search search = {0};
    struct vendor_order *orders = NULL;
    struct link link = {0};
    int64_t inventory;
    size_t len = 0;

    if (read_link(mem, tx, certificate, &link, e) != ERR_OK) {
        if (e->code == ERR_NOT_FOUND) /* it stays the ordinary one */
            *e = (struct err){0};
        return e->code;
    }
    search.order_id = link.order_id;
    search.certificate_id = link.certificate_id;
    search.spki = link.spki;
    if (store_inventory_open(tx, profile->upstream, NULL, &inventory, e) == ERR_OK)
        store_inventory_find(tx, mem, inventory, &search, &orders, &len, e);
    else if (e->code == ERR_NOT_FOUND) /* nothing was ever learned of it */
        *e = (struct err){0};
    if (e->code == ERR_OK)
        *out = window_among(&facts, orders, len, &link, certificate);
    return e->code;
}

static bool any_vendor(const struct acme_settings *settings)
{
    for (size_t i = 0; i < settings->profiles_len; i++)
        if (settings->profiles[i].vendor != VENDOR_LOCAL)
            return true;
    return false;
}

enum err_code renewal_window_read(void *mem, struct store_tx *tx,
    const struct acme_settings *settings, const struct certificate *certificate, int64_t now_s,
    struct renewal_window *out, struct err *e)
{
    const struct acme_profile *profile;
    struct order order;

    *out = renewal_window_of(certificate);
    if (!any_vendor(settings))
        return ERR_OK;
    if (store_order_get(tx, mem, certificate->order_id, &order, e) != ERR_OK)
        return e->code;
    profile = acme_profile_find(settings, order.profile);
    if (profile == NULL || profile->vendor == VENDOR_LOCAL)
        return ERR_OK;
    return read_vendor_window(mem, tx, profile, certificate, now_s, out, e);
}
