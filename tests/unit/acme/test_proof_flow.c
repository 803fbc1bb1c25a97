/* Tests of acme/proof_flow: programs, servers and owners of proofs that do what a test says, and
 * processes that die at any moment. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "acme/proof_flow.h"
#include "acme/proofs.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/process.h"
#include "store/action.h"
#include "store/job.h"
#include "store/proof.h"
#include "store/validation.h"
#include "tests/unit/acme/lab.h"
#include "tests/unit/responder.h"

#define MINUTE_MS (60 * INT64_C(1000))
#define PATH      "/.well-known/pki-validation/fileauth.txt"

static const struct flow_kind *const kinds[] = {&proof_flow, NULL};

/* What the program does is the text of the file "mode": "fail", "noise", "hang", or "". Each call
 * is a line of the file "calls". */
static const char program[] =
    "#!/bin/sh\n"
    "cd \"$(dirname \"$0\")\"\n"
    "echo \"$*\" >>calls\n"
    "case \"$(cat mode)\" in\n"
    "fail) echo 'the zone is closed'; exit 3;;\n"
    "noise) head -c 100000 /dev/zero; printf '\\033[31m\"\\377'; exit 9;;\n"
    "hang) exec sleep 600;;\n"
    "esac\n";

struct stage {
    struct lab lab;
    struct lab_worker worker;
    struct proof_method method;
    char *folder; /* from the root */
    int64_t action_id, order_id;
    struct tsig_key *key;
};

static void write_to(struct stage *s, const char *name, const char *text)
{
    char *path = mem_printf(s->lab.mem, "%s/%s", s->folder, name);
    FILE *file = fopen(path, "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
    CU_ASSERT_EQUAL_FATAL(chmod(path, 0755), 0);
}

static const char *calls(struct stage *s)
{
    struct err e = {0};
    char *text;

    if (file_read(s->lab.mem, mem_printf(s->lab.mem, "%s/calls", s->folder), 65536, &text, &e) !=
        ERR_OK)
        return "";
    return text;
}

static enum err_code add_action(struct store_tx *tx, void *arg, struct err *e)
{
    struct stage *s = arg;
    struct action action = {.order_id = s->order_id,
        .upstream = "lab",
        .act = ACT_NEW,
        .state = ACTION_SENDING,
        .reference = bytes_of("r"),
        .key_hash = bytes_of("key")};

    store_action_add(tx, &action, e);
    s->action_id = action.id;
    return e->code;
}

/* From now on it is the stage's. */
static void add_order(struct stage *s)
{
    struct lab_account account = lab_account(&s->lab);

    s->order_id = lab_order(&s->lab, &account, "a.test", true);
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s->lab, add_action, s), ERR_OK);
}

static void start_worker(struct stage *s)
{
    lab_worker_start(&s->worker, &s->lab, kinds);
}

static void open_stage(struct stage *s, enum proof_way way)
{
    *s = (struct stage){.method = {.upstream = "lab", .way = way, .timeout_ms = 20000}};
    lab_open(&s->lab);
    s->folder = mem_strdup(s->lab.mem, realpath(s->lab.folder, (char[4096]){0}));
    write_to(s, "program", program);
    write_to(s, "mode", "");
    s->method.program = mem_printf(s->lab.mem, "%s/program", s->folder);
    s->lab.settings.proof_methods = (struct proof_methods){&s->method, 1};
    add_order(s);
    start_worker(s);
}

static void close_stage(struct stage *s)
{
    static const char *const files[] = {"program", "mode", "calls"};

    lab_worker_end(&s->worker);
    for (size_t i = 0; i < COUNT(files); i++)
        remove(mem_printf(s->lab.mem, "%s/%s", s->folder, files[i]));
    lab_close(&s->lab);
}

struct wish {
    struct vendor_proof proof;
};

static enum err_code want(struct store_tx *tx, void *arg, struct err *e)
{
    struct wish *wish = arg;
    bool added;

    if (store_proof_want(tx, &wish->proof, lab_now_ms() / 1000, &added, e) != ERR_OK)
        return e->code;
    CU_ASSERT(added);
    return store_job_want(tx, proof_flow.name, wish->proof.id, lab_now_ms(), e);
}

static int64_t want_of(struct stage *s, struct proof_owner owner, enum vendor_proof_kind kind,
    const char *domain, const char *name, const char *value)
{
    struct wish wish = {{.owner = owner,
        .upstream = "lab",
        .kind = kind,
        .domain = domain,
        .name = name,
        .value = value}};

    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s->lab, want, &wish), ERR_OK);
    return wish.proof.id;
}

