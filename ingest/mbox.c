/* An mbox file, one message at a time. */
#include "ingest/mbox.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ingest/limits.h"

struct mbox {
	int fd;
	uint8_t buffer[MBOX_BUFFER_BYTES];
	size_t used, at;              /* bytes in the buffer, and how many of them are taken */
	uint64_t position;            /* of buffer[at] in the file */
	bool line_start, after_empty; /* buffer[at] begins a line; the line before was empty */
	bool ended;
};

struct mbox *
mbox_new(int fd, const uint8_t *head, gsize length)
{
	struct mbox *mbox = g_new0(struct mbox, 1);
	g_assert(length <= sizeof mbox->buffer);
	mbox->fd = fd;
	if (length > 0)
		memcpy(mbox->buffer, head, length);
	mbox->used = length;
	mbox->line_start = mbox->after_empty = true;
	return mbox;
}

void
mbox_free(struct mbox *mbox)
{
	g_free(mbox);
}

bool
mbox_sniff(const uint8_t *bytes, gsize length)
{
	return length > 5 && memcmp(bytes, "From ", 5) == 0 && memchr(bytes, '\n', length) != NULL;
}

/* Makes sure that a whole line, or as much of it as the buffer holds, is in the buffer. */
static bool
fill(struct mbox *mbox, GError **error)
{
	if (mbox->at > 0) {
		memmove(mbox->buffer, mbox->buffer + mbox->at, mbox->used - mbox->at);
		mbox->used -= mbox->at;
		mbox->at = 0;
	}
	while (!mbox->ended && mbox->used < MBOX_BUFFER_BYTES) {
		ssize_t got =
			read(mbox->fd, mbox->buffer + mbox->used, MBOX_BUFFER_BYTES - mbox->used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno), "%s",
				g_strerror(errno));
			return false;
		}
		mbox->ended = got == 0;
		mbox->used += (size_t)got;
	}
	return true;
}

/* The next line, or as much of a long one as the buffer holds; 0 at the end. */
static bool
next_piece(struct mbox *mbox, const uint8_t **piece, size_t *length, GError **error)
{
	const uint8_t *start = mbox->buffer + mbox->at;
	const uint8_t *end = memchr(start, '\n', mbox->used - mbox->at);
	if (end == NULL && !mbox->ended) {
		if (!fill(mbox, error))
			return false;
		start = mbox->buffer;
		end = memchr(start, '\n', mbox->used);
	}
	*piece = start;
	*length = end != NULL ? (size_t)(end + 1 - start) : mbox->used - mbox->at;
	return true;
}

static void
take(struct mbox *mbox, const uint8_t *piece, size_t length)
{
	bool whole = length > 0 && piece[length - 1] == '\n';
	bool empty = piece[0] == '\n' || (length > 1 && piece[0] == '\r' && piece[1] == '\n');
	mbox->after_empty = mbox->line_start && empty;
	mbox->line_start = whole;
	mbox->at += length;
	mbox->position += length;
}

static bool
begins_message(const struct mbox *mbox, const uint8_t *piece, size_t length)
{
	return mbox->line_start && mbox->after_empty && length > 5 &&
	       memcmp(piece, "From ", 5) == 0;
}

/* ">From " and ">>From " lost a ">" when they were written (mboxrd). */
static size_t
quoted(const struct mbox *mbox, const uint8_t *piece, size_t length)
{
	size_t marks = 0;
	while (mbox->line_start && marks < length && piece[marks] == '>')
		marks++;
	return marks > 0 && length - marks >= 5 && memcmp(piece + marks, "From ", 5) == 0 ? 1 : 0;
}

static void
append(GByteArray *out, const uint8_t *piece, size_t length, bool *skipped)
{
	if (*skipped || out->len + length > LIMIT_MESSAGE_BYTES) {
		*skipped = true;
		g_byte_array_set_size(out, 0);
		return;
	}
	g_byte_array_append(out, piece, (guint)length);
}

/* An empty line parts a message from the next "From " line, and is none of its own. */
static void
drop_separator(GByteArray *out)
{
	guint end = out->len;
	if (end == 0 || out->data[end - 1] != '\n')
		return;
	guint line = end > 1 && out->data[end - 2] == '\r' ? end - 2 : end - 1;
	if (line == 0 || out->data[line - 1] == '\n')
		g_byte_array_set_size(out, line);
}

bool
mbox_next(struct mbox *mbox, GByteArray *out, uint64_t *offset, bool *skipped, GError **error)
{
	const uint8_t *piece;
	size_t length;
	g_byte_array_set_size(out, 0);
	*skipped = false;
	*offset = mbox->position;
	if (!next_piece(mbox, &piece, &length, error) || length == 0)
		return false;
	if (begins_message(mbox, piece, length)) {
		take(mbox, piece, length);
		/* a first line longer than the buffer is no separator; its rest goes with the
		 * message */
		if (!next_piece(mbox, &piece, &length, error))
			return false;
	}
	while (length > 0 && !begins_message(mbox, piece, length)) {
		size_t mark = quoted(mbox, piece, length);
		append(out, piece + mark, length - mark, skipped);
		take(mbox, piece, length);
		if (!next_piece(mbox, &piece, &length, error))
			return false;
	}
	drop_separator(out);
	return true;
}
