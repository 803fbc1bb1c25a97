/* cmd_inventory_sync - see cmd_inventory_sync.h. */
#include "server/cmd_inventory_sync.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "server/admin_command.h"

#define ASK_EACH_MS 500

struct progress {
    bool running, full;
    int64_t completed, orders, changed;
    const char *trouble;
};

static const char *body_of(void *mem, const char *upstream, bool full)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, mem, 4096);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_string(&w, "upstream", upstream);
    json_add_bool(&w, "full", full);
    json_close(&w, '}');
    return buf_text(&b);
}

static void read_progress(const struct json *at, struct progress *out)
{
    struct err none = {0};

    json_read_bool(at, "running", JSON_OPTIONAL, &out->running, &none);
    json_read_bool(at, "full", JSON_OPTIONAL, &out->full, &none);
    json_read_int(at, "completed", JSON_OPTIONAL, &out->completed, &none);
    json_read_int(at, "orders", JSON_OPTIONAL, &out->orders, &none);
    json_read_int(at, "changed", JSON_OPTIONAL, &out->changed, &none);
    out->trouble = admin_command_text(at, "trouble");
}

static void print_progress(const char *upstream, const struct progress *p)
{
    fprintf(stderr, "%s: %" PRId64 " orders read, %" PRId64 " of them new or changed\n", upstream,
        p->orders, p->changed);
}

/* True: it is over, and *status says how. */
static bool is_over(const struct admin_question *question, const char *upstream, int64_t until,
    bool json, int64_t *seen, int *status)
{
    struct progress p = {0};
    const char *text;
    struct json answer;

    *status = admin_command_ask(question, &text, &answer);
    if (*status != EXIT_SUCCESS)
        return true;
    read_progress(&answer, &p);
    if (p.completed >= until) {
        if (json)
            puts(text);
        else
            printf("%s: %s read; %" PRId64 " orders, %" PRId64 " of them new or changed\n",
                upstream, p.full ? "the whole inventory" : "what has changed", p.orders, p.changed);
        return true;
    }
    if (p.trouble[0] != '\0') {
        fprintf(stderr, "countersign %s: %s: %s; the server tries again by itself\n",
            question->command, upstream, p.trouble);
        *status = EXIT_FAILURE;
        return true;
    }
    if (p.running && p.orders != *seen)
        print_progress(upstream, &p);
    *seen = p.orders;
    return false;
}

int inventory_sync_run(
    void *mem, const char *command, const char *config, const char *upstream, bool full, bool json)
{
    struct admin_question question = {
        mem, command, config, "POST", "/inventory/sync", body_of(mem, upstream, full)};
    struct err none = {0};
    int64_t until = 0, seen = 0;
    const char *text;
    struct json answer;
    int status = admin_command_ask(&question, &text, &answer);

    if (status != EXIT_SUCCESS)
        return status;
    json_read_int(&answer, "until", JSON_OPTIONAL, &until, &none);
    question.path = "/inventory/sync/status";
    for (bool over = false; !over;) {
        void *page = mem_pool(NULL, 8192);

        question.mem = page;
        over = is_over(&question, upstream, until, json, &seen, &status);
        mem_free(page);
        if (!over)
            poll(NULL, 0, ASK_EACH_MS);
    }
    return status;
}
