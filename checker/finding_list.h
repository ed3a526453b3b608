/* What the makers of findings share. */
#pragma once

#include "checker/check.h"

#include <glib.h>

struct finding_list {
	struct check *check;
	GArray *items; /* struct check_finding */
};

/* Adds one; text, remedy and evidence live as long as the check. */
void finding_add(struct finding_list *list, const char *code, enum check_severity severity,
	const char *text, const char *remedy, const char *evidence);

/* A text in the check's arena. */
const char *finding_text(struct finding_list *list, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The faults of a certificate for a host in words. */
const char *finding_faults(
	struct arena *arena, const struct check_certificate *certificate, const char *host);

/* One line about a certificate: names, issuer, dates. */
const char *finding_certificate(struct arena *arena, const struct check_certificate *certificate);

/* Whether mail is received, by whom: no-mx, null-mx, lookup-failed, mx-unresolvable. */
void find_mx(struct finding_list *list);
/* What the hosts show: mx-not-in-policy ... dane-mismatch. */
void find_hosts(struct finding_list *list);
