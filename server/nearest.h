/* nearest - the known word that somebody who mistyped most likely meant. */
#ifndef COUNTERSIGN_SERVER_NEAREST_H
#define COUNTERSIGN_SERVER_NEAREST_H

/* Set `word`, offer all that is known, look at `best`: NULL if nothing is near enough to be worth a
 * question. */
struct nearest {
    const char *word;
    const char *best;
    unsigned distance;
};

void nearest_offer(struct nearest *n, const char *known);

#endif
