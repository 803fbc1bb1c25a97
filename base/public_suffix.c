/* public_suffix - see public_suffix.h. */
#include "base/public_suffix.h"

#include <libpsl.h>

#include "base/mem.h"

struct public_suffixes {
    psl_ctx_t *list; /* NULL: there is none at all */
};

static int suffixes_free(void *ptr)
{
    psl_free(((struct public_suffixes *)ptr)->list);
    return 0;
}

struct public_suffixes *public_suffixes_new(void *mem)
{
    struct public_suffixes *suffixes = mem_new(mem, struct public_suffixes);

    suffixes->list = psl_latest(NULL);
    mem_on_free(suffixes, suffixes_free);
    return suffixes;
}

bool public_suffixes_has(const struct public_suffixes *suffixes, const char *name)
{
    /* The list's default rule makes any last label a suffix, also of names that are no domain's. */
    return suffixes != NULL && suffixes->list != NULL &&
           psl_is_public_suffix2(suffixes->list, name, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) == 1;
}
