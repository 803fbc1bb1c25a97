/* nearest - see nearest.h: the edit distance of two short words. */
#include "server/nearest.h"

#include <stdbool.h>
#include <string.h>

#define WORD_MAX 40

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* How many letters must be put in, left out or changed (Levenshtein). Both words have WORD_MAX
 * letters at most. */
static unsigned distance(const char *a, const char *b)
{
    size_t b_len = strlen(b);
    unsigned row[WORD_MAX + 1];

    for (unsigned j = 0; j <= b_len; j++)
        row[j] = j;
    for (unsigned i = 0; a[i] != '\0'; i++) {
        unsigned diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 1; j <= b_len; j++) {
            unsigned changed = diagonal + (a[i] != b[j - 1]);

            diagonal = row[j];
            row[j] = least(row[j] + 1, row[j - 1] + 1, changed);
        }
    }
    return row[b_len];
}

void nearest_offer(struct nearest *n, const char *known)
{
    size_t len = strlen(n->word);
    unsigned found;

    if (len > WORD_MAX || strlen(known) > WORD_MAX)
        return;
    found = distance(n->word, known);
    /* About a quarter of the letters may be wrong; two that changed places count as two. */
    if (found > 1 + len / 4 || found >= len || (n->best != NULL && found >= n->distance))
        return;
    n->best = known;
    n->distance = found;
}
