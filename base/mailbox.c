/* mailbox - see mailbox.h.
 *
 *     STATUS (is there anything?) -> remove what was read -> SEARCH (which?) -> FETCH one by one
 */
#include "base/mailbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Of the answers to commands; numbers beyond it are asked for again in the next round. */
enum { ANSWER_MAX = 16 * 1024 };

struct mailbox_round {
    struct mail_client *client;
    const struct mail_server *server;
    const char *folder;
    struct mailbox_place place;
    bool removes;
    size_t mail_max;
    mailbox_on_result on_result;
    void *arg;
    struct mail_call *call;
    uint32_t uids[MAILBOX_ROUND_MAX];
    size_t uids_len, next;
    struct bytes mails[MAILBOX_ROUND_MAX];
    struct mailbox_result result;
};

static void finish(
    struct mailbox_round *round, enum err_code code, const struct mail_answer *answer)
{
    round->result.result = code;
    round->result.why = answer->why;
    round->result.internal = answer->internal;
    round->result.place = round->place;
    round->result.mails = round->mails;
    round->on_result(round->arg, &round->result);
    mem_free(round);
}

static void ask(struct mailbox_round *round, const char *path, const char *command, size_t max,
    mail_on_answer on_answer)
{
    mail_imap(round->client, round->server, mem_printf(round, "/%s%s", round->folder, path),
        command, max, on_answer, round, &round->call);
}

/* The number behind a word of an answer; 0 without it. */
static uint32_t number_after(struct bytes answer, void *mem, const char *word)
{
    const char *at = strstr(bytes_string(mem, answer), word);

    return at == NULL ? 0 : (uint32_t)strtoul(at + strlen(word), NULL, 10);
}

/* Mails. */

static void fetch_next(struct mailbox_round *round);

static void on_mail(void *arg, const struct mail_answer *answer)
{
    struct mailbox_round *round = arg;

    round->call = NULL;
    if (answer->result == ERR_OK)
        round->mails[round->result.mails_len++] = bytes_copy(round, answer->body);
    else if (answer->result == ERR_TOO_LARGE)
        round->result.too_large++;
    else if (answer->result != ERR_NOT_FOUND) { /* somebody else may have removed it */
        finish(round, answer->result, answer);
        return;
    }
    round->place.last = round->uids[round->next++];
    fetch_next(round);
}

static void fetch_next(struct mailbox_round *round)
{
    static const struct mail_answer done = {.why = "", .internal = ""};

    if (round->next == round->uids_len)
        finish(round, ERR_OK, &done);
    else
        ask(round, mem_printf(round, "/;UID=%u", round->uids[round->next]), NULL, round->mail_max,
            on_mail);
}

/* "* SEARCH 12 13 17", in any order; a number that the end of the buffer cut is not taken. */
static void take_uids(struct mailbox_round *round, struct bytes answer)
{
    const char *at = strstr(bytes_string(round, answer), "SEARCH");
    char *end;

    if (at == NULL)
        return;
    for (at += strlen("SEARCH"); *at == ' '; at = end) {
        unsigned long uid = strtoul(at, &end, 10);

        if (end == at || (*end != ' ' && *end != '\r' && *end != '\n'))
            break;
        /* "n:*" names the last mail even if it is older (RFC 9051, 6.4.4). */
        if (uid <= round->place.last || uid > UINT32_MAX)
            continue;
        if (round->uids_len == MAILBOX_ROUND_MAX) {
            round->result.more = true;
            break;
        }
        round->uids[round->uids_len++] = (uint32_t)uid;
    }
}

static int compare_uids(const void *a, const void *b)
{
    uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

    return (one > other) - (one < other);
}

static void on_found(void *arg, const struct mail_answer *answer)
{
    struct mailbox_round *round = arg;

    round->call = NULL;
    if (answer->result != ERR_OK && answer->result != ERR_TOO_LARGE) {
        finish(round, answer->result, answer);
        return;
    }
    take_uids(round, answer->body);
    qsort(round->uids, round->uids_len, sizeof round->uids[0], compare_uids);
    fetch_next(round);
}

static void search(struct mailbox_round *round)
{
    ask(round, "", mem_printf(round, "UID SEARCH UID %u:*", round->place.last + 1), ANSWER_MAX,
        on_found);
}

/* What was read before. */

static void on_expunged(void *arg, const struct mail_answer *answer)
{
    struct mailbox_round *round = arg;

    round->call = NULL;
    if (answer->result != ERR_OK && answer->result != ERR_TOO_LARGE)
        finish(round, answer->result, answer);
    else
        search(round);
}

static void on_marked(void *arg, const struct mail_answer *answer)
{
    struct mailbox_round *round = arg;

    round->call = NULL;
    if (answer->result != ERR_OK && answer->result != ERR_TOO_LARGE)
        finish(round, answer->result, answer);
    else
        ask(round, "", "EXPUNGE", ANSWER_MAX, on_expunged);
}

/* "* STATUS INBOX (UIDNEXT 12 UIDVALIDITY 3)" */
static void on_status(void *arg, const struct mail_answer *answer)
{
    struct mailbox_round *round = arg;
    uint32_t validity, following;

    round->call = NULL;
    if (answer->result != ERR_OK) {
        finish(round, answer->result, answer);
        return;
    }
    validity = number_after(answer->body, round, "UIDVALIDITY ");
    following = number_after(answer->body, round, "UIDNEXT ");
    if (validity != round->place.validity)
        round->place = (struct mailbox_place){validity, 0};
    if (following != 0 && following <= round->place.last + 1 && !round->removes)
        fetch_next(round); /* nothing is new */
    else if (round->removes && round->place.last > 0)
        ask(round, "",
            mem_printf(round, "UID STORE 1:%u +FLAGS.SILENT (\\Deleted)", round->place.last),
            ANSWER_MAX, on_marked);
    else
        search(round);
}

struct mailbox_round *mailbox_start(struct mail_client *client,
    const struct mailbox_options *options, mailbox_on_result on_result, void *arg)
{
    struct mailbox_round *round = mem_new(NULL, struct mailbox_round);

    round->client = client;
    round->server = options->server;
    round->folder = mem_strdup(round, options->folder);
    round->place = options->place;
    round->removes = options->removes;
    round->mail_max = options->mail_max;
    round->on_result = on_result;
    round->arg = arg;
    mail_imap(client, options->server, "",
        mem_printf(round, "STATUS \"%s\" (UIDNEXT UIDVALIDITY)", options->folder), ANSWER_MAX,
        on_status, round, &round->call);
    return round;
}

void mailbox_cancel(struct mailbox_round **handle)
{
    struct mailbox_round *round = *handle;

    *handle = NULL;
    if (round == NULL)
        return;
    mail_call_cancel(&round->call);
    mem_free(round);
}
