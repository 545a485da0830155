/* A region's folder, read, checked and compiled in this process: what commands about a policy ask without a broker. */
#ifndef CTL_REGION_FOLDER_H
#define CTL_REGION_FOLDER_H

#include "agents/ctl/run.h"
#include "policy/region.h"

/* path  the folder or its broker.yaml; NULL: here. Mistakes are printed as `policy check` prints them, and err says how
 *       many there are; a requirement that does not hold is none, because nothing is put in force. The caller destroys
 *       *out with region_destroy. */
bool region_folder_open(struct run *run, const char *path, struct region **out, struct error *err)
    __attribute__((warn_unused_result));
/* The number of a row that a person named by its id. 0: there is none, err (DATA) has the nearest. */
uint32_t region_folder_find(const struct screen *screen,
                            const struct directory *directory,
                            enum directory_kind kind,
                            const char *id,
                            struct error *err);

#endif
