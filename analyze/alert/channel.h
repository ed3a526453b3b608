/* The ways in which word goes out: the journal, mail to each recipient, a web address. */
#pragma once

#include "analyze/alert/letter.h"
#include "analyze/alert/webhook.h"
#include "ingest/log.h"
#include "sql/alert_store.h"

/* Mails to one recipient within an hour, before more of them are gathered. */
#define CHANNEL_AN_HOUR 10

enum channel_kind { CHANNEL_JOURNAL, CHANNEL_MAIL, CHANNEL_WEBHOOK };

struct channel {
	enum channel_kind kind;
	char *name; /* "journal", "mail ADDRESS", "webhook": as the store has it */
	char *to;   /* of mail */
	int64_t sent_at[CHANNEL_AN_HOUR]; /* of the last messages; the oldest is at next */
	unsigned next;
};

struct channel_options {
	const struct log *log;
	char **mail_to; /* NULL: none */
	struct letter_options letter;
	struct webhook_options webhook; /* url NULL: none */
};

/* Those that the options name, the journal first: of struct channel; g_ptr_array_unref it. */
GPtrArray *channel_list(const struct channel_options *options);

/* Whether it went; else error says why not. */
bool channel_send(const struct channel_options *options, const struct channel *channel,
	const struct alert_notice *notice, GError **error);
