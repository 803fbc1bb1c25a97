/* show_action - prints an action of the admin API (server/admin_action.h) for people, alone or as a
 * part of its order. */
#ifndef COUNTERSIGN_SERVER_SHOW_ACTION_H
#define COUNTERSIGN_SERVER_SHOW_ACTION_H

#include "base/json.h"

void show_action(const struct json *action);

#endif
