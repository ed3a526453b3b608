/* A store opened when it is first needed. */
#include "sql/late_store.h"

struct late_store {
	char *url;
	struct store *store; /* NULL: not yet */
	struct sink sink;
};

static bool
late_write(void *state, struct arrival *const *arrivals, size_t count, enum sink_outcome *outcomes,
	GError **error)
{
	struct late_store *late = state;
	g_autoptr(GError) failure = NULL;
	for (size_t i = 0; i < count; i++)
		outcomes[i] = SINK_NONE;
	if (late->store == NULL)
		late->store = store_open(late->url, &failure);
	if (late->store == NULL) {
		bool refused = g_error_matches(failure, DB_ERROR, DB_ERROR_REFUSED);
		g_set_error_literal(error, SINK_ERROR,
			refused ? SINK_ERROR_FATAL : SINK_ERROR_TEMPORARY, failure->message);
		return false;
	}
	struct sink *sink = store_sink(late->store);
	return sink->write(sink->state, arrivals, count, outcomes, error);
}

struct late_store *
late_store_new(const char *url)
{
	struct late_store *late = g_new0(struct late_store, 1);
	late->url = g_strdup(url);
	late->sink = (struct sink){ .state = late, .write = late_write };
	return late;
}

void
late_store_free(struct late_store *late)
{
	if (late == NULL)
		return;
	store_close(late->store);
	g_free(late->url);
	g_free(late);
}

struct sink *
late_store_sink(struct late_store *late)
{
	return &late->sink;
}
