/* mailcert_letter - see mailcert_letter.h. */
#include "server/mailcert_letter.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#include "base/b64url.h"
#include "base/key.h"
#include "base/mail_text.h"
#include "base/mem.h"

#define PLACE_MAX   ((size_t)64 * 1024 * 1024) /* of an mbox */
#define LETTER_MAX  ((size_t)1024 * 1024)
#define LETTERS_MAX 10000 /* of a Maildir, the newest count */

const char *mailcert_letter_token(void *mem, const char *subject)
{
    const char *at = subject == NULL ? NULL : strstr(subject, "ACME:");
    char *token, *end;

    if (at == NULL)
        return NULL;
    token = end = mem_strdup(mem, at + strlen("ACME:"));
    for (const char *c = token; *c != '\0'; c++)
        if (!isspace((unsigned char)*c))
            *end++ = *c;
    *end = '\0';
    if (token[0] == '\0' || token[strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
                                                "wxyz0123456789-_")] != '\0')
        return NULL;
    return token;
}

/* One mail. */

static bool is_to(const struct mail_text *mail, const char *address)
{
    for (const char *const *to = mail->to; *to != NULL; to++)
        if (strcasecmp(*to, address) == 0)
            return true;
    return false;
}

static bool read_letter(void *mem, struct bytes message, const char *from, const char *address,
    struct mailcert_letter *out)
{
    struct mail_text mail;
    struct err e = {0};
    const char *subject, *reply_to;

    if (mail_text_read(mem, mail_text_normalise(mem, message), &mail, &e) != ERR_OK)
        return false;
    subject = mail_text_header(&mail, "Subject");
    if (mail.from == NULL || strcasecmp(mail.from, from) != 0 || !is_to(&mail, address) ||
        mailcert_letter_token(mem, subject) == NULL)
        return false;
    reply_to = mail_text_header(&mail, "Reply-To");
    *out = (struct mailcert_letter){.token_part1 = mailcert_letter_token(mem, subject),
        .subject = subject,
        .message_id = mail_text_header(&mail, "Message-ID"),
        .reply_to = reply_to != NULL ? reply_to : mail.from};
    return true;
}

/* Places. */

static enum err_code read_stream(
    void *mem, FILE *file, size_t max, struct bytes *out, struct err *e)
{
    char piece[65536];
    struct buf b;
    size_t len;

    buf_init(&b, mem, max);
    while ((len = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(&b, piece, len);
    *out = buf_bytes(&b);
    if (ferror(file))
        return err_set(e, ERR_INPUT, "the mail cannot be read");
    return b.overflow ? err_set(e, ERR_INPUT, "there are more than %zu MiB of mail", max >> 20)
                      : ERR_OK;
}

static bool begins_mail(struct bytes all, size_t at)
{
    return all.len - at >= 5 && memcmp(all.data + at, "From ", 5) == 0 &&
           (at == 0 || all.data[at - 1] == '\n');
}

/* An mbox: each mail begins with a line "From ". Of several challenges the last counts. */
static bool search_mbox(
    void *mem, struct bytes all, const char *from, const char *address, struct mailcert_letter *out)
{
    bool found = false;
    size_t start = 0;

    for (size_t i = 1; i <= all.len; i++)
        if (i == all.len || begins_mail(all, i)) {
            found |=
                read_letter(mem, (struct bytes){all.data + start, i - start}, from, address, out);
            start = i;
        }
    return found;
}

static enum err_code search_file(void *mem, const char *path, size_t max, const char *from,
    const char *address, struct mailcert_letter *out, bool *found, struct err *e)
{
    bool is_input = strcmp(path, "-") == 0;
    FILE *file = is_input ? stdin : fopen(path, "re");
    struct bytes all;

    *found = false;
    if (file == NULL)
        return err_set(e, ERR_INPUT, "%.150s cannot be read: %s", path, strerror(errno));
    if (read_stream(mem, file, max, &all, e) == ERR_OK && all.len > 0)
        *found = search_mbox(mem, all, from, address, out);
    if (!is_input)
        fclose(file);
    return e->code;
}

static time_t changed(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) ? status.st_mtime : -1;
}

static void search_folder(void *mem, const char *folder, const char *from, const char *address,
    struct mailcert_letter *out, time_t *newest, bool *found)
{
    DIR *open = opendir(folder);
    struct dirent *entry;

    for (int count = 0; open != NULL && count < LETTERS_MAX && (entry = readdir(open)) != NULL;
         count++) {
        const char *path = mem_printf(mem, "%s/%s", folder, entry->d_name);
        time_t at = changed(path);
        struct mailcert_letter letter;
        struct err unread = {0};
        bool is_one;

        if (at < *newest || at == (time_t)-1 ||
            search_file(mem, path, LETTER_MAX, from, address, &letter, &is_one, &unread) !=
                ERR_OK ||
            !is_one)
            continue;
        *out = letter;
        *newest = at;
        *found = true;
    }
    if (open != NULL)
        closedir(open);
}

enum err_code mailcert_letter_find(void *mem, const char *place, const char *from,
    const char *address, struct mailcert_letter *out, struct err *e)
{
    struct stat status;
    time_t newest = 0;
    bool found = false;

    if (strcmp(place, "-") != 0 && stat(place, &status) != 0)
        return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_INPUT, "%.150s cannot be read: %s",
            place, strerror(errno));
    if (strcmp(place, "-") != 0 && S_ISDIR(status.st_mode)) {
        search_folder(mem, mem_printf(mem, "%s/cur", place), from, address, out, &newest, &found);
        search_folder(mem, mem_printf(mem, "%s/new", place), from, address, out, &newest, &found);
    } else if (search_file(mem, place, PLACE_MAX, from, address, out, &found, e) != ERR_OK) {
        return e->code;
    }
    return found ? ERR_OK
                 : err_set(e, ERR_NOT_FOUND, "no challenge from %.100s to %.100s is there", from,
                       address);
}

/* The reply. */

char *mailcert_letter_block(
    void *mem, const char *token_part1, const char *token_part2, const char *thumbprint)
{
    const char *text = mem_printf(mem, "%s%s.%s", token_part1, token_part2, thumbprint);
    uint8_t digest[32];

    sha256(bytes_of(text), digest);
    return mem_printf(mem, "-----BEGIN ACME RESPONSE-----\n%s\n-----END ACME RESPONSE-----\n",
        b64url_encode(mem, (struct bytes){digest, sizeof digest}));
}

char *mailcert_letter_reply(void *mem, const struct mailcert_letter *letter, const char *address,
    const char *block, int64_t now_s)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const char *id = letter->message_id;
    time_t now = (time_t)now_s;
    struct tm tm;

    gmtime_r(&now, &tm);
    return mem_printf(mem,
        "From: %s\nTo: %s\nSubject: Re: ACME: %s\nDate: %s, %d %s %d %02d:%02d:%02d "
        "+0000\n%s%s%s%s%s%s"
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n%s",
        address, letter->reply_to, letter->token_part1, days[tm.tm_wday], tm.tm_mday,
        months[tm.tm_mon], 1900 + tm.tm_year, tm.tm_hour, tm.tm_min, tm.tm_sec,
        id == NULL ? "" : "In-Reply-To: ", id == NULL ? "" : id, id == NULL ? "" : "\n",
        id == NULL ? "" : "References: ", id == NULL ? "" : id, id == NULL ? "" : "\n", block);
}
