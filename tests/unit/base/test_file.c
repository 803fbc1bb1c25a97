/* Tests of base/file, in a folder of their own below the working directory. */
#include "tests/unit/test_main.h"

#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

/* A fresh folder and a path in it. */
struct place {
    char folder[32], path[64], new_path[80];
    void *mem;
    struct err e;
};

static void set_up(struct place *place)
{
    *place = (struct place){.mem = mem_pool(NULL, 65536)};
    memcpy(place->folder, "test_file.XXXXXX", sizeof "test_file.XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(place->folder));
    snprintf(place->path, sizeof place->path, "%s/a.key", place->folder);
    snprintf(place->new_path, sizeof place->new_path, "%s.new", place->path);
}

static void tear_down(struct place *place)
{
    unlink(place->path);
    unlink(place->new_path);
    CU_ASSERT_EQUAL(rmdir(place->folder), 0); /* nothing else was left behind */
    mem_free(place->mem);
}

static unsigned mode_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? (unsigned)status.st_mode & 0777 : 0;
}

static void what_is_written_is_read(void)
{
    struct place place;
    char *text = NULL;

    set_up(&place);
    CU_ASSERT(file_write(place.path, "secret\n", FILE_SECRET, &place.e) == ERR_OK);
    CU_ASSERT_EQUAL(mode_of(place.path), 0600);
    CU_ASSERT(file_read_secret(place.mem, place.path, 100, &text, &place.e) == ERR_OK);
    CU_ASSERT_STRING_EQUAL(text, "secret\n");
    CU_ASSERT(file_write(place.path, "", FILE_PUBLIC, &place.e) == ERR_OK);
    CU_ASSERT(file_read(place.mem, place.path, 0, &text, &place.e) == ERR_OK);
    CU_ASSERT_STRING_EQUAL(text, "");
    tear_down(&place);
}

static void what_a_cut_off_writer_left_is_no_obstacle(void)
{
    struct place place;
    char *text;

    set_up(&place);
    CU_ASSERT(file_write(place.new_path, "hal", FILE_PUBLIC, &place.e) == ERR_OK);
    CU_ASSERT(file_write(place.path, "whole", FILE_SECRET, &place.e) == ERR_OK);
    CU_ASSERT_EQUAL(mode_of(place.path), 0600); /* not the leftover's */
    CU_ASSERT_EQUAL(access(place.new_path, F_OK), -1);
    CU_ASSERT(file_read(place.mem, place.path, 100, &text, &place.e) == ERR_OK);
    CU_ASSERT_STRING_EQUAL(text, "whole");
    tear_down(&place);
}

static void secrets_that_others_may_read_are_refused(void)
{
    static const struct {
        mode_t mode;
        enum err_code want;
    } rows[] = {
        {0600, ERR_OK}, {0400, ERR_OK}, {0640, ERR_DENIED}, {0604, ERR_DENIED}, {0620, ERR_DENIED}};
    struct place place;
    char *text;

    set_up(&place);
    CU_ASSERT(file_write(place.path, "secret", FILE_SECRET, &place.e) == ERR_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        chmod(place.path, rows[i].mode);
        CU_ASSERT(file_read_secret(place.mem, place.path, 100, &text, &place.e) == rows[i].want);
        if (rows[i].want != ERR_OK)
            CU_ASSERT_PTR_NOT_NULL(strstr(place.e.detail, "chmod 600"));
    }
    tear_down(&place);
}

static void what_cannot_be_read_is_said(void)
{
    struct place place;
    char *text;
    FILE *file;

    set_up(&place);
    CU_ASSERT(file_read(place.mem, place.path, 100, &text, &place.e) == ERR_NOT_FOUND);
    CU_ASSERT_PTR_NOT_NULL(strstr(place.e.detail, place.path));
    CU_ASSERT(file_read(place.mem, place.folder, 100, &text, &place.e) == ERR_INPUT);
    CU_ASSERT(file_write(place.path, "12345", FILE_PUBLIC, &place.e) == ERR_OK);
    CU_ASSERT(file_read(place.mem, place.path, 5, &text, &place.e) == ERR_OK);
    CU_ASSERT(file_read(place.mem, place.path, 4, &text, &place.e) == ERR_TOO_LARGE);
    file = fopen(place.path, "w");
    fwrite("a\0b", 1, 3, file);
    fclose(file);
    CU_ASSERT(file_read(place.mem, place.path, 100, &text, &place.e) == ERR_INPUT);
    tear_down(&place);
}

static void pipes_are_read_too(void)
{
    struct place place;
    int ends[2];
    char *text;

    set_up(&place);
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    CU_ASSERT_EQUAL(write(ends[1], "12345", 5), 5);
    close(ends[1]);
    snprintf(place.new_path, sizeof place.new_path, "/dev/fd/%d", ends[0]);
    CU_ASSERT(file_read(place.mem, place.new_path, 5, &text, &place.e) == ERR_OK);
    CU_ASSERT_STRING_EQUAL(text, "12345");
    close(ends[0]);
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    CU_ASSERT_EQUAL(write(ends[1], "123456", 6), 6);
    close(ends[1]);
    snprintf(place.new_path, sizeof place.new_path, "/dev/fd/%d", ends[0]);
    CU_ASSERT(file_read(place.mem, place.new_path, 5, &text, &place.e) == ERR_TOO_LARGE);
    close(ends[0]);
    tear_down(&place);
}

static void what_cannot_be_written_is_said(void)
{
    struct place place;
    char path[128];

    set_up(&place);
    snprintf(path, sizeof path, "%s/missing/a", place.folder);
    CU_ASSERT(file_write(path, "x", FILE_PUBLIC, &place.e) == ERR_STORE);
    CU_ASSERT_PTR_NOT_NULL(strstr(place.e.detail, path));
    CU_ASSERT(file_make_folder(path, &place.e) == ERR_STORE);
    CU_ASSERT(file_write(place.path, "x", FILE_PUBLIC, &place.e) == ERR_OK);
    CU_ASSERT(file_make_folder(place.path, &place.e) == ERR_STORE); /* a file is there */
    tear_down(&place);
}

static void a_folder_is_made_once_for_us_alone(void)
{
    struct place place;
    char path[64];

    set_up(&place);
    snprintf(path, sizeof path, "%s/ca", place.folder);
    CU_ASSERT(file_make_folder(path, &place.e) == ERR_OK);
    CU_ASSERT_EQUAL(mode_of(path), 0700);
    CU_ASSERT(file_make_folder(path, &place.e) == ERR_OK);
    CU_ASSERT_EQUAL(rmdir(path), 0);
    tear_down(&place);
}

static const struct test tests[] = {
    {"what is written is read", what_is_written_is_read},
    {"what a cut-off writer left is no obstacle", what_a_cut_off_writer_left_is_no_obstacle},
    {"secrets that others may read are refused", secrets_that_others_may_read_are_refused},
    {"what cannot be read is said", what_cannot_be_read_is_said},
    {"pipes are read too", pipes_are_read_too},
    {"what cannot be written is said", what_cannot_be_written_is_said},
    {"a folder is made once, for us alone", a_folder_is_made_once_for_us_alone},
    {NULL, NULL},
};
extern const struct test_suite suite_file;
const struct test_suite suite_file = {"file", tests};
