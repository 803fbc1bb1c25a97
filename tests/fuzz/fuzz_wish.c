/* fuzz_wish - whatever query a directory takes as a wish comes back by the path that it gives; no
 * other path is taken. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "acme/wish.h"
#include "base/mem.h"

static void check_same(void *mem, const struct wish *wish)
{
    const char *path = wish_path(mem, wish);
    struct wish again;
    struct err e = {0};

    BUG_ON(wish->act == ACT_NONE && wish->order_id != NULL);
    BUG_ON(strstr(path, "//") != NULL || strstr(path, "/.") != NULL);
    BUG_ON(wish_of_path(mem, path[0] == '\0' ? NULL : path + 1, &again, &e) != ERR_OK);
    BUG_ON(wish->act != again.act || strcmp(path, wish_path(mem, &again)) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 4096);
    char *text = mem_strndup(mem, (const char *)data, size);
    struct err e = {0};
    struct wish wish;

    if (wish_of_query(mem, text, &wish, &e) == ERR_OK)
        check_same(mem, &wish);
    else
        BUG_ON(e.detail[0] == '\0');
    if (wish_of_path(mem, text, &wish, &e) == ERR_OK) {
        BUG_ON(strcmp(wish_path(mem, &wish) + 1, text) != 0);
        check_same(mem, &wish);
    }
    mem_free(mem);
    return 0;
}
