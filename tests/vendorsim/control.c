/* control - see control.h. */
#include "tests/vendorsim/control.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/vendorsim/sim_private.h"

#define ADVANCE_MAX_S (10LL * 366 * 86400)

static void refuse(struct sim_request *request, int status, const char *why)
{
    sim_answer(request, status, json_pack("{s:s}", "error", why));
}

/* Calls, faults, settings. */

static void get_calls(void *arg, struct sim_request *request)
{
    struct sim *sim = arg;
    const char *last = sim_param(request, "last");

    sim_answer(request, 200,
        calls_json(sim->calls, sim_param(request, "match"),
            last == NULL ? CALLS_MAX : strtoul(last, NULL, 10)));
}

static void delete_calls(void *arg, struct sim_request *request)
{
    struct sim *sim = arg;

    calls_clear(sim->calls);
    sim_done(request);
}

static void get_faults(void *arg, struct sim_request *request)
{
    struct sim *sim = arg;

    sim_answer(request, 200, faults_json(sim->faults));
}

static void post_faults(void *arg, struct sim_request *request)
{
    struct sim *sim = arg;
    struct err e = {0};

    if (faults_add(sim->faults, sim_json(request), &e) == ERR_OK)
        get_faults(sim, request);
    else
        refuse(request, 400, e.detail);
}

static void delete_faults(void *arg, struct sim_request *request)
{
    struct sim *sim = arg;

    faults_clear(sim->faults);
    sim_done(request);
}

static void get_settings(void *arg, struct sim_request *request)
{
    struct sim *sim = arg;

    sim_answer(request, 200, settings_json(sim->settings));
}

static void post_settings(void *arg, struct sim_request *request)
{
    struct sim *sim = arg;
    struct err e = {0};

    if (settings_set_all(sim->settings, sim_json(request), &e) == ERR_OK)
        get_settings(sim, request);
    else
        refuse(request, 400, e.detail);
}

/* Clock and CA. */

static json_t *clock_json(const struct sim *sim)
{
    char now[CLOCK_RFC3339_SIZE];

    clock_format(sim_now_s(sim), now);
    return json_pack("{s:s,s:I,s:I}", "now", now, "now_s", (json_int_t)sim_now_s(sim), "offset_s",
        (json_int_t)timeline_offset_s(sim->timeline));
}

static void get_clock(void *arg, struct sim_request *request)
{
    sim_answer(request, 200, clock_json(arg));
}

static void on_moved(void *arg, int64_t called)
{
    struct sim_request *request = arg;
    json_t *answer = clock_json(sim_of(request));

    json_object_set_new(answer, "events", json_integer(called));
    sim_answer(request, 200, answer);
}

static void post_clock(void *arg, struct sim_request *request)
{
    struct sim *sim = arg;
    json_t *seconds = json_object_get(sim_json(request), "advance_s");
    json_int_t advance_s = json_integer_value(seconds);

    if (!json_is_integer(seconds) || advance_s < 0 || advance_s > ADVANCE_MAX_S)
        refuse(request, 400, "advance_s is how many seconds to go on, at most ten years");
    else if (!timeline_advance(sim->timeline, advance_s, on_moved, request))
        refuse(request, 409, "the clock is being moved already");
}

static void get_ca(void *arg, struct sim_request *request)
{
    struct sim *sim = arg;

    sim_answer(request, 200,
        json_pack("{s:s,s:s}", "root", ca_root_pem(sim->ca), "intermediate",
            ca_intermediate_pem(sim->ca)));
}

static void get_verbs(void *arg, struct sim_request *request);

static const struct sim_verb verbs[] = {
    {"GET", "/", "all verbs of the control plane", get_verbs},
    {"GET", "/calls", "the record of API calls; ?match=PATTERN&last=N for some of them", get_calls},
    {"DELETE", "/calls", "forgets the record", delete_calls},
    {"GET", "/faults", "the faults that are planned, and how often each has happened", get_faults},
    {"POST", "/faults", "plans faults: a list of {match, kind, after, times, ms, code, done}",
        post_faults},
    {"DELETE", "/faults", "nothing goes wrong any more", delete_faults},
    {"GET", "/settings", "the vendor's settings", get_settings},
    {"POST", "/settings", "changes settings: {name: value, ...}", post_settings},
    {"GET", "/clock", "the virtual time", get_clock},
    {"POST", "/clock", "moves it on: {advance_s}; what becomes due happens", post_clock},
    {"GET", "/ca", "root and intermediate of the vendor's CA", get_ca},
    {0},
};

static void list_verbs(json_t *list, const struct sim_verb *verb)
{
    for (; verb->method != NULL; verb++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "method", verb->method, "path",
                                        verb->path, "what", verb->line));
}

static void get_verbs(void *arg, struct sim_request *request)
{
    const struct sim *sim = arg;
    json_t *list = json_array();

    list_verbs(list, verbs);
    list_verbs(list, sim->kind->verbs);
    sim_answer(request, 200, list);
}

/* Finding the verb. */

static bool fits(const char *pattern, const char *path)
{
    size_t len = strlen(pattern);

    if (len >= 2 && strcmp(pattern + len - 2, "/*") == 0)
        return strncmp(pattern, path, len - 1) == 0;
    return strcmp(pattern, path) == 0;
}

/* NULL: none; *path_known tells whether another method would do. */
static const struct sim_verb *find(
    const struct sim_verb *verb, const struct sim_request *request, bool *path_known)
{
    for (; verb->method != NULL; verb++)
        if (fits(verb->path, sim_path(request))) {
            *path_known = true;
            if (strcmp(verb->method, sim_method(request)) == 0)
                return verb;
        }
    return NULL;
}

void control_handle(struct sim *sim, struct sim_request *request)
{
    const struct sim_verb *verb;
    bool path_known = false;

    if (sim_body(request).len > 0 && sim_json(request) == NULL) {
        refuse(request, 400, "the body is not JSON");
    } else if ((verb = find(verbs, request, &path_known)) != NULL) {
        verb->run(sim, request);
    } else if ((verb = find(sim->kind->verbs, request, &path_known)) != NULL) {
        verb->run(sim->vendor, request);
    } else if (path_known) {
        refuse(request, 405, "this is not what one can do here; GET / lists what is");
    } else {
        refuse(request, 404, "there is no such verb; GET / lists all");
    }
}
