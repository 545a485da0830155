/* Word to the service manager: one datagram, by hand, so that no library of it is needed.
 *
 * Source: sd_notify(3), the protocol of the variable NOTIFY_SOCKET. */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

/* path   value of NOTIFY_SOCKET; NULL: nobody listens
 * state  "READY=1" and the like; failures are nobody's business */
void notify_say(const char *path, const char *state);

#endif
