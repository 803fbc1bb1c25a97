/* digicert - see digicert.h. */
#include "tests/vendorsim/digicert.h"

#include "base/mem.h"

struct digicert {
    struct sim *sim;
};

static const struct sim_setting settings[] = {{0}};
static const struct sim_verb verbs[] = {{0}};

static void *digicert_open(void *mem, struct sim *sim, struct err *e)
{
    struct digicert *digicert = mem_new(mem, struct digicert);

    (void)e;
    digicert->sim = sim;
    return digicert;
}

static void refuse(struct sim_request *request, int status, const char *code, const char *message)
{
    sim_answer(
        request, status, json_pack("{s:[{s:s,s:s}]}", "errors", "code", code, "message", message));
}

static void digicert_handle(void *vendor, struct sim_request *request)
{
    (void)vendor;
    refuse(request, 404, "not_found|route", "The specified route was not found.");
}

static const char *digicert_caller(void *vendor, struct sim_request *request)
{
    (void)vendor;
    return sim_header(request, "X-DC-DEVKEY");
}

static void digicert_limited(void *vendor, struct sim_request *request)
{
    (void)vendor;
    refuse(
        request, 429, "request_limit_exceeded", "Service unavailable, please limit request volume");
}

static void digicert_on_due(void *vendor, const char *what, const char *subject)
{
    (void)vendor;
    (void)what;
    (void)subject;
}

const struct sim_vendor sim_digicert = {
    .name = "digicert",
    .line = "DigiCert CertCentral, Services API v2",
    .settings = settings,
    .verbs = verbs,
    .rates = "100/5,1000/180",
    .root_name = "Simulated DigiCert Global Root",
    .intermediate_name = "Simulated DigiCert TLS CA",
    .open = digicert_open,
    .handle = digicert_handle,
    .caller = digicert_caller,
    .limited = digicert_limited,
    .on_due = digicert_on_due,
};
