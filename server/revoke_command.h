/* revoke_command - `countersign certificate revoke`: has the running server revoke a certificate,
 * here and at the vendor that issued it (server/admin_certificate.h). */
#ifndef COUNTERSIGN_SERVER_REVOKE_COMMAND_H
#define COUNTERSIGN_SERVER_REVOKE_COMMAND_H

/* argv[1] is "revoke". The exit status. */
int revoke_command_run(int argc, char **argv);

#endif
