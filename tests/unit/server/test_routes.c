/* Tests of server/routes: every address and method leads where it should, and nothing else leads
 * anywhere. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/account.h"
#include "acme/authz.h"
#include "acme/certificate.h"
#include "acme/directory.h"
#include "acme/key_change.h"
#include "acme/order.h"
#include "acme/proof_file.h"
#include "acme/renewal.h"
#include "base/mem.h"
#include "server/routes.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Sealed numbers and a map. */
struct desk {
    void *mem;
    struct acme acme;
};

static void open_desk(struct desk *desk)
{
    static const uint8_t key[SEAL_KEY_LEN] = "sixteen octets!";

    desk->mem = mem_pool(NULL, 4096);
    desk->acme = (struct acme){.handles = seal_new(desk->mem, key)};
}

/* The path with "{account:7}" and the like sealed. */
static char *path_of(struct desk *desk, const char *pattern)
{
    static const struct {
        const char *text;
        enum handle handle;
    } handles[] = {{"{account}", HANDLE_ACCOUNT}, {"{order}", HANDLE_ORDER},
        {"{authz}", HANDLE_AUTHZ}, {"{certificate}", HANDLE_CERTIFICATE}};

    for (size_t i = 0; i < COUNT(handles); i++) {
        const char *at = strstr(pattern, handles[i].text);
        char sealed[SEAL_TEXT_SIZE];

        if (at == NULL)
            continue;
        seal_close(desk->acme.handles, handles[i].handle, 7, sealed);
        return mem_printf(desk->mem, "%.*s%s%s", (int)(at - pattern), pattern, sealed,
            at + strlen(handles[i].text));
    }
    return mem_strdup(desk->mem, pattern);
}

static struct route_match find(struct desk *desk, const char *pattern, enum route_method method)
{
    struct route_match match;

    route_find(desk->mem, &desk->acme, path_of(desk, pattern), method, &match);
    return match;
}

/* A line an address: who answers each method (NULL: nobody), who signs, and what Allow says. */
static const struct {
    const char *path;
    acme_handler get, head, post, read;
    enum acme_signer signer;
    bool has_id;
    const char *rest, *allow;
} rows[] = {
    {"/acme/directory", directory_get, directory_get, NULL, directory_get, SIGNER_ACCOUNT, false,
        NULL, "GET, HEAD, POST"},
    {"/acme/new-nonce", nonce_get, nonce_head, NULL, nonce_get, SIGNER_ACCOUNT, false, NULL,
        "GET, HEAD, POST"},
    {"/acme/new-account", NULL, NULL, account_new, NULL, SIGNER_OWN_KEY, false, NULL, "POST"},
    {"/acme/key-change", NULL, NULL, key_change, NULL, SIGNER_ACCOUNT, false, NULL, "POST"},
    {"/acme/account/{account}", NULL, NULL, account_update, account_get, SIGNER_ACCOUNT, true, NULL,
        "POST"},
    {"/acme/account/{account}/orders", NULL, NULL, NULL, account_orders, SIGNER_ACCOUNT, true, NULL,
        "POST"},
    {"/acme/new-order", NULL, NULL, order_new, NULL, SIGNER_ACCOUNT, false, NULL, "POST"},
    {"/acme/new-order/reissue", NULL, NULL, order_new, NULL, SIGNER_ACCOUNT, false, "reissue",
        "POST"},
    {"/acme/new-order/reissue/1001", NULL, NULL, order_new, NULL, SIGNER_ACCOUNT, false,
        "reissue/1001", "POST"},
    {"/acme/gold/directory", directory_get, directory_get, NULL, directory_get, SIGNER_ACCOUNT,
        false, NULL, "GET, HEAD, POST"},
    {"/acme/gold/new-order", NULL, NULL, order_new, NULL, SIGNER_ACCOUNT, false, NULL, "POST"},
    {"/acme/gold/new-order/renew", NULL, NULL, order_new, NULL, SIGNER_ACCOUNT, false, "renew",
        "POST"},
    {"/acme/gold/new-order/renew/a/b", NULL, NULL, order_new, NULL, SIGNER_ACCOUNT, false,
        "renew/a/b", "POST"},
    {"/acme/order/{order}", NULL, NULL, NULL, order_get, SIGNER_ACCOUNT, true, NULL, "POST"},
    {"/acme/order/{order}/finalize", NULL, NULL, order_finalize, NULL, SIGNER_ACCOUNT, true, NULL,
        "POST"},
    {"/acme/authz/{authz}", NULL, NULL, authz_deactivate, authz_get, SIGNER_ACCOUNT, true, NULL,
        "POST"},
    {"/acme/challenge/{authz}/http-01", NULL, NULL, challenge_answer, challenge_get, SIGNER_ACCOUNT,
        true, "http-01", "POST"},
    {"/acme/challenge/{authz}/anything", NULL, NULL, challenge_answer, challenge_get,
        SIGNER_ACCOUNT, true, "anything", "POST"},
    {"/acme/certificate/{certificate}", NULL, NULL, NULL, certificate_get, SIGNER_ACCOUNT, true,
        NULL, "POST"},
    {"/acme/revoke-cert", NULL, NULL, certificate_revoke, NULL, SIGNER_EITHER, false, NULL, "POST"},
    {"/acme/renewal-info/aki.serial", renewal_get, NULL, NULL, NULL, SIGNER_NONE, false,
        "aki.serial", "GET"},
    {"/ca.pem", authority_root_get, authority_root_get, NULL, NULL, SIGNER_NONE, false, NULL,
        "GET, HEAD"},
    {"/issuer/lab.der", authority_issuer_get, authority_issuer_get, NULL, NULL, SIGNER_NONE, false,
        "lab.der", "GET, HEAD"},
    {"/crl/lab.der", authority_crl_get, authority_crl_get, NULL, NULL, SIGNER_NONE, false,
        "lab.der", "GET, HEAD"},
    {"/.well-known/pki-validation/fileauth.txt", proof_file_get, proof_file_get, NULL, NULL,
        SIGNER_NONE, false, "fileauth.txt", "GET, HEAD"},
};

