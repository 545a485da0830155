/* The closed table of first names that are one name: short forms, spellings, and forms for both genders of a
 * name whose short form does not tell them apart.
 *
 * It is part of the matching recipe: another table gives other keys, so it changes only together with the
 * epoch of the region's matching secret. Short forms that belong to several unrelated names (Слава,
 * Мила, Сеня, Тима, Ася, Гоша) are left as they are: a wrong strong match joins two families, a missed one
 * still has the weak keys.
 */
#ifndef PROTO_FAMILY_NAME_H
#define PROTO_FAMILY_NAME_H

/* name    normalised (family_key_normalise)
 * Returns the name that stands for its group, or name itself; static or borrowed.
 */
const char *family_name_of(const char *name);

#endif
