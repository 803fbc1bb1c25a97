/* perspective_quorum - how many network perspectives must agree (TLS Baseline Requirements,
 * 3.2.2.9).
 *
 * Pure. The server's own look is not counted here: it must succeed in any case. Of the remote
 * perspectives one may disagree if there are two to five, two if there are six or more; where there
 * is only one, it must agree. Those that agree must stand in two regions of Regional Internet
 * Registries, if the configured ones do. Whoever does not answer disagrees.
 */
#ifndef COUNTERSIGN_ACME_PERSPECTIVE_QUORUM_H
#define COUNTERSIGN_ACME_PERSPECTIVE_QUORUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The service regions of the Regional Internet Registries. */
enum region {
    REGION_UNKNOWN,
    REGION_AFRINIC,
    REGION_APNIC,
    REGION_ARIN,
    REGION_LACNIC,
    REGION_RIPE_NCC
};
#define REGIONS 6

/* "ripe-ncc"; "" for the unknown one. */
const char *region_name(enum region region);

/* What an operator may ask for beyond the table. */
struct quorum_rules {
    unsigned dissent_max; /* perspectives that may disagree; never more than the table allows */
    unsigned regions_min; /* in which those that agree stand; 0: two if there are two, else any */
};

enum vote { VOTE_OPEN, VOTE_FOR, VOTE_AGAINST };

struct quorum_ballot {
    enum region region;
    enum vote vote;
};

struct quorum {
    bool met;
    size_t asked, agreed, needed;
    unsigned regions, regions_needed; /* of those that agreed; unknown regions do not count */
};

/* Perspectives that may disagree, of so many that are asked. */
size_t quorum_dissent(const struct quorum_rules *rules, size_t asked);

/* An open vote counts against. Of no perspectives nothing is needed. */
struct quorum quorum_count(
    const struct quorum_rules *rules, const struct quorum_ballot *ballots, size_t len);

/* Whatever the open votes will be, is the outcome certain? */
bool quorum_is_decided(
    const struct quorum_rules *rules, const struct quorum_ballot *ballots, size_t len);

/* "3 of 4 other perspectives agree", and what is missing if it is not met; on `mem`. */
char *quorum_text(void *mem, const struct quorum *quorum);

/* How many remote perspectives the Baseline Requirements demand of publicly trusted CAs at a time,
 * and in how many regions. */
unsigned quorum_demanded_perspectives(int64_t now_s);
#define QUORUM_DEMANDED_REGIONS 2

#endif
