/* wal_check - see wal_check.h. The format: https://www.sqlite.org/fileformat2.html, section 4.
 *
 *     header  magic, version, page size, checkpoint number, two salts, two checksums    8 words
 *     frame   page number, size of the database or 0, the salts, two checksums          6 words
 *             and the page; the size is there in the last frame of a transaction
 *
 * Checksums go on from frame to frame. Frames of an earlier generation have other salts; they stand
 * behind the present ones, as does what was left of a transaction that was undone.
 */
#include "store/wal_check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define MAGIC        0x377f0682u /* its lowest bit: the checksums' words are big-endian */
#define VERSION      3007000u
#define HEADER_LEN   32
#define FRAME_LEN    24
#define PAGE_MIN     512u
#define PAGE_MAX     65536u
#define SMALLEST_LOG (HEADER_LEN + FRAME_LEN + PAGE_MIN) /* that can hold anything */

struct wal {
    const char *path; /* of the database */
    int fd;
    off_t len;
    bool big_endian;
    uint32_t page_size;
    uint8_t salts[8];
    uint32_t sum[2]; /* up to here */
    uint8_t *frame;  /* the present one, page and all */
};

static uint32_t word_at(const uint8_t *p, bool big_endian)
{
    if (big_endian)
        return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void add_to_sum(struct wal *wal, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i += 8) {
        wal->sum[0] += word_at(data + i, wal->big_endian) + wal->sum[1];
        wal->sum[1] += word_at(data + i + 4, wal->big_endian) + wal->sum[0];
    }
}

/* Compares the sum with the one that is stored, and goes on from the stored one. */
static bool take_sum(struct wal *wal, const uint8_t *stored)
{
    uint32_t first = word_at(stored, true), second = word_at(stored + 4, true);
    bool same = wal->sum[0] == first && wal->sum[1] == second;

    wal->sum[0] = first;
    wal->sum[1] = second;
    return same;
}

static bool read_at(int fd, void *data, size_t len, off_t offset)
{
    size_t done = 0;

    while (done < len) {
        ssize_t got = pread(fd, (uint8_t *)data + done, len - done, offset + (off_t)done);

        if (got == 0)
            errno = EIO; /* shorter than it was */
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        if (got > 0)
            done += (size_t)got;
    }
    return true;
}

static enum err_code unreadable(const struct wal *wal, struct err *e)
{
    return err_set(
        e, ERR_STORE, "the database's log %s-wal cannot be read: %s", wal->path, strerror(errno));
}

static enum err_code check_header(struct wal *wal, struct err *e)
{
    uint8_t header[HEADER_LEN];
    uint32_t magic;
    bool good;

    if (!read_at(wal->fd, header, sizeof header, 0))
        return unreadable(wal, e);
    magic = word_at(header, true);
    wal->big_endian = (magic & 1) != 0;
    wal->page_size = word_at(header + 8, true);
    memcpy(wal->salts, header + 16, sizeof wal->salts);
    add_to_sum(wal, header, 24);
    good = take_sum(wal, header + 24);
    if (good && (magic & ~1u) == MAGIC && word_at(header + 4, true) == VERSION &&
        wal->page_size >= PAGE_MIN && wal->page_size <= PAGE_MAX &&
        (wal->page_size & (wal->page_size - 1)) == 0)
        return ERR_OK;
    return err_set(e, ERR_STORE,
        "the database %s is damaged: the header of its log %s-wal is wrong; restore the database; "
        "nothing was changed",
        wal->path, wal->path);
}

/* Does the present frame go on from the one before it? */
static bool goes_on(struct wal *wal)
{
    bool same;

    add_to_sum(wal, wal->frame, 8);
    add_to_sum(wal, wal->frame + FRAME_LEN, wal->page_size);
    same = take_sum(wal, wal->frame + 16);
    return same && word_at(wal->frame, true) != 0 &&
           memcmp(wal->frame + 8, wal->salts, sizeof wal->salts) == 0;
}

/* A power cut leaves bad frames at the end: those of the transaction that was being written. But
 * each transaction is flushed before the next one begins. So a good commit behind a bad frame, with
 * a frame that goes on from that commit, says that the bad one was good once. */
static enum err_code check_frames(struct wal *wal, struct err *e)
{
    off_t step = FRAME_LEN + (off_t)wal->page_size;
    bool bad_before = false, after_commit = false;

    for (off_t at = HEADER_LEN; at + step <= wal->len; at += step) {
        bool good;

        if (!read_at(wal->fd, wal->frame, (size_t)step, at))
            return unreadable(wal, e);
        good = goes_on(wal);
        if (good && bad_before && after_commit)
            return err_set(e, ERR_STORE,
                "the database %s is damaged: its log %s-wal is, in the middle; restore the "
                "database; nothing was changed",
                wal->path, wal->path);
        bad_before = bad_before || !good;
        after_commit = good && word_at(wal->frame + 4, true) != 0;
    }
    return ERR_OK;
}

static enum err_code check_log(struct wal *wal, struct err *e)
{
    if (check_header(wal, e) != ERR_OK)
        return e->code;
    wal->frame = mem_new_array(NULL, uint8_t, FRAME_LEN + wal->page_size);
    check_frames(wal, e);
    mem_free(wal->frame);
    return e->code;
}

static enum err_code check_beside(const char *path, struct err *e)
{
    char *name = mem_printf(NULL, "%s-wal", path);
    struct wal wal = {.path = path, .fd = open(name, O_RDONLY | O_CLOEXEC)};
    struct stat log, database;

    mem_free(name);
    if (wal.fd < 0)
        return errno == ENOENT ? ERR_OK : unreadable(&wal, e);
    if (fstat(wal.fd, &log) != 0)
        unreadable(&wal, e);
    wal.len = e->code == ERR_OK ? log.st_size : 0;
    if (wal.len > 0 && (stat(path, &database) != 0 || database.st_size == 0))
        err_set(e, ERR_STORE,
            "the database %s is missing or empty, but its log %s-wal is not: restore the database "
            "file; nothing was changed",
            path, path);
    else if (wal.len >= (off_t)SMALLEST_LOG)
        check_log(&wal, e);
    close(wal.fd);
    return e->code;
}

enum err_code wal_check(const char *path, struct err *e)
{
    char real[PATH_MAX]; /* SQLite keeps the log beside the file, not beside a link to it */

    return check_beside(realpath(path, real) == NULL ? path : real, e);
}
