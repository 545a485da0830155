/* Takes the work out of CURVE: preloaded into the broker and into load_bench, messages after the handshake are copied,
 * neither enciphered nor authenticated, with the same length on the wire. What the load then gains is what CURVE costs.
 * For measurements on the loopback only.
 */
#include <stddef.h>
#include <string.h>

enum {
    MAC_BYTES = 16,
    LEAD_BYTES = 32
}; /* of crypto_box: zeros before the text, of them the MAC's place */

int crypto_box_afternm(unsigned char *out,
                       const unsigned char *in,
                       unsigned long long size,
                       const unsigned char *nonce,
                       const unsigned char *key);
int crypto_box_open_afternm(unsigned char *out,
                            const unsigned char *in,
                            unsigned long long size,
                            const unsigned char *nonce,
                            const unsigned char *key);
int crypto_box_easy_afternm(unsigned char *out,
                            const unsigned char *in,
                            unsigned long long size,
                            const unsigned char *nonce,
                            const unsigned char *key);
int crypto_box_open_easy_afternm(unsigned char *out,
                                 const unsigned char *in,
                                 unsigned long long size,
                                 const unsigned char *nonce,
                                 const unsigned char *key);

int crypto_box_afternm(unsigned char *out,
                       const unsigned char *in,
                       unsigned long long size,
                       const unsigned char *nonce,
                       const unsigned char *key)
{
    (void)nonce;
    (void)key;
    memmove(out, in, (size_t)size);
    memset(out, 0, LEAD_BYTES);
    return 0;
}

int crypto_box_open_afternm(unsigned char *out,
                            const unsigned char *in,
                            unsigned long long size,
                            const unsigned char *nonce,
                            const unsigned char *key)
{
    return crypto_box_afternm(out, in, size, nonce, key);
}

int crypto_box_easy_afternm(unsigned char *out,
                            const unsigned char *in,
                            unsigned long long size,
                            const unsigned char *nonce,
                            const unsigned char *key)
{
    (void)nonce;
    (void)key;
    memmove(out + MAC_BYTES, in, (size_t)size);
    memset(out, 0, MAC_BYTES);
    return 0;
}

int crypto_box_open_easy_afternm(unsigned char *out,
                                 const unsigned char *in,
                                 unsigned long long size,
                                 const unsigned char *nonce,
                                 const unsigned char *key)
{
    (void)nonce;
    (void)key;
    if (size < MAC_BYTES) {
        return -1;
    }
    memmove(out, in + MAC_BYTES, (size_t)size - MAC_BYTES);
    return 0;
}
