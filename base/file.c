/* file - see file.h. */
#include "base/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/mem.h"

#define PATH_SIZE 4096

static enum err_code fail(struct err *e, enum err_code code, const char *what, const char *path)
{
    return err_set(e, code, "%s cannot be %s: %s", path, what, strerror(errno));
}

/* Reading. */

/* Reads up to `size` bytes; a read may bring less than there is. */
static ssize_t read_all(int fd, char *out, size_t size)
{
    size_t len = 0;
    ssize_t got;

    while (len < size) {
        got = read(fd, out + len, size - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    return (ssize_t)len;
}

/* How many bytes to make room for: a regular file's size, while pipes and the like may bring
 * anything up to max. */
static size_t room_for(int fd, size_t max)
{
    struct stat status;

    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0 ||
        (uintmax_t)status.st_size > max)
        return max;
    return (size_t)status.st_size;
}

/* `text` has room for room + 2 bytes and is zeroed. */
static enum err_code read_text(
    int fd, const char *path, size_t room, size_t max, char *text, struct err *e)
{
    ssize_t len = read_all(fd, text, room + 1);

    if (len < 0)
        return fail(e, ERR_INPUT, "read", path);
    if ((size_t)len > max)
        return err_set(e, ERR_TOO_LARGE, "%s is larger than %zu bytes", path, max);
    if ((size_t)len > room)
        return err_set(e, ERR_INPUT, "%s grew while it was read", path);
    if (strlen(text) != (size_t)len)
        return err_set(e, ERR_INPUT, "%s is not a text file", path);
    return ERR_OK;
}

static enum err_code open_to_read(const char *path, int *fd, struct err *e)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd >= 0)
        return ERR_OK;
    return fail(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_INPUT, "read", path);
}

enum err_code file_read(void *mem, const char *path, size_t max, char **text, struct err *e)
{
    enum err_code code;
    size_t room;
    int fd;

    if (open_to_read(path, &fd, e) != ERR_OK)
        return e->code;
    room = room_for(fd, max);
    *text = mem_alloc(mem, room + 2, "file");
    code = read_text(fd, path, room, max, *text, e);
    close(fd);
    return code;
}

struct secret {
    size_t size;
    char text[];
};

static int cleanse(void *ptr)
{
    struct secret *secret = ptr;

    OPENSSL_cleanse(secret->text, secret->size);
    return 0;
}

enum err_code file_read_secret(void *mem, const char *path, size_t max, char **text, struct err *e)
{
    struct secret *secret;
    struct stat status;
    enum err_code code;
    size_t room;
    int fd;

    if (open_to_read(path, &fd, e) != ERR_OK)
        return e->code;
    if (fstat(fd, &status) != 0 || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        close(fd);
        return err_set(e, ERR_DENIED,
            "%s holds a private key, and its permissions (%03o) let others at it; run: chmod 600 "
            "%s",
            path, (unsigned)status.st_mode & 0777, path);
    }
    room = room_for(fd, max);
    secret = mem_alloc(mem, sizeof *secret + room + 2, "secret");
    secret->size = room + 2;
    mem_on_free(secret, cleanse);
    code = read_text(fd, path, room, max, secret->text, e);
    close(fd);
    *text = secret->text;
    return code;
}

/* Writing. */

static bool write_all(int fd, struct bytes data)
{
    while (data.len > 0) {
        ssize_t put = write(fd, data.data, data.len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        data.data += put;
        data.len -= (size_t)put;
    }
    return true;
}

/* Syncs the folder that `path` stands in, so that its new name survives a power cut. */
static bool sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_SIZE] = ".";
    bool synced;
    int fd;

    if (slash != NULL)
        snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    synced = fsync(fd) == 0;
    close(fd);
    return synced;
}

static bool write_new(const char *path, struct bytes data, enum file_kind kind)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kind == FILE_SECRET ? 0600 : 0644);
    bool written;

    if (fd < 0)
        return false;
    written = write_all(fd, data) && fsync(fd) == 0;
    if (close(fd) != 0)
        written = false;
    return written;
}

enum err_code file_write_bytes(
    const char *path, struct bytes data, enum file_kind kind, struct err *e)
{
    char new_path[PATH_SIZE];
    int len = snprintf(new_path, sizeof new_path, "%s.new", path);

    if (len < 0 || (size_t)len >= sizeof new_path)
        return err_set(e, ERR_INPUT, "the path %.100s... is too long", path);
    unlink(new_path);
    if (write_new(new_path, data, kind) && rename(new_path, path) == 0 && sync_folder_of(path))
        return ERR_OK;
    fail(e, ERR_STORE, "written", path);
    unlink(new_path);
    return e->code;
}

enum err_code file_write(const char *path, const char *text, enum file_kind kind, struct err *e)
{
    return file_write_bytes(path, bytes_of(text), kind, e);
}

enum err_code file_make_folder(const char *path, struct err *e)
{
    struct stat status;

    if (mkdir(path, 0700) == 0)
        return sync_folder_of(path) ? ERR_OK : fail(e, ERR_STORE, "made", path);
    if (errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return ERR_OK;
    return fail(e, ERR_STORE, "made", path);
}

enum err_code file_lock_folder(const char *path, int *lock, struct err *e)
{
    *lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0)
        return fail(e, ERR_STORE, "locked", path);
    while (flock(*lock, LOCK_EX) != 0) {
        if (errno == EINTR)
            continue;
        fail(e, ERR_STORE, "locked", path);
        close(*lock);
        return e->code;
    }
    return ERR_OK;
}

void file_unlock(int lock)
{
    close(lock);
}
