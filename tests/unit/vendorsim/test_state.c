/* Tests of tests/vendorsim/state: what was committed is there again, and nothing else is. */
#include "tests/unit/test_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "tests/unit/vendorsim/folder.h"
#include "tests/vendorsim/state.h"

struct rig {
    void *mem;
    struct folder folder;
    char *path;
    struct state *state;
};

static void rig_open(struct rig *rig)
{
    struct err e = {0};

    log_setup(LOG_WARNING, LOG_TEXT);
    folder_open(&rig->folder);
    rig->mem = mem_new(NULL, char);
    rig->path = folder_file(rig->mem, &rig->folder, "state");
    rig->state = state_open(rig->mem, rig->path, "shop", &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rig->state);
}

/* As after kill -9: what was not committed is gone. */
static void rig_restart(struct rig *rig)
{
    struct err e = {0};

    mem_free(rig->state);
    rig->state = state_open(rig->mem, rig->path, "shop", &e);
    if (rig->state == NULL)
        printf("\n    %s\n", e.detail);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rig->state);
}

static void rig_close(struct rig *rig)
{
    mem_free(rig->mem);
    folder_close(&rig->folder);
}

static void put(struct rig *rig, const char *id, int value)
{
    state_put(rig->state, "thing", id, json_pack("{s:i}", "value", value));
}

/* -1: there is no such thing. */
static int value_of(struct rig *rig, const char *id)
{
    json_t *thing = state_get(rig->state, "thing", id);

    return thing == NULL ? -1 : (int)json_integer_value(json_object_get(thing, "value"));
}

static void commit(struct rig *rig)
{
    struct err e = {0};

    CU_ASSERT_EQUAL(state_commit(rig->state, &e), ERR_OK);
}

static void what_was_committed_is_there_again(void)
{
    struct rig rig;
    const char *id;
    json_t *thing;
    int nth = 0;

    rig_open(&rig);
    CU_ASSERT(state_is_new(rig.state));
    put(&rig, "b", 1);
    put(&rig, "a", 2);
    put(&rig, "gone", 3);
    commit(&rig);
    state_remove(rig.state, "thing", "gone");
    json_object_set_new(state_get(rig.state, "thing", "b"), "value", json_integer(7));
    state_touch(rig.state, "thing", "b");
    commit(&rig);
    rig_restart(&rig);
    CU_ASSERT_FALSE(state_is_new(rig.state));
    CU_ASSERT_EQUAL(value_of(&rig, "b"), 7);
    CU_ASSERT_EQUAL(value_of(&rig, "a"), 2);
    CU_ASSERT_EQUAL(value_of(&rig, "gone"), -1);
    json_object_foreach(state_all(rig.state, "thing"), id, thing)
        CU_ASSERT_STRING_EQUAL(id, nth++ == 0 ? "b" : "a");
    CU_ASSERT_EQUAL(nth, 2);
    rig_close(&rig);
}

static void an_object_is_removed_by_an_id_in_it(void)
{
    struct rig rig;
    json_t *thing;

    rig_open(&rig);
    put(&rig, "kept", 1);
    thing = state_put(rig.state, "thing", "its-own", json_pack("{s:s}", "id", "its-own"));
    commit(&rig);
    state_remove(rig.state, "thing", json_string_value(json_object_get(thing, "id")));
    commit(&rig);
    rig_restart(&rig);
    CU_ASSERT_PTR_NULL(state_get(rig.state, "thing", "its-own"));
    CU_ASSERT_EQUAL(value_of(&rig, "kept"), 1);
    rig_close(&rig);
}

static void what_was_not_committed_is_gone(void)
{
    struct rig rig;

    rig_open(&rig);
    put(&rig, "kept", 1);
    commit(&rig);
    put(&rig, "lost", 2);
    state_remove(rig.state, "thing", "kept");
    rig_restart(&rig);
    CU_ASSERT_EQUAL(value_of(&rig, "kept"), 1);
    CU_ASSERT_EQUAL(value_of(&rig, "lost"), -1);
    rig_close(&rig);
}

/* However much of the last commit had been written: it never was. */
static void a_commit_that_was_cut_off_never_was(void)
{
    struct stat before, after;
    struct rig rig;
    char *whole;
    FILE *file;
    struct err e = {0};

    rig_open(&rig);
    put(&rig, "first", 1);
    commit(&rig);
    stat(rig.path, &before);
    put(&rig, "second", 2);
    put(&rig, "first", 3);
    commit(&rig);
    stat(rig.path, &after);
    CU_ASSERT_EQUAL_FATAL(file_read(rig.mem, rig.path, 100000, &whole, &e), ERR_OK);
    for (off_t cut = before.st_size; cut < after.st_size; cut++) {
        file = fopen(rig.path, "w");
        fwrite(whole, 1, (size_t)cut, file);
        fclose(file);
        rig_restart(&rig);
        CU_ASSERT_EQUAL(value_of(&rig, "first"), 1);
        CU_ASSERT_EQUAL(value_of(&rig, "second"), -1);
        put(&rig, "third", 4);
        commit(&rig);
        rig_restart(&rig);
        CU_ASSERT_EQUAL(value_of(&rig, "third"), 4);
    }
    rig_close(&rig);
}