static void expect_route(
    struct desk *desk, const char *path, enum route_method method, acme_handler handler)
{
    struct route_match match = find(desk, path, method);
    bool as_expected = handler == NULL ? match.route == NULL
                                       : match.route != NULL && match.route->handler == handler &&
                                             (match.route->methods & method) != 0;

    CU_ASSERT(as_expected);
    if (!as_expected)
        printf("\n    %s, method %d\n", path, (int)method);
}

static void every_address_has_its_methods(void)
{
    struct desk desk;

    open_desk(&desk);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct route_match match = find(&desk, rows[i].path, ROUTE_POST);

        expect_route(&desk, rows[i].path, ROUTE_GET, rows[i].get);
        expect_route(&desk, rows[i].path, ROUTE_HEAD, rows[i].head);
        expect_route(&desk, rows[i].path, ROUTE_POST, rows[i].post);
        expect_route(&desk, rows[i].path, ROUTE_POST_AS_GET, rows[i].read);
        CU_ASSERT_STRING_EQUAL(route_allow(desk.mem, match.methods), rows[i].allow);
        CU_ASSERT_EQUAL(match.signer, rows[i].signer);
        CU_ASSERT_EQUAL(match.id, rows[i].has_id ? 7 : 0);
        CU_ASSERT((match.rest == NULL) == (rows[i].rest == NULL));
        if (match.rest != NULL && rows[i].rest != NULL)
            CU_ASSERT_STRING_EQUAL(match.rest, rows[i].rest);
    }
    mem_free(desk.mem);
}

/* Where a change is made, a transaction is; where a key is asked for, the store can be read. */
static void changes_are_written_and_looks_are_not(void)
{
    struct desk desk;

    open_desk(&desk);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct route_match post = find(&desk, rows[i].path, ROUTE_POST);
        struct route_match read = find(&desk, rows[i].path, ROUTE_POST_AS_GET);
        struct route_match get = find(&desk, rows[i].path, ROUTE_GET);

        if (post.route != NULL) {
            CU_ASSERT_EQUAL(post.route->access, ROUTE_WRITE);
            CU_ASSERT(post.route->prepare != NULL);
        }
        if (read.route != NULL)
            CU_ASSERT(read.route->access != ROUTE_WRITE && read.route->prepare == NULL);
        if (get.route != NULL)
            CU_ASSERT(get.route->access != ROUTE_WRITE && get.route->prepare == NULL);
    }
    mem_free(desk.mem);
}

/* Profiles may have the names of resources. */
static void the_profile_of_a_path_is_found(void)
{
    static const struct {
        const char *path, *profile, *rest;
    } lines[] = {
        {"/acme/directory", NULL, NULL},
        {"/acme/new-order", NULL, NULL},
        {"/acme/new-order/enroll", NULL, "enroll"},
        {"/acme/gold/directory", "gold", NULL},
        {"/acme/gold/new-order", "gold", NULL},
        {"/acme/gold/new-order/enroll", "gold", "enroll"},
        {"/acme/directory/directory", "directory", NULL},
        {"/acme/directory/new-order", "directory", NULL},
        {"/acme/new-order/directory", "new-order", NULL},
        {"/acme/new-order/new-order", "new-order", NULL},
        {"/acme/new-order/new-order/enroll", "new-order", "enroll"},
        {"/acme/account/directory", "account", NULL},
        {"/acme/order/new-order/renew/7", "order", "renew/7"},
        {"/acme/renewal-info/directory", "renewal-info", NULL},
        {"/acme/account/{account}", NULL, NULL},
    };
    struct desk desk;

    open_desk(&desk);
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct route_match match = find(&desk, lines[i].path, ROUTE_POST);

        CU_ASSERT(match.methods != 0);
        CU_ASSERT((match.profile == NULL) == (lines[i].profile == NULL));
        if (match.profile != NULL && lines[i].profile != NULL)
            CU_ASSERT_STRING_EQUAL(match.profile, lines[i].profile);
        CU_ASSERT((match.rest == NULL) == (lines[i].rest == NULL));
        if (match.rest != NULL && lines[i].rest != NULL)
            CU_ASSERT_STRING_EQUAL(match.rest, lines[i].rest);
    }
    mem_free(desk.mem);
}

