/* Rows typed by hand. */
#include "tests/support/small_region.h"

#include <stdio.h>
#include <stdlib.h>

enum { CASE = 1 << ROLE_CASE_CURATOR, DUTY = 1 << ROLE_DUTY_CURATOR };
enum {
    CHIEF = 1 << ROLE_INTAKE_CURATOR | 1 << ROLE_SUPERVISOR | 1 << ROLE_COORDINATOR |
            1 << ROLE_ADMINISTRATOR
};

static const char *in_region[] = {"region"};
static const char *in_north[] = {"north"};
static const char *in_south[] = {"south"};
static const char *case_work[] = {"case-work"};

#define AGENCY(n, name, its_kind, where)                                                           \
    {                                                                                              \
        .kind = DIRECTORY_AGENCY, .number = (n), .id = (name), .title_ru = (name),                 \
        .title_en = (name), .agency_kind = (its_kind), .ownership = OWNERSHIP_STATE,               \
        .home_site = name "-1", .territories = (where), .territory_count = 1                       \
    }
#define SITE(n, name)                                                                              \
    {                                                                                              \
        .kind = DIRECTORY_SITE, .number = (n), .id = name "-1", .title_ru = (name),                \
        .title_en = (name), .agency = (name)                                                       \
    }
#define DESK(n, its_desk, name)                                                                    \
    {                                                                                              \
        .kind = DIRECTORY_DESK, .number = (n), .id = name "/social/region", .desk = (its_desk),    \
        .agency = "social", .territory = "region"                                                  \
    }

static const struct directory_row rows[SMALL_REGION_ROWS] = {
    {.kind = DIRECTORY_TERRITORY,
     .number = 1,
     .id = "region",
     .title_ru = "Область",
     .title_en = "Region",
     .zone = "nsk"},
    {.kind = DIRECTORY_TERRITORY,
     .number = 2,
     .id = "north",
     .title_ru = "Север",
     .title_en = "North",
     .parent = "region"},
    {.kind = DIRECTORY_TERRITORY,
     .number = 3,
     .id = "south",
     .title_ru = "Юг",
     .title_en = "South",
     .parent = "region"},
    {.kind = DIRECTORY_TERRITORY,
     .number = 4,
     .id = "village",
     .title_ru = "Село",
     .title_en = "Village",
     .parent = "south"},
    AGENCY(1, "social", AGENCY_KIND_SOCIAL, in_region),
    AGENCY(2, "centre", AGENCY_KIND_SOCIAL, in_south),
    AGENCY(3, "police-north", AGENCY_KIND_POLICE, in_north),
    AGENCY(4, "guardianship", AGENCY_KIND_GUARDIANSHIP, in_region),
    AGENCY(5, "ngo", AGENCY_KIND_NGO, in_region),
    SITE(1, "social"),
    SITE(2, "centre"),
    SITE(3, "police-north"),
    SITE(4, "guardianship"),
    SITE(5, "ngo"),
    {.kind = DIRECTORY_WORKER,
     .number = 1,
     .id = "lead-region",
     .title_ru = "куратор, область",
     .title_en = "curator, region",
     .site = "social-1",
     .roles = CASE,
     .capacity = 40,
     .training = case_work,
     .training_count = 1},
    {.kind = DIRECTORY_WORKER,
     .number = 2,
     .id = "lead-centre",
     .title_ru = "куратор, центр",
     .title_en = "curator, centre",
     .site = "centre-1",
     .roles = CASE,
     .capacity = 20,
     .training = case_work,
     .training_count = 1},
    {.kind = DIRECTORY_WORKER,
     .number = 3,
     .id = "duty-region",
     .title_ru = "дежурный",
     .title_en = "on duty",
     .site = "social-1",
     .roles = DUTY,
     .capacity = 100},
    {.kind = DIRECTORY_WORKER,
     .number = 4,
     .id = "untrained-centre",
     .title_ru = "новичок",
     .title_en = "beginner",
     .site = "centre-1",
     .roles = CASE,
     .capacity = 10},
    {.kind = DIRECTORY_WORKER,
     .number = 5,
     .id = "chief",
     .title_ru = "начальник",
     .title_en = "chief",
     .site = "social-1",
     .roles = CHIEF},
    {.kind = DIRECTORY_SERVICE,
     .number = 1,
     .id = "flat",
     .title_ru = "квартира",
     .title_en = "flat",
     .agency = "ngo",
     .needs = 1 << NEED_HOUSING,
     .ages = 1 << AGE_0_1,
     .capacity = 3},
    DESK(1, DESK_TRIAGE, "triage"),
    DESK(2, DESK_SUPERVISOR, "supervisor"),
    DESK(3, DESK_COORDINATOR, "coordinator"),
    {.kind = DIRECTORY_KEY,
     .number = 1,
     .id = "social-1/key",
     .site = "social-1",
     .curve = {1},
     .sealing = {2}},
};

const struct directory_row *small_region_rows(void)
{
    return rows;
}

struct directory *small_region_directory(void)
{
    struct directory *directory = NULL;
    struct error err;

    if (!directory_create(&directory, rows, NULL, SMALL_REGION_ROWS, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    return directory;
}

struct policy *small_region_policy(const char *text,
                                   const struct directory *directory,
                                   struct arena *arena,
                                   struct finding_list *findings)
{
    struct policy_context context = {.directory = directory};
    struct error_list errors = {.count = 0};
    struct policy *policy = NULL;
    struct yaml_file file;

    if (!yaml_tree_parse("policy.yaml", bytes_of_text(text), arena, &file, &errors)) {
        fprintf(stderr, "%s\n", errors.items[0].text);
        exit(1);
    }
    return policy_read(&policy, &file, 1, &context, findings) ? policy : NULL;
}

const char *small_region_calendar(void)
{
    return "zones: [{id: nsk, offsets: [{from: 2016-07-24, utc: \"+07:00\"}]}]\n"
           "work: {days: [mon, tue, wed, thu, fri], from: \"09:00\", to: \"18:00\"}\n";
}
