/* An mbox file, one message at a time. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct mbox;

/* What a reader holds at once; a head given to mbox_new may be so long. */
#define MBOX_BUFFER_BYTES (64u << 10)

/* Reads from a descriptor, which stays the caller's, of which head was read already. */
struct mbox *mbox_new(int fd, const uint8_t *head, gsize length);
void mbox_free(struct mbox *mbox);

/* The next message without its "From " line and the empty line behind it, ">From " unquoted, in out
   (cleared first): the bytes that a Maildir would have.  A "From " line begins a message at the
   start and after an empty line only.  A message over LIMIT_MESSAGE_BYTES is skipped: *skipped is
   then true and out empty.  *offset is where it began.  False at the end, or with error on a read
   error. */
bool mbox_next(struct mbox *mbox, GByteArray *out, uint64_t *offset, bool *skipped, GError **error);

/* Whether bytes begin an mbox: "From " and a line end. */
bool mbox_sniff(const uint8_t *bytes, gsize length);
