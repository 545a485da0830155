/* Ages of children; see form_age.h. */
#include "agents/core/form_age.h"

int32_t form_age_years(const struct utc_civil *born, const struct utc_civil *today)
{
    bool before_birthday =
        today->month < born->month || (today->month == born->month && today->day < born->day);
    return today->year - born->year - (before_birthday ? 1 : 0);
}

enum age form_age_band(int32_t years)
{
    static const struct {
        int32_t most;
        enum age band;
    } BANDS[] = {{0, AGE_0_1}, {2, AGE_1_3}, {3, AGE_3_4}, {6, AGE_4_6}, {13, AGE_7_13}};
    for (size_t i = 0; i < sizeof BANDS / sizeof BANDS[0]; i++) {
        if (years <= BANDS[i].most) {
            return BANDS[i].band;
        }
    }
    return AGE_14_17;
}
