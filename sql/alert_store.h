/* What was told about domains, and what waits to be told. */
#pragma once

#include "sql/db.h"

/* Whether this connection is now the only one that tells; it stays so until it ends.  False without
   error: another is. */
bool alert_lock(struct db *db, GError **error);

/* The domains that are watched. */
bool alert_domains(
	struct db *db, void (*each)(void *user, const char *domain), void *user, GError **error);

/* When domains were looked at last, those that ever were. */
bool alert_looks(struct db *db, void (*each)(void *user, const char *domain, int64_t last_at),
	void *user, GError **error);

/* What was told; all texts live only while each runs. */
bool alert_told(struct db *db, const char *domain,
	bool (*each)(void *user, const char *kind, const char *subject, const char *state,
		int64_t since),
	void *user, GError **error);

bool alert_put(struct db *db, const char *domain, const char *kind, const char *subject,
	const char *state, int64_t since, GError **error);
bool alert_drop(
	struct db *db, const char *domain, const char *kind, const char *subject, GError **error);

struct alert_notice {
	const char *domain; /* "": about no single one */
	const char *id;     /* with the domain, unique */
	int64_t made_at;
	const char *severity;             /* "info", "warn", "block" */
	const char *title, *words, *body; /* for a subject, a message, a program (JSON) */
	const char *html;                 /* the message as a page; NULL: none */
	int64_t attempts;                 /* that failed */
};

/* Has it told by a outlet; one with that id is left as it is. */
bool alert_add(
	struct db *db, const struct alert_notice *notice, const char *outlet, GError **error);

/* What is due by a outlet, oldest first, some hundred at most: of a domain nothing before what is
   older and waits for another try.  Texts live only while each runs. */
bool alert_due(struct db *db, const char *outlet, int64_t now,
	bool (*each)(void *user, const struct alert_notice *notice), void *user, GError **error);

bool alert_sent(struct db *db, const char *domain, const char *id, const char *outlet, int64_t at,
	GError **error);
bool alert_failed(struct db *db, const char *domain, const char *id, const char *outlet,
	int64_t next_at, const char *why, GError **error);

/* Whether a digest of that id was made. */
bool alert_has_digest(struct db *db, const char *id, bool *made, GError **error);

/* What was told since a time, by domain. */
bool alert_week(struct db *db, int64_t since,
	bool (*each)(void *user, const char *domain, int64_t at, const char *title), void *user,
	GError **error);

/* Drops what was sent before one time, and what could not be sent and was made before another; each
   is called for the latter. */
bool alert_forget(struct db *db, int64_t sent_before, int64_t made_before,
	void (*each)(void *user, const char *outlet, const char *title), void *user,
	GError **error);

/* Drops what was told about domains that are watched no more. */
bool alert_forget_domains(struct db *db, GError **error);
