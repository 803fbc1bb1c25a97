/* sim - a simulated vendor: what all vendors' simulators share, and what each has to bring.
 *
 * The kernel listens on two ports. On the API's it is the vendor: a request is recorded
 * (calls.h), held against the rate limits (rate.h) and the faults that were asked for (faults.h),
 * handed to the vendor and answered. On the control port (control.h) a test or a person looks
 * behind the scenes, moves the clock and does what the vendor's staff, or the customer in the
 * vendor's portal, would do.
 *
 * What a vendor knows lives in the state (state.h) and nowhere else; what it keeps beside it is an
 * index that open() can build again. The kernel commits the state before any answer leaves and
 * after every due event, so that kill -9 at any moment loses nothing that was promised.
 *
 * One thread, one loop.
 */
#ifndef COUNTERSIGN_VENDORSIM_SIM_H
#define COUNTERSIGN_VENDORSIM_SIM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/loop.h"
#include "tests/vendorsim/ca.h"
#include "tests/vendorsim/dcv.h"
#include "tests/vendorsim/state.h"

struct sim;
struct sim_request; /* also the parent for memory that the request needs */

/* A switch of the vendor: `--set NAME=VALUE` at the start, POST /settings at any time. */
enum sim_setting_kind { SIM_BOOL, SIM_INT, SIM_TEXT };
struct sim_setting {
    const char *name; /* NULL ends a list */
    enum sim_setting_kind kind;
    const char *value; /* the default: "yes", "no", a number, a text */
    const char *line;  /* what it does, for --help */
};

/* A verb of the vendor's on the control port, beside the kernel's own (control.h). It answers like
 * handle(). A path that ends in a slash and a star takes anything there. */
struct sim_verb {
    const char *method, *path; /* NULL ends a list */
    const char *line;          /* what it does, for GET / */
    void (*run)(void *vendor, struct sim_request *request);
};

struct sim_vendor {
    const char *name; /* the word on the command line */
    const char *line; /* what it is, for --help */
    const struct sim_setting *settings;
    const struct sim_verb *verbs;
    const char *rates; /* rate limits unless told otherwise, as in rate.h: "100/5,1000/180" */
    size_t body_max;   /* of a request; more is 413. 0: 1 MiB */
    /* What the CA calls itself: names of root and intermediate. */
    const char *root_name, *intermediate_name;

    /* Makes the vendor on `mem`. On an empty state (state_is_new) puts what every new account has;
     * else builds its indexes. NULL and e. */
    void *(*open)(void *mem, struct sim *sim, struct err *e);
    /* A request to the API. Answered by sim_answer and its kin: exactly once, at once or later. */
    void (*handle)(void *vendor, struct sim_request *request);
    /* Whose rate the request counts against: an API key, an action of an account. NULL: counts
     * against nobody's. May be NULL. */
    const char *(*caller)(void *vendor, struct sim_request *request);
    /* The vendor's answer to too many requests. */
    void (*limited)(void *vendor, struct sim_request *request);
    /* What the request is called in GET /calls and in a fault's match where method and path do not
     * say it ("DescribeCertificates"); on the request. May be NULL. */
    const char *(*operation)(void *vendor, struct sim_request *request);
    /* Something that sim_schedule was told of is due; sim_now_s is the time of it. */
    void (*on_due)(void *vendor, const char *what, const char *subject);
};

/* What the vendor is given. All live as long as the simulator. */
struct state *sim_state(struct sim *sim);
struct ca *sim_ca(struct sim *sim);
struct dcv *sim_dcv(struct sim *sim);
struct loop *sim_loop(struct sim *sim);

/* A setting as it is now; the name must be one of the vendor's list, of that kind. */
bool sim_bool(const struct sim *sim, const char *setting);
int64_t sim_int(const struct sim *sim, const char *setting);
const char *sim_text(const struct sim *sim, const char *setting); /* until it is set again */
/* Is `text` one of the words of a setting such as "a.example, b.example"? */
bool sim_lists(const struct sim *sim, const char *setting, const char *text);

/* The virtual clock: real time and what POST /clock has added. */
int64_t sim_now_s(const struct sim *sim);

/* on_due(what, subject) is called once when the virtual clock reaches `at_s`, never before
 * returning; after a restart too. There is one event of a name and subject: scheduling it again
 * moves it. Events of one second come in the order of scheduling. `what` has no slash. */
void sim_schedule(struct sim *sim, int64_t at_s, const char *what, const char *subject);
void sim_unschedule(struct sim *sim, const char *what, const char *subject);

/* Commits what changed outside of requests and events (in a callback of dcv.h). */
void sim_commit(struct sim *sim);

/* What a request holds; valid until it is answered and the function that it was handed to has
 * returned. */
const char *sim_method(const struct sim_request *request);
const char *sim_path(const struct sim_request *request);  /* as sent, without the query */
const char *sim_query(const struct sim_request *request); /* as sent, "" if there is none */
const char *sim_header(const struct sim_request *request, const char *name); /* NULL if absent */
struct bytes sim_body(const struct sim_request *request);
/* The query's parameter, decoded; NULL if absent. sim_param_at counts them from 0. */
const char *sim_param(const struct sim_request *request, const char *name);
bool sim_param_at(
    const struct sim_request *request, size_t index, const char **name, const char **value);
/* The body as JSON, borrowed; NULL if it is none. */
json_t *sim_json(struct sim_request *request);
/* What a fault wants spoilt in the certificates that the answer shows (for ca_chain). */
enum ca_spoil sim_spoil(const struct sim_request *request);

/* Adds words to the record of this call ("order 1000123 made"). */
void sim_note(struct sim_request *request, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A header for the answer to come ("X-Request-Id"), beside Content-Type; a few at most. */
void sim_answer_header(struct sim_request *request, const char *name, const char *value);

/* Answers, once: commits the state, records the call, sends (or what a fault makes of it), and the
 * request is gone; if the function that the request was handed to is still running, then all that
 * happens when it has returned. `body` is taken over; with NULL there is none. */
void sim_answer(struct sim_request *request, int status, json_t *body);
void sim_answer_bytes(
    struct sim_request *request, int status, const char *content_type, struct bytes body);

/* Answers of the control plane: 400 with {"error": why}, and 204. */
void sim_complain(struct sim_request *request, const char *why);
void sim_done(struct sim_request *request);

/* The program's side. */
struct sim_options {
    const struct sim_vendor *vendor;
    const char *listen, *control;          /* "127.0.0.1:0": any port, which the log names */
    const char *state_file;                /* NULL: memory only */
    const char *tls_certificate, *tls_key; /* PEM files; NULL: made, see ca_file */
    const char *ca_file;    /* where the made certificate's CA is written; may be NULL */
    const char *tls_name;   /* one more name for the made certificate, or NULL */
    bool plain;             /* no TLS */
    const char *dns;        /* "127.0.0.1@53", for domain validation; NULL: nothing is ever found */
    unsigned http_port;     /* where files are looked for; 0: 80 */
    const char *rates;      /* NULL: the vendor's; "off" */
    const char *const *set; /* "NAME=VALUE", ends with NULL; may be NULL */
};

/* Opens all and listens. On `mem`; NULL and e. */
struct sim *sim_new(void *mem, struct loop *loop, const struct sim_options *options, struct err *e);

/* The ports that are listened on (for ":0"). */
unsigned sim_api_port(const struct sim *sim);
unsigned sim_control_port(const struct sim *sim);

#endif
