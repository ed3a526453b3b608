/* One report on its way to the store: the report itself, its bytes as sent, and how it came. */
#pragma once

#include "ingest/report.h"
#include "ingest/report_context.h"

#include <stdbool.h>

enum channel {
	CHANNEL_FILE, /* an operator's own import of a bare report */
	CHANNEL_MAIL,
	CHANNEL_HTTPS,
};

/* In rising order: of two reports under one identity the better trusted counts; of two with equal
   trust, the first.  Unsigned mail and HTTPS posts are equally anybody's; see trust_rank. */
enum trust {
	TRUST_HTTPS,      /* posted, unauthenticated by nature */
	TRUST_MAIL,       /* mail, unsigned or not verifiable */
	TRUST_FILE,       /* vouched for by the operator who imported it */
	TRUST_HTTPS_RDNS, /* posted by an address whose forward-confirmed name is the submitter's */
	TRUST_DKIM,       /* mail with a passing signature aligned with the submitter */
};

const char *channel_name(enum channel channel); /* "file", "mail", "https" */
bool channel_parse(const char *name, enum channel *channel);
const char *trust_name(enum trust trust); /* "https", "mail", "file", "https-rdns", "dkim" */
bool trust_parse(const char *name, enum trust *trust);

/* 0 for https and mail, then file, https-rdns, dkim: what conflicts are decided by. */
int trust_rank(enum trust trust);

struct arrival {
	struct report *report;         /* owned; NULL where the bytes could not be read */
	GError *failure;               /* owned; why report is NULL, of REPORT_ERROR */
	GBytes *body;                  /* owned; the report as sent, perhaps gzip */
	struct report_context context; /* owned members; kept so that the body can be read again */
	enum channel channel;
	enum trust trust;
	char *remote;        /* owned; address of the peer that posted it; NULL for others */
	int64_t received_at; /* seconds since 1970 UTC */
	uint64_t key;  /* tells arrivals apart: the same message read twice has the same key */
	bool over_cap; /* over its domain's reports a day: to be kept without being counted */
};

struct arrival *arrival_new(void);
void arrival_free(struct arrival *arrival);
typedef struct arrival Arrival; /* for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Arrival, arrival_free)

/* The key of an arrival: the first eight bytes of SHA-256 over the message (mail), or the body
   (file).  An endpoint mixes in peer and time of its own, since each post is an arrival. */
uint64_t arrival_key(const void *bytes, size_t length);
