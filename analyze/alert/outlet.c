/* The ways in which word goes out. */
#include "analyze/alert/outlet.h"

#include <string.h>

#define HOUR 3600

static void
free_outlet(void *memory)
{
	struct outlet *outlet = memory;
	g_free(outlet->name);
	g_free(outlet->to);
	g_free(outlet);
}

/* Takes over name. */
static void
add(GPtrArray *list, enum outlet_kind kind, char *name, const char *to)
{
	struct outlet *outlet = g_new0(struct outlet, 1);
	outlet->kind = kind;
	outlet->name = name;
	outlet->to = g_strdup(to);
	g_ptr_array_add(list, outlet);
}

GPtrArray *
outlet_list(const struct outlet_options *options)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(free_outlet);
	add(list, OUTLET_JOURNAL, g_strdup("journal"), NULL);
	for (char **to = options->mail_to; to != NULL && *to != NULL; to++)
		add(list, OUTLET_MAIL, g_strconcat("mail ", *to, NULL), *to);
	if (options->webhook.url != NULL)
		add(list, OUTLET_WEBHOOK, g_strdup("webhook"), NULL);
	return list;
}

static void
write_journal(const struct log *log, const struct alert_notice *notice)
{
	bool bad = strcmp(notice->severity, "block") == 0;
	log_say(log, bad ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, "notice", "domain",
		*notice->domain != '\0' ? notice->domain : NULL, "severity", notice->severity,
		"title", notice->title, "id", notice->id, NULL);
}

static bool
send_mail(const struct outlet_options *options, const char *to, const struct alert_notice *notice,
	GError **error)
{
	const struct letter letter = { .to = to,
		.id = notice->id,
		.at = notice->made_at,
		.urgent = strcmp(notice->severity, "block") == 0,
		.subject = notice->title,
		.words = notice->words,
		.html = notice->html };
	return letter_send(&options->letter, &letter, error);
}

static int64_t
steady_seconds(void)
{
	return g_get_monotonic_time() / G_USEC_PER_SEC;
}

bool
outlet_is_full(const struct outlet *outlet)
{
	int64_t oldest = outlet->sent_at[outlet->next];
	return oldest != 0 && steady_seconds() - oldest < HOUR;
}

static void
note_sent(struct outlet *outlet)
{
	outlet->sent_at[outlet->next] = MAX(steady_seconds(), 1);
	outlet->next = (outlet->next + 1) % OUTLET_AN_HOUR;
}

static bool
try(const struct outlet_options *options, const struct outlet *outlet,
	const struct alert_notice *notice, GError **error)
{
	switch (outlet->kind) {
	case OUTLET_MAIL:
		return send_mail(options, outlet->to, notice, error);
	case OUTLET_WEBHOOK:
		return webhook_post(&options->webhook, notice->id,
			g_get_real_time() / G_USEC_PER_SEC, notice->body, error);
	case OUTLET_JOURNAL:
		break;
	}
	write_journal(options->log, notice);
	return true;
}

bool
outlet_send(const struct outlet_options *options, struct outlet *outlet,
	const struct alert_notice *notice, GError **error)
{
	if (!try(options, outlet, notice, error))
		return false;
	note_sent(outlet);
	return true;
}
