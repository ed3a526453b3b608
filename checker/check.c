/* The parts of a check. */
#include "checker/check.h"

#include "ingest/arena.h"

static const char *const status_names[] = {
	[CHECK_FINE] = "fine",
	[CHECK_ABSENT] = "absent",
	[CHECK_UNKNOWN] = "unknown",
	[CHECK_BAD] = "bad",
};

static const char *const dane_names[] = {
	[CHECK_DANE_NONE] = "none",
	[CHECK_DANE_FINE] = "fine",
	[CHECK_DANE_INSECURE] = "insecure",
	[CHECK_DANE_UNUSABLE] = "unusable",
	[CHECK_DANE_MISMATCH] = "mismatch",
	[CHECK_DANE_UNKNOWN] = "unknown",
};

static const char *const severity_names[] = {
	[CHECK_INFO] = "info",
	[CHECK_WARN] = "warn",
	[CHECK_BLOCK] = "block",
};

const char *
check_status_name(enum check_status status)
{
	return status_names[status];
}

const char *
check_dane_name(enum check_dane dane)
{
	return dane_names[dane];
}

const char *
check_severity_name(enum check_severity severity)
{
	return severity_names[severity];
}

void
check_free(struct check *check)
{
	/* the check itself lies in its arena */
	if (check != NULL)
		arena_free(check->arena);
}

/* Whether any of the four answers is that nobody could tell. */
static bool
has_unknown(const struct check *check)
{
	if (check->cut_short || check->mx.status == CHECK_UNKNOWN ||
		check->sts_record.status == CHECK_UNKNOWN ||
		check->policy.status == CHECK_UNKNOWN || check->tlsrpt.status == CHECK_UNKNOWN)
		return true;
	for (size_t h = 0; h < check->mx.n_hosts; h++) {
		const struct check_host *host = &check->mx.hosts[h];
		if (host->status == CHECK_UNKNOWN || host->tlsa_failed != NULL)
			return true;
		for (size_t a = 0; !check->unprobed && a < host->n_addresses; a++)
			if (host->addresses[a].status == CHECK_UNKNOWN)
				return true;
	}
	for (size_t i = 0; i < check->tlsrpt.n_rua; i++)
		if (check->tlsrpt.rua[i].status == CHECK_UNKNOWN)
			return true;
	return false;
}

int
check_exit(const struct check *check)
{
	for (size_t i = 0; i < check->n_findings; i++)
		if (check->findings[i].severity == CHECK_BLOCK)
			return 1;
	return has_unknown(check) ? 2 : 0;
}
