/* Saving checks, and telling what changed. */
#include "analyze/check_save.h"

#include <string.h>

#include "analyze/check_json.h"
#include "ingest/json_tree.h"

/* Two checks are the same if their texts are, but for the time, which has its own columns.  So the
   time is written as that of the epoch while the digest is made. */
static void
digest_of(const struct check *check, guint8 *digest, gsize length)
{
	struct check timeless = *check;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	timeless.at = 0;
	check_json(&timeless, text);
	g_checksum_update(sum, (const guchar *)text->str, (gssize)text->len);
	g_checksum_get_digest(sum, digest, &length);
}

bool
check_save(struct db *db, const struct check *check, bool *changed, GError **error)
{
	guint8 digest[32];
	g_autoptr(GString) snapshot = g_string_new(NULL);
	check_json(check, snapshot);
	digest_of(check, digest, sizeof digest);
	struct live_check saved = {
		.domain = check->domain,
		.at = check->at,
		.snapshot = snapshot->str,
		.digest = digest,
		.digest_length = sizeof digest,
		.status = check_exit(check),
	};
	return live_check_save(db, &saved, changed, error);
}

/* ---- history ---- */

struct history {
	GHashTable *before; /* codes of the span before */
	bool (*each)(void *user, const struct check_change *change);
	void *user;
};

static const char *
text_at(const cJSON *object, const char *outer, const char *inner)
{
	const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, outer);
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(member, inner));
}

static GHashTable *
codes_of(const cJSON *snapshot)
{
	GHashTable *codes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const cJSON *findings = cJSON_GetObjectItemCaseSensitive(snapshot, "findings");
	const cJSON *finding;
	cJSON_ArrayForEach(finding, findings)
	{
		const char *code =
			cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(finding, "code"));
		if (code != NULL)
			g_hash_table_add(codes, g_strdup(code));
	}
	return codes;
}

static gint
compare_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Those of one that other does not have, sorted, NULL at the end; g_free it. */
static char **
without(GHashTable *one, GHashTable *other)
{
	GPtrArray *left = g_ptr_array_new();
	GHashTableIter iter;
	gpointer code;
	g_hash_table_iter_init(&iter, one);
	while (g_hash_table_iter_next(&iter, &code, NULL))
		if (!g_hash_table_contains(other, code))
			g_ptr_array_add(left, code);
	g_ptr_array_sort(left, compare_text);
	g_ptr_array_add(left, NULL);
	return (char **)g_ptr_array_free(left, FALSE);
}

static bool
take_span(void *user, const struct live_check_span *span)
{
	struct history *history = user;
	const cJSON *snapshot = json_tree_parse(span->snapshot, strlen(span->snapshot));
	GHashTable *codes = codes_of(snapshot);
	g_autofree char **appeared = without(codes, history->before);
	g_autofree char **gone = without(history->before, codes);
	struct check_change change = {
		.span = span,
		.appeared = (const char *const *)appeared,
		.gone = (const char *const *)gone,
		.mode = text_at(snapshot, "policy", "mode"),
		.id = text_at(snapshot, "sts_record", "id"),
	};
	bool more = history->each(history->user, &change);
	g_hash_table_unref(history->before);
	history->before = codes;
	json_tree_forget();
	return more;
}

bool
check_history(struct db *db, const char *domain,
	bool (*each)(void *user, const struct check_change *change), void *user, GError **error)
{
	struct history history = {
		.before = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.each = each,
		.user = user,
	};
	bool fine = live_check_history(db, domain, take_span, &history, error);
	g_hash_table_unref(history.before);
	return fine;
}
