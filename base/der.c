/* der - see der.h. */
#include "base/der.h"

#include <string.h>
#include <time.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "base/err.h"
#include "base/mem.h"

/* Longest element that is read: 2^32 - 1 octets; real input is far smaller. */
#define LENGTH_OCTETS_MAX 4

static struct bytes skip(struct bytes b, size_t len)
{
    return (struct bytes){b.data + len, b.len - len};
}

/* Reads the length octets at the front (X.690, 8.1.3 and 10.1: definite, shortest form). */
static bool take_length(struct bytes *rest, size_t *len)
{
    size_t octets;

    if (rest->len == 0)
        return false;
    *len = rest->data[0];
    *rest = skip(*rest, 1);
    if (*len < 0x80)
        return true;
    octets = *len & 0x7f;
    if (octets == 0 || octets > LENGTH_OCTETS_MAX || octets > rest->len || rest->data[0] == 0)
        return false;
    *len = 0;
    for (size_t i = 0; i < octets; i++)
        *len = *len << 8 | rest->data[i];
    *rest = skip(*rest, octets);
    return *len >= 0x80;
}

bool der_next(struct bytes *rest, struct der_element *out)
{
    struct bytes in = *rest;
    size_t len;

    if (in.len == 0 || (in.data[0] & 0x1f) == 0x1f)
        return false;
    in = skip(in, 1);
    if (!take_length(&in, &len) || len > in.len)
        return false;
    out->tag = rest->data[0];
    out->content = (struct bytes){in.data, len};
    out->whole = (struct bytes){rest->data, rest->len - in.len + len};
    *rest = skip(in, len);
    return true;
}

bool der_take(struct bytes *rest, uint8_t tag, struct bytes *content)
{
    struct der_element element;

    if (!der_is_next(*rest, tag) || !der_next(rest, &element))
        return false;
    *content = element.content;
    return true;
}

bool der_take_whole(struct bytes *rest, uint8_t tag, struct bytes *whole)
{
    struct der_element element;

    if (!der_is_next(*rest, tag) || !der_next(rest, &element))
        return false;
    *whole = element.whole;
    return true;
}

bool der_take_integer(struct bytes *rest, struct bytes *content)
{
    struct bytes in = *rest, got;

    if (!der_take(&in, DER_INTEGER, &got) || got.len == 0)
        return false;
    /* X.690, 8.3.2: the first nine bits are not all equal. */
    if (got.len > 1 &&
        ((got.data[0] == 0 && got.data[1] < 0x80) || (got.data[0] == 0xff && got.data[1] >= 0x80)))
        return false;
    *content = got;
    *rest = in;
    return true;
}

bool der_take_unsigned(struct bytes *rest, struct bytes *magnitude)
{
    struct bytes in = *rest, got;

    if (!der_take_integer(&in, &got) || got.data[0] >= 0x80)
        return false;
    *magnitude = got.len > 1 && got.data[0] == 0 ? skip(got, 1) : got;
    *rest = in;
    return true;
}

bool der_take_bits(struct bytes *rest, struct bytes *octets)
{
    struct bytes in = *rest, got;

    if (!der_take(&in, DER_BIT_STRING, &got) || got.len == 0 || got.data[0] != 0)
        return false;
    *octets = skip(got, 1);
    *rest = in;
    return true;
}

/* Takes an object identifier as OpenSSL's object, which the caller frees; NULL if there is none. */
static ASN1_OBJECT *take_object(struct bytes *rest)
{
    struct bytes in = *rest, whole;
    const unsigned char *at;
    ASN1_OBJECT *object;

    if (!der_take_whole(&in, DER_OID, &whole))
        return NULL;
    at = whole.data;
    object = d2i_ASN1_OBJECT(NULL, &at, (long)whole.len);
    if (object != NULL)
        *rest = in;
    else
        ERR_clear_error();
    return object;
}

bool der_take_oid(struct bytes *rest, int *nid)
{
    ASN1_OBJECT *object = take_object(rest);

    if (object == NULL)
        return false;
    *nid = OBJ_obj2nid(object);
    ASN1_OBJECT_free(object);
    return true;
}

char *der_oid_text(void *mem, struct bytes rest)
{
    ASN1_OBJECT *object = take_object(&rest);
    char text[80] = "?";

    if (object != NULL)
        OBJ_obj2txt(text, sizeof text, object, 0);
    ASN1_OBJECT_free(object);
    return mem_strdup(mem, text);
}

/* The number that two digits make, or -1. */
static int two_digits(const uint8_t *p)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
        return -1;
    return (p[0] - '0') * 10 + (p[1] - '0');
}

