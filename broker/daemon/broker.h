/* The broker's process as one object, and what its parts do to it. loop.c drives them; main.c wires them. */
#ifndef BROKER_DAEMON_BROKER_H
#define BROKER_DAEMON_BROKER_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/link.h"
#include "base/log.h"
#include "base/number_set.h"
#include "base/signals.h"
#include "broker/core/core.h"
#include "broker/core/timekeeper.h"
#include "broker/core/turn.h"
#include "broker/daemon/books.h"
#include "broker/daemon/configuration.h"
#include "broker/daemon/postbag.h"
#include "broker/daemon/rotation.h"
#include "broker/daemon/settings.h"
#include "broker/daemon/tool_socket.h"
#include "broker/keeper.h"
#include "broker/regions.h"
#include "broker/session/quota.h"
#include "broker/session/session.h"

struct broker {
    struct settings settings;
    struct log *log;
    struct clock *clock;
    struct arena *program; /* never reset */
    struct arena *arena;   /* the turn's */
    struct books books;
    struct regions regions;
    struct core core; /* borrows from books and regions */
    struct keeper *keeper;
    struct rotation rotation;
    int64_t keys_asked_us; /* boot clock: when a site knew of an epoch that is not known here */
    struct timekeeper time;
    int64_t boot_us; /* boot clock of this turn */
    int64_t started_us;
    struct session_table *sessions;
    struct quota strangers; /* frames of keys that are valid no more */
    struct postbag postbag;
    struct configuration configuration;
    struct signals *signals;
    struct link_context *context;
    struct link_server *server;
    struct tool_socket tools;
    char endpoint[LINK_ENDPOINT_MAX];
    struct number_set *due; /* sites that may have something to be sent */
    bool tick_now; /* the directory changed: look at every session's key before anything is sent */
};

/* Reads both clocks; tells when the wall clock begins or ends to be doubted. */
void broker_read_time(struct broker *broker);
/* What a session's step may look at, now. */
struct session_world broker_session_world(const struct broker *broker);
/* core->region and core->older point into regions again. */
void broker_use_regions(struct broker *broker);

#endif
