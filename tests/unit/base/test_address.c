/* Tests of base/address: text forms, ranges, and every row of the filter at its edges. */
#include "tests/unit/test_main.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/address.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static struct address parsed(const char *text)
{
    struct address address;

    if (!address_parse(text, &address))
        CU_FAIL("a test's address is malformed");
    return address;
}

static void addresses_go_both_ways(void)
{
    static const struct {
        const char *text, *normal;
    } rows[] = {{"192.0.2.7", "192.0.2.7"}, {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"}, {"::", "::"}, {"::1", "::1"},
        {"2001:DB8:0:0::1", "2001:db8::1"}, {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {"2001:db8:1111:2222:3333:4444:5555:6666", "2001:db8:1111:2222:3333:4444:5555:6666"}};
    char text[ADDRESS_TEXT_SIZE];

    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct address address = parsed(rows[i].text);
        address_format(&address, text);
        CU_ASSERT_STRING_EQUAL(text, rows[i].normal);
    }
}

static void what_is_no_address_is_refused(void)
{
    static const char *const rows[] = {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4",
        "0x7f.0.0.1", "127.1", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4/32", ":", ":::", "1::2::3",
        "fe80::1%lo", "[::1]", "::g", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1.2.3",
        "localhost", "1.2.3.4\n"};
    struct address address;

    for (size_t i = 0; i < LENGTH(rows); i++)
        CU_ASSERT_FALSE(address_parse(rows[i], &address));
}

static void socket_addresses_are_read(void)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000207)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr other = {.sa_family = AF_UNIX};
    struct address address;
    char text[ADDRESS_TEXT_SIZE];

    CU_ASSERT(address_from_sockaddr((struct sockaddr *)&v4, &address));
    address_format(&address, text);
    CU_ASSERT_STRING_EQUAL(text, "192.0.2.7");
    inet_pton(AF_INET6, "2001:db8::9", &v6.sin6_addr);
    CU_ASSERT(address_from_sockaddr((struct sockaddr *)&v6, &address));
    address_format(&address, text);
    CU_ASSERT_STRING_EQUAL(text, "2001:db8::9");
    CU_ASSERT_FALSE(address_from_sockaddr(&other, &address));
}

