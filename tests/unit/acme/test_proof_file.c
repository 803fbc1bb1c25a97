/* Tests of acme/proof_file: for which host and path a file is there. */
#include "tests/unit/test_main.h"

#include <string.h>

#include "acme/proof_file.h"
#include "base/mem.h"
#include "store/proof.h"
#include "tests/unit/acme/lab.h"

#define FILE_NAME "fileauth.txt"
#define PATH      PROOF_FILE_PATH "/" FILE_NAME

static void the_domain_of_a_host_header(void)
{
    static const struct {
        const char *host, *domain;
    } rows[] = {
        {"example.com", "example.com"},
        {"Example.COM", "example.com"},
        {"example.com.", "example.com"},
        {"example.com:80", "example.com"},
        {"example.com.:8080", "example.com"},
        {"xn--bcher-kva.example", "xn--bcher-kva.example"},
        {"192.0.2.1", "192.0.2.1"},
        {NULL, NULL},
        {"", NULL},
        {":80", NULL},
        {".", NULL},
        {"[::1]:80", NULL},
        {"example.com:http", NULL},
        {"user@example.com", NULL},
        {"example.com/", NULL},
        {"example.com\t", NULL},
        {"ex ample.com", NULL},
        {"b\xc3\xbc"
         "cher.example",
            NULL},
        {"*.example.com", NULL},
    };
    void *mem = mem_pool(NULL, 4096);
    char *longest = mem_alloc(mem, 256, "host");

    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *domain = proof_file_host(mem, rows[i].host);
        bool as_wanted = rows[i].domain == NULL
                             ? domain == NULL
                             : domain != NULL && strcmp(domain, rows[i].domain) == 0;

        CU_ASSERT(as_wanted);
        if (!as_wanted)
            printf("\n    \"%s\" is \"%s\"\n", rows[i].host, domain);
    }
    memset(longest, 'a', 253);
    CU_ASSERT_PTR_NOT_NULL(proof_file_host(mem, longest));
    longest[253] = 'a';
    CU_ASSERT_PTR_NULL(proof_file_host(mem, longest));
    mem_free(mem);
}

struct desk {
    struct lab lab;
    struct proof_method methods[2];
};

static void open_desk(struct desk *d)
{
    lab_open(&d->lab);
    d->methods[0] = (struct proof_method){.upstream = "lab", .way = PROOF_WAY_HTTP};
    d->methods[1] = (struct proof_method){.upstream = "dns", .way = PROOF_WAY_EXEC};
    d->lab.settings.proof_methods = (struct proof_methods){d->methods, 2};
}

static enum err_code want(struct store_tx *tx, void *arg, struct err *e)
{
    bool added;

    return store_proof_want(tx, arg, 7, &added, e);
}

static enum err_code publish(struct store_tx *tx, void *arg, struct err *e)
{
    return store_proof_published(tx, *(int64_t *)arg, e);
}

static enum err_code leave(struct store_tx *tx, void *arg, struct err *e)
{
    return store_proof_leave(tx, *(int64_t *)arg, "proof", 7000, e);
}

static int64_t add(struct desk *d, int64_t owner, const char *upstream, const char *domain,
    const char *path, const char *value, bool published)
{
    struct vendor_proof proof = {.owner = {PROOF_OF_ACTION, owner},
        .upstream = upstream,
        .kind = VENDOR_PROOF_HTTP,
        .domain = domain,
        .name = path,
        .value = value};

    CU_ASSERT_EQUAL_FATAL(lab_in_store(&d->lab, want, &proof), ERR_OK);
    if (published)
        CU_ASSERT_EQUAL_FATAL(lab_in_store(&d->lab, publish, &proof.id), ERR_OK);
    return proof.id;
}

/* The file's text, or the problem's detail. */
static const char *ask(struct desk *d, const char *host, const char *name)
{
    struct lab_account nobody = {0};
    struct acme_req *req = lab_request(&d->lab, &nobody, 0, "");
    struct lab_answer answer;

    req->host = host;
    req->rest = name;
    answer = lab_read(&d->lab, req, proof_file_get);
    if (answer.e.code != ERR_OK) {
        CU_ASSERT_EQUAL(problem_of(&answer.e), PROBLEM_NOT_FOUND);
        return mem_strdup(d->lab.mem, answer.e.detail);
    }
    CU_ASSERT_STRING_EQUAL(answer.resp.type, "text/plain");
    return bytes_string(d->lab.mem, answer.resp.body);
}

