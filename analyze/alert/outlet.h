/* The ways in which word goes out: the journal, mail to each recipient, a web address. */
#pragma once

#include "analyze/alert/letter.h"
#include "analyze/alert/webhook.h"
#include "ingest/log.h"
#include "sql/alert_store.h"

/* Mails to one recipient within an hour, before more of them are gathered. */
#define OUTLET_AN_HOUR 10

enum outlet_kind { OUTLET_JOURNAL, OUTLET_MAIL, OUTLET_WEBHOOK };

struct outlet {
	enum outlet_kind kind;
	char *name; /* "journal", "mail ADDRESS", "webhook": as the store has it */
	char *to;   /* of mail */
	int64_t sent_at[OUTLET_AN_HOUR]; /* of the last messages, in seconds of no clock that is
					    set; 0: none; the oldest is at next */
	unsigned next;
};

struct outlet_options {
	const struct log *log;
	char **mail_to; /* NULL: none */
	struct letter_options letter;
	struct webhook_options webhook; /* url NULL: none */
};

/* Those that the options name, the journal first: of struct outlet; g_ptr_array_unref it. */
GPtrArray *outlet_list(const struct outlet_options *options);

/* Whether as many messages went within the hour as may. */
bool outlet_is_full(const struct outlet *outlet);

/* Whether it went; else error says why not. */
bool outlet_send(const struct outlet_options *options, struct outlet *outlet,
	const struct alert_notice *notice, GError **error);
