/* fuzz_dns_message - any bytes are a response or are not; what is read stays within its bounds. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "base/dns_message.h"
#include "base/err.h"
#include "base/mem.h"

/* All records, with what lies where in the message. */
static size_t read_records(void *mem, struct bytes packet)
{
    struct dns_records records;
    size_t total = 0, before = 0;

    if (!dns_message_records(mem, packet, &records))
        return 0;
    BUG_ON(records.rcode < 0 || records.rcode > 15 || records.len > DNS_RECORDS_MAX);
    for (size_t i = 0; i < records.len; i++) {
        const struct dns_record *record = &records.list[i];

        BUG_ON(record->at <= before || record->at >= packet.len);
        BUG_ON(record->rdata.len > packet.len || record->rdata.data < packet.data + record->at ||
               record->rdata.data + record->rdata.len > packet.data + packet.len);
        for (const char *c = record->owner; *c != '\0'; c++)
            BUG_ON(*c <= ' ' || *c > '~');
        before = record->at;
        total += record->rdata.len;
    }
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *mem = mem_pool(NULL, 16 * 1024);
    struct dns_message message;
    size_t total = 0;

    if (dns_message_read(mem, (struct bytes){data, size}, &message)) {
        BUG_ON(message.rcode < 0 || message.rcode > 15);
        BUG_ON(message.records_len > DNS_RECORDS_MAX);
        for (size_t i = 0; i < message.records_len; i++) {
            total += message.records[i].len;
            for (size_t j = 0; j < message.records[i].len; j++)
                total += message.records[i].data[j] & 1U;
        }
        if (message.canonical_name != NULL)
            for (const char *c = message.canonical_name; *c != '\0'; c++)
                BUG_ON(*c <= ' ' || *c > '~');
    }
    total += read_records(mem, (struct bytes){data, size});
    mem_free(mem);
    return total == SIZE_MAX;
}
