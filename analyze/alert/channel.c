/* The ways in which word goes out. */
#include "analyze/alert/channel.h"

#include <string.h>

static void
free_channel(void *memory)
{
	struct channel *channel = memory;
	g_free(channel->name);
	g_free(channel->to);
	g_free(channel);
}

/* Takes over name. */
static void
add(GPtrArray *list, enum channel_kind kind, char *name, const char *to)
{
	struct channel *channel = g_new0(struct channel, 1);
	channel->kind = kind;
	channel->name = name;
	channel->to = g_strdup(to);
	g_ptr_array_add(list, channel);
}

GPtrArray *
channel_list(const struct channel_options *options)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(free_channel);
	add(list, CHANNEL_JOURNAL, g_strdup("journal"), NULL);
	for (char **to = options->mail_to; to != NULL && *to != NULL; to++)
		add(list, CHANNEL_MAIL, g_strconcat("mail ", *to, NULL), *to);
	if (options->webhook.url != NULL)
		add(list, CHANNEL_WEBHOOK, g_strdup("webhook"), NULL);
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
send_mail(const struct channel_options *options, const char *to, const struct alert_notice *notice,
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

bool
channel_send(const struct channel_options *options, const struct channel *channel,
	const struct alert_notice *notice, GError **error)
{
	switch (channel->kind) {
	case CHANNEL_MAIL:
		return send_mail(options, channel->to, notice, error);
	case CHANNEL_WEBHOOK:
		return webhook_post(&options->webhook, notice->id,
			g_get_real_time() / G_USEC_PER_SEC, notice->body, error);
	case CHANNEL_JOURNAL:
		break;
	}
	write_journal(options->log, notice);
	return true;
}
