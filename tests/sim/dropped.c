/* The drop folders; see dropped.h. */
#include "tests/sim/dropped.h"

#include "base/file.h"
#include "tests/sim/ledger.h"
#include "tests/sim/party.h"
#include "tests/sim/region_set.h"
#include "tests/sim/wraps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 65536, SLOWLY_US = 400000 };

static const char *const sites[] = {"school-7-tatarsk", "clinic-region-1"};
enum { SITES = sizeof(sites) / sizeof(sites[0]) };

void dropped_name_folders(struct sim *sim)
{
    for (size_t i = 0; i < SITES; i++) {
        const int agent = region_set_site(sim->region, sites[i]);
        sim->agents[agent].drop_folder = scratch_path(sim->scratch, i == 0 ? "drop-0" : "drop-1");
    }
}

/* "DROP-FOLDER/in/name" */
static const char *path(const struct sim *sim, int agent, const char *in, const char *name)
{
    return arena_format(sim->arena, "%s/%s/%s", sim->agents[agent].drop_folder, in, name);
}

static const char *name_of(const struct sim *sim, const struct sim_dropped *form)
{
    return arena_format(sim->arena, "f%u.yaml", (unsigned)form->event);
}

/* ---- forms appear -------------------------------------------------------------------------------- */

/* Some of them cannot be accepted. */
static struct bytes make_form(struct sim *sim, struct chance *chance)
{
    const bool good = chance_percent(chance, 80);
    return bytes_of_text(
        arena_format(sim->arena,
                     "территория: %s\nуровень: ТЖС\nнаправление: раннее выявление\n"
                     "основание: обязанность по закону\nпотребности: [быт]\nдети:\n"
                     "  - {фамилия: Примерова-%u, имя: Аня, отчество: Тестовна, "
                     "дата рождения: 2021-04-03}\nобстоятельства: Примерова-семья, холодно.\n",
                     good ? "tatarsky" : "нигде",
                     (unsigned)chance_below(chance, 12)));
}

static void append(const char *to, struct bytes content)
{
    FILE *file = fopen(to, "a");
    if (file == NULL || fwrite(content.data, 1, content.size, file) != content.size ||
        fclose(file) != 0) {
        abort();
    }
}

/* By a rename, or in two writes with some time between. */
static void put(struct sim *sim, const char *to, struct bytes content, bool slowly)
{
    struct error err;
    const size_t half = content.size / 2;
    if (!slowly) {
        const char *aside = arena_format(sim->arena, "%s/written", sim->folder);
        if (!__real_file_write(aside, content, 0600, &err) || !__real_file_move(aside, to, &err)) {
            sim_breach(sim, "the simulator cannot drop: %s", err.text);
        }
        return;
    }
    append(to, bytes_of(content.data, half));
    sim_run(sim, sim->boot_us + SLOWLY_US);
    append(to, bytes_of(content.data + half, content.size - half));
}

void dropped_form(struct sim *sim, struct chance *chance)
{
    const char *site = sites[chance_below(chance, SITES)];
    const int agent = region_set_site(sim->region, site);
    const struct sim_dropped form = {.event = sim->event, .agent = agent};
    const bool slowly = chance_percent(chance, 25);
    const struct bytes content = make_form(sim, chance);
    if (sim->dropped_count == SIM_DROPPED_MAX) {
        return;
    }
    sim->dropped[sim->dropped_count++] = form;
    const char *name = name_of(sim, &form);
    sim_say(sim, "%s: a form is dropped, %s", site, name);
    if (chance_percent(chance, 60)) {
        party_doom(sim, agent, chance_below(chance, 16));
    }
    put(sim, path(sim, agent, "incoming", name), content, slowly);
}

/* ---- what agents do with them -------------------------------------------------------------------- */

bool dropped_has(const struct sim *sim, int agent, const char *file, const char *in)
{
    const char *folder = agent < 0 ? NULL : sim->agents[agent].drop_folder;
    const size_t bytes = folder == NULL ? 0 : strlen(folder);
    return folder != NULL && strncmp(file, folder, bytes) == 0 &&
           strncmp(file + bytes, in, strlen(in)) == 0;
}

/* "… id: UUID …": the id that a report tells. */
static bool told(const struct sim *sim, struct bytes report, struct id128 *id)
{
    static const char label[] = "\nid: ";
    char uuid[ID128_TEXT_MAX] = "";
    const char *text = arena_text_of(sim->arena, report);
    const char *at = text == NULL ? NULL : strstr(text, label);
    return at != NULL && strncat(uuid, at + sizeof(label) - 1, sizeof(uuid) - 1) != NULL &&
           id128_parse(uuid, id);
}