static int64_t want_txt(struct stage *s)
{
    return want_of(s, (struct proof_owner){PROOF_OF_ACTION, s->action_id}, VENDOR_PROOF_TXT,
        "a.test", "a.test", "v");
}

static void run_after(struct stage *s, int64_t ms)
{
    lab_pass(ms);
    lab_worker_take(&s->worker);
    lab_worker_finish(&s->worker);
}

/* "published -", "wanted exit status 3: ..." or "gone" */
static const char *standing(struct stage *s, int64_t id)
{
    struct err e = {0};
    struct store_tx *tx = store_snapshot_begin(s->lab.reader, s->lab.mem, &e);
    struct vendor_proof proof;
    enum err_code found = store_proof_get(tx, s->lab.mem, id, &proof, &e);

    store_snapshot_end(tx);
    if (found == ERR_NOT_FOUND)
        return "gone";
    CU_ASSERT_EQUAL_FATAL(found, ERR_OK);
    return mem_printf(s->lab.mem, "%s %s", proof_state_words[proof.state],
        proof.trouble == NULL ? "-" : proof.trouble);
}

static enum err_code end_action(struct store_tx *tx, void *arg, struct err *e)
{
    struct stage *s = arg;
    struct proof_owner owner = {PROOF_OF_ACTION, s->action_id};

    if (store_action_end(tx, s->action_id, ACTION_DONE, &(struct vendor_ids){0},
            lab_now_ms() / 1000, e) != ERR_OK)
        return e->code;
    return proofs_leave(tx, &owner, lab_now_ms(), e);
}

static void end_order(struct stage *s)
{
    CU_ASSERT_EQUAL(lab_in_store(&s->lab, end_action, s), ERR_OK);
}

static int64_t due_ms(struct stage *s, const char *kind, int64_t subject)
{
    return lab_number(&s->lab,
        mem_printf(s->lab.mem, "SELECT run_at_ms FROM job WHERE kind = '%s' AND subject = %d", kind,
            (int)subject));
}

/* The order's own job sleeps for long, so that waking it shows. */
static void let_order_sleep(struct stage *s)
{
    lab_run_sql(&s->lab, "DELETE FROM job WHERE kind = 'order'");
    lab_run_sql(
        &s->lab, mem_printf(s->lab.mem,
                     "INSERT INTO job (kind, subject, step, attempts, run_at_ms, leased_until_ms, "
                     "interrupted) VALUES ('order', %d, 0, 0, %lld, 0, 0)",
                     (int)s->order_id, (long long)(lab_now_ms() + 600 * MINUTE_MS)));
}

static bool order_is_awake(struct stage *s)
{
    return due_ms(s, "order", s->order_id) <= lab_now_ms();
}

static void a_program_publishes_and_takes_back(void)
{
    struct stage s;
    int64_t id;

    open_stage(&s, PROOF_WAY_EXEC);
    let_order_sleep(&s);
    id = want_txt(&s);
    run_after(&s, 0);
    CU_ASSERT_STRING_EQUAL(standing(&s, id), "published -");
    CU_ASSERT(order_is_awake(&s));
    run_after(&s, 600 * MINUTE_MS);
    CU_ASSERT_STRING_EQUAL(calls(&s), "present txt a.test v a.test\n");
    end_order(&s);
    run_after(&s, 0);
    CU_ASSERT_STRING_EQUAL(standing(&s, id), "gone");
    CU_ASSERT_STRING_EQUAL(calls(&s), "present txt a.test v a.test\ncleanup txt a.test v a.test\n");
    CU_ASSERT_EQUAL(lab_count(&s.lab, "job WHERE kind = 'proof'"), 0);
    close_stage(&s);
}

static void what_a_program_says_is_told_and_it_is_asked_again(void)
{
    static const char *const modes[] = {"fail", "noise"};
    struct stage s;
    const char *said;
    int64_t id;

    for (size_t i = 0; i < COUNT(modes); i++) {
        open_stage(&s, PROOF_WAY_EXEC);
        let_order_sleep(&s);
        write_to(&s, "mode", modes[i]);
        id = want_txt(&s);
        run_after(&s, 0);
        said = standing(&s, id);
        CU_ASSERT_EQUAL(strncmp(said, "wanted exit status ", strlen("wanted exit status ")), 0);
        CU_ASSERT(strlen(said) < 2 * PROCESS_OUTPUT_MAX);
        for (const char *at = said; *at != '\0'; at++)
            CU_ASSERT(*at >= ' ' && *at <= '~');
        CU_ASSERT(order_is_awake(&s)); /* it tells people */
        let_order_sleep(&s);
        run_after(&s, 10 * MINUTE_MS);
        CU_ASSERT_FALSE(order_is_awake(&s)); /* once */
        write_to(&s, "mode", "");
        run_after(&s, 15 * MINUTE_MS);
        CU_ASSERT_STRING_EQUAL(standing(&s, id), "published -");
        CU_ASSERT(order_is_awake(&s));
        close_stage(&s);
    }
}

