/* The simulator: a broker and the agents of a region in one process and one thread, with the turns that are shipped,
 * real stores in memory, a virtual clock and a virtual network. What happens is drawn from one seed.
 *
 *     seed ── event 1, event 2, … ──► operators, faults, reloads, time
 *                                          │
 *                 parties run the turns that are due, any of them may die at any effect
 *                                          │
 *                 ledger and verdicts: what was promised is compared with what is
 *
 * For tests only: an operating failure of the simulator itself ends the program.
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "agents/daemon/agent.h"
#include "base/hash.h"
#include "broker/daemon/loop.h"
#include "tests/sim/chance.h"
#include "tests/sim/network.h"
#include "tests/support/scratch.h"

#include <dirent.h>
#include <setjmp.h>

enum {
    SIM_AGENTS = 10,
    SIM_WORKERS_MAX = 8,
    SIM_BREACH_BYTES = 600,
    SIM_NOBODY = -2,
    SIM_TOOL = -3, /* refbrokerd rotate */
    SIM_PATH_BYTES = 256
};

struct sim_region; /* region_set.h */
struct ledger;

enum { SIM_ARENAS_MAX = 256, SIM_MEMORIES = 16, SIM_ID_BYTES = 48, SIM_CASES_MAX = 4096 };
enum { SIM_DROPPED_MAX = 256, SIM_EPOCHS_MAX = 8 };

struct sim_epochs {     /* epochs.h */
    const char *secret; /* the broker's key file */
    const char *given;  /* the public half, as sites have it */
    uint32_t present;   /* as the files say */
    uint32_t old;       /* 0: none is held */
    uint32_t over;      /* the secrets up to this one are destroyed */
    struct key32 secrets[SIM_EPOCHS_MAX];
    bool anyway; /* the tool that runs does not wait for sites */
    struct tool_client *client;
    int64_t gives_up_us;
    jmp_buf escape;
};

struct sim_logbook { /* logbook.h */
    FILE *stream;
    char *text;
    size_t bytes;
    bool alarmed[SIM_CASES_MAX];
};

/* An offer that an operator remembers. */
struct sim_memory {
    int agent; /* its index + 1; 0: nothing */
    struct id128 offer;
    uint64_t token;
    char worker[SIM_ID_BYTES];
};

/* A form that was sent: the same numbers make it again. */
struct sim_sent {
    bool used;
    uint64_t event;
    struct chance chance;
};

/* A form that was put into a drop folder, under its event's name. */
struct sim_dropped {
    uint64_t event;
    int agent;
};

struct sim_agent {
    const char *site;
    const char *workers[SIM_WORKERS_MAX];
    size_t worker_count;
    uint32_t number; /* in the directory; 0 before the first configuration */
    uint8_t key[KEYS_BYTES];
    struct agent_config config;
    struct agent_config_person people[SIM_WORKERS_MAX];
    struct clock *clock;
    struct agent agent;
    bool up;
    int64_t wake_us; /* its next turn; when down: its next start */
    uint32_t stores; /* that it lost */
    char store[SIM_PATH_BYTES];
    bool copied;             /* there is a copy of its store */
    const char *drop_folder; /* NULL: it has none */
};

struct sim {
    uint64_t seed;
    int plant;               /* which planted bug lives; 0: none */
    bool planted;            /* the bug's own memory: there is an older journal */
    bool forgotten;          /* likewise: the next question is answered wrongly */
    bool tell;               /* what happens, on stderr */
    struct scratch *scratch; /* of this seed */
    const char *folder;
    const char *broker_store;
    const struct sim_region *region;
    int64_t boot_us; /* every party's boot clock */
    struct network *network;
    struct chance chance; /* of whatever is no event's own */
    struct sim_agent agents[SIM_AGENTS];
    struct clock *clock; /* the broker's */
    struct broker *broker;
    bool up;
    struct {
        struct arena *arena;
        int party;
    } arenas[SIM_ARENAS_MAX]; /* alive, and whose */
    DIR *listed;              /* a folder that a party is reading */
    struct journal *journal;  /* open now; also while the broker still starts */
    struct store *store;
    struct loop_pace pace;
    int64_t wake_us;
    uint64_t starts; /* of the broker */
    bool disk_low;
    struct sim_epochs epochs;
    struct sim_dropped dropped[SIM_DROPPED_MAX];
    size_t dropped_count;
    bool backed_up;         /* there is a backup of this life */
    uint32_t restored;      /* how often the broker came back from one */
    uint32_t crowded;       /* the site whose outbox has little room; 0: none */
    bool away_forgotten;    /* a planted bug's */
    bool overfull;          /* as if it had more lines than it may */
    int64_t reader_us;      /* when the child that reads a proposal answers */
    uint32_t administrator; /* their number in the directory */
    struct log *log;
    struct sim_logbook logbook;
    struct arena *arena; /* the simulator's own, reset between events */
    struct ledger *ledger;
    struct sim_memory memory[SIM_MEMORIES];
    struct sim_sent sent[SIM_MEMORIES];
    struct hash trace;
    uint64_t event;
    uint64_t turns;
    /* Who runs now, and how many more effects it lives. */
    int running;
    int doomed;
    uint32_t effects_left;
    jmp_buf escape;
    bool broken;
    char breach[SIM_BREACH_BYTES];
};

/* One breach is enough: the first is kept. */
void sim_breach(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_say(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- time (sim_time.c) ----------------------------------------------------------------------------- */

/* Whatever is due until then happens, in its order. */
void sim_run(struct sim *sim, int64_t until_us);
/* Hours pass in which the agents sleep; the broker takes a turn each stride. */
void sim_leap(struct sim *sim, int64_t until_us, int64_t stride_us);

/* ---- one run (sim.c) ------------------------------------------------------------------------------- */

struct sim_options {
    uint64_t seed;
    uint32_t events;
    int plant;
    bool tell;
    const bool *left_out; /* by event; NULL: none */
};
struct sim_result {
    bool broken;
    uint64_t event; /* at which it broke */
    uint64_t turns;
    uint8_t digest[32];
    char breach[SIM_BREACH_BYTES];
};
/* The region is loaded once a process. */
struct sim_region *sim_load(const char *root);
void sim_unload(struct sim_region **region);
void sim_play(const struct sim_region *region,
              const struct sim_options *options,
              struct sim_result *result);

#endif
