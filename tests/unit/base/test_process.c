/* Tests of base/process with real programs: what they get of us, how they end, and that nothing of
 * them is left. */
#include "tests/unit/test_main.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/process.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { WATCHDOG_MS = 30 * 1000, TIMEOUT_MS = 20 * 1000, SHORT_MS = 300 };

struct lab {
    struct loop *loop;
    struct loop_timer *watchdog;
    bool is_starting;
    unsigned done;
    enum err_code result;
    char why[256], output[PROCESS_OUTPUT_MAX + 1];
};

static void on_watchdog(void *arg)
{
    struct lab *lab = arg;

    lab->watchdog = NULL;
    CU_FAIL("a test hangs");
    loop_stop(lab->loop);
}

static void open_lab(struct lab *lab)
{
    memset(lab, 0, sizeof *lab);
    lab->loop = loop_new();
    lab->watchdog = loop_after(lab->loop, WATCHDOG_MS, on_watchdog, lab);
}

static void close_lab(struct lab *lab)
{
    loop_cancel(&lab->watchdog);
    loop_free(lab->loop);
}

static void on_done(void *arg, const struct process_result *result)
{
    struct lab *lab = arg;

    CU_ASSERT_FALSE(lab->is_starting);
    lab->done++;
    lab->result = result->result;
    snprintf(lab->why, sizeof lab->why, "%s", result->why);
    snprintf(lab->output, sizeof lab->output, "%s", result->output);
    CU_ASSERT_EQUAL(result->result == ERR_OK, lab->why[0] == '\0');
    loop_stop(lab->loop);
}

static struct process *start(struct lab *lab, const char *const *argv, int64_t timeout_ms)
{
    struct process *process;

    lab->is_starting = true;
    process_start(lab->loop, argv, timeout_ms, on_done, lab, &process);
    lab->is_starting = false;
    return process;
}

static void run(struct lab *lab, const char *const *argv, int64_t timeout_ms)
{
    open_lab(lab);
    start(lab, argv, timeout_ms);
    loop_run(lab->loop);
    CU_ASSERT_EQUAL(lab->done, 1);
    close_lab(lab);
}

static void run_shell(struct lab *lab, const char *script, int64_t timeout_ms)
{
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};

    run(lab, argv, timeout_ms);
}

/* Does a process of that number end within some seconds? */
static bool ends(const char *pid)
{
    for (int i = 0; i < 500; i++) {
        if (kill((pid_t)strtol(pid, NULL, 10), 0) != 0 && errno == ESRCH)
            return true;
        usleep(10000);
    }
    return false;
}

static void how_a_program_ends_is_told(void)
{
    static const struct {
        const char *script;
        enum err_code result;
        const char *why, *output;
    } rows[] = {
        {"exit 0", ERR_OK, "", ""},
        {"echo done", ERR_OK, "", "done"},
        {"echo no such zone >&2; exit 3", ERR_DENIED, "exit status 3", "no such zone"},
        {"kill -TERM $$", ERR_DENIED, "ended by signal 15", ""},
        {"printf 'a\\tb\\033[1m\\n\\377\\n\\n'", ERR_OK, "", "a b [1m"},
        {"exec 1>&- 2>&-; exit 4", ERR_DENIED, "exit status 4", ""},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lab lab;

        run_shell(&lab, rows[i].script, TIMEOUT_MS);
        CU_ASSERT_EQUAL(lab.result, rows[i].result);
        CU_ASSERT_STRING_EQUAL(lab.why, rows[i].why);
        CU_ASSERT_STRING_EQUAL(lab.output, rows[i].output);
    }
}

static void arguments_are_what_they_are(void)
{
    static const char *const argv[] = {
        "/bin/echo", "$HOME", "; rm -rf nothing", "a  b", "", "`id`", NULL};
    struct lab lab;

    run(&lab, argv, TIMEOUT_MS);
    CU_ASSERT_EQUAL(lab.result, ERR_OK);
    CU_ASSERT_STRING_EQUAL(lab.output, "$HOME ; rm -rf nothing a  b  `id`");
}