static void a_program_that_hangs_is_ended(void)
{
    struct stage s;
    int64_t id;

    open_stage(&s, PROOF_WAY_EXEC);
    s.method.timeout_ms = 100;
    write_to(&s, "mode", "hang");
    id = want_txt(&s);
    run_after(&s, 0);
    CU_ASSERT_EQUAL(strncmp(standing(&s, id), "wanted it did not end in time",
                        strlen("wanted it did not end in time")),
        0);
    close_stage(&s);
}

/* The process dies while the program runs; what happens meanwhile counts at the next start. */
static void die(struct stage *s)
{
    lab_worker_take(&s->worker);
    lab_worker_end(&s->worker);
    lab_restart(&s->lab);
    start_worker(s);
}

static void after_a_crash_it_is_published_again(void)
{
    struct stage s;
    int64_t id;

    open_stage(&s, PROOF_WAY_EXEC);
    write_to(&s, "mode", "hang");
    id = want_txt(&s);
    die(&s);
    write_to(&s, "mode", "");
    run_after(&s, 10 * MINUTE_MS);
    CU_ASSERT_STRING_EQUAL(standing(&s, id), "published -");
    close_stage(&s);
}

/* It may have been published before the crash: so it is taken back, though no row ever said so. */
static void what_may_have_been_published_is_taken_back(void)
{
    struct stage s;
    int64_t id;

    open_stage(&s, PROOF_WAY_EXEC);
    write_to(&s, "mode", "hang");
    id = want_txt(&s);
    die(&s);
    end_order(&s);
    write_to(&s, "mode", "");
    run_after(&s, 10 * MINUTE_MS);
    CU_ASSERT_STRING_EQUAL(standing(&s, id), "gone");
    CU_ASSERT_PTR_NOT_NULL(strstr(calls(&s), "cleanup txt a.test v a.test\n"));
    close_stage(&s);
}

static void taking_back_outlives_a_crash_too(void)
{
    struct stage s;
    int64_t id;

    open_stage(&s, PROOF_WAY_EXEC);
    id = want_txt(&s);
    run_after(&s, 0);
    end_order(&s);
    write_to(&s, "mode", "hang");
    die(&s);
    CU_ASSERT_STRING_EQUAL(standing(&s, id), "leaving -");
    write_to(&s, "mode", "fail");
    run_after(&s, 10 * MINUTE_MS);
    CU_ASSERT_STRING_EQUAL(standing(&s, id), "leaving exit status 3: the zone is closed");
    write_to(&s, "mode", "");
    run_after(&s, 90 * MINUTE_MS);
    CU_ASSERT_STRING_EQUAL(standing(&s, id), "gone");
    close_stage(&s);
}

static void what_cannot_be_taken_back_is_given_up(void)
{
    struct stage s;
    int64_t id, tries = 0;

    open_stage(&s, PROOF_WAY_EXEC);
    id = want_txt(&s);
    run_after(&s, 0);
    end_order(&s);
    s.method.program = "/nonexistent/program";
    while (strcmp(standing(&s, id), "gone") != 0 && tries++ < 400)
        run_after(&s, 90 * MINUTE_MS);
    CU_ASSERT(tries > 150 && tries < 250);
    close_stage(&s);
}

