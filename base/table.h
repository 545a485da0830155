/* Tables for a terminal: columns as wide as their widest cell, Cyrillic counted as one column. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { TABLE_COLUMNS_MAX = 12 };

struct table;

/* heads  column_count titles, borrowed; a title that begins with '>' is right-aligned (mark
 *        removed) */
struct table *table_create(const char *const *heads, size_t column_count);
void table_destroy(struct table **table);
/* Copies the cells; false when memory is out. NULL cells are empty. */
bool table_add(struct table *table, const char *const *cells);
void table_print(const struct table *table, FILE *stream);
/* Columns that a UTF-8 text takes on a terminal. */
size_t table_text_columns(const char *text);

#endif
