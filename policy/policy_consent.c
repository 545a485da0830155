/* signatures: which agencies must agree before other texts come into force, and by which keys they say so. */
#include "policy/policy_tree.h"

#include "policy/reference.h"

#include <string.h>

static void
read_signer(struct policy_source *source, struct reader *reader, const struct yaml_node *node);

const struct policy_consent *policy_consent(const struct policy *policy)
{
    return &policy->consent;
}

void policy_tree_read_consent(struct policy_source *source, const struct yaml_node *map)
{
    struct policy_consent *consent = &source->policy->consent;
    int64_t needed = 0;

    if (map == NULL) {
        return;
    }
    struct reader reader =
        reader_begin(source->file, map, (struct phrase){"подписи", "signatures"}, source->findings);
    if (reader.map == NULL) {
        return;
    }
    (void)reader_number(&reader, "needed", LIMIT_SIGNERS, &needed);
    const struct yaml_node *agencies = reader_node(&reader, "agencies", READER_REQUIRED);
    if (!reader_end(&reader) || agencies == NULL) {
        return;
    }
    struct reader signers = reader_begin(
        source->file, agencies, (struct phrase){"ведомства", "agencies"}, source->findings);
    for (const struct yaml_node *node = signers.map == NULL ? NULL : agencies->first; node != NULL;
         node = node->next) {
        read_signer(source, &signers, node);
    }
    if (needed < 1 || (size_t)needed > agencies->count || agencies->count > LIMIT_SIGNERS) {
        (void)reader_error(&reader,
                           DIAGNOSTIC_SIGNATURES_WRONG,
                           map,
                           (struct phrase){"подписи: нужно от одной до числа ведомств, а ведомств "
                                           "не больше восьми%s",
                                           "signatures: from one to as many as there are agencies "
                                           "are needed, and at most eight agencies%s"},
                           "");
        return;
    }
    consent->needed = (uint32_t)needed;
}

static void
read_signer(struct policy_source *source, struct reader *reader, const struct yaml_node *node)
{
    struct policy_consent *consent = &source->policy->consent;
    const char *text = reader_text(reader, node->key, READER_REQUIRED);
    struct text_pos at = yaml_tree_pos(source->file, node);
    struct policy_signer signer = {
        .agency = reference_resolve(
            source->context->directory, DIRECTORY_AGENCY, node->key, &at, source->findings)};

    if (text == NULL || signer.agency == 0) {
        return;
    }
    if (!keys_of_text(text, signer.key)) {
        (void)reader_error(
            reader,
            DIAGNOSTIC_KEY_WRONG,
            node,
            (struct phrase){"«%s» — не открытый ключ: нужно 40 знаков Z85",
                            "\"%s\" is no public key: 40 characters of Z85 are needed"},
            text);
        return;
    }
    for (size_t i = 0; i < consent->signer_count; i++) {
        if (memcmp(consent->signers[i].key, signer.key, KEYS_BYTES) == 0) {
            (void)reader_error(
                reader,
                DIAGNOSTIC_SIGNATURES_WRONG,
                node,
                (struct phrase){"у ведомства «%s» тот же ключ подписи, что у другого",
                                "agency \"%s\" has the signing key of another one"},
                node->key);
            return;
        }
    }
    if (consent->signer_count < LIMIT_SIGNERS) {
        consent->signers[consent->signer_count++] = signer;
    }
}