static void files_need_no_publishing(void)
{
    static const struct {
        enum proof_way way;
        enum vendor_proof_kind kind;
        const char *name, *value, *standing;
    } rows[] = {
        {PROOF_WAY_HTTP, VENDOR_PROOF_HTTP, PATH, "v", "published -"},
        {PROOF_WAY_HTTP, VENDOR_PROOF_TXT, "a.test", "v",
            "wanted the vendor wants a record in DNS, which is no file"},
        {PROOF_WAY_HTTP, VENDOR_PROOF_CNAME, "v.a.test", "dcv.test",
            "wanted the vendor wants a record in DNS, which is no file"},
        {PROOF_WAY_HTTP, VENDOR_PROOF_HTTP, "/elsewhere/fileauth.txt", "v",
            "wanted the vendor wants a file that cannot be answered for here"},
        {PROOF_WAY_HTTP, VENDOR_PROOF_HTTP, PATH "/deeper", "v",
            "wanted the vendor wants a file that cannot be answered for here"},
        {PROOF_WAY_HTTP, VENDOR_PROOF_HTTP, "/.well-known/pki-validation/", "v",
            "wanted the vendor wants a file that cannot be answered for here"},
        {PROOF_WAY_HTTP, VENDOR_PROOF_HTTP, PATH, "",
            "wanted the vendor wants a file that cannot be answered for here"},
        {PROOF_WAY_RFC2136, VENDOR_PROOF_HTTP, PATH, "v",
            "wanted the vendor wants a file by HTTP, which is no record"},
    };
    struct stage s;
    int64_t id;

    for (size_t i = 0; i < COUNT(rows); i++) {
        open_stage(&s, rows[i].way);
        id = want_of(&s, (struct proof_owner){PROOF_OF_ACTION, s.action_id}, rows[i].kind, "a.test",
            rows[i].name, rows[i].value);
        run_after(&s, 0);
        CU_ASSERT_STRING_EQUAL(standing(&s, id), rows[i].standing);
        end_order(&s);
        run_after(&s, 0);
        CU_ASSERT_STRING_EQUAL(standing(&s, id), "gone");
        close_stage(&s);
    }
}

/* A server that says yes without a signature, says nonsense, or another's answer. */
static void on_question(void *arg, struct dns_exchange *x)
{
    const char *how = arg;

    if (strcmp(how, "unsigned") == 0) {
        dns_begin(x, 0);
    } else if (strcmp(how, "refused") == 0) {
        dns_begin(x, 5);
    } else if (strcmp(how, "other id") == 0) {
        dns_begin(x, 0);
        x->response[0] ^= 0xff;
    } else if (strcmp(how, "short") == 0) {
        dns_begin(x, 0);
        x->response_len = 7;
    } else if (strcmp(how, "noise") == 0) {
        memset(x->response, 0xff, 4096);
        x->response_len = 4096;
    } else if (strcmp(how, "echo") == 0) {
        memcpy(x->response, x->query, x->query_len);
        x->response_len = x->query_len;
    } else if (strcmp(how, "echo as answer") == 0) { /* with our own signature */
        memcpy(x->response, x->query, x->query_len);
        x->response[2] |= 0x80;
        x->response_len = x->query_len;
    }
}

static void no_hostile_answer_counts_as_done(void)
{
    static const char key[] =
        "key \"lab\" { algorithm hmac-sha256; secret \"c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0\"; };";
    static const char *const hows[] = {
        "unsigned", "refused", "other id", "short", "noise", "echo", "echo as answer", "silence"};

    for (size_t i = 0; i < COUNT(hows); i++) {
        struct responder *server = responder_dns(on_question, (void *)(uintptr_t)hows[i]);
        struct stage s;
        struct err e = {0};
        int64_t id;

        open_stage(&s, PROOF_WAY_RFC2136);
        CU_ASSERT_EQUAL_FATAL(tsig_key_read(s.lab.mem, key, &s.key, &e), ERR_OK);
        s.method.key = s.key;
        s.method.zone = "test";
        s.method.timeout_ms = 300;
        CU_ASSERT_FATAL(dns_server_parse("127.0.0.1", &s.method.server));
        s.method.server.port = responder_port(server);
        id = want_txt(&s);
        run_after(&s, 0);
        CU_ASSERT_EQUAL(strncmp(standing(&s, id), "wanted ", 7), 0);
        CU_ASSERT(strlen(standing(&s, id)) > 10); /* it says why */
        run_after(&s, 15 * MINUTE_MS);
        CU_ASSERT_EQUAL(strncmp(standing(&s, id), "wanted ", 7), 0);
        end_order(&s);
        run_after(&s, 15 * MINUTE_MS);
        CU_ASSERT_EQUAL(strncmp(standing(&s, id), "leaving ", 8), 0);
        close_stage(&s);
        responder_stop(server);
    }
}