/* Year and "MMDDhhmmss" as seconds; a date that the calendar lacks is refused. */
static bool to_seconds(int year, const uint8_t *digits, int64_t *time_s)
{
    int month = two_digits(digits), day = two_digits(digits + 2);
    struct tm tm = {.tm_year = year - 1900,
        .tm_mon = month - 1,
        .tm_mday = day,
        .tm_hour = two_digits(digits + 4),
        .tm_min = two_digits(digits + 6),
        .tm_sec = two_digits(digits + 8)};

    if (month < 1 || month > 12 || day < 1 || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 ||
        tm.tm_min > 59 || tm.tm_sec < 0 || tm.tm_sec > 59)
        return false;
    *time_s = timegm(&tm);
    return tm.tm_mon == month - 1 && tm.tm_mday == day;
}

bool der_take_time(struct bytes *rest, int64_t *time_s)
{
    struct bytes in = *rest;
    struct der_element got;
    int century, year;
    bool ok = false;

    if (!der_next(&in, &got))
        return false;
    if (got.tag == DER_UTC_TIME && got.content.len == 13 && got.content.data[12] == 'Z') {
        year = two_digits(got.content.data);
        ok = year >= 0 &&
             to_seconds(year < 50 ? 2000 + year : 1900 + year, got.content.data + 2, time_s);
    } else if (got.tag == DER_GENERALIZED_TIME && got.content.len == 15 &&
               got.content.data[14] == 'Z') {
        century = two_digits(got.content.data);
        year = two_digits(got.content.data + 2);
        ok = century >= 0 && year >= 0 &&
             to_seconds(century * 100 + year, got.content.data + 4, time_s);
    }
    if (ok)
        *rest = in;
    return ok;
}

bool der_is_next(struct bytes rest, uint8_t tag)
{
    return rest.len > 0 && rest.data[0] == tag;
}

/* Writes the length octets; `out` has room for 1 + LENGTH_OCTETS_MAX. Returns how many. */
static size_t write_length(size_t len, uint8_t *out)
{
    size_t octets = 0;

    if (len < 0x80) {
        out[0] = (uint8_t)len;
        return 1;
    }
    while (octets < sizeof len && len >> (8 * octets) != 0)
        octets++;
    BUG_ON(octets > LENGTH_OCTETS_MAX);
    out[0] = (uint8_t)(0x80 | octets);
    for (size_t i = 0; i < octets; i++)
        out[1 + i] = (uint8_t)(len >> (8 * (octets - 1 - i)));
    return 1 + octets;
}

void der_put(struct buf *b, uint8_t tag, struct bytes content)
{
    uint8_t head[2 + LENGTH_OCTETS_MAX] = {tag};
    size_t len = 1 + write_length(content.len, head + 1);

    buf_add(b, head, len);
    buf_add(b, content.data, content.len);
}

void der_put_oid(struct buf *b, int nid)
{
    const ASN1_OBJECT *object = OBJ_nid2obj(nid);

    BUG_ON(object == NULL || OBJ_length(object) == 0);
    der_put(b, DER_OID, (struct bytes){OBJ_get0_data(object), OBJ_length(object)});
}

void der_put_integer(struct buf *b, struct bytes magnitude)
{
    size_t opened = der_open(b, DER_INTEGER);

    while (magnitude.len > 0 && magnitude.data[0] == 0)
        magnitude = skip(magnitude, 1);
    if (magnitude.len == 0 || magnitude.data[0] >= 0x80)
        buf_add_char(b, '\0');
    buf_add(b, magnitude.data, magnitude.len);
    der_close(b, opened);
}

void der_put_time(struct buf *b, int64_t time_s)
{
    time_t t = (time_t)time_s;
    struct tm tm;
    char text[sizeof "99991231235959Z"];

    BUG_ON(gmtime_r(&t, &tm) == NULL || tm.tm_year < 50 || tm.tm_year > 8099);
    strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &tm);
    if (tm.tm_year < 150)
        der_put(b, DER_UTC_TIME, bytes_of(text + 2)); /* without the century */
    else
        der_put(b, DER_GENERALIZED_TIME, bytes_of(text));
}

size_t der_open(struct buf *b, uint8_t tag)
{
    const uint8_t head[2] = {tag, 0};

    buf_add(b, head, sizeof head);
    return b->len;
}

/* One length octet was left room for; longer lengths push what follows back. */
void der_close(struct buf *b, size_t opened)
{
    static const uint8_t room[LENGTH_OCTETS_MAX];
    uint8_t length[1 + LENGTH_OCTETS_MAX];
    size_t content_len, octets;

    if (b->overflow)
        return;
    content_len = b->len - opened;
    octets = write_length(content_len, length);
    buf_add(b, room, octets - 1);
    if (b->overflow)
        return;
    memmove(b->data + opened - 1 + octets, b->data + opened, content_len);
    memcpy(b->data + opened - 1, length, octets);
}
