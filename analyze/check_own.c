/* Recognising our own endpoint. */
#include "analyze/check_own.h"

#include <string.h>

#include "checker/findings.h"
#include "ingest/arena.h"

/* Where stsreadyd takes reports, see stsreadyd(8). */
#define PATH "/v1/tlsrpt/"

static void
tell_foreign(struct check *check, const char *uri, const char *owner)
{
	struct check_finding finding = {
		.code = "tlsrpt-rua-token",
		.severity = CHECK_WARN,
		.text = arena_printf(check->arena,
			"The address %s has the token of another domain, %s: reports that do not "
			"name their domain are filed there.",
			uri, owner),
		.remedy = arena_printf(check->arena,
			"Publish the address that `stsready domains add %s` prints.",
			check->domain),
	};
	findings_insert(check, &finding);
}

void
check_own(struct check *check, GHashTable *tokens)
{
	struct check_tlsrpt *found = &check->tlsrpt;
	for (size_t i = 0; i < found->n_rua; i++) {
		const struct tlsrpt_rua *rua = &found->record->rua[i];
		if (!rua->usable || rua->scheme != TLSRPT_HTTPS ||
			!g_str_has_prefix(rua->path, PATH))
			continue;
		const char *owner = g_hash_table_lookup(tokens, rua->path + strlen(PATH));
		if (owner == NULL)
			continue; /* somebody else's */
		found->rua[i].own = strcmp(owner, check->domain) == 0;
		if (!found->rua[i].own)
			tell_foreign(check, rua->uri, owner);
	}
}
