/* fuzz_url - a URL that was read is read again as itself. The first line is the base, if there are
 * two. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 16 * 1024);
    char *text = mem_strndup(mem, (const char *)data, size);
    char *second = strchr(text, '\n');
    struct url url, again;
    struct err e = {0};

    if (second != NULL)
        *second++ = '\0';
    if (url_parse(mem, second != NULL ? text : NULL, second != NULL ? second : text, &url, &e) ==
        ERR_OK) {
        BUG_ON(url.host[0] == '\0' || url.port > 65535);
        BUG_ON(strncmp(url.text, url.is_https ? "https://" : "http://", url.is_https ? 8 : 7) != 0);
        BUG_ON(url_parse(mem, NULL, url.text, &again, &e) != ERR_OK);
        BUG_ON(strcmp(url.host, again.host) != 0 || url.port != again.port);
    } else {
        BUG_ON(e.detail[0] == '\0');
    }
    mem_free(mem);
    return 0;
}
