/* config_mail - what of the section `mail` no single value shows. Part of config_check.c. */
#ifndef COUNTERSIGN_SERVER_CONFIG_MAIL_H
#define COUNTERSIGN_SERVER_CONFIG_MAIL_H

#include "server/config_private.h"

void config_check_mail(struct config_reading *r, struct config *config);

#endif
