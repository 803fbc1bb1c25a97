/* revocation_reason - see revocation_reason.h. */
#include "server/revocation_reason.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *word; /* NULL: the number is not used */
    bool is_given;
} reasons[] = {
    {"unspecified", true},
    {"keyCompromise", true},
    {"cACompromise", false},
    {"affiliationChanged", true},
    {"superseded", true},
    {"cessationOfOperation", true},
    {"certificateHold", false},
    {NULL, false},
    {"removeFromCRL", false},
    {"privilegeWithdrawn", false},
    {"aACompromise", false},
};

#define REASONS (sizeof reasons / sizeof reasons[0])

const char *revocation_reason_word(int64_t reason)
{
    return reason >= 0 && reason < (int64_t)REASONS ? reasons[reason].word : NULL;
}

bool revocation_reason_read(const char *word, int *reason)
{
    for (size_t i = 0; i < REASONS; i++)
        if (reasons[i].is_given && strcmp(reasons[i].word, word) == 0) {
            *reason = (int)i;
            return true;
        }
    return false;
}
