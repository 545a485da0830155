/* The files of one configuration while they are read and checked; only source*.c include this. */
#ifndef POLICY_SOURCE_SET_H
#define POLICY_SOURCE_SET_H

#include "base/file.h"
#include "policy/reader.h"
#include "policy/source.h"

/* Where a row was written. */
struct source_place {
    const struct yaml_file *file;
    const struct yaml_node *node;
};

struct source_set {
    struct arena *arena;
    struct finding_list findings;
    int64_t now_us;
    const struct policy_file *given; /* NULL: they are read from the disk */
    size_t given_count;
    struct yaml_file broker;
    struct yaml_file calendar_file;
    struct yaml_file directory_files[SOURCE_FILES_MAX];
    size_t directory_file_count;
    struct yaml_file policy_files[SOURCE_FILES_MAX];
    size_t policy_file_count;
    struct yaml_file broken[2 * SOURCE_FILES_MAX]; /* read, but no YAML: for their lines */
    size_t broken_count;
    bool desks_doubtful; /* a desk was left out for its mistakes */
    bool unproven;       /* the requirements are not asked about */
    /* Rows carry numbers in the order of the files until they leave as a proposal. */
    struct directory_row *rows;
    struct source_place *places;
    size_t row_count;
    uint32_t counts[DIRECTORY_END];
    struct directory *directory; /* the rows as far as they fit together */
    struct calendar *calendar;   /* NULL: it has errors */
};

/* source_file.c: files of the disk, or those given. */
bool source_set_read_file(const struct source_set *set,
                          const char *path,
                          struct bytes *content,
                          struct error *err);
bool source_set_is_folder(const struct source_set *set, const char *path);
/* The *.yaml files that stand directly in it. */
bool source_set_list_files(const struct source_set *set,
                           const char *path,
                           struct file_names *names,
                           struct error *err);
/* What was read, into the report. */
void source_set_tell_files(const struct source_set *set, struct source_report *report);
/* source_rows.c: all lists of the directory's files into rows. */
void source_set_read_rows(struct source_set *set);
/* source_check.c: do the rows fit together? Uses the draft directory. */
void source_set_check_rows(struct source_set *set);
/* source_reach.c: does anybody decide where an agency escalates to, and is a worker or a service within its agency's
 * territories? */
void source_set_check_escalation(struct source_set *set, size_t row);
void source_set_check_reach(struct source_set *set, size_t row);
/* source_key.c: keys of sites, and one administrator that can be reached. */
void source_set_check_keys(struct source_set *set);
/* source_service.c: is there a service for every need, everywhere? */
void source_set_check_services(struct source_set *set);
/* The place of a row's value, or of the row when it has no such key. */
struct text_pos source_set_at(const struct source_set *set, size_t row, const char *key);
/* The place of one id of a row's list, or of the list. */
struct text_pos
source_set_item_at(const struct source_set *set, size_t row, const char *key, const char *id);
/* Where broker.yaml names a file; the file's first line when it does not. */
struct text_pos source_set_named_at(const struct source_set *set, const char *key);
/* Index of the row with that number. */
size_t source_set_row_of(const struct source_set *set, enum directory_kind kind, uint32_t number);

#endif
