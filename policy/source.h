/* The files that administrators edit, read and checked as one set.
 *
 * broker.yaml names the others; what it says of the process itself (listen, keys, store) is only checked here.
 * Everything wrong in the whole set is reported in one run, with file, line and column. What comes out is a proposal:
 * rows without numbers, texts, ready for the journal.
 */
#ifndef POLICY_SOURCE_H
#define POLICY_SOURCE_H

#include "policy/diagnostic.h"
#include "policy/region.h"
#include "proto/message.h"

#include <stdio.h>

enum { SOURCE_DIAGNOSTICS_MAX = 256, SOURCE_FILES_MAX = 64 };

/* One finding. severity: errors refuse the set, warnings do not. */
struct source_diagnostic {
    enum diagnostic code;
    bool warning;
    struct text_pos at;
    struct phrase text;
    const char *line; /* the source line, for the caret; NULL: none */
};

struct source_report {
    struct source_diagnostic items[SOURCE_DIAGNOSTICS_MAX];
    size_t count;
    size_t errors;
    size_t warnings;
    /* What was read, by the names that source_load_files takes; broker.yaml is the first. */
    struct policy_file files[LIMIT_PROPOSAL_FILES];
    size_t file_count;
};

/* path  broker.yaml, or a folder that holds one. On success *input is a valid proposal (version 0) in the arena.
 * False: report->errors > 0. now_us: for "this key is over", "this year has no calendar". */
bool source_load(const char *path,
                 int64_t now_us,
                 struct arena *arena,
                 struct region_input *input,
                 struct source_report *report) __attribute__((warn_unused_result));
/* The same without the proof of the requirements: for questions about a set that nobody puts in force. A set whose
 * requirements are broken can be explained, tested and compared until they hold. */
bool source_load_unproven(const char *path,
                          int64_t now_us,
                          struct arena *arena,
                          struct region_input *input,
                          struct source_report *report) __attribute__((warn_unused_result));
struct source_reading {
    int64_t now_us;
    struct arena *arena;
};
/* The same of files that somebody sent: no other file is opened, whatever they name. The first is broker.yaml. */
bool source_load_files(const struct policy_file *files,
                       size_t file_count,
                       const struct source_reading *reading,
                       struct region_input *input,
                       struct source_report *report) __attribute__((warn_unused_result));
/* A proposal that was put together from what is in force: checked and proven as if it came from files. Places are known in
 * its texts only. *report names no files. */
bool source_recheck(const struct region_input *input,
                    const struct source_reading *reading,
                    struct source_report *report) __attribute__((warn_unused_result));
/* A proposal compiled on its own, with numbers in the order of the files: for checks and questions without a broker. */
bool source_compile(const struct region_input *input,
                    struct arena *arena,
                    struct region **out,
                    struct error_list *errors) __attribute__((warn_unused_result));
/* "file:line:column: error P012: text", the source line and a caret under it, what to do (once a code). */
void source_print(const struct source_report *report, enum language language, FILE *stream);

#endif
