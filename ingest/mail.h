/* A mail message (RFC 5322, MIME) to the reports it carries. */
#pragma once

#include "ingest/arrival.h"
#include "ingest/trust.h"

/* Finds every report in a message: each leaf part at any depth, forwarded messages too, is decoded
   and sniffed; a top level that is bare gzip or JSON counts as well.  Content-Type and names are
   hints for the context only.

   Returns an array of struct arrival (with a free function), in order of appearance: read reports,
   and those that are reports but cannot be read (failure set).  Parts that are alien are skipped;
   an empty array means a message without a report.  channel is CHANNEL_MAIL and trust is judged
   by judge (NULL: TRUST_MAIL).  received_at is now; key is that of the message.

   NULL with error (REPORT_ERROR_LIMIT) where the message is over LIMIT_MESSAGE_BYTES. */
GPtrArray *mail_read(const uint8_t *bytes, size_t length, int64_t now, struct trust_judge *judge,
	GError **error);
