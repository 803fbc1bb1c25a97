/* mail_setup - from the configuration to how the server writes and gets mail
 * (acme/mail_settings.h). */
#ifndef COUNTERSIGN_SERVER_MAIL_SETUP_H
#define COUNTERSIGN_SERVER_MAIL_SETUP_H

#include "acme/mail_settings.h"
#include "server/config.h"

/* Reads the files that `mail` names; *out is on `mem`, NULL if the server sends no mail. */
enum err_code mail_setup(
    void *mem, const struct config *config, const struct mail_settings **out, struct err *e);

#endif
