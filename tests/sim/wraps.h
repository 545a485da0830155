/* Functions of the product that the simulator stands before, by the linker's --wrap: calls of X come to __wrap_X, and
 * __real_X is X. The product's own objects are the ones that are shipped; the Makefile finds the names in the sources.
 *
 * Three uses: the network instead of sockets, the moments at which a process may die, and planted bugs.
 */
#ifndef TESTS_SIM_WRAPS_H
#define TESTS_SIM_WRAPS_H

#include "agents/core/drop_name.h"
#include "agents/daemon/agent.h"
#include "agents/daemon/resend.h"
#include "agents/store/kept.h"
#include "agents/store/mirror.h"
#include "agents/store/own_referrals.h"
#include "agents/store/spool.h"
#include "broker/core/fold.h"
#include "broker/core/offer.h"
#include "broker/core/permission.h"
#include "broker/core/plans.h"
#include "broker/core/turn.h"
#include "broker/core/workforce.h"
#include "broker/daemon/books.h"
#include "broker/daemon/rotation.h"
#include "broker/daemon/tool_client.h"
#include "broker/journal/journal.h"
#include "broker/keeper.h"
#include "broker/regions.h"
#include "broker/session/quota.h"
#include "broker/session/session.h"
#include "broker/store/store.h"

#include "policy/source.h"

#include <dirent.h>
#include <sys/statvfs.h>

#define WRAPS_OF(type, name, ...)                                                                  \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

/* network_sockets.c */
WRAPS_OF(bool, link_context_create, struct link_context **out, struct error *err);
WRAPS_OF(void, link_context_destroy, struct link_context **context);
WRAPS_OF(bool,
         link_server_create_curve,
         struct link_server **out,
         struct link_context *context,
         const char *endpoint,
         const struct key32 *secret,
         struct error *err);
WRAPS_OF(const char *, link_server_endpoint, const struct link_server *server);
WRAPS_OF(void,
         link_server_set_admission,
         struct link_server *server,
         link_admit *admit,
         void *world);
WRAPS_OF(bool,
         link_server_create_ipc,
         struct link_server **out,
         struct link_context *context,
         const char *endpoint,
         unsigned mode,
         struct error *err);
WRAPS_OF(void, link_server_destroy, struct link_server **server);
WRAPS_OF(enum link_received,
         link_server_receive,
         struct link_server *server,
         struct link_frame *out);
WRAPS_OF(enum link_sent,
         link_server_send,
         struct link_server *server,
         const struct link_peer *peer,
         struct bytes body);
WRAPS_OF(void, link_server_cut, struct link_server *server, const struct link_peer *peer);
WRAPS_OF(size_t,
         link_server_unsent,
         const struct link_server *server,
         const struct link_peer *peer);
WRAPS_OF(bool, link_server_take_cut, struct link_server *server, struct link_peer *peer);
WRAPS_OF(bool,
         link_client_create,
         struct link_client **out,
         struct link_context *context,
         const char *endpoint,
         const struct link_keys *keys,
         struct error *err);
WRAPS_OF(void, link_client_destroy, struct link_client **client);
WRAPS_OF(enum link_received, link_client_receive, struct link_client *client, struct bytes *body);
WRAPS_OF(enum link_sent, link_client_send, struct link_client *client, struct bytes body);
WRAPS_OF(bool, link_client_take_loss, struct link_client *client);
WRAPS_OF(bool,
         link_wait,
         struct link_context *context,
         struct link_wait *items,
         size_t count,
         int64_t wait_ms,
         struct error *err);

/* effect.c: where a process may die, and what the ledger learns */
WRAPS_OF(bool,
         journal_begin,
         struct journal *journal,
         const struct journal_record *record,
         struct error *err);
WRAPS_OF(bool, journal_finish, struct journal *journal, struct journal_end *end, struct error *err);
WRAPS_OF(struct arena *, arena_create, size_t bytes_max);
WRAPS_OF(void, arena_destroy, struct arena **arena);
WRAPS_OF(bool, journal_open, struct journal **out, const char *folder, struct error *err);
WRAPS_OF(void, journal_close, struct journal **journal);
WRAPS_OF(bool,
         store_open,
         struct store **out,
         const char *folder,
         uint64_t map_bytes_max,
         struct error *err);
WRAPS_OF(void, store_close, struct store **store);
WRAPS_OF(bool, store_commit, struct store *store, struct error *err);
WRAPS_OF(bool, store_commit_start, struct store *store, struct error *err);
WRAPS_OF(bool, store_commit_finish, struct store *store, struct error *err);
WRAPS_OF(void, store_abort, struct store *store);
WRAPS_OF(bool, agent_store_commit, struct agent_store *store, struct error *err);
WRAPS_OF(void,
         fold_fact,
         struct store *store,
         struct arena *arena,
         const struct entry *entry,
         const struct fact *fact,
         const struct fold_place *place);
WRAPS_OF(DIR *, opendir, const char *name);
WRAPS_OF(int, closedir, DIR *folder);
WRAPS_OF(int, statvfs, const char *path, struct statvfs *out);
WRAPS_OF(bool,
         file_write,
         const char *path,
         struct bytes content,
         unsigned mode,
         struct error *err);
