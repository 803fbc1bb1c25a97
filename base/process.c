/* process - see process.h.
 *
 *     spawn -> output, as it comes -> exit (pidfd) -> finish
 */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/bytes.h"
#include "base/loop_private.h"
#include "base/mem.h"

struct process {
    struct loop *loop;
    char **argv;
    int64_t timeout_ms;
    process_on_done on_done;
    void *arg;

    struct loop_timer *timer; /* starts it; then: its patience */
    pid_t pid;                /* 0: it does not run */
    int exit_fd, output_fd;   /* -1 if there is none */
    struct event *exit_event, *output_event;
    bool timed_out;
    char output[PROCESS_OUTPUT_MAX + 1];
    size_t output_len;
};

static void close_event(struct event **event, int *fd)
{
    if (*event != NULL)
        event_free(*event);
    if (*fd >= 0)
        close(*fd);
    *event = NULL;
    *fd = -1;
}

/* Ends whatever would still touch it. Until it is waited for, its number is nobody else's. */
static int stop(struct process *p)
{
    int status = 0;

    loop_cancel(&p->timer);
    close_event(&p->output_event, &p->output_fd);
    close_event(&p->exit_event, &p->exit_fd);
    if (p->pid > 0) {
        kill(-p->pid, SIGKILL);
        while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    p->pid = 0;
    return status;
}

static void finish(struct process *p, enum err_code code, const char *why)
{
    stop(p);
    p->on_done(p->arg, &(struct process_result){code, why, p->output});
    mem_free(p);
}

/* Output. */

/* More than is kept is read and dropped, so that it does not wait for a reader. True at its end. */
static bool take_output(struct process *p)
{
    char piece[4096];
    ssize_t got;

    while ((got = read(p->output_fd, piece, sizeof piece)) > 0)
        for (ssize_t i = 0; i < got && p->output_len < PROCESS_OUTPUT_MAX; i++)
            p->output[p->output_len++] = (char)(piece[i] < ' ' || piece[i] > '~' ? ' ' : piece[i]);
    return got == 0 || (errno != EAGAIN && errno != EINTR);
}

static void on_output(evutil_socket_t fd, short what, void *arg)
{
    struct process *p = arg;

    (void)fd;
    (void)what;
    if (take_output(p))
        close_event(&p->output_event, &p->output_fd);
}

/* Ends. */

static void on_patience_end(void *arg)
{
    struct process *p = arg;

    p->timer = NULL;
    p->timed_out = true;
    kill(-p->pid, SIGKILL); /* its end is told by exit_fd */
}

static void on_exit_seen(evutil_socket_t fd, short what, void *arg)
{
    struct process *p = arg;
    int status;

    (void)fd;
    (void)what;
    if (p->output_fd >= 0)
        take_output(p);
    status = stop(p);
    while (p->output_len > 0 && p->output[p->output_len - 1] == ' ')
        p->output[--p->output_len] = '\0';
    if (p->timed_out)
        finish(p, ERR_TIMEOUT, "it did not end in time");
    else if (WIFSIGNALED(status))
        finish(p, ERR_DENIED, mem_printf(p, "ended by signal %d", WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        finish(p, ERR_DENIED, mem_printf(p, "exit status %d", WEXITSTATUS(status)));
    else
        finish(p, ERR_OK, "");
}

/* Start. */

static int spawn(struct process *p, int output)
{
    static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    char *environment[] = {path, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int error;

    sigemptyset(&none);
    sigfillset(&all);
    BUG_ON(posix_spawn_file_actions_init(&files) != 0 || posix_spawnattr_init(&attributes) != 0);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    error = posix_spawn(&p->pid, p->argv[0], &files, &attributes, p->argv, environment);
    if (error != 0)
        p->pid = 0;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static struct event *watch(struct process *p, int fd, short what, event_callback_fn on_event)
{
    struct event *event = event_new(loop_base(p->loop), fd, what, on_event, p);

    BUG_ON(event == NULL || event_add(event, NULL) != 0);
    return event;
}

static void on_start(void *arg)
{
    struct process *p = arg;
    int ends[2], error;

    p->timer = NULL;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        finish(p, ERR_INPUT, strerror(errno));
        return;
    }
    p->output_fd = ends[0];
    evutil_make_socket_nonblocking(ends[0]); /* our end only: the program writes as it likes */
    error = spawn(p, ends[1]);
    close(ends[1]);
    if (error == 0 && (p->exit_fd = pidfd_open(p->pid, 0)) < 0)
        error = errno;
    if (error != 0) {
        finish(p, ERR_INPUT, mem_printf(p, "cannot be started: %s", strerror(error)));
        return;
    }
    p->output_event = watch(p, p->output_fd, EV_READ | EV_PERSIST, on_output);
    p->exit_event = watch(p, p->exit_fd, EV_READ, on_exit_seen);
    p->timer = loop_after(p->loop, p->timeout_ms, on_patience_end, p);
}

void process_start(struct loop *loop, const char *const *argv, int64_t timeout_ms,
    process_on_done on_done, void *arg, struct process **process)
{
    struct process *p = mem_new(NULL, struct process);
    size_t len = 0;

    while (argv[len] != NULL)
        len++;
    p->argv = mem_new_array(p, char *, len + 1);
    for (size_t i = 0; i < len; i++)
        p->argv[i] = mem_strdup(p, argv[i]);
    p->loop = loop;
    p->timeout_ms = timeout_ms;
    p->on_done = on_done;
    p->arg = arg;
    p->exit_fd = p->output_fd = -1;
    p->timer = loop_after(loop, 0, on_start, p);
    *process = p;
}

void process_cancel(struct process **process)
{
    struct process *p = *process;

    *process = NULL;
    if (p == NULL)
        return;
    stop(p);
    mem_free(p);
}
