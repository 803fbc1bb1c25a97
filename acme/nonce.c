/* nonce - see nonce.h. */
#include "acme/nonce.h"

#include <pthread.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rand.h"

/* Sealed along with the counter, so that a URL's handle is no nonce. */
#define KIND 0x4e6f6e6365ULL

/* How many of the newest nonces a shutdown saves. */
#define SAVED_WINDOW (256U * 1024)

struct nonces {
    struct seal *seal;
    uint8_t key[SEAL_KEY_LEN];
    pthread_mutex_t lock; /* guards what follows */
    uint64_t
        next; /* the counter of the next nonce; those from `oldest` to before it may be redeemed */
    uint64_t oldest;
    uint8_t redeemed[NONCE_WINDOW / 8]; /* a ring: bit counter % NONCE_WINDOW */
};

struct saved {
    uint8_t key[SEAL_KEY_LEN];
    uint64_t next, oldest;
    uint8_t redeemed[SAVED_WINDOW / 8]; /* a ring: bit counter % SAVED_WINDOW */
};

static bool get_bit(const uint8_t *ring, uint64_t index)
{
    return (ring[index / 8] >> (index % 8) & 1) != 0;
}

static void set_bit(uint8_t *ring, uint64_t index, bool value)
{
    uint8_t mask = (uint8_t)(1U << (index % 8));

    ring[index / 8] = (uint8_t)(value ? ring[index / 8] | mask : ring[index / 8] & ~mask);
}

static void restore(struct nonces *nonces, const struct saved *saved)
{
    memcpy(nonces->key, saved->key, sizeof nonces->key);
    nonces->next = saved->next;
    nonces->oldest = saved->oldest;
    for (uint64_t i = saved->oldest; i < saved->next; i++)
        set_bit(nonces->redeemed, i % NONCE_WINDOW, get_bit(saved->redeemed, i % SAVED_WINDOW));
}

static int nonces_free(void *ptr)
{
    struct nonces *nonces = ptr;

    pthread_mutex_destroy(&nonces->lock);
    return 0;
}

struct nonces *nonces_new(void *mem, struct bytes from)
{
    struct nonces *nonces = mem_new(mem, struct nonces);
    struct saved saved;

    pthread_mutex_init(&nonces->lock, NULL);
    mem_on_free(nonces, nonces_free);
    if (from.len == sizeof saved) {
        memcpy(&saved, from.data, sizeof saved);
        if (saved.oldest <= saved.next && saved.next - saved.oldest <= SAVED_WINDOW)
            restore(nonces, &saved);
    }
    if (nonces->next == 0)
        rand_bytes(nonces->key, sizeof nonces->key);
    nonces->seal = seal_new(nonces, nonces->key);
    return nonces;
}

void nonce_issue(struct nonces *nonces, char out[SEAL_TEXT_SIZE])
{
    uint64_t counter;

    pthread_mutex_lock(&nonces->lock);
    counter = nonces->next++;
    set_bit(nonces->redeemed, counter % NONCE_WINDOW, false);
    if (nonces->next - nonces->oldest > NONCE_WINDOW)
        nonces->oldest = nonces->next - NONCE_WINDOW;
    pthread_mutex_unlock(&nonces->lock);
    seal_close(nonces->seal, KIND, counter, out);
}

bool nonce_redeem(struct nonces *nonces, const char *nonce)
{
    uint64_t counter;
    bool good;

    if (!seal_open(nonces->seal, KIND, bytes_of(nonce), &counter))
        return false;
    pthread_mutex_lock(&nonces->lock);
    good = counter >= nonces->oldest && counter < nonces->next &&
           !get_bit(nonces->redeemed, counter % NONCE_WINDOW);
    if (good)
        set_bit(nonces->redeemed, counter % NONCE_WINDOW, true);
    pthread_mutex_unlock(&nonces->lock);
    return good;
}

struct bytes nonces_save(struct nonces *nonces, void *mem)
{
    struct saved *saved = mem_new(mem, struct saved);

    pthread_mutex_lock(&nonces->lock);
    memcpy(saved->key, nonces->key, sizeof saved->key);
    saved->next = nonces->next;
    saved->oldest =
        nonces->next - nonces->oldest > SAVED_WINDOW ? nonces->next - SAVED_WINDOW : nonces->oldest;
    for (uint64_t i = saved->oldest; i < saved->next; i++)
        set_bit(saved->redeemed, i % SAVED_WINDOW, get_bit(nonces->redeemed, i % NONCE_WINDOW));
    pthread_mutex_unlock(&nonces->lock);
    return (struct bytes){(const uint8_t *)saved, sizeof *saved};
}
