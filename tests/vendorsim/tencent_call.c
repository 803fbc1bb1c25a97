/* tencent_call - see tencent_call.h. */
#include "tests/vendorsim/tencent_call.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "tests/vendorsim/pack.h"

#define JSON_TYPE "application/json"

/* A random UUID (RFC 9562, 5.4). */
static void set_request_id(json_t *response)
{
    uint8_t octets[16];
    char hex[2 * sizeof octets + 1], text[40];

    rand_bytes(octets, sizeof octets);
    octets[6] = (uint8_t)((octets[6] & 0x0f) | 0x40);
    octets[8] = (uint8_t)((octets[8] & 0x3f) | 0x80);
    hex_encode(octets, sizeof octets, hex);
    snprintf(
        text, sizeof text, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
    row_set_text(response, "RequestId", text);
}

/* Members that the service may leave without a value. */
static bool may_be_null(const char *member)
{
    static const char *const names[] = {"ProjectId", "From", "Alias", "VulnerabilityStatus",
        "VulnerabilityReport", "StatusMsg", "StatusName", "ValidityPeriod", "OrderId",
        "PackageTypeName", "TypeName", "ProductZhName", "IsVip", "IsWildcard", "IsDv",
        "IsVulnerability", "RenewAble", "Deployable", "SubmittedData", "Tags", "RootCert",
        "CertFingerprint", "CertChainInfo", "EncryptAlgorithm", "DomainType", "CertType",
        "UseCrossSignRoot", "HostingStatus", "DvAuthKeySubDomain", "DvAuthSubDomain",
        "DomainNumber", "CompanyType", "SMCert", "ResourceIds", "TaskId", "CheckValue",
        "LocalCheckFailReason", "ProjectInfo", "DvRevokeAuthDetail", "CAEncryptAlgorithms",
        "CACommonNames", "CAEndTimes", NULL};

    for (size_t i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], member) == 0)
            return true;
    return false;
}

static void reshape(const struct tencent *tc, json_t *json)
{
    const char *member;
    json_t *value;
    size_t index;
    void *next;

    json_array_foreach(json, index, value) reshape(tc, value);
    if (!json_is_object(json))
        return;
    json_object_foreach_safe(json, next, member, value)
    {
        reshape(tc, value);
        if (sim_bool(tc->sim, "null_members") && may_be_null(member))
            json_object_set_new(json, member, json_null());
    }
    if (sim_bool(tc->sim, "extra_members"))
        json_object_set_new(json, "SimExtra", json_pack("{s:[i,n,{}]}", "Unknown", 1));
}

static void send(struct tencent *tc, struct sim_request *request, json_t *response)
{
    const char *takes = sim_header(request, "Accept-Encoding");
    json_t *whole = json_pack("{s:o}", "Response", response);
    struct bytes packed;
    char *text;

    set_request_id(response);
    if (takes == NULL || strstr(takes, "gzip") == NULL || !sim_bool(tc->sim, "gzip")) {
        sim_answer(request, 200, whole);
        return;
    }
    text = json_dumps(whole, JSON_COMPACT);
    packed = pack_gzip(request, bytes_of(text));
    sim_answer_header(request, "Content-Encoding", "gzip");
    sim_answer_bytes(request, 200, JSON_TYPE, packed);
    free(text);
    json_decref(whole);
}

void tc_answer(struct tc_call *call, json_t *members)
{
    if (call->instead != NULL) {
        json_decref(members);
        tc_answer_refusal(call, call->instead);
        return;
    }
    reshape(call->tc, members);
    send(call->tc, call->request, members);
}

bool tc_is_chinese(const struct tencent *tc, const struct sim_request *request)
{
    const char *language = sim_header(request, "X-TC-Language");

    return strcmp(language != NULL ? language : sim_text(tc->sim, "language"), "zh-CN") == 0;
}

void tc_request_refuse(
    struct tencent *tc, struct sim_request *request, const struct tc_refusal *why)
{
    char chinese[128];
    const char *message = why->message;

    if (tc_is_chinese(tc, request)) { /* "The operation failed: CODE." */
        snprintf(chinese, sizeof chinese, "操作失败:%s。", why->code);
        message = chinese;
    }
    sim_note(request, "%s", why->code);
    send(tc, request, json_pack("{s:{s:s,s:s}}", "Error", "Code", why->code, "Message", message));
}

void tc_answer_refusal(struct tc_call *call, const struct tc_refusal *why)
{
    tc_request_refuse(call->tc, call->request, why);
}

json_t *tc_call_certificate(const struct tc_call *call, const char *member, struct tc_refusal *why)
{
    const char *id = row_text(call->body, member);
    json_t *certificate = id == NULL ? NULL : state_get(call->tc->state, TC_CERTIFICATE, id);

    if (certificate != NULL && row_is(certificate, "account", call->account))
        return certificate;
    tc_refuse(why, "FailedOperation.CertificateNotFound", "The certificate does not exist.");
    return NULL;
}
