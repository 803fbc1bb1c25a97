/* mail_setup - see mail_setup.h. */
#include "server/mail_setup.h"

#include <string.h>

#include "acme/mail_flow.h"
#include "base/file.h"
#include "base/mem.h"

enum { PASSWORD_MAX = 1024, TEXT_MAX = 32 * 1024 };

static const char *known(const char *text)
{
    return *text == '\0' ? NULL : text;
}

static enum err_code read_password(
    void *mem, const char *key, const char *file, const char **out, struct err *e)
{
    struct err why = {0};
    char *text;

    if (*file == '\0')
        return ERR_OK;
    if (file_read_secret(mem, file, PASSWORD_MAX, &text, &why) != ERR_OK)
        return err_set(e, why.code, "%s: %s", key, why.detail);
    text[strcspn(text, "\r\n")] = '\0';
    if (*text == '\0')
        return err_set(e, ERR_INPUT, "%s: %s is empty", key, file);
    *out = text;
    return ERR_OK;
}

static enum err_code read_text(void *mem, const char *file, const char **out, struct err *e)
{
    struct err why = {0};
    char *text;

    *out = mail_default_text;
    if (*file == '\0')
        return ERR_OK;
    if (file_read(mem, file, TEXT_MAX, &text, &why) != ERR_OK)
        return err_set(e, why.code, "mail.text_file: %s", why.detail);
    *out = text;
    return ERR_OK;
}

static struct mail_server server_of(const struct config *config, const char *url, const char *user)
{
    return (struct mail_server){
        .url = url,
        .tls = (enum mail_tls)config->mail.tls,
        .user = known(user),
        .ca_file = known(config->mail.ca_file),
        .timeout_ms = config->mail.timeout_s * 1000,
    };
}

enum err_code mail_setup(
    void *mem, const struct config *config, const struct mail_settings **out, struct err *e)
{
    struct mail_settings *mail = mem_new(mem, struct mail_settings);

    *out = NULL;
    if (*config->mail.from == '\0')
        return ERR_OK;
    mail->from = config->mail.from;
    /* The path is what the server calls itself (EHLO). */
    mail->smtp = server_of(config,
        mem_printf(mem, "%s/%s", config->mail.smtp, strrchr(config->mail.from, '@') + 1),
        config->mail.user);
    mail->imap = server_of(config, config->mail.imap, config->mail.imap_user);
    mail->signed_headers = (enum email_signed)config->mail.signed_headers;
    mail->folder = *config->mail.imap == '\0' ? NULL : config->mail.folder;
    mail->poll_ms = config->mail.poll_interval_s * 1000;
    mail->removes = !config->mail.keep_read;
    *out = mail;
    if (read_password(mem, "mail.password_file", config->mail.password_file, &mail->smtp.password,
            e) != ERR_OK ||
        read_password(mem, "mail.imap_password_file", config->mail.imap_password_file,
            &mail->imap.password, e) != ERR_OK)
        return e->code;
    return read_text(mem, config->mail.text_file, &mail->text, e);
}
