/* case_file - situations and what is to be decided in them, in a form that is read next to a
 * vendor's page.
 *
 *     given                                    the facts that the cases below start from: JSON, up
 * to
 *     {"now": "2026-11-21T00:00:00Z", ...}     an empty line
 *
 *     case a second server, OV                 one situation
 *     set request.account "other"              a member of the facts becomes this JSON value
 *     drop validations                         a member goes
 *     want DUPLICATE target=1001 rule=DC-TLS-DUP-6 cost=free
 *     says pass DC-TLS-DUP-5                   the trace has a step of that rule with that result
 *
 * Times may be written from now on: "now+30d", "now-25d-1s". Of `want`, any of target, certificate,
 * rule, cost, validation, approval, not_after, revokes, problem, retry_at, key_known_to and
 * truncated may follow the outcome; "-" stands for none. revokes=c1@72h,c2 names certificates. `#`
 * begins a comment.
 */
#ifndef COUNTERSIGN_TESTS_POLICY_CASE_FILE_H
#define COUNTERSIGN_TESTS_POLICY_CASE_FILE_H

#include "policy/policy.h"

/* Runs every case of a file below tests/unit/policy/cases, one CUnit assertion or more each, and
 * prints what differs. Each decision and its facts go to `see` as well. */
typedef void (*case_see)(const struct facts *facts, const struct decision *decision);
void case_file_run(const char *name, case_see see);

#endif
