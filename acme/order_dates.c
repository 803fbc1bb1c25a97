/* order_dates - see order_dates.h. */
#include "acme/order_dates.h"

#include "base/clock.h"

/* Clients' clocks may be behind ours: certificates begin to be valid a little in the past. */
#define BACKDATE_S 3600

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Nothing outlives an authority that we know the end of. */
static int64_t end_of_authority(
    const struct acme_settings *settings, const struct acme_profile *profile)
{
    const struct acme_authority *authority = acme_authority_find(settings, profile->upstream);

    return authority == NULL ? INT64_MAX : authority->not_after_s;
}

/* Of a validity of N seconds both ends are part. */
static int64_t end_of_validity(const struct acme_profile *profile, int64_t not_before_s)
{
    return not_before_s + profile->validity_s - 1;
}

/* Checking. */

static enum err_code refuse(struct err *e, const char *what, int64_t limit_s)
{
    char date[CLOCK_RFC3339_SIZE];

    clock_format(limit_s, date);
    return problem_set(e, PROBLEM_MALFORMED, "%s %s", what, date);
}

static enum err_code check_begin(
    const struct acme_profile *profile, int64_t not_before_s, int64_t now_s, struct err *e)
{
    if (not_before_s < now_s - BACKDATE_S)
        return refuse(e, "\"notBefore\" lies in the past; the earliest is now", now_s - BACKDATE_S);
    if (not_before_s > now_s + profile->validity_s)
        return refuse(
            e, "\"notBefore\" lies too far ahead; the latest is now", now_s + profile->validity_s);
    return ERR_OK;
}

/* Without a wish for the beginning, a certificate begins late enough to last until the end that is
 * wished for, now at the latest. */
static enum err_code check_end(
    const struct acme_profile *profile, const struct order *order, int64_t now_s, struct err *e)
{
    int64_t latest = order->not_before_s == 0 ? now_s + profile->validity_s
                                              : end_of_validity(profile, order->not_before_s);

    if (order->not_after_s <= now_s)
        return refuse(e, "\"notAfter\" lies in the past; it is now", now_s);
    if (order->not_after_s <= order->not_before_s)
        return refuse(e, "\"notAfter\" must lie after \"notBefore\",", order->not_before_s);
    if (order->not_after_s > latest)
        return refuse(e,
            "\"notAfter\" lies too far ahead for the profile's validity; the latest is now",
            latest);
    return ERR_OK;
}

static enum err_code check_authority(const struct order *order, int64_t end_s, struct err *e)
{
    if (order->not_before_s > end_s)
        return refuse(e, "\"notBefore\" lies beyond the end of the CA's own certificate,", end_s);
    if (order->not_after_s > end_s)
        return refuse(e, "\"notAfter\" lies beyond the end of the CA's own certificate,", end_s);
    return ERR_OK;
}

enum err_code order_dates_check(const struct acme_settings *settings,
    const struct acme_profile *profile, const struct order *order, int64_t now_s, struct err *e)
{
    if (order->not_before_s == 0 && order->not_after_s == 0)
        return ERR_OK;
    if (!profile->client_dates || !profile->upstream_ops->takes_dates)
        return problem_set(e, PROBLEM_MALFORMED,
            "the dates of certificates of the profile \"%s\" cannot be chosen; leave \"notBefore\" "
            "and \"notAfter\" out",
            profile->name);
    if (order->not_before_s != 0 && check_begin(profile, order->not_before_s, now_s, e) != ERR_OK)
        return e->code;
    if (order->not_after_s != 0 && check_end(profile, order, now_s, e) != ERR_OK)
        return e->code;
    return check_authority(order, end_of_authority(settings, profile), e);
}

/* Choosing. */

void order_dates_choose(const struct acme_settings *settings, const struct acme_profile *profile,
    const struct order *order, int64_t now_s, struct action *action)
{
    action->not_before_s = order->not_before_s;
    action->not_after_s = order->not_after_s;
    if (order->not_before_s == 0)
        action->not_before_s = now_s - BACKDATE_S;
    if (order->not_before_s == 0 && order->not_after_s != 0)
        action->not_before_s =
            later(action->not_before_s, order->not_after_s - profile->validity_s + 1);
    if (order->not_after_s == 0)
        action->not_after_s = earlier(
            end_of_validity(profile, action->not_before_s), end_of_authority(settings, profile));
}
