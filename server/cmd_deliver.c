/* cmd_deliver - `countersign deliver`: hands one mail to the running server, for mail servers that
 * pipe the mail for an address into a program. */
#include "server/command.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "acme/mail_in.h"
#include "base/b64url.h"
#include "base/mem.h"
#include "server/admin_command.h"

enum { OPTION_CONFIG = 1 };

static const struct option options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {NULL, 0, NULL, 0},
};

/* All of standard input; more than MAIL_IN_MAX octets are not kept, but told by the length. False:
 * it broke off. */
static bool read_mail(void *mem, struct buf *out)
{
    char piece[8192];
    ssize_t len;

    buf_init(out, mem, MAIL_IN_MAX);
    while ((len = read(STDIN_FILENO, piece, sizeof piece)) != 0) {
        if (len < 0 && errno != EINTR)
            return false;
        if (len > 0)
            buf_add(out, piece, (size_t)len);
    }
    return true;
}

/* What a mail server understands (sysexits.h): whatever is wrong with the server or its
 * configuration may be mended, so the mail stays in the queue. */
static int hand_over(void *mem, const char *config, struct bytes message)
{
    struct json answer;
    const char *text;
    struct admin_question question = {
        .mem = mem,
        .command = "deliver",
        .config = config,
        .method = "POST",
        .path = "/mail",
        .body = mem_printf(mem, "{\"message\":\"%s\"}", b64url_encode(mem, message)),
    };

    return admin_command_ask(&question, &text, &answer) == EXIT_SUCCESS ? EX_OK : EX_TEMPFAIL;
}

static int deliver(void *mem, const char *config)
{
    struct buf mail;

    if (!read_mail(mem, &mail)) {
        fprintf(stderr, "countersign deliver: the mail cannot be read: %s\n", strerror(errno));
        return EX_TEMPFAIL;
    }
    if (mail.overflow) {
        fprintf(stderr, "countersign deliver: the mail has more than %d KiB\n", MAIL_IN_MAX / 1024);
        return EX_DATAERR;
    }
    return hand_over(mem, config, buf_bytes(&mail));
}

static int run(int argc, char **argv)
{
    const char *config = NULL;
    void *mem;
    int status;

    for (int option; (option = command_option(argc, argv, options)) != -1;) {
        if (option != OPTION_CONFIG)
            return EX_USAGE;
        config = optarg;
    }
    mem = mem_pool(NULL, 8192);
    status = deliver(mem, config);
    mem_free(mem);
    return status;
}

const struct command cmd_deliver = {
    .name = "deliver",
    .line = "Hand a mail on standard input to the server, as the reply to a challenge by mail",
    .usage = "deliver [OPTIONS] < MAIL",
    .options = "  --config FILE  the server's configuration; without it, the embedded default\n",
    .run = run,
};