static void other_addresses_are_no_such_path(void)
{
    static const char *const others[] = {"", "/", "/acme", "/acme/", "/acme/directory/",
        "/acme/director", "/acme/directory2", "/ACME/directory", "//acme/directory",
        "/acme/new-account/x", "/acme/account", "/acme/account/", "/acme/account/7",
        "/acme/account/AAAAAAAAAAAAAAAAAAAAAA", "/acme/account/{account}/",
        "/acme/account/{account}/orders/", "/acme/account/{account}/order",
        "/acme/account/{account}x", "/acme/account/x{account}", "/acme/order/{order}/finalize/x",
        "/acme/order/{order}/", "/acme/challenge/{authz}", "/acme/challenge/{authz}/",
        "/acme/challenge/{authz}/http-01/", "/acme/challenge/{authz}/a/b", "/acme/renewal-info",
        "/acme/renewal-info/", "/acme/renewal-info/a/b", "/issuer", "/issuer/", "/issuer/a/b.der",
        "/acme/new-order/", "/acme//directory", "/acme//new-order", "/acme/a/b/directory",
        "/acme/gold/director", "/acme/gold/directory/", "/acme/gold/directory/x",
        "/acme/gold/new-order/", "/acme/gold/new-orders", "/acme/gold/new-account", "/acme/gold/",
        "/acme/gold", "/x/gold/directory", "/crl", "/crl/", "/crl/x/y", "/ca.pem/", "/ca.pem.x",
        "/issuerx/lab.der"};
    struct desk desk;

    open_desk(&desk);
    for (size_t i = 0; i < COUNT(others); i++)
        for (unsigned method = 0; method <= ROUTE_POST_AS_GET; method++) {
            struct route_match match = find(&desk, others[i], (enum route_method)method);

            CU_ASSERT_EQUAL(match.methods, 0);
            CU_ASSERT_PTR_NULL(match.route);
            if (match.methods != 0)
                printf("\n    %s\n", others[i]);
        }
    mem_free(desk.mem);
}

/* A number that was sealed for something else is nobody's. */
static void handles_of_another_kind_are_no_such_path(void)
{
    static const struct {
        const char *path;
        enum handle handle;
    } places[] = {{"/acme/account/", HANDLE_ACCOUNT}, {"/acme/order/", HANDLE_ORDER},
        {"/acme/authz/", HANDLE_AUTHZ}, {"/acme/certificate/", HANDLE_CERTIFICATE}};
    struct desk desk, foreign;

    open_desk(&desk);
    foreign = (struct desk){.mem = desk.mem};
    foreign.acme.handles = seal_new(desk.mem, (const uint8_t *)"another 16 bytes");
    for (size_t i = 0; i < COUNT(places); i++)
        for (enum handle handle = HANDLE_ACCOUNT; handle <= HANDLE_CERTIFICATE; handle++) {
            struct route_match match;
            char sealed[SEAL_TEXT_SIZE], *path;

            seal_close(desk.acme.handles, handle, 7, sealed);
            path = mem_printf(desk.mem, "%s%s", places[i].path, sealed);
            route_find(desk.mem, &desk.acme, path, ROUTE_POST_AS_GET, &match);
            CU_ASSERT_EQUAL(match.methods != 0, handle == places[i].handle);
            route_find(desk.mem, &foreign.acme, path, ROUTE_POST_AS_GET, &match);
            CU_ASSERT_EQUAL(match.methods, 0);
        }
    mem_free(desk.mem);
}

static void methods_that_nothing_serves_have_no_route(void)
{
    struct desk desk;

    open_desk(&desk);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct route_match match = find(&desk, rows[i].path, (enum route_method)0);

        CU_ASSERT_PTR_NULL(match.route); /* DELETE and the like: 405, with what there is instead */
        CU_ASSERT(match.methods != 0);
    }
    CU_ASSERT_STRING_EQUAL(route_allow(desk.mem, 0), "");
    mem_free(desk.mem);
}

static const struct test tests[] = {
    {"every address has its methods", every_address_has_its_methods},
    {"changes are written, and looks are not", changes_are_written_and_looks_are_not},
    {"the profile of a path is found", the_profile_of_a_path_is_found},
    {"other addresses are no such path", other_addresses_are_no_such_path},
    {"handles of another kind are no such path", handles_of_another_kind_are_no_such_path},
    {"methods that nothing serves have no route", methods_that_nothing_serves_have_no_route},
    {NULL, NULL},
};
extern const struct test_suite suite_routes;
const struct test_suite suite_routes = {"routes", tests};
