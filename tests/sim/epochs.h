/* Rotations of the disclosure epoch, by the real tool (`refbrokerd rotate`) beside a broker that works: the tool is a party
 * of its own, which may die at whatever it does to the key files, and is run again, much later.
 *
 *     region's key ── copied ──► disclosure.key of this run ◄── rotate_run ──► tool socket of the broker
 */
#ifndef TESTS_SIM_EPOCHS_H
#define TESTS_SIM_EPOCHS_H

#include "tests/sim/sim.h"

/* The run's own key files. */
void epochs_open(struct sim *sim);
/* Somebody runs the tool: a rotation begins, or one that broke off is gone on with. */
void epochs_rotate(struct sim *sim, struct chance *chance);
/* At the end: one that was begun is brought to its end. */
void epochs_settle(struct sim *sim);
/* Every key that is sealed is sealed to an epoch whose secret there is. */
void epochs_judge_held(struct sim *sim);
/* At the end: what lives opens with the present secret, and with none of the former ones. */
void epochs_judge(struct sim *sim);

#endif
