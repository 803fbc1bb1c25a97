/* Tests of server/forwarded: whom a chain of proxies names, and how little a client can say about
 * itself. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "server/forwarded.h"

static void the_chain_is_believed_as_far_as_proxies_of_ours_wrote_it(void)
{
    static const struct {
        const char *peer;
        const char *lines[3]; /* as they arrive */
        const char *client;
    } rows[] = {
        {"10.0.0.1", {NULL}, "10.0.0.1"},
        {"10.0.0.1", {"192.0.2.1"}, "192.0.2.1"},
        {"10.0.0.1", {"  192.0.2.1\t"}, "192.0.2.1"},
        {"10.0.0.1", {"2001:db8::1"}, "2001:db8::1"},
        {"10.0.0.1", {"::ffff:192.0.2.1"}, "192.0.2.1"},
        /* what stands left of a stranger's address is that stranger's word */
        {"10.0.0.1", {"198.51.100.1, 192.0.2.1"}, "192.0.2.1"},
        {"10.0.0.1", {"10.9.9.9, 192.0.2.1"}, "192.0.2.1"},
        {"10.0.0.1", {"192.0.2.1, 10.0.0.2"}, "192.0.2.1"},
        {"10.0.0.1", {"192.0.2.1,10.0.0.2,10.0.0.3"}, "192.0.2.1"},
        {"10.0.0.1", {"198.51.100.1", "192.0.2.1"}, "192.0.2.1"},
        {"10.0.0.1", {"198.51.100.1, 192.0.2.1", "10.0.0.2"}, "192.0.2.1"},
        {"10.0.0.1", {"192.0.2.1", "", "10.0.0.2"}, "192.0.2.1"},
        /* all of the chain are proxies: the first of them asks for itself */
        {"10.0.0.1", {"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
        /* what is no address ends the chain */
        {"10.0.0.1", {"unknown"}, "10.0.0.1"},
        {"10.0.0.1", {"192.0.2.1, unknown"}, "10.0.0.1"},
        {"10.0.0.1", {"192.0.2.1, unknown, 10.0.0.2"}, "10.0.0.2"},
        {"10.0.0.1", {"192.0.2.1:80"}, "10.0.0.1"},
        {"10.0.0.1", {"192.0.2.1,"}, "10.0.0.1"},
        {"10.0.0.1", {","}, "10.0.0.1"},
        {"10.0.0.1", {"192.0.2.1 198.51.100.1"}, "198.51.100.1"},
        {"10.0.0.1", {"1111111111111111111111111111111111111111111111111111111111111111111111111"},
            "10.0.0.1"},
        /* who is no proxy of ours cannot speak for anybody */
        {"192.0.2.9", {"198.51.100.1"}, "192.0.2.9"},
        {"192.0.2.9", {"10.0.0.1"}, "192.0.2.9"},
        {"2001:db8::9", {"198.51.100.1"}, "2001:db8::9"},
    };
    struct address_range ours;

    CU_ASSERT_FATAL(address_range_parse("10.0.0.0/8", &ours));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct forwarded forwarded = {.proxies = &ours, .proxies_len = 1};
        struct address peer, client;
        char text[ADDRESS_TEXT_SIZE];
        int len = 0;

        while (len < 3 && rows[i].lines[len] != NULL)
            len++;
        while (len > 0)
            forwarded.lines[forwarded.lines_len++] = rows[i].lines[--len];
        CU_ASSERT_FATAL(address_parse(rows[i].peer, &peer));
        client = forwarded_client(&forwarded, &peer);
        address_format(&client, text);
        CU_ASSERT_STRING_EQUAL(text, rows[i].client);
        if (strcmp(text, rows[i].client) != 0)
            fprintf(stderr, "row %zu: %s\n", i, text);
    }
}

static void without_proxies_the_header_means_nothing(void)
{
    struct forwarded forwarded = {.lines = {"192.0.2.1"}, .lines_len = 1};
    struct address peer, client;

    CU_ASSERT_FATAL(address_parse("127.0.0.1", &peer));
    client = forwarded_client(&forwarded, &peer);
    CU_ASSERT(memcmp(&client, &peer, sizeof peer) == 0);
    peer = (struct address){0}; /* a unix socket */
    client = forwarded_client(&forwarded, &peer);
    CU_ASSERT_EQUAL(client.family, 0);
}

static const struct test tests[] = {
    {"the chain is believed as far as proxies of ours wrote it",
        the_chain_is_believed_as_far_as_proxies_of_ours_wrote_it},
    {"without proxies the header means nothing", without_proxies_the_header_means_nothing},
    {NULL, NULL},
};
extern const struct test_suite suite_forwarded;
const struct test_suite suite_forwarded = {"forwarded", tests};
