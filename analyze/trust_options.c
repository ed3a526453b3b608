/* The options by which commands that read mail learn whose word on signatures to take. */
#include "analyze/trust_options.h"

#include "analyze/settings.h"

static char **ids;
static char *resolver;
static gboolean no_verify;

void
trust_options_entries(GOptionEntry entries[TRUST_OPTION_COUNT])
{
	const GOptionEntry all[TRUST_OPTION_COUNT] = {
		{ "authserv-id", 0, 0, G_OPTION_ARG_STRING_ARRAY, &ids,
			"Trust Authentication-Results headers of this id (repeatable)", "ID" },
		{ "no-verify", 0, 0, G_OPTION_ARG_NONE, &no_verify,
			"Do not verify DKIM signatures here where no trusted header speaks", NULL },
		{ "resolver", 0, 0, G_OPTION_ARG_STRING, &resolver,
			"Resolver for DKIM keys instead of the system's", "ADDR[:PORT]" },
	};
	for (int i = 0; i < TRUST_OPTION_COUNT; i++)
		entries[i] = all[i];
}

struct trust_judge *
trust_options_judge(GError **error)
{
	g_autofree char *setting = NULL;
	g_auto(GStrv) set = NULL;
	if (!settings_get("authserv-id", &setting, error))
		return NULL;
	if (ids == NULL && setting != NULL)
		set = g_strsplit_set(setting, " \t;,", -1);
	struct trust_options options = {
		.authserv_ids = (const char *const *)(ids != NULL ? ids : set),
		.verify = !no_verify,
		.resolver = resolver,
	};
	return trust_judge_new(&options, error);
}
