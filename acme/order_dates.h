/* order_dates - when certificates begin and end: what an order may ask for (notBefore, notAfter;
 * RFC 8555, 7.4), and what its certificate gets.
 *
 * Pure. A wish is met to the second or refused; nothing is passed over or moved. All wishes stay
 * within the profile's validity, counted from the moment of the order, and within the life of the
 * CA.
 */
#ifndef COUNTERSIGN_ACME_ORDER_DATES_H
#define COUNTERSIGN_ACME_ORDER_DATES_H

#include "acme/acme.h"

/* May the order have the dates that it asks for? PROBLEM_MALFORMED, with the nearest date that it
 * could have. An order that asks for nothing passes. */
enum err_code order_dates_check(const struct acme_settings *settings,
    const struct acme_profile *profile, const struct order *order, int64_t now_s, struct err *e);

/* Sets the action's dates for a certificate that is to be issued now. What the order does not ask
 * for: begins a little in the past, lasts for the profile's validity, and ends with the CA. */
void order_dates_choose(const struct acme_settings *settings, const struct acme_profile *profile,
    const struct order *order, int64_t now_s, struct action *action);

#endif
