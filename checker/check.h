/* What a live look at one domain saw: facts first, then what they mean (findings). */
#pragma once

#include "checker/fetch.h"
#include "checker/probe.h"
#include "checker/sts_policy.h"
#include "checker/sts_record.h"
#include "checker/tlsrpt_record.h"

/* Four answers that are never merged. */
enum check_status {
	CHECK_FINE,
	CHECK_ABSENT,  /* it is not there, for sure */
	CHECK_UNKNOWN, /* nobody could tell: no answer, a time-out, a server in trouble */
	CHECK_BAD,     /* it is there and wrong */
};

/* "fine", "absent", "unknown", "bad" */
const char *check_status_name(enum check_status status);

struct check_certificate {
	const char *const *names;
	size_t n_names;
	const char *issuer, *key;
	const char *words; /* of what has no name of its own; NULL: none */
	int64_t not_before, not_after;
	unsigned faults; /* of enum certificate_fault */
};

/* What DANE makes of one address of an MX (RFC 7672). */
enum check_dane {
	CHECK_DANE_NONE,     /* no TLSA records */
	CHECK_DANE_FINE,     /* one matches */
	CHECK_DANE_INSECURE, /* records that no sender uses, since the zone is not signed */
	CHECK_DANE_UNUSABLE, /* signed records, none of which SMTP can use: TLS is demanded, that is
				all */
	CHECK_DANE_MISMATCH, /* senders that do DANE refuse this host */
	CHECK_DANE_UNKNOWN,  /* the records, or the certificate, could not be had */
};

/* "none", "fine", "insecure", "unusable", "mismatch", "unknown" */
const char *check_dane_name(enum check_dane dane);

struct check_address {
	const char *ip;
	const char *refused; /* why it was not asked: "private" ...; NULL: it was */
	enum check_status status;
	enum probe_outcome outcome;
	const char *why;         /* where outcome is not PROBE_FINE; NULL: fine */
	const char *tls_version; /* NULL: none */
	const struct check_certificate *certificate; /* NULL: none */
	enum check_dane dane;
	const char *dane_record; /* what would match: "3 1 1 ..."; NULL: no certificate */
};

struct check_tlsa {
	const char *text;  /* "3 1 1 ..." */
	const char *fault; /* why SMTP makes no use of it; NULL: it does */
};

struct check_host {
	const char *name;
	unsigned preference;
	bool implicit;            /* the domain itself, since it has no MX record (RFC 5321 5.1) */
	const char *policy_match; /* the pattern; NULL: none, or no policy to match with */
	enum check_status status; /* of its addresses: absent, unknown, bad: they cannot be used */
	const char *why;          /* with status: in words */
	const char *cname; /* the name is an alias, which RFC 2181 10.3 forbids; NULL: it is not */
	struct check_address *addresses;
	size_t n_addresses;
	struct check_tlsa *tlsa;
	size_t n_tlsa;
	bool tlsa_secure;        /* they, and the host's addresses, are signed */
	const char *tlsa_failed; /* why they could not be had; NULL: they could */
};

struct check_mx {
	enum check_status status; /* of the look-up; absent: no mail is received */
	const char *why;
	bool null_mx; /* RFC 7505 */
	bool secure;  /* the MX records are signed */
	struct check_host *hosts;
	size_t n_hosts;
	size_t left_out; /* hosts beyond those that are looked at */
};

struct check_sts_record {
	enum check_status status;
	const char *why;
	const struct sts_record *record; /* NULL: not had */
	const char *const *cnames;
	size_t n_cnames;
};

struct check_policy {
	enum check_status status;
	const char *why;
	const char *host; /* mta-sts.DOMAIN */
	const char *const *cnames;
	size_t n_cnames;
	bool lookup_failed;  /* its addresses could not be had */
	const char *refused; /* an address that was not asked, and what it is; NULL: none */
	enum fetch_outcome outcome;
	long http_status; /* 0: none */
	const char *content_type, *location;
	const char *text; /* the body; NULL: none came */
	size_t text_length;
	const struct sts_policy *policy; /* NULL: none came */
	const struct check_certificate *certificate;
};

struct check_rua {
	const char *uri;
	enum check_status status;
	const char *why;
	bool own; /* known to be our endpoint, with the domain's own token */
};

struct check_tlsrpt {
	enum check_status status;
	const char *why;
	const struct tlsrpt_record *record; /* NULL: not had */
	struct check_rua *rua;
	size_t n_rua;
};

enum check_severity {
	CHECK_INFO,
	CHECK_WARN,
	CHECK_BLOCK, /* promoting to enforce would lose mail, or protect nothing */
};

/* "info", "warn", "block" */
const char *check_severity_name(enum check_severity severity);

struct check_finding {
	const char *code; /* of the closed list, see stsready(1) */
	enum check_severity severity;
	const char *text;
	const char *remedy;   /* what to do, with the exact record or line; NULL: nothing */
	const char *evidence; /* what was seen, in one line; NULL: the text says it */
};

struct check {
	struct arena *arena; /* everything comes from it */
	const char *domain;
	int64_t at;
	struct check_mx mx;
	struct check_sts_record sts_record;
	struct check_policy policy;
	struct check_tlsrpt tlsrpt;
	enum check_status dnssec; /* of the MX records: fine: signed; absent: not; unknown */
	bool cut_short;           /* the time for the domain was over */
	bool unprobed;            /* its MX hosts were left alone */
	struct check_finding *findings;
	size_t n_findings;
};

void check_free(struct check *check);

/* The exit status of `stsready check`: 1 something blocks, else 2 something could not be told, else
   0. */
int check_exit(const struct check *check);
