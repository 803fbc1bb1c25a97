/* show_authorization - prints authorizations of the admin API, and what perspectives saw
 * (server/admin_authorization.h), for people. */
#ifndef COUNTERSIGN_SERVER_SHOW_AUTHORIZATION_H
#define COUNTERSIGN_SERVER_SHOW_AUTHORIZATION_H

#include "base/json.h"

/* The list `authorizations` of an object, with a heading. */
void show_authorizations(const struct json *at);

/* The list `observations` of an object, with an empty line and a heading; nothing without one. */
void show_observations(void *mem, const struct json *at);

#endif