#define NONE(host) "no vendor wants to see this file for " host " now"

static void a_file_is_there_while_it_is_published(void)
{
    struct desk d;
    int64_t id;

    open_desk(&d);
    id = add(&d, 1, "lab", "a.test", PATH, "one", false);
    CU_ASSERT_STRING_EQUAL(ask(&d, "a.test", FILE_NAME), NONE("a.test"));
    CU_ASSERT_EQUAL(lab_in_store(&d.lab, publish, &id), ERR_OK);
    CU_ASSERT_STRING_EQUAL(ask(&d, "A.test:80", FILE_NAME), "one");
    CU_ASSERT_STRING_EQUAL(ask(&d, "b.a.test", FILE_NAME), NONE("b.a.test"));
    CU_ASSERT_STRING_EQUAL(ask(&d, "test", FILE_NAME), NONE("test"));
    CU_ASSERT_STRING_EQUAL(ask(&d, "a.test", "other.txt"), NONE("a.test"));
    CU_ASSERT_STRING_EQUAL(ask(&d, NULL, FILE_NAME), "the Host header names no domain");
    CU_ASSERT_STRING_EQUAL(ask(&d, "' OR 1=1", FILE_NAME), "the Host header names no domain");
    lab_restart(&d.lab);
    CU_ASSERT_STRING_EQUAL(ask(&d, "a.test", FILE_NAME), "one");
    CU_ASSERT_EQUAL(lab_in_store(&d.lab, leave, &id), ERR_OK);
    CU_ASSERT_STRING_EQUAL(ask(&d, "a.test", FILE_NAME), NONE("a.test"));
    lab_close(&d.lab);
}

static void only_what_is_published_by_http_is_answered(void)
{
    struct desk d;

    open_desk(&d);
    add(&d, 1, "dns", "a.test", PATH, "of a program", true);
    add(&d, 2, "gone", "a.test", PATH, "of nobody", true);
    CU_ASSERT_STRING_EQUAL(ask(&d, "a.test", FILE_NAME), NONE("a.test"));
    d.methods[0].way = PROOF_WAY_OPERATOR;
    add(&d, 3, "lab", "a.test", PATH, "of a person", true);
    CU_ASSERT_STRING_EQUAL(ask(&d, "a.test", FILE_NAME), NONE("a.test"));
    lab_close(&d.lab);
}

static void several_at_one_path_have_a_line_each(void)
{
    struct desk d;

    open_desk(&d);
    add(&d, 1, "lab", "a.test", PATH, "one", true);
    add(&d, 2, "lab", "a.test", PATH, "two", true);
    add(&d, 3, "lab", "a.test", PATH, "one", true);
    add(&d, 4, "lab", "b.test", PATH, "three", true);
    CU_ASSERT_STRING_EQUAL(ask(&d, "a.test", FILE_NAME), "one\ntwo");
    for (int i = 0; i < 40; i++)
        add(&d, 100 + i, "lab", "a.test", PATH, mem_printf(d.lab.mem, "n%d", i), true);
    CU_ASSERT_EQUAL(strncmp(ask(&d, "a.test", FILE_NAME), "n39\nn38\n", 8), 0);
    CU_ASSERT_PTR_NULL(strstr(ask(&d, "a.test", FILE_NAME), "n20"));
    lab_close(&d.lab);
}

static const struct test tests[] = {
    {"the domain of a Host header", the_domain_of_a_host_header},
    {"a file is there while it is published", a_file_is_there_while_it_is_published},
    {"only what is published by HTTP is answered", only_what_is_published_by_http_is_answered},
    {"several at one path have a line each", several_at_one_path_have_a_line_each},
    {NULL, NULL},
};
extern const struct test_suite suite_proof_file;
const struct test_suite suite_proof_file = {"proof_file", tests};