static void without_a_method_it_rests_until_there_is_one(void)
{
    struct stage s;
    int64_t id;

    open_stage(&s, PROOF_WAY_OPERATOR);
    id = want_txt(&s);
    run_after(&s, 0);
    CU_ASSERT_STRING_EQUAL(standing(&s, id), "wanted -");
    s.method.way = PROOF_WAY_EXEC; /* a reload brings one */
    run_after(&s, 11 * MINUTE_MS);
    CU_ASSERT_STRING_EQUAL(standing(&s, id), "published -");
    s.method.way = PROOF_WAY_OPERATOR; /* and takes it away */
    end_order(&s);
    run_after(&s, 0);
    CU_ASSERT_STRING_EQUAL(standing(&s, id), "gone");
    CU_ASSERT_STRING_EQUAL(calls(&s), "present txt a.test v a.test\n");
    close_stage(&s);
}

static void what_another_still_wants_stays_published(void)
{
    struct stage s;
    int64_t first, second, other;

    open_stage(&s, PROOF_WAY_EXEC);
    first = want_txt(&s);
    other = s.action_id;
    add_order(&s);
    second = want_txt(&s);
    run_after(&s, 0);
    CU_ASSERT_STRING_EQUAL(standing(&s, second), "published -");
    s.action_id = other;
    end_order(&s);
    run_after(&s, 0);
    CU_ASSERT_STRING_EQUAL(standing(&s, first), "gone");
    CU_ASSERT_PTR_NULL(strstr(calls(&s), "cleanup"));
    close_stage(&s);
}

/* Files of several domains have the same path and value, and are not the same. */
static void files_of_several_domains_are_taken_back_each(void)
{
    struct stage s;
    struct proof_owner owner;

    open_stage(&s, PROOF_WAY_EXEC);
    owner = (struct proof_owner){PROOF_OF_ACTION, s.action_id};
    want_of(&s, owner, VENDOR_PROOF_HTTP, "a.test", PATH, "v");
    want_of(&s, owner, VENDOR_PROOF_HTTP, "b.test", PATH, "v");
    run_after(&s, 0);
    end_order(&s);
    run_after(&s, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(calls(&s), "cleanup http " PATH " v a.test\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(calls(&s), "cleanup http " PATH " v b.test\n"));
    close_stage(&s);
}

static enum err_code add_validation(struct store_tx *tx, void *arg, struct err *e)
{
    return store_validation_put(tx, arg, e);
}

static void a_validation_is_an_owner_as_an_order_is(void)
{
    struct stage s;
    struct validation validation = {
        .inventory = 1, .scope = VALIDATION_DOMAIN, .name = "a.test", .renewing = true};
    int64_t id;

    open_stage(&s, PROOF_WAY_EXEC);
    lab_run_sql(&s.lab, "INSERT INTO inventory (upstream, vendor, organization_until_s,"
                        " lists_domains) VALUES ('lab', 'digicert', 0, 0)");
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s.lab, add_validation, &validation), ERR_OK);
    id = want_of(&s, (struct proof_owner){PROOF_OF_VALIDATION, validation.id}, VENDOR_PROOF_TXT,
        "a.test", "a.test", "v");
    run_after(&s, 0);
    CU_ASSERT_STRING_EQUAL(standing(&s, id), "published -");
    validation.renewing = false; /* though nobody says that its proofs are to go */
    CU_ASSERT_EQUAL_FATAL(lab_in_store(&s.lab, add_validation, &validation), ERR_OK);
    run_after(&s, 11 * MINUTE_MS);
    CU_ASSERT_STRING_EQUAL(standing(&s, id), "gone");
    close_stage(&s);
}

static const struct test tests[] = {
    {"a program publishes and takes back", a_program_publishes_and_takes_back},
    {"what a program says is told, and it is asked again",
        what_a_program_says_is_told_and_it_is_asked_again},
    {"a program that hangs is ended", a_program_that_hangs_is_ended},
    {"after a crash it is published again", after_a_crash_it_is_published_again},
    {"what may have been published is taken back", what_may_have_been_published_is_taken_back},
    {"taking back outlives a crash, too", taking_back_outlives_a_crash_too},
    {"what cannot be taken back is given up", what_cannot_be_taken_back_is_given_up},
    {"files need no publishing", files_need_no_publishing},
    {"no hostile answer counts as done", no_hostile_answer_counts_as_done},
    {"without a method it rests until there is one", without_a_method_it_rests_until_there_is_one},
    {"what another still wants stays published", what_another_still_wants_stays_published},
    {"files of several domains are taken back each", files_of_several_domains_are_taken_back_each},
    {"a validation is an owner as an order is", a_validation_is_an_owner_as_an_order_is},
    {NULL, NULL},
};
extern const struct test_suite suite_proof_flow;
const struct test_suite suite_proof_flow = {"proof_flow", tests};