static void ranges_are_read_strictly(void)
{
    static const struct {
        const char *text;
        bool good;
        unsigned prefix_len;
    } rows[] = {{"127.0.0.0/8", true, 8}, {"0.0.0.0/0", true, 0}, {"192.0.2.1", true, 32},
        {"192.0.2.1/32", true, 32}, {"::/0", true, 0}, {"::1", true, 128}, {"::1/128", true, 128},
        {"2001:db8::/33", true, 33}, {"fe80::/10", true, 10}, {"10.128.0.0/9", true, 9},
        {"127.0.0.1/8", false, 0}, {"10.64.0.0/9", false, 0}, {"192.0.2.1/31", false, 0},
        {"::1/127", false, 0}, {"::1/0", false, 0}, {"1.2.3.4/33", false, 0}, {"::/129", false, 0},
        {"1.2.3.4/", false, 0}, {"/8", false, 0}, {"1.2.3.4/032", false, 0},
        {"0.0.0.0/00", false, 0}, {"1.2.3.4/+8", false, 0}, {"1.2.3.4/-1", false, 0},
        {"1.2.3.4/ 8", false, 0}, {"0.0.0.0/0 ", false, 0}, {"0.0.0.0/0/0", false, 0},
        {"1.2.3.4/4294967328", false, 0}, {"", false, 0}, {"localhost/8", false, 0},
        {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc/8", false, 0}};
    struct address_range range;

    for (size_t i = 0; i < LENGTH(rows); i++) {
        bool good = address_range_parse(rows[i].text, &range);
        CU_ASSERT_EQUAL(good, rows[i].good);
        if (good)
            CU_ASSERT_EQUAL(range.prefix_len, rows[i].prefix_len);
    }
}

static void a_range_holds_its_own(void)
{
    static const struct {
        const char *range, *address;
        bool in;
    } rows[] = {{"0.0.0.0/0", "255.1.2.3", true}, {"0.0.0.0/0", "::", false},
        {"::/0", "ffff::", true}, {"10.0.0.0/9", "10.127.255.255", true},
        {"10.0.0.0/9", "10.128.0.0", false}, {"192.0.2.4/30", "192.0.2.7", true},
        {"192.0.2.4/30", "192.0.2.8", false}, {"192.0.2.4/30", "192.0.2.3", false},
        {"192.0.2.4", "192.0.2.4", true}, {"192.0.2.4", "192.0.2.5", false},
        {"2001:db8::/127", "2001:db8::1", true}, {"2001:db8::/127", "2001:db8::2", false}};

    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct address address = parsed(rows[i].address);
        struct address_range range;
        CU_ASSERT(address_range_parse(rows[i].range, &range));
        CU_ASSERT_EQUAL(address_in_range(&address, &range), rows[i].in);
    }
}

/* First and last address of each special range, and their outer neighbours where those are
 * ordinary. */
static void special_ranges_are_refused_at_their_edges(void)
{
    static const struct {
        const char *before, *first, *last, *after, *word;
    } rows[] = {
        {NULL, "0.0.0.0", "0.255.255.255", "1.0.0.0", "this network"},
        {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0", "private"},
        {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0", "shared"},
        {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0", "loopback"},
        {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0", "link-local"},
        {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0", "private"},
        {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0", "IETF"},
        {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0", "documentation"},
        {"192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0", "AS112"},
        {"192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0", "AMT"},
        {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0", "6to4"},
        {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0", "private"},
        {"192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0", "AS112"},
        {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0", "benchmarks"},
        {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0", "documentation"},
        {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0", "documentation"},
        {"223.255.255.255", "224.0.0.0", "239.255.255.255", NULL, "multicast"},
        {NULL, "240.0.0.0", "255.255.255.254", NULL, "reserved"},
        {NULL, "255.255.255.255", "255.255.255.255", NULL, "broadcast"},

        {NULL, "::", "::", NULL, "unspecified"},
        {NULL, "::1", "::1", NULL, "loopback"},
        {NULL, "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", NULL, "NAT64"},
        {NULL, "100::", "100::ffff:ffff:ffff:ffff", NULL, "discarded"},
        {NULL, "100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", NULL, "dummy"},
        {NULL, "::1:0:0:0", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::", "reserved"},
        {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "Teredo"},
        {NULL, "2001:1::1", "2001:1::3", NULL, "IETF"},
        {NULL, "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", NULL, "benchmarks"},
        {NULL, "2001:3::", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "AMT"},
        {NULL, "2001:4:112::", "2001:4:112:ffff:ffff:ffff:ffff:ffff", NULL, "AS112"},
        {NULL, "2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "ORCHID"},
        {NULL, "2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "ORCHIDv2"},
        {NULL, "2001:30::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "drone"},
        {NULL, "2001:40::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::", "IETF"},
        {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::", "documentation"},
        {"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::", "6to4"},
        {"2620:4f:7fff:ffff:ffff:ffff:ffff:ffff",
            "2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "2620:4f:8001::", "AS112"},
        {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::", "documentation"},
        {"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "reserved"},
        {NULL, "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "segment"},
        {NULL, "5f01::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "reserved"},
        {NULL, "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "private"},
        {NULL, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "link-local"},
        {NULL, "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "site-local"},
        {NULL, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "multicast"},
    };
    static const struct address_filter filter = {0};

    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *const refused[] = {rows[i].first, rows[i].last};
        const char *const neighbours[] = {rows[i].before, rows[i].after};
        for (size_t j = 0; j < 2; j++) {
            struct address address = parsed(refused[j]);
            const char *why = "";
            CU_ASSERT_FALSE(address_allowed(&filter, &address, &why));
            CU_ASSERT_PTR_NOT_NULL(strstr(why, rows[i].word));
            CU_ASSERT_FALSE(address_allowed(&filter, &address, NULL));
            if (neighbours[j] != NULL) {
                address = parsed(neighbours[j]);
                CU_ASSERT(address_allowed(&filter, &address, &why));
            }
        }
    }
}

static void ordinary_addresses_are_allowed(void)
{
    static const char *const rows[] = {"1.1.1.1", "8.8.8.8", "100.0.0.1", "172.64.0.1", "193.0.0.1",
        "2606:4700::1111", "2a00::1", "2400::1", "2001:4860::8888"};
    static const struct address_filter filter = {0};

    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct address address = parsed(rows[i]);
        CU_ASSERT(address_allowed(&filter, &address, NULL));
    }
}

static void embedded_ipv4_addresses_are_judged(void)
{
    static const struct {
        const char *address;
        bool allowed;
    } rows[] = {{"::ffff:8.8.8.8", true}, {"::ffff:127.0.0.1", false}, {"::ffff:10.1.2.3", false},
        {"::ffff:0.0.0.0", false}, {"::ffff:169.254.169.254", false}, {"64:ff9b::8.8.8.8", true},
        {"64:ff9b::127.0.0.1", false}, {"64:ff9b::192.168.1.1", false}, {"64:ff9b::", false},
        {"64:ff9b::1:808:808", false}, {"::8.8.8.8", true}, {"::127.0.0.1", false},
        {"::10.0.0.1", false}, {"::2", false}, {"::0.255.255.255", false},
        {"::ffff:0:8.8.8.8", false}, {"2002:0808:0808::1", false}, {"2002:7f00:1::", false}};
    static const struct address_filter filter = {0};

    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct address address = parsed(rows[i].address);
        CU_ASSERT_EQUAL(address_allowed(&filter, &address, NULL), rows[i].allowed);
    }
}

static void allow_wins_over_deny_and_both_over_the_tables(void)
{
    static const struct {
        const char *address;
        bool allowed;
    } rows[] = {{"127.0.0.1", true}, {"127.0.0.2", false}, {"::ffff:127.0.0.1", true},
        {"::1", true}, {"8.8.8.8", false}, {"8.8.4.4", true}, {"::ffff:8.8.8.8", false},
        {"64:ff9b::8.8.8.8", false}, {"9.9.9.9", false}, {"10.0.0.1", false}, {"10.0.0.9", true},
        {"2606:4700::1", false}, {"2606:4700:1::1", true}};
    static const char *const allow[] = {"127.0.0.1", "::1", "8.8.4.0/24", "10.0.0.8/29"};
    static const char *const deny[] = {"8.0.0.0/8", "9.9.9.9", "10.0.0.8", "2606:4700::/48"};
    struct address_range allow_ranges[LENGTH(allow)], deny_ranges[LENGTH(deny)];
    struct address_filter filter = {allow_ranges, LENGTH(allow), deny_ranges, LENGTH(deny)};
    struct address address;
    const char *why = NULL;

    for (size_t i = 0; i < LENGTH(allow); i++)
        CU_ASSERT(address_range_parse(allow[i], &allow_ranges[i]));
    for (size_t i = 0; i < LENGTH(deny); i++)
        CU_ASSERT(address_range_parse(deny[i], &deny_ranges[i]));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        address = parsed(rows[i].address);
        CU_ASSERT_EQUAL(address_allowed(&filter, &address, NULL), rows[i].allowed);
    }
    address = parsed("9.9.9.9");
    CU_ASSERT_FALSE(address_allowed(&filter, &address, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "configuration"));
}

static void a_block_is_what_stands_before_the_prefix(void)
{
    static const struct {
        const char *address;
        unsigned prefix_len;
        const char *block;
    } rows[] = {
        {"192.0.2.255", 32, "192.0.2.255"},
        {"192.0.2.255", 31, "192.0.2.254"},
        {"192.0.2.255", 24, "192.0.2.0"},
        {"255.255.255.255", 1, "128.0.0.0"},
        {"255.255.255.255", 0, "0.0.0.0"},
        {"2001:db8:1:2:3:4:5:6", 128, "2001:db8:1:2:3:4:5:6"},
        {"2001:db8:1:2:3:4:5:6", 64, "2001:db8:1:2::"},
        {"2001:db8:1:ffff::", 52, "2001:db8:1:f000::"},
        {"2001:db8:1:2:3:4:5:6", 0, "::"},
    };

    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[ADDRESS_TEXT_SIZE];
        struct address address;

        CU_ASSERT_FATAL(address_parse(rows[i].address, &address));
        address_cut(&address, rows[i].prefix_len);
        address_format(&address, text);
        CU_ASSERT_STRING_EQUAL(text, rows[i].block);
    }
}

static void mapped_addresses_become_what_they_stand_for(void)
{
    static const char *const rows[][2] = {{"::ffff:192.0.2.1", "192.0.2.1"},
        {"192.0.2.1", "192.0.2.1"}, {"::192.0.2.1", "::192.0.2.1"}, {"2001:db8::1", "2001:db8::1"},
        {"64:ff9b::c000:201", "64:ff9b::c000:201"}};

    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct address address, wanted;

        CU_ASSERT_FATAL(address_parse(rows[i][0], &address) && address_parse(rows[i][1], &wanted));
        address_unmap(&address);
        CU_ASSERT(memcmp(&address, &wanted, sizeof wanted) == 0);
    }
}

static const struct test tests[] = {
    {"addresses go both ways", addresses_go_both_ways},
    {"what is no address is refused", what_is_no_address_is_refused},
    {"socket addresses are read", socket_addresses_are_read},
    {"ranges are read strictly", ranges_are_read_strictly},
    {"a range holds its own", a_range_holds_its_own},
    {"special ranges are refused at their edges", special_ranges_are_refused_at_their_edges},
    {"ordinary addresses are allowed", ordinary_addresses_are_allowed},
    {"embedded IPv4 addresses are judged", embedded_ipv4_addresses_are_judged},
    {"allow wins over deny and both over the tables",
        allow_wins_over_deny_and_both_over_the_tables},
    {"a block is what stands before the prefix", a_block_is_what_stands_before_the_prefix},
    {"mapped addresses become what they stand for", mapped_addresses_become_what_they_stand_for},
    {NULL, NULL},
};
extern const struct test_suite suite_address;
const struct test_suite suite_address = {"address", tests};
