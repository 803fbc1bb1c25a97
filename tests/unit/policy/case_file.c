/* case_file - see case_file.h. */
#include "tests/unit/policy/case_file.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/public_suffix.h"
#include "base/unit.h"
#include "policy/decision_json.h"
#include "policy/explain.h"
#include "policy/facts_json.h"
#include "tests/unit/test_main.h"

struct run {
    void *mem; /* of the case */
    const char *file, *title;
    int line;
    json_t *given, *facts; /* as parsed; of this case, changed */
    bool decided;
    struct decision decision;
    struct facts read;
    const struct public_suffixes *suffixes;
    int64_t now_s;
    case_see see;
};

static void complain(struct run *run, const char *what, const char *wanted, const char *got)
{
    fprintf(stderr, "%s:%d: %s: %s: wanted %s, got %s\n", run->file, run->line, run->title, what,
        wanted, got == NULL ? "none" : got);
    CU_FAIL("a decision differs");
}

/* Times from now on. */

/* "now+30d-1s"; 0 if it is none. */
static int64_t time_from_now(int64_t now_s, const char *text)
{
    int64_t time_s = now_s, seconds;

    if (strncmp(text, "now", 3) != 0)
        return 0;
    for (text += 3; *text == '+' || *text == '-';) {
        size_t len = strcspn(text + 1, "+-");
        char *word = mem_strndup(NULL, text + 1, len);
        bool fine = unit_parse_duration(word, &seconds);

        mem_free(word);
        if (!fine)
            return 0;
        time_s += *text == '+' ? seconds : -seconds;
        text += 1 + len;
    }
    return *text == '\0' ? time_s : 0;
}

static json_t *with_times(const json_t *value, int64_t now_s)
{
    const char *name;
    json_t *copy, *member;
    size_t i;

    if (json_is_object(value)) {
        copy = json_object();
        json_object_foreach((json_t *)(uintptr_t)value, name, member)
            json_object_set_new(copy, name, with_times(member, now_s));
        return copy;
    }
    if (json_is_array(value)) {
        copy = json_array();
        json_array_foreach(value, i, member) json_array_append_new(copy, with_times(member, now_s));
        return copy;
    }
    if (json_is_string(value) && time_from_now(now_s, json_string_value(value)) != 0) {
        char text[CLOCK_RFC3339_SIZE];

        clock_format(time_from_now(now_s, json_string_value(value)), text);
        return json_string(text);
    }
    return json_deep_copy(value);
}

/* Paths: "orders[0].certificates[1].holder". */

struct place {
    json_t *holder;
    char name[64];
    size_t index;
    bool in_array;
};

static json_t *value_of(const struct place *place)
{
    return place->in_array ? json_array_get(place->holder, place->index)
                           : json_object_get(place->holder, place->name);
}

/* The place that a path names, made on the way if need be. */
static struct place find(json_t *root, const char *path)
{
    struct place place = {.holder = root};

    for (;;) {
        size_t len = strcspn(path, ".[");

        if (*path == '[') {
            place.in_array = true;
            place.index = strtoul(path + 1, NULL, 10);
            path += strcspn(path, "]") + 1;
        } else {
            place.in_array = false;
            snprintf(place.name, sizeof place.name, "%.*s", (int)len, path);
            path += len;
        }
        if (*path == '\0')
            return place;
        if (value_of(&place) == NULL && place.in_array)
            json_array_append_new(place.holder, json_object());
        else if (!json_is_object(value_of(&place)) && !json_is_array(value_of(&place)))
            json_object_set_new(
                place.holder, place.name, *path == '[' ? json_array() : json_object());
        place.holder = value_of(&place);
        path += *path == '.';
    }
}

static void set(struct run *run, char *words)
{
    char *text = words + strcspn(words, " ");
    json_t *value;
    struct place place;

    *text++ = '\0';
    value = json_loads(text, JSON_DECODE_ANY, NULL);
    if (value == NULL) {
        complain(run, "set", "a JSON value", text);
        return;
    }
    place = find(run->facts, words);
    if (!place.in_array)
        json_object_set_new(place.holder, place.name, value);
    else if (place.index < json_array_size(place.holder))
        json_array_set_new(place.holder, place.index, value);
    else
        json_array_append_new(place.holder, value);
}

