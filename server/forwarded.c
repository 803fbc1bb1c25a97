/* forwarded - see forwarded.h. */
#include "server/forwarded.h"

#include <string.h>

static bool is_proxy(const struct forwarded *forwarded, const struct address *address)
{
    for (unsigned i = 0; i < forwarded->proxies_len; i++)
        if (address_in_range(address, &forwarded->proxies[i]))
            return true;
    return false;
}

/* The last entry of the first *len octets of a line, which then end before it. */
static bool read_last(const char *line, size_t *len, struct address *out)
{
    size_t end = *len, start;
    char text[ADDRESS_TEXT_SIZE];

    while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t'))
        end--;
    for (start = end; start > 0 && strchr(", \t", line[start - 1]) == NULL; start--)
        ;
    *len = start;
    while (*len > 0 && line[*len - 1] != ',')
        (*len)--;
    if (*len > 0)
        (*len)--;
    if (end - start >= sizeof text)
        return false;
    memcpy(text, line + start, end - start);
    text[end - start] = '\0';
    if (!address_parse(text, out))
        return false;
    address_unmap(out);
    return true;
}

struct address forwarded_client(const struct forwarded *forwarded, const struct address *peer)
{
    struct address client = *peer, before;

    for (unsigned i = 0; i < forwarded->lines_len; i++) {
        size_t len = strlen(forwarded->lines[i]);

        while (len > 0) {
            if (!is_proxy(forwarded, &client) || !read_last(forwarded->lines[i], &len, &before))
                return client;
            client = before;
        }
    }
    return client;
}