static void a_journal_is_written_anew_when_it_has_grown(void)
{
    struct stat status;
    struct rig rig;
    struct err e = {0};

    rig_open(&rig);
    put(&rig, "kept", 1);
    for (int i = 0; i < 20000; i++) {
        put(&rig, "busy", i);
        commit(&rig);
    }
    stat(rig.path, &status);
    CU_ASSERT(status.st_size < 200000);
    CU_ASSERT_PTR_NULL(state_open(rig.mem, rig.path, "shop", &e)); /* still the one's own */
    CU_ASSERT_EQUAL(e.code, ERR_CONFLICT);
    rig_restart(&rig);
    CU_ASSERT_EQUAL(value_of(&rig, "kept"), 1);
    CU_ASSERT_EQUAL(value_of(&rig, "busy"), 19999);
    rig_close(&rig);
}

static void numbers_of_a_series_are_given_once(void)
{
    struct rig rig;

    rig_open(&rig);
    CU_ASSERT_EQUAL(state_next(rig.state, "order", 1000), 1000);
    CU_ASSERT_EQUAL(state_next(rig.state, "order", 1000), 1001);
    CU_ASSERT_EQUAL(state_next(rig.state, "other", 5), 5);
    commit(&rig);
    rig_restart(&rig);
    CU_ASSERT_EQUAL(state_next(rig.state, "order", 1000), 1002);
    rig_close(&rig);
}

/* What a file may not hold, and what is said of it. */
static const struct {
    const char *text, *part;
} broken[] = {
    {"{}\n", "line 1: this is no state"},
    {"[\"vendorsim\",\"other\",1]\n[\"end\"]\n", "line 1: this is another vendor's"},
    {"[\"vendorsim\",\"shop\",2]\n[\"end\"]\n", "line 1: this is no state"},
    {"[\"vendorsim\",\"shop\",1]\n[\"put\",\"a\",\"b\"]\n[\"end\"]\n", "line 2: this is neither"},
    {"[\"vendorsim\",\"shop\",1]\n[\"put\",\"a\",\"b\",7]\n[\"end\"]\n", "line 2: this is neither"},
    {"[\"vendorsim\",\"shop\",1]\n[\"put\",\n[\"end\"]\n", "line 2: this is not JSON, and lines"},
};

static void broken_files_are_refused_with_their_line(void)
{
    struct folder folder;
    void *mem = mem_new(NULL, char);
    char *path;
    struct err e = {0};

    folder_open(&folder);
    path = folder_file(mem, &folder, "state");
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        file_write(path, broken[i].text, FILE_PUBLIC, &e);
        CU_ASSERT_PTR_NULL(state_open(mem, path, "shop", &e));
        CU_ASSERT_EQUAL(e.code, ERR_INPUT);
        if (strstr(e.detail, broken[i].part) == NULL)
            printf("\n    wanted \"%s\": %s\n", broken[i].part, e.detail);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.detail, broken[i].part));
    }
    CU_ASSERT_PTR_NULL(state_open(mem, "/nonexistent/folder/state", "shop", &e));
    CU_ASSERT_EQUAL(e.code, ERR_STORE);
    mem_free(mem);
    folder_close(&folder);
}

static void without_a_file_nothing_is_kept(void)
{
    void *mem = mem_new(NULL, char);
    struct err e = {0};
    struct state *state = state_open(mem, NULL, "shop", &e);

    CU_ASSERT_PTR_NOT_NULL_FATAL(state);
    state_put(state, "thing", "a", json_pack("{s:i}", "value", 1));
    CU_ASSERT_EQUAL(state_commit(state, &e), ERR_OK);
    CU_ASSERT_PTR_NOT_NULL(state_get(state, "thing", "a"));
    CU_ASSERT_PTR_NULL(state_get(state, "thing", "b"));
    CU_ASSERT_PTR_NULL(state_get(state, "other", "a"));
    CU_ASSERT_EQUAL(json_object_size(state_all(state, "other")), 0);
    mem_free(mem);
}

static const struct test tests[] = {
    {"what was committed is there again", what_was_committed_is_there_again},
    {"an object is removed by an id in it", an_object_is_removed_by_an_id_in_it},
    {"what was not committed is gone", what_was_not_committed_is_gone},
    {"a commit that was cut off never was", a_commit_that_was_cut_off_never_was},
    {"a journal is written anew when it has grown", a_journal_is_written_anew_when_it_has_grown},
    {"numbers of a series are given once", numbers_of_a_series_are_given_once},
    {"broken files are refused with their line", broken_files_are_refused_with_their_line},
    {"without a file nothing is kept", without_a_file_nothing_is_kept},
    {NULL, NULL},
};
extern const struct test_suite suite_state;
const struct test_suite suite_state = {"state", tests};
