/* loop_private - libevent's base of a loop, for the files of base/ that put libevent, libcurl or
 * libunbound on it. */
#ifndef COUNTERSIGN_BASE_LOOP_PRIVATE_H
#define COUNTERSIGN_BASE_LOOP_PRIVATE_H

#include "base/loop.h"

struct event_base;
struct event_base *loop_base(struct loop *loop);

#endif
