/* config_mail - see config_mail.h. */
#include "server/config_mail.h"

#include <string.h>

#include "acme/mail_settings.h"
#include "base/mem.h"
#include "server/config_vendor.h"
#include "store/model.h"

/* Passwords do not go over the network for all to read. */
static void check_secrecy(
    struct config_reading *r, const struct config *config, const char *url, const char *scheme)
{
    const char *host = strstr(url, "://");

    if (host == NULL || config->mail.tls == MAIL_TLS_REQUIRED || config_is_faulty(r, "mail.tls") ||
        strncmp(url, scheme, strlen(scheme)) == 0 ||
        config_is_this_machine(mem_strndup(r->scratch, host + 3, strcspn(host + 3, ":"))))
        return;
    config_complain(r, "mail.tls", "must be required: else the password may go in the clear");
}

static void check_login(struct config_reading *r, const struct config *config)
{
    if ((*config->mail.user == '\0') != (*config->mail.password_file == '\0'))
        config_complain(r, *config->mail.user == '\0' ? "mail.password_file" : "mail.user",
            "needs mail.%s too; give both or none",
            *config->mail.user == '\0' ? "user" : "password_file");
    config_check_file(r, "mail.password_file", config->mail.password_file);
    if (*config->mail.user != '\0')
        check_secrecy(r, config, config->mail.smtp, "smtps");
}

static void check_imap(struct config_reading *r, struct config *config)
{
    if (*config->mail.imap_user == '\0')
        config->mail.imap_user = config->mail.user;
    if (*config->mail.imap_password_file == '\0')
        config->mail.imap_password_file = config->mail.password_file;
    else
        config_check_file(r, "mail.imap_password_file", config->mail.imap_password_file);
    if (*config->mail.imap == '\0')
        return;
    if (*config->mail.from == '\0' && !config_is_faulty(r, "mail.from"))
        config_complain(r, "mail.from", "must be given too, as mail.imap is");
    if (*config->mail.imap_user == '\0' || *config->mail.imap_password_file == '\0')
        config_complain(r, "mail.imap_user",
            "must be given with mail.imap_password_file, for the mailbox at mail.imap");
    check_secrecy(r, config, config->mail.imap, "imaps");
}

/* Profiles for mail are proven by mail once there is some; none are proven by it before. */
static void check_proven_by_mail(struct config_reading *r, struct config *config, unsigned index)
{
    struct config_profile *profile = &config->profiles[index];
    const char *path = config_path(r, "profiles", index, "challenges");

    if (profile->mail && *config->mail.from != '\0')
        profile->challenges = CHALLENGE_EMAIL_REPLY_00;
    else if (profile->mail && profile->challenges != 0 && !config_is_faulty(r, path))
        config_complain(
            r, path, "email-reply-00 needs mail.from and mail.smtp, by which challenges are sent");
}

void config_check_mail(struct config_reading *r, struct config *config)
{
    if (*config->mail.from != '\0' && *config->mail.smtp == '\0' &&
        !config_is_faulty(r, "mail.smtp"))
        config_complain(r, "mail.smtp", "must be given too, as mail.from is");
    if (*config->mail.from == '\0' && *config->mail.smtp != '\0' &&
        !config_is_faulty(r, "mail.from"))
        config_complain(r, "mail.from", "must be given too, as mail.smtp is");
    check_login(r, config);
    check_imap(r, config);
    config_check_file(r, "mail.ca_file", config->mail.ca_file);
    config_check_file(r, "mail.text_file", config->mail.text_file);
    for (unsigned i = 0; i < config->profiles_len; i++)
        check_proven_by_mail(r, config, i);
}
