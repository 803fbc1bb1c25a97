/* tencent_validation - what the owner of a name has to publish (7.3), and the look for it.
 *
 * A validation: {"name":"shop.example.net","type":"CNAME","key":"_0a1b....shop.example.net",
 * "value":"...","sub":"_0a1b....shop","host":"example.net","path":"","published":true,"passed_s":1,
 * "local":-6,"reason":"cname record not found"}. `published` is set by the control plane, or for
 * DNS_AUTO; it counts as found. Without it the DNS server of --dns is asked.
 */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_VALIDATION_H
#define COUNTERSIGN_VENDORSIM_TENCENT_VALIDATION_H

#include "tests/vendorsim/tencent_private.h"

/* The validations for names by a method, with new values; an array, a new reference. */
json_t *tc_validations_make(
    const struct tencent *tc, const json_t *names, const char *method, bool uses_cname);

bool tc_validations_pass(const json_t *validations);                /* all of them */
void tc_validations_publish(json_t *validations, const char *name); /* NULL: all */

/* Notes that those that are published have passed, without looking. */
void tc_validations_take_published(
    struct tencent *tc, const json_t *certificate, const char *member);

/* Looks for all that have not passed; `on_done` comes once, never before this returns. What is
 * found is noted in the validations, as long as these belong to the certificate under `member`. */
void tc_validations_look(struct tencent *tc, const json_t *certificate, const char *member,
    void (*on_done)(void *arg), void *arg);

/* May the names be validated by that method (TC-DCV-2, TC-DCV-3)? FailedOperation.InvalidParam. */
bool tc_method_check(const struct tencent *tc, const char *account, const json_t *names,
    const char *method, struct tc_refusal *why);

#endif
