/* A mail message (RFC 5322, MIME) to the reports it carries. */
#pragma once

#include "ingest/arrival.h"
#include "ingest/trust.h"

/* Finds every report in a message: each leaf part at any depth, forwarded messages too, is decoded
   and sniffed; a top level that is bare gzip or JSON counts as well.  Content-Type and names are
   hints for the context only; in a forwarded message its own headers count, not those around it.

   Returns an array of struct arrival (with a free function), in order of appearance: read reports,
   and those that are reports but cannot be read (failure set).  What cannot be read is taken for a
   report where its part says so, by type or by a name as RFC 8460 5.1 has it, or where the message
   says so (its type, TLS-Report-Domain, Subject) and the bytes begin like one; all else is no
   report.  An empty array means a message without any.  channel is CHANNEL_MAIL and trust is judged
   by judge (NULL: TRUST_MAIL), but for reports in forwarded messages, and those without a message
   around them.  received_at is now; key is that of the message.

   NULL with error (REPORT_ERROR_LIMIT) where the message is over LIMIT_MESSAGE_BYTES, or of a shape
   that no MIME parser should be given. */
GPtrArray *mail_read(const uint8_t *bytes, size_t length, int64_t now, struct trust_judge *judge,
	GError **error);