static void nothing_of_ours_is_handed_on(void)
{
    static const char *const environment[] = {"/usr/bin/env", NULL};
    struct lab lab;
    int fd = open("/dev/null", O_RDONLY); /* not even without O_CLOEXEC */

    setenv("COUNTERSIGN_SECRET", "hunter2", 1);
    run(&lab, environment, TIMEOUT_MS);
    unsetenv("COUNTERSIGN_SECRET");
    CU_ASSERT_STRING_EQUAL(
        lab.output, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    run_shell(&lab, "cat; cd /proc/self/fd && echo *", TIMEOUT_MS); /* of the shell, which has 3 */
    CU_ASSERT_EQUAL(lab.result, ERR_OK);
    CU_ASSERT(strcmp(lab.output, "0 1 2") == 0 || strcmp(lab.output, "0 1 2 3") == 0);
    close(fd);
}

/* But for two that the C library keeps for itself (32 and 33). */
static void signals_are_as_for_any_program(void)
{
    struct lab lab;
    char *rest;

    run_shell(&lab, "trap '' PIPE; exec grep -E '^Sig(Blk|Ign):' /proc/self/status | cut -f 2",
        TIMEOUT_MS);
    CU_ASSERT_EQUAL(strtoull(lab.output, &rest, 16), 0);
    CU_ASSERT_EQUAL(strtoull(rest, NULL, 16) & 0x7fffffff, 1 << (SIGPIPE - 1));
    run_shell(&lab, "grep -E '^Sig(Blk|Ign):' /proc/self/status | cut -f 2", TIMEOUT_MS);
    CU_ASSERT_EQUAL(strtoull(lab.output, &rest, 16), 0);
    CU_ASSERT_EQUAL(strtoull(rest, NULL, 16) & 0x7fffffff, 0);
}

static void what_cannot_be_started_is_said(void)
{
    static const char *const nowhere[] = {"/nonexistent/program", NULL};
    static const char *const no_program[] = {"/etc/passwd", NULL};
    struct lab lab;

    run(&lab, nowhere, TIMEOUT_MS);
    CU_ASSERT_EQUAL(lab.result, ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(lab.why, "cannot be started: No such file or directory");
    run(&lab, no_program, TIMEOUT_MS);
    CU_ASSERT_EQUAL(lab.result, ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(lab.why, "cannot be started: Permission denied");
}

/* It is not held up by that either. */
static void of_much_output_the_beginning_is_kept(void)
{
    struct lab lab;

    run_shell(&lab, "head -c 3000000 /dev/zero | tr '\\0' x; exit 2", TIMEOUT_MS);
    CU_ASSERT_STRING_EQUAL(lab.why, "exit status 2");
    CU_ASSERT_EQUAL(strlen(lab.output), PROCESS_OUTPUT_MAX);
    CU_ASSERT_EQUAL(strspn(lab.output, "x"), PROCESS_OUTPUT_MAX);
}

static void its_time_is_bounded_with_all_that_it_started(void)
{
    struct lab lab;

    run_shell(&lab, "trap '' TERM; sleep 1000 & echo $!; wait; sleep 1000", SHORT_MS);
    CU_ASSERT_EQUAL(lab.result, ERR_TIMEOUT);
    CU_ASSERT_STRING_EQUAL(lab.why, "it did not end in time");
    CU_ASSERT(lab.output[0] != '\0' && ends(lab.output));
}

/* Whoever is left has our pipe still open: nobody waits for that. */
static void what_it_leaves_behind_is_killed(void)
{
    struct lab lab;

    run_shell(&lab, "sleep 1000 & echo $!", TIMEOUT_MS);
    CU_ASSERT_EQUAL(lab.result, ERR_OK);
    CU_ASSERT(lab.output[0] != '\0' && ends(lab.output));
}

static void on_later(void *arg)
{
    loop_stop(((struct lab *)arg)->loop);
}

static void read_line(const char *path, char *out, int size)
{
    FILE *file = fopen(path, "r");

    out[0] = '\0';
    if (file != NULL) {
        (void)!fgets(out, size, file);
        fclose(file);
    }
}

/* Before it began, and while it runs. */
static void what_is_cancelled_is_killed_and_never_answers(void)
{
    for (int i = 0; i < 2; i++) {
        char path[] = "test_process.XXXXXX", pid[32], script[64];
        const char *const argv[] = {"/bin/sh", "-c", script, NULL};
        struct process *process;
        struct lab lab;

        close(mkstemp(path));
        snprintf(script, sizeof script, "echo $$ >%s; exec sleep 1000", path);
        open_lab(&lab);
        process = start(&lab, argv, TIMEOUT_MS);
        if (i == 1)
            for (pid[0] = '\0'; pid[0] == '\0'; read_line(path, pid, sizeof pid)) {
                loop_after(lab.loop, 20, on_later, &lab);
                loop_run(lab.loop);
            }
        process_cancel(&process);
        CU_ASSERT_PTR_NULL(process);
        process_cancel(&process);
        loop_after(lab.loop, 100, on_later, &lab);
        loop_run(lab.loop);
        CU_ASSERT_EQUAL(lab.done, 0);
        read_line(path, pid, sizeof pid);
        CU_ASSERT_EQUAL(pid[0] != '\0', i == 1);
        CU_ASSERT(i == 0 || ends(pid));
        close_lab(&lab);
        unlink(path);
    }
}

static const struct test tests[] = {
    {"how a program ends is told", how_a_program_ends_is_told},
    {"arguments are what they are", arguments_are_what_they_are},
    {"nothing of ours is handed on", nothing_of_ours_is_handed_on},
    {"signals are as for any program", signals_are_as_for_any_program},
    {"what cannot be started is said", what_cannot_be_started_is_said},
    {"of much output the beginning is kept", of_much_output_the_beginning_is_kept},
    {"its time is bounded, with all that it started", its_time_is_bounded_with_all_that_it_started},
    {"what it leaves behind is killed", what_it_leaves_behind_is_killed},
    {"what is cancelled is killed and never answers",
        what_is_cancelled_is_killed_and_never_answers},
    {NULL, NULL},
};
extern const struct test_suite suite_process;
const struct test_suite suite_process = {"process", tests};