void dropped_written(struct sim *sim, int agent, const char *file, struct bytes content)
{
    struct id128 id;
    if (dropped_has(sim, agent, file, "/done/") && told(sim, content, &id)) {
        ledger_promise(sim->ledger, agent, &id, true);
    }
}

/* ---- judging ------------------------------------------------------------------------------------- */

static size_t count_files(struct sim *sim, int agent, const char *in)
{
    struct error err;
    struct file_names names;
    if (!file_list(path(sim, agent, in, ""), "", sim->arena, &names, &err)) {
        sim_breach(sim, "P1: %s", err.text);
        return 0;
    }
    return names.count;
}

bool dropped_is_empty(struct sim *sim)
{
    size_t waiting = 0;
    for (int i = 0; i < SIM_AGENTS; i++) {
        if (sim->agents[i].drop_folder != NULL) {
            waiting += count_files(sim, i, "incoming") + count_files(sim, i, "taking");
        }
    }
    return waiting == 0;
}

/* Was it called so, alone or with an id before it? A crash may leave both, and a name that was there before the second. */
static bool is_named(const char *file, const char *name)
{
    const size_t bytes = strlen(file);
    const size_t own = strlen(name);
    return bytes >= own && strcmp(file + bytes - own, name) == 0 &&
           (bytes == own || file[bytes - own - 1] == '-');
}

struct reports {
    struct id128 ids[SIM_DROPPED_MAX];
    size_t count;
};

static void read_report(struct sim *sim, int agent, const char *file, struct id128 *first)
{
    struct error err;
    struct bytes content;
    struct id128 id;
    if (!file_read(path(sim, agent, "done", file), FILE_BYTES_MAX, sim->arena, &content, &err)) {
        sim_breach(sim, "P1: %s", err.text);
        return;
    }
    if (strstr((const char *)content.data, "Примерова") != NULL) {
        sim_breach(sim, "P4: the name of a family is in the report of a dropped form");
    }
    if (!told(sim, content, &id)) {
        sim_breach(sim, "P1: the report of a dropped form tells no id");
    } else if (!id128_is_none(first) && !id128_equal(first, &id)) {
        sim_breach(sim, "P3: a dropped form became two referrals");
    }
    *first = id;
}

/* In refused/ with its errors, or in done/ under one id: the form's one end. */
static void judge_form(struct sim *sim,
                       const struct sim_dropped *form,
                       const struct file_names *done,
                       struct reports *reports)
{
    struct id128 id = {{0}};
    struct error err;
    struct bytes there;
    const char *name = name_of(sim, form);
    const char *refused = path(sim, form->agent, "refused", name);
    const char *errors = arena_format(sim->arena, "%s.error", refused);
    for (size_t i = 0; i < done->count; i++) {
        if (is_named(done->items[i], name)) {
            read_report(sim, form->agent, done->items[i], &id);
        }
    }
    const bool back = file_read(refused, FILE_BYTES_MAX, sim->arena, &there, &err);
    const bool explained = file_read(errors, FILE_BYTES_MAX, sim->arena, &there, &err);
    if (id128_is_none(&id) == !back || back != explained) {
        sim_breach(sim,
                   "P1: of the dropped form %s there is %s report, %s form and %s errors",
                   name,
                   id128_is_none(&id) ? "no" : "a",
                   back ? "a refused" : "no refused",
                   explained ? "its" : "no");
    }
    reports->ids[reports->count] = id;
    reports->count += back ? 0 : 1;
}

static bool is_reported(const struct reports *reports, const struct id128 *id)
{
    for (size_t i = 0; i < reports->count; i++) {
        if (id128_equal(&reports->ids[i], id)) {
            return true;
        }
    }
    return false;
}

void dropped_judge(struct sim *sim)
{
    struct reports reports = {.count = 0};
    struct file_names done[SIM_AGENTS];
    struct error err;
    struct id128 id;
    arena_reset(sim->arena);
    for (int i = 0; i < SIM_AGENTS; i++) {
        if (sim->agents[i].drop_folder != NULL &&
            !file_list(path(sim, i, "done", ""), "", sim->arena, &done[i], &err)) {
            sim_breach(sim, "P1: %s", err.text);
            return;
        }
    }
    for (size_t i = 0; i < sim->dropped_count && !sim->broken; i++) {
        judge_form(sim, &sim->dropped[i], &done[sim->dropped[i].agent], &reports);
    }
    for (size_t i = 0; ledger_referral(sim->ledger, i, &id) && !sim->broken; i++) {
        if (!is_reported(&reports, &id) && !ledger_was_asked(sim->ledger, &id)) {
            sim_breach(sim, "P3: a referral was stored that nobody gave, or a form twice");
        }
    }
}