static void drop(struct run *run, const char *path)
{
    struct place place = find(run->facts, path);

    if (place.in_array)
        json_array_remove(place.holder, place.index);
    else
        json_object_del(place.holder, place.name);
}

/* Decisions. */

static void decide(struct run *run)
{
    json_t *facts = with_times(run->facts, run->now_s);
    char *text = json_dumps(facts, JSON_COMPACT);
    struct err e = {0};

    run->decided = true;
    if (facts_read(run->mem, bytes_of(mem_strdup(run->mem, text)), run->suffixes, &run->read, &e) ==
        ERR_OK) {
        policy_decide(run->mem, &run->read, &run->decision);
        run->see(&run->read, &run->decision);
    } else {
        complain(run, "facts", "facts that can be read", e.detail);
        run->decision = (struct decision){0};
    }
    free(text);
    json_decref(facts);
}

static const char *losses(struct run *run)
{
    const struct effects *effects = &run->decision.effects;
    struct buf b;

    buf_init(&b, run->mem, 4096);
    for (size_t i = 0; i < effects->revokes_len; i++) {
        const struct loss *loss = &effects->revokes[i];

        buf_addf(&b, "%s%s", i == 0 ? "" : ",", loss->certificate);
        if (loss->at_s != 0)
            buf_addf(&b, "@%lldh", (long long)(loss->at_s - run->now_s) / 3600);
    }
    return effects->revokes_len == 0 ? NULL : buf_text(&b);
}

static const char *time_text(struct run *run, int64_t time_s)
{
    char text[CLOCK_RFC3339_SIZE];

    clock_format(time_s, text);
    return time_s == 0 ? NULL : mem_strdup(run->mem, text);
}

static const char *actual(struct run *run, const char *name)
{
    const struct decision *d = &run->decision;

    if (strcmp(name, "target") == 0)
        return d->target;
    if (strcmp(name, "certificate") == 0)
        return d->certificate;
    if (strcmp(name, "rule") == 0)
        return d->rule;
    if (strcmp(name, "cost") == 0)
        return cost_words[d->effects.cost];
    if (strcmp(name, "validation") == 0)
        return proof_words[d->effects.domain_validation];
    if (strcmp(name, "approval") == 0)
        return approval_words[d->effects.approval];
    if (strcmp(name, "not_after") == 0)
        return time_text(run, d->effects.not_after_s);
    if (strcmp(name, "retry_at") == 0)
        return time_text(run, d->retry_at_s);
    if (strcmp(name, "problem") == 0)
        return d->problem;
    if (strcmp(name, "revokes") == 0)
        return losses(run);
    if (strcmp(name, "key_known_to") == 0)
        return d->effects.key_known_to;
    if (strcmp(name, "common_name") == 0)
        return d->effects.common_name;
    if (strcmp(name, "truncated") == 0)
        return d->effects.truncated ? "yes" : NULL;
    return "(no such word)";
}

/* Of every decision: its rule stands in its trace; WAIT and DENY tell a problem; only REUSE names a
 * certificate. */
static void check_form(struct run *run)
{
    const struct decision *d = &run->decision;
    bool refused = d->outcome == OUTCOME_WAIT || d->outcome == OUTCOME_DENY, explained = false;

    for (size_t i = 0; i < d->trace_len; i++)
        explained |= strcmp(d->trace[i].rule, d->rule) == 0;
    if (!explained)
        complain(run, "trace", d->rule, "a trace without it");
    if (refused != (d->problem != NULL) || refused != (d->detail != NULL))
        complain(run, "problem", refused ? "one" : "none", d->problem);
}

/* Kept and read again, it is the same decision, and is told by the same headline. */
static void check_kept(struct run *run)
{
    const char *kept = explain_json(run->mem, &run->decision), *again, *past, *present;
    struct decision read;
    struct err e = {0};
    struct json at;

    if (json_parse(run->mem, bytes_of(kept), "the decision", &at, &e) != ERR_OK ||
        decision_json_read(run->mem, &at, &read, &e) != ERR_OK) {
        complain(run, "kept", "a decision that can be read", e.detail);
        return;
    }
    again = explain_json(run->mem, &read);
    if (strcmp(again, kept) != 0)
        complain(run, "kept", kept, again);
    past = explain_past(run->mem, run->read.vendor, &read);
    present = explain_text(run->mem, &run->read, &run->decision);
    if (strncmp(past, present, strcspn(present, "\n")) != 0 || strstr(past, "decided") == NULL)
        complain(run, "kept", present, past);
}

