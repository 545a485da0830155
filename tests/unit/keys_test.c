/* Keys: Z85, files and their permissions. */
#include "base/keys.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* curve_keypair of libzmq's own tests (tests/testutil_security.hpp, the classic pair of RFC 32's
 * manual page zmq_curve): secret and public belong together. */
static const char secret_text[] = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";
static const char public_text[] = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";

static void keys_z85_matches_rfc32_test(void **state)
{
    /* RFC 32's test vector is 8 bytes, "HelloWorld"; four of them make a key */
    static const uint8_t hello[8] = {0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B};
    uint8_t key[KEYS_BYTES];
    uint8_t back[KEYS_BYTES];
    char text[KEYS_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        memcpy(key + 8 * i, hello, 8);
    }
    keys_to_text(key, text);
    assert_string_equal(text, "HelloWorldHelloWorldHelloWorldHelloWorld");
    assert_true(keys_of_text(text, back));
    assert_memory_equal(back, key, KEYS_BYTES);
}

static void keys_of_text_reads_the_digits_of_rfc32_test(void **state)
{
    static const char digits[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
    char text[] = "0000000000000000000000000000000000000000";
    uint8_t key[KEYS_BYTES];

    (void)state;
    for (int byte = 1; byte < 256; byte++) {
        const char *digit = strchr(digits, byte);
        text[4] = (char)byte;
        assert_int_equal(keys_of_text(text, key), digit != NULL);
        if (digit != NULL) {
            assert_int_equal(key[3], digit - digits);
        }
    }
}

static void keys_of_text_refuses_anything_else_test(void **state)
{
    uint8_t key[KEYS_BYTES] = {1};

    (void)state;
    assert_false(keys_of_text("", key));
    assert_false(keys_of_text("HelloWorldHelloWorldHelloWorldHelloWorl", key));
    assert_false(keys_of_text("HelloWorldHelloWorldHelloWorldHelloWorldH", key));
    assert_false(keys_of_text("HelloWorldHelloWorldHelloWorldHelloWor\"d", key));
    assert_false(keys_of_text("HelloWorldHelloWorldHelloWorldHello####!", key));
    assert_false(keys_of_text("#####HelloWorldHelloWorldHelloWorldHello", key)); /* over 32 bits */
    assert_int_equal(key[0], 1);
}

static void keys_public_of_known_secret_test(void **state)
{
    struct key32 secret = {.epoch = 3};
    struct key32 public_key;
    char text[KEYS_TEXT_MAX];

    (void)state;
    assert_true(keys_of_text(secret_text, secret.bytes));
    keys_public_of(&secret, &public_key);
    keys_to_text(public_key.bytes, text);
    assert_string_equal(text, public_text);
    assert_int_equal(public_key.epoch, 3);
}

/* RFC 8032, 7.1, test 2: one byte. */
static void keys_sign_matches_rfc8032_test(void **state)
{
    static const struct key32 secret = {.bytes = {0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda,
                                                  0x9d, 0xb6, 0xc3, 0x46, 0xec, 0x11, 0x4e, 0x0f,
                                                  0x5b, 0x8a, 0x31, 0x9f, 0x35, 0xab, 0xa6, 0x24,
                                                  0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb}};
    static const uint8_t expected_key[KEYS_BYTES] = {
        0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7, 0x0a,
        0xa7, 0x4d, 0x1b, 0x7e, 0xbc, 0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4,
        0x96, 0x8c, 0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c};
    static const uint8_t expected[KEYS_SIGNATURE_BYTES] = {
        0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8, 0x72, 0x0e, 0x82, 0x0b, 0x5f,
        0x64, 0x25, 0x40, 0xa2, 0xb2, 0x7b, 0x54, 0x16, 0x50, 0x3f, 0x8f, 0xb3, 0x76,
        0x22, 0x23, 0xeb, 0xdb, 0x69, 0xda, 0x08, 0x5a, 0xc1, 0xe4, 0x3e, 0x15, 0x99,
        0x6e, 0x45, 0x8f, 0x36, 0x13, 0xd0, 0xf1, 0x1d, 0x8c, 0x38, 0x7b, 0x2e, 0xae,
        0xb4, 0x30, 0x2a, 0xee, 0xb0, 0x0d, 0x29, 0x16, 0x12, 0xbb, 0x0c, 0x00};
    struct key32 open;
    uint8_t signature[KEYS_SIGNATURE_BYTES];

    (void)state;
    keys_signing_public_of(&secret, &open);
    assert_memory_equal(open.bytes, expected_key, KEYS_BYTES);
    keys_sign(&secret, bytes_of("\x72", 1), signature);
    assert_memory_equal(signature, expected, KEYS_SIGNATURE_BYTES);
    assert_true(keys_signed(open.bytes, bytes_of("\x72", 1), signature));
    assert_false(keys_signed(open.bytes, bytes_of("\x73", 1), signature));
    signature[KEYS_SIGNATURE_BYTES - 1] ^= 0x10;
    assert_false(keys_signed(open.bytes, bytes_of("\x72", 1), signature));
}

static void keys_files_go_there_and_back_test(void **state)
{
    struct scratch *scratch = scratch_create();
    const char *path = scratch_path(scratch, "x.key");
    struct key32 key;
    struct key32 back;
    struct stat status;
    struct error err;

    (void)state;
    keys_generate(KEYS_DISCLOSURE_SECRET, 7, &key);
    assert_true(keys_write(path, KEYS_DISCLOSURE_SECRET, &key, "of the region", &err));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0400);
    assert_true(keys_read(path, KEYS_DISCLOSURE_SECRET, &back, &err));
    assert_memory_equal(back.bytes, key.bytes, KEYS_BYTES);
    assert_int_equal(back.epoch, 7);
    assert_false(keys_write(path, KEYS_DISCLOSURE_SECRET, &key, NULL, &err));
    assert_int_equal(err.code, ERROR_CREATE);
    keys_public_of(&key, &back);
    assert_true(
        keys_write(scratch_path(scratch, "x.pub"), KEYS_DISCLOSURE_PUBLIC, &back, NULL, &err));
    assert_int_equal(stat(scratch_path(scratch, "x.pub"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0444);
    assert_false(keys_read(scratch_path(scratch, "x.pub"), KEYS_CURVE_PUBLIC, &back, &err));
    assert_non_null(strstr(err.text, "curve-public key was expected, not disclosure-public"));
    scratch_destroy(&scratch);
}

static void keys_read_refuses_open_secrets_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct key32 key;
    struct error err;
    char text[100];

    (void)state;
    (void)snprintf(text, sizeof(text), "curve-secret %s\n", secret_text);
    const char *path = scratch_write(scratch, "x.key", text);
    assert_true(keys_read(path, KEYS_CURVE_SECRET, &key, &err));
    assert_int_equal(chmod(path, 0440), 0);
    assert_false(keys_read(path, KEYS_CURVE_SECRET, &key, &err));
    assert_int_equal(err.code, ERROR_PERMISSION);
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(chmod(scratch_path(scratch, "."), 0770), 0);
    assert_false(keys_read(scratch_path(scratch, "x.key"), KEYS_CURVE_SECRET, &key, &err));
    assert_int_equal(err.code, ERROR_PERMISSION); /* others of the group could replace it */
    assert_int_equal(chmod(scratch_path(scratch, "."), 0700), 0);
    assert_true(keys_read(scratch_path(scratch, "x.key"), KEYS_CURVE_SECRET, &key, &err));
    (void)snprintf(text, sizeof(text), "curve-public %s", public_text);
    path = scratch_write(scratch, "x.pub", text);
    assert_int_equal(chmod(path, 0644), 0);
    assert_true(keys_read(path, KEYS_CURVE_PUBLIC, &key, &err));
    assert_false(keys_read(scratch_path(scratch, "none"), KEYS_CURVE_PUBLIC, &key, &err));
    assert_int_equal(err.code, ERROR_NO_INPUT);
    assert_false(keys_read(scratch_path(scratch, ""), KEYS_CURVE_PUBLIC, &key, &err));
    scratch_destroy(&scratch);
}

/* Reads one text as a matching key; returns the error's line, or 0 when it was read. */
static uint32_t read_matching(const char *text, struct key32 *out)
{
    struct scratch *scratch = scratch_create();
    struct error err;

    bool ok = keys_read(scratch_write(scratch, "k", text), KEYS_MATCHING, out, &err);
    scratch_destroy(&scratch);
    if (!ok) {
        assert_int_equal(err.code, ERROR_CONFIG);
        assert_null(strstr(err.text, "HelloWorld")); /* a message never shows the key */
    }
    return ok ? 0 : err.at.line;
}

static void keys_read_tells_the_line_test(void **state)
{
    static const char good[] =
        "# a comment\n\n  matching\tHelloWorldHelloWorldHelloWorldHelloWorld "
        "4294967295\r\n# the end";
    struct key32 key;

    (void)state;
    assert_int_equal(read_matching(good, &key), 0);
    assert_true(key.epoch == 4294967295);
    assert_int_equal(read_matching("", &key), 1);
    assert_int_equal(read_matching("# only\n# comments\n", &key), 1);
    assert_int_equal(read_matching("\nHelloWorld\n", &key), 2);
    assert_int_equal(read_matching("matching\n", &key), 1);
    assert_int_equal(read_matching("matching HelloWorld 1\n", &key), 1);
    assert_int_equal(read_matching("\nmatching HelloWorldHelloWorldHelloWorldHelloWorld\n", &key),
                     2);
    assert_int_equal(read_matching("matching HelloWorldHelloWorldHelloWorldHelloWorld 0\n", &key),
                     1);
    assert_int_equal(
        read_matching("matching HelloWorldHelloWorldHelloWorldHelloWorld 4294967296\n", &key), 1);
    assert_int_equal(read_matching("matching HelloWorldHelloWorldHelloWorldHelloWorld 1 x\n", &key),
                     1);
    assert_int_equal(read_matching("matching HelloWorldHelloWorldHelloWorldHelloWorld 1\n"
                                   "matching HelloWorldHelloWorldHelloWorldHelloWorld 2\n",
                                   &key),
                     2);
}

static void keys_wipe_and_random_test(void **state)
{
    static const uint8_t zeros[32] = {0};
    uint8_t bytes[32] = {0};

    (void)state;
    keys_random(bytes, sizeof(bytes));
    assert_memory_not_equal(bytes, zeros, sizeof(bytes));
    keys_wipe(bytes, sizeof(bytes));
    assert_memory_equal(bytes, zeros, sizeof(bytes));
}

static void keys_start_may_be_called_twice_test(void **state)
{
    struct error err;

    (void)state;
    assert_true(keys_start(&err));
    assert_true(keys_start(&err));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_z85_matches_rfc32_test),
        cmocka_unit_test(keys_of_text_reads_the_digits_of_rfc32_test),
        cmocka_unit_test(keys_of_text_refuses_anything_else_test),
        cmocka_unit_test(keys_public_of_known_secret_test),
        cmocka_unit_test(keys_sign_matches_rfc8032_test),
        cmocka_unit_test(keys_files_go_there_and_back_test),
        cmocka_unit_test(keys_read_refuses_open_secrets_test),
        cmocka_unit_test(keys_read_tells_the_line_test),
        cmocka_unit_test(keys_wipe_and_random_test),
        cmocka_unit_test(keys_start_may_be_called_twice_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
