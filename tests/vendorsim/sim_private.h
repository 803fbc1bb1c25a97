/* sim_private - the simulator's parts, for the files that make up the kernel. */
#ifndef COUNTERSIGN_VENDORSIM_SIM_PRIVATE_H
#define COUNTERSIGN_VENDORSIM_SIM_PRIVATE_H

#include "base/http_server.h"
#include "tests/vendorsim/calls.h"
#include "tests/vendorsim/faults.h"
#include "tests/vendorsim/rate.h"
#include "tests/vendorsim/settings.h"
#include "tests/vendorsim/sim.h"
#include "tests/vendorsim/timeline.h"

struct sim {
    const struct sim_vendor *kind;
    void *vendor;
    struct loop *loop;
    struct state *state;
    struct timeline *timeline;
    struct settings *settings;
    struct ca *ca;
    struct dcv *dcv;
    struct rate *rate;
    struct faults *faults;
    struct calls *calls;
    struct http_server *api, *control;
    unsigned api_port, control_port;
    bool plain;
};

/* A request arrived: on the API (request.c), on the control port. */
void sim_take_call(void *sim, struct http_request *http);
void sim_take_control(void *sim, struct http_request *http);

/* Whose request it is. */
struct sim *sim_of(const struct sim_request *request);

#endif
