/* Syncing, replaced by nothing in the simulator's program. */
#ifndef TESTS_SIM_SYNC_H
#define TESTS_SIM_SYNC_H

int fsync(int fd);
int fdatasync(int fd);

#endif
