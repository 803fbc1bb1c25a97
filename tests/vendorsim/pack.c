/* pack - see pack.h. */
#include "tests/vendorsim/pack.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#include "base/err.h"
#include "base/mem.h"

#define PACK_MAX ((size_t)256 * 1024)

struct bytes pack_bundle(void *mem, const struct pack_file *files, size_t len)
{
    struct buf b;

    buf_init(&b, mem, PACK_MAX);
    for (size_t i = 0; i < len; i++)
        buf_add_text(&b, files[i].pem);
    return buf_bytes(&b);
}

struct bytes pack_pkcs7(void *mem, const struct pack_file *files, size_t len)
{
    PKCS7 *pkcs7 = PKCS7_new();
    BIO *out = BIO_new(BIO_s_mem());
    struct bytes packed;
    char *data;
    long size;

    BUG_ON(PKCS7_set_type(pkcs7, NID_pkcs7_signed) != 1 ||
           PKCS7_content_new(pkcs7, NID_pkcs7_data) != 1);
    for (size_t i = 0; i < len; i++) {
        BIO *in = BIO_new_mem_buf(files[i].pem, -1);
        X509 *certificate = PEM_read_bio_X509(in, NULL, NULL, NULL);

        BUG_ON(certificate == NULL || PKCS7_add_certificate(pkcs7, certificate) != 1);
        X509_free(certificate);
        BIO_free(in);
    }
    BUG_ON(PEM_write_bio_PKCS7(out, pkcs7) != 1);
    size = BIO_get_mem_data(out, &data);
    packed = bytes_copy(mem, (struct bytes){(const uint8_t *)data, (size_t)size});
    BIO_free(out);
    PKCS7_free(pkcs7);
    return packed;
}

/* ZIP (APPNOTE.TXT, 4.3): for each file a local header and its bytes, then the directory. */

static uint32_t crc32_of(const char *data, size_t len)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < len; i++) {
        crc ^= (uint8_t)data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static void put(struct buf *b, uint32_t value, int octets)
{
    for (int i = 0; i < octets; i++)
        buf_add_char(b, (char)(value >> (8 * i)));
}

/* What local header and directory entry have alike: version 2.0, stored, 1980-01-01. */
static void put_entry(struct buf *b, const char *name, const char *data)
{
    put(b, 20, 2);
    put(b, 0, 2);
    put(b, 0, 2);
    put(b, 0, 2);
    put(b, 0x21, 2);
    put(b, crc32_of(data, strlen(data)), 4);
    put(b, (uint32_t)strlen(data), 4);
    put(b, (uint32_t)strlen(data), 4);
    put(b, (uint32_t)strlen(name), 2);
    put(b, 0, 2);
}

struct bytes pack_zip(void *mem, const struct pack_file *files, size_t len, const char *extension)
{
    struct buf b, directory;

    buf_init(&b, mem, PACK_MAX);
    buf_init(&directory, mem, PACK_MAX);
    for (size_t i = 0; i < len; i++) {
        char *name = extension == NULL ? mem_strdup(mem, files[i].name)
                                       : mem_printf(mem, "%s.%s", files[i].name, extension);
        uint32_t offset = (uint32_t)b.len;

        put(&b, 0x04034b50, 4);
        put_entry(&b, name, files[i].pem);
        buf_add_text(&b, name);
        buf_add_text(&b, files[i].pem);
        put(&directory, 0x02014b50, 4);
        put(&directory, 20, 2);
        put_entry(&directory, name, files[i].pem);
        put(&directory, 0, 2); /* comment, disk, attributes */
        put(&directory, 0, 2);
        put(&directory, 0, 2);
        put(&directory, 0, 4);
        put(&directory, offset, 4);
        buf_add_text(&directory, name);
    }
    put(&directory, 0x06054b50, 4);
    put(&directory, 0, 4);
    put(&directory, (uint32_t)len, 2);
    put(&directory, (uint32_t)len, 2);
    put(&directory, (uint32_t)(directory.len - 12), 4);
    put(&directory, (uint32_t)b.len, 4);
    put(&directory, 0, 2);
    buf_add(&b, directory.data, directory.len);
    return buf_bytes(&b);
}

/* gzip (RFC 1952) around stored blocks of deflate (RFC 1951, 3.2.4). */

#define GZIP_MAX  ((size_t)64 * 1024 * 1024)
#define BLOCK_MAX 65535

struct bytes pack_gzip(void *mem, struct bytes data)
{
    static const uint8_t head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    const char *text = (const char *)data.data;
    size_t at = 0, len;
    struct buf b;

    buf_init(&b, mem, GZIP_MAX);
    buf_add(&b, head, sizeof head);
    do {
        len = data.len - at < BLOCK_MAX ? data.len - at : BLOCK_MAX;
        put(&b, at + len == data.len, 1);
        put(&b, (uint32_t)len, 2);
        put(&b, ~(uint32_t)len, 2);
        buf_add(&b, text + at, len);
        at += len;
    } while (at < data.len);
    put(&b, crc32_of(text, data.len), 4);
    put(&b, (uint32_t)data.len, 4);
    return buf_bytes(&b);
}
