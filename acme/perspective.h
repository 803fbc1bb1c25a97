/* perspective - the nouns of multi-perspective corroboration (TLS Baseline Requirements, 3.2.2.9):
 * another place that looks at what the server itself looked at, and what it says.
 *
 * Whoever diverts the traffic between the server and a name's network can pass validation, unless
 * others look from elsewhere. `countersign perspective` is such another. The server asks all of
 * them while it looks itself:
 *
 *     perspective_check       from here and from everywhere, one result (the room's front door)
 *     perspective_poll        asks all perspectives at once and counts
 *     perspective_wire        the JSON that both sides speak
 *     perspective_quorum      how many must agree (pure)
 *     perspective_record      what is stored of it, what the client hears
 */
#ifndef COUNTERSIGN_ACME_PERSPECTIVE_H
#define COUNTERSIGN_ACME_PERSPECTIVE_H

#include "acme/perspective_quorum.h"
#include "acme/problem.h"

/* One that is asked, as the configuration has it. */
struct perspective {
    const char *name;
    const char *url; /* https://..., without a slash at its end */
    enum region region;
    const char *ca_file;                     /* who vouches for its certificate */
    const char *certificate_file, *key_file; /* what we show it */
};

struct perspective_set {
    const struct perspective *list;
    size_t len;
    struct quorum_rules rules;
};

/* What one of them says about one thing: control of a name, or CAA of a name. */
struct perspective_view {
    bool answered; /* in time and in good form; else it counts as one that disagrees */
    bool agrees;
    bool retry;           /* another time it may say otherwise */
    enum problem problem; /* PROBLEM_NONE if it agrees */
    const char *detail;   /* what it found; why there is no answer; "" */
    const char *address;  /* what it connected to, or "" */
};

/* What all of them say about some things. */
struct corroboration {
    const struct perspective *list;
    size_t len;
    size_t subjects;
    const struct perspective_view *views; /* views[perspective * subjects + subject] */
    const struct quorum *quorums;         /* one a subject */
    bool cancelled;                       /* the HTTP client was shut down: nothing is known */
};

#endif
