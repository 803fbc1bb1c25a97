/* window - see window.h. */
#include "policy/window.h"

#include <string.h>

#include "policy/match.h"
#include "policy/names.h"
#include "policy/rule.h"

#define WIDTH_MIN_S      INT64_C(3600)
#define TENCENT_CLOSES_S (30 * DAY_S) /* TC-REISSUE-2 */
#define TENCENT_MARGIN_S (2 * DAY_S)
#define HUAWEI_RENEWS_S  (30 * DAY_S)
#define HUAWEI_MARGIN_S  (3 * DAY_S)

struct stretch {
    int64_t from_s, to_s;
    enum window_reason reason;
};

/* The safety span: what is left after the window, for failures and weekends. */
static int64_t safety_s(int64_t life_s)
{
    return life_s / 6;
}

int64_t window_ordinary_s(int64_t not_before_s, int64_t not_after_s)
{
    return not_after_s - (not_after_s - not_before_s) / 3;
}

static struct stretch ordinary(const struct vendor_certificate *c)
{
    int64_t life_s = c->not_after_s - c->not_before_s;

    return (struct stretch){window_ordinary_s(c->not_before_s, c->not_after_s),
        c->not_after_s - safety_s(life_s), WINDOW_ORDINARY};
}

/* As soon as the order may be renewed, and chosen to be; a reissue before that would end with it.
 */
static struct stretch before_order_end(
    const struct facts *facts, const struct vendor_order *order, const struct vendor_certificate *c)
{
    const struct preferences *p = &facts->preferences;
    int64_t open_s = p->renewal_window_s < p->renew_before_order_end_s
                         ? p->renewal_window_s
                         : p->renew_before_order_end_s;

    if (order->order_end_s == 0 || order->order_end_s > c->not_after_s + DAY_S)
        return ordinary(c);
    return (struct stretch){
        order->order_end_s - open_s, order->order_end_s - open_s / 3, WINDOW_RENEWAL};
}

static struct stretch before_reissues_end(const struct vendor_certificate *c)
{
    int64_t closes_s = c->not_after_s - TENCENT_CLOSES_S - TENCENT_MARGIN_S;
    int64_t width_s = (c->not_after_s - c->not_before_s) / 12;

    if (closes_s - width_s <= c->not_before_s)
        return ordinary(c); /* too short-lived ever to be reissued */
    return (struct stretch){closes_s - width_s, closes_s, WINDOW_BEFORE_CLOSING};
}

/* What the table of rules_huawei says of brands, of first issues and of kinds decides here, too. */
static struct stretch in_the_console(
    const struct facts *facts, const struct vendor_order *order, const struct vendor_certificate *c)
{
    int64_t open_s = huawei_window_s(facts, order);
    int64_t closes_s = huawei_window_start_s(facts, order) + open_s - open_s / 5;

    if (facts->preferences.reissue_mode == MODE_CONSOLE && open_s > 0 && !order->free &&
        order->names.len == 1 && facts->now_s < closes_s)
        return (struct stretch){closes_s - open_s / 5, closes_s, WINDOW_BEFORE_CLOSING};
    return (struct stretch){
        c->not_after_s - HUAWEI_RENEWS_S, c->not_after_s - HUAWEI_RENEWS_S / 2, WINDOW_RENEWAL};
}

static struct stretch whole(
    const struct facts *facts, const struct vendor_order *order, const struct vendor_certificate *c)
{
    switch (facts->vendor) {
    case VENDOR_DIGICERT:
    case VENDOR_DIGICERT_CLIENT:
        return before_order_end(facts, order, c);
    case VENDOR_TENCENT:
        return before_reissues_end(c);
    case VENDOR_HUAWEI:
        return in_the_console(facts, order, c);
    case VENDOR_LOCAL:
        break;
    }
    return ordinary(c);
}

/* FNV-1a, with a last stir: ids often differ in one digit. */
static uint64_t hash_of(const char *id)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *id != '\0'; id++)
        hash = (hash ^ (uint8_t)*id) * UINT64_C(1099511628211);
    return hash ^ hash >> 29;
}

/* How many certificates share the window, and which of them this one is. */
static void place_among(const struct facts *facts, const struct vendor_order *order,
    const struct vendor_certificate *certificate, int64_t *place, int64_t *holders)
{
    uint64_t own = hash_of(certificate->id);

    *place = 0;
    *holders = 1;
    for (size_t i = 0; i < order->certificates_len; i++) {
        const struct vendor_certificate *c = &order->certificates[i];
        uint64_t hash = hash_of(c->id);

        if (strcmp(c->id, certificate->id) == 0 || !certificate_lives(facts, c))
            continue;
        *holders += 1;
        *place += hash < own || (hash == own && strcmp(c->id, certificate->id) < 0);
    }
}

struct window window_of(const struct facts *facts, const struct vendor_order *order,
    const struct vendor_certificate *certificate)
{
    struct stretch stretch = whole(facts, order, certificate);
    int64_t place, holders, width_s;

    if (certificate->revoked || certificate->revoke_at_s != 0)
        return (struct window){
            facts->now_s - 2 * WIDTH_MIN_S, facts->now_s - WIDTH_MIN_S, WINDOW_REVOKED};
    if (stretch.from_s < certificate->not_before_s) { /* a life shorter than the vendor's spans */
        stretch.from_s = ordinary(certificate).from_s;
        stretch.to_s = ordinary(certificate).to_s;
    }
    if (stretch.to_s > certificate->not_after_s - WIDTH_MIN_S)
        stretch.to_s = certificate->not_after_s - WIDTH_MIN_S;
    if (stretch.to_s < stretch.from_s + WIDTH_MIN_S)
        stretch.from_s = stretch.to_s - WIDTH_MIN_S;
    place_among(facts, order, certificate, &place, &holders);
    width_s = (stretch.to_s - stretch.from_s) / holders;
    if (width_s < 1)
        width_s = 1;
    return (struct window){
        stretch.from_s + place * width_s, stretch.from_s + (place + 1) * width_s, stretch.reason};
}