WRAPS_OF(bool, file_move, const char *from, const char *to, struct error *err);
WRAPS_OF(int, unlink, const char *name);
WRAPS_OF(bool, signals_open, struct signals **out, struct error *err);
WRAPS_OF(void, signals_close, struct signals **signals);

/* reader.c: what a proposal's files say */
WRAPS_OF(bool,
         source_load_files,
         const struct policy_file *files,
         size_t file_count,
         const struct source_reading *reading,
         struct region_input *input,
         struct source_report *report);
WRAPS_OF(bool,
         source_recheck,
         const struct region_input *input,
         const struct source_reading *reading,
         struct source_report *report);
WRAPS_OF(long, sysconf, int name);

/* epochs.c: the world of refbrokerd rotate */
WRAPS_OF(bool,
         tool_client_open,
         struct tool_client **out,
         const char *folder,
         const char *place,
         struct error *err);
WRAPS_OF(void, tool_client_close, struct tool_client **client);
WRAPS_OF(bool,
         tool_client_ask,
         struct tool_client *client,
         struct bytes request,
         struct bytes *out,
         struct error *err);
WRAPS_OF(bool, tool_client_pause, struct tool_client *client, int64_t ms, struct error *err);
WRAPS_OF(bool,
         keys_write,
         const char *path,
         enum keys_kind kind,
         const struct key32 *key,
         const char *comment,
         struct error *err);
WRAPS_OF(int, link, const char *from, const char *to);

/* trouble.c */
WRAPS_OF(struct site_record, store_site, struct store *store, uint32_t site);

/* plant.c: where bugs are planted */
WRAPS_OF(bool,
         store_referral,
         struct store *store,
         const struct id128 *id,
         struct referral_record *out);
WRAPS_OF(struct reply,
         turn_command,
         struct turn *turn,
         uint32_t site,
         const struct command *command);
WRAPS_OF(void, turn_emit, struct turn *turn, const struct fact *fact);
WRAPS_OF(void, turn_acknowledge, struct turn *turn, uint32_t site, enum lane lane, uint64_t number);
WRAPS_OF(size_t, turn_deadlines, struct turn *turn, size_t most, int64_t *next_due_us);
WRAPS_OF(void, store_put_timer, struct store *store, const struct timer_record *timer);
WRAPS_OF(void,
         store_put_worker,
         struct store *store,
         uint32_t worker,
         const struct worker_record *record);
WRAPS_OF(void,
         store_put_line,
         struct store *store,
         uint32_t site,
         enum lane lane,
         const struct line_record *record);
WRAPS_OF(void,
         store_put_decision,
         struct store *store,
         const struct id128 *case_id,
         uint32_t index,
         int64_t at_us,
         struct bytes coded);
WRAPS_OF(enum permission_verdict,
         permission_command,
         const struct core *core,
         uint32_t worker,
         enum command_kind command,
         const struct permission_subject *subject);
WRAPS_OF(void, plans_withdraw, struct hearing *hearing);
WRAPS_OF(bool,
         regions_input,
         struct store *store,
         uint32_t version,
         struct arena *arena,
         struct region_input *out,
         struct error *err);
WRAPS_OF(bool,
         store_sealing_key,
         struct store *store,
         const struct directory *directory,
         uint32_t site,
         int64_t now_us,
         uint8_t sealing[KEYS_BYTES]);
WRAPS_OF(bool, quota_take, struct quota *quota, const struct quota_rate *rate, int64_t now_us);
WRAPS_OF(enum session_handshake,
         session_handshake,
         struct session_table *table,
         const struct session_world *world,
         uint32_t site);
WRAPS_OF(void,
         session_step,
         struct session_table *table,
         const struct session_world *world,
         const struct session_event *event,
         struct session_effects *effects);
WRAPS_OF(enum candidate_reason,
         workforce_absence,
         const struct turn *turn,
         const struct worker_record *record);
WRAPS_OF(void, turn_erase_key, struct turn *turn, const struct id128 *referral);
WRAPS_OF(void, kept_drop, struct agent_store *store, const struct id128 *referral);
WRAPS_OF(bool, drop_name_parse_taken, const char *taken, struct id128 *id, const char **name);
WRAPS_OF(enum keeper_renewal,
         keeper_renew,
         const struct keeper *keeper,
         struct arena *arena,
         struct journal_key *key);
WRAPS_OF(void, rotation_describe, const struct broker *broker, struct rotation_state *out);
WRAPS_OF(void, resend_welcomed, struct agent *agent, uint64_t life);
WRAPS_OF(void, offer_accept, struct hearing *hearing);
WRAPS_OF(uint32_t,
         directory_site_of_key,
         const struct directory *directory,
         const uint8_t curve[KEYS_BYTES],
         int64_t now_us);
WRAPS_OF(bool,
         spool_frame,
         struct agent_store *store,
         enum lane lane,
         uint64_t number,
         struct arena *arena,
         struct bytes *frame);
WRAPS_OF(void, store_put_referral, struct store *store, const struct referral_record *record);
WRAPS_OF(void, mirror_drop_missing, struct agent_store *store, struct arena *arena);
WRAPS_OF(void,
         own_referrals_settle,
         struct agent_store *store,
         const struct id128 *id,
         const struct reply *reply,
         int64_t now_us,
         struct arena *arena);

#endif
