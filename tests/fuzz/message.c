/* Fuzz target: a whole message, or an mbox of some, as the importer gets it. */
#include <string.h>

#include "ingest/limits.h"
#include "ingest/mail.h"
#include "tests/fuzz/invariants.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct trust_judge *
judge(void)
{
	static struct trust_judge *made;
	static const char *const ids[] = { "mx.example.net", NULL };
	const struct trust_options options = { .authserv_ids = ids };
	if (made == NULL)
		made = trust_judge_new(&options, NULL);
	return made;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) arrivals = mail_read(data, size, 1772323200, judge(), &error);
	g_assert_true((arrivals == NULL) == (error != NULL));
	for (guint i = 0; arrivals != NULL && i < arrivals->len; i++) {
		const struct arrival *arrival = g_ptr_array_index(arrivals, i);
		g_assert_true((arrival->report == NULL) == (arrival->failure != NULL));
		g_assert_nonnull(arrival->body);
		g_assert_true(arrival->trust == TRUST_MAIL || arrival->trust == TRUST_DKIM);
		if (arrival->report != NULL)
			assert_report(arrival->report);
		else
			assert_reason(arrival->failure);
	}
	return 0;
}