static void want(struct run *run, const char *words)
{
    size_t len = strcspn(words, " ");
    const char *outcome;

    decide(run);
    if (run->decision.rule == NULL)
        return;
    CU_PASS("it decided");
    outcome = outcome_words[run->decision.outcome];
    if (strlen(outcome) != len || strncmp(outcome, words, len) != 0)
        complain(run, "outcome", words,
            mem_printf(
                run->mem, "%s by %s: %s", outcome, run->decision.rule, run->decision.because));
    for (words += len; *words == ' '; words += len) {
        char *name = mem_strndup(run->mem, words + 1, strcspn(words + 1, "="));
        const char *value, *got = actual(run, name);

        words += 2 + strlen(name);
        len = strcspn(words, " ");
        value = mem_strndup(run->mem, words, len);
        if (time_from_now(run->now_s, value) != 0)
            value = time_text(run, time_from_now(run->now_s, value));
        if (strcmp(got == NULL ? "-" : got, value) != 0)
            complain(run, name, value, got);
    }
    check_form(run);
    check_kept(run);
}

static void says(struct run *run, const char *words)
{
    const char *rule = words + strcspn(words, " ") + 1;

    for (size_t i = 0; i < run->decision.trace_len; i++) {
        const struct step *step = &run->decision.trace[i];

        if (strcmp(step->rule, rule) == 0 &&
            strncmp(answer_words[step->answer], words, strlen(answer_words[step->answer])) == 0)
            return;
    }
    complain(run, "trace", words, explain_json(run->mem, &run->decision));
}

/* The file. */

static void begin_case(struct run *run, const char *title)
{
    if (run->title != NULL && !run->decided)
        complain(run, "case", "a line \"want\"", NULL);
    mem_free(run->mem);
    json_decref(run->facts);
    run->mem = mem_pool(NULL, 65536);
    run->facts = json_deep_copy(run->given);
    run->title = title;
    run->decided = false;
}

static char *read_given(struct run *run, char *text)
{
    char *end = strstr(text, "\n\n");
    json_error_t why;

    *end = '\0';
    for (const char *p = text; *p != '\0'; p++)
        run->line += *p == '\n';
    json_decref(run->given);
    run->given = json_loads(text, 0, &why);
    if (run->given == NULL)
        complain(run, "given", "JSON", why.text);
    CU_ASSERT_FATAL(
        clock_parse(json_string_value(json_object_get(run->given, "now")), &run->now_s));
    run->line++;
    return end + 1;
}

static void run_line(struct run *run, char *line)
{
    if (strncmp(line, "case ", 5) == 0)
        begin_case(run, line + 5);
    else if (strncmp(line, "set ", 4) == 0)
        set(run, line + 4);
    else if (strncmp(line, "drop ", 5) == 0)
        drop(run, line + 5);
    else if (strncmp(line, "want ", 5) == 0)
        want(run, line + 5);
    else if (strncmp(line, "says ", 5) == 0)
        says(run, line + 5);
    else if (line[0] != '\0' && line[0] != '#')
        complain(run, "line", "given, case, set, drop, want or says", line);
}

void case_file_run(const char *name, case_see see)
{
    void *mem = mem_pool(NULL, 65536);
    struct run run = {.mem = mem_pool(NULL, 65536),
        .file = name,
        .see = see,
        .suffixes = public_suffixes_new(mem)};
    struct err e = {0};
    char *text, *next;

    CU_ASSERT_FATAL(file_read(mem, mem_printf(mem, "%s/unit/policy/cases/%s", TEST_DATA, name),
                        1024 * 1024, &text, &e) == ERR_OK);
    for (; text != NULL && *text != '\0'; text = next) {
        next = strchr(text, '\n');
        if (next != NULL)
            *next++ = '\0';
        run.line++;
        if (strcmp(text, "given") == 0)
            next = read_given(&run, next);
        else
            run_line(&run, text);
    }
    begin_case(&run, NULL);
    mem_free(run.mem);
    json_decref(run.given);
    json_decref(run.facts);
    mem_free(mem);
}
