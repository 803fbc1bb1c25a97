/* policy - what an ACME order means at the vendor behind it.
 *
 * The question is always the same: somebody wants a certificate for these names and this key; the
 * organisation has bought orders already; the vendor has rules. Is the certificate here, is it on
 * its way, is it a duplicate, a reissue, a renewal, a purchase? policy_decide answers, and says
 * why.
 *
 * Pure, total and deterministic: no clock, no I/O, no store, no memory of earlier questions; every
 * input has an answer, and the same input has the same. Any thread.
 */
#ifndef COUNTERSIGN_POLICY_POLICY_H
#define COUNTERSIGN_POLICY_POLICY_H

#include "policy/decision.h"
#include "policy/facts.h"

/* Decides. What the decision points to lives on `mem` or in the facts. The preferences must be
 * complete (preferences_complete). */
void policy_decide(void *mem, const struct facts *facts, struct decision *decision);

/* A rule as people read it. */
struct rule_line {
    enum vendor vendor;
    const char *id;       /* as in decision.rule and in the trace */
    const char *sentence; /* what it says */
    const char *source;   /* the page that says so */
};

/* The lines of all vendors' tables in order, then those of the house itself (vendor: VENDORS);
 * false past the last. */
bool policy_rule_line(size_t index, struct rule_line *line);

#endif
