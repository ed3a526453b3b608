/* Reading one item: the messages in it, and the reports in those. */
#include "ingest/import_read.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/limits.h"
#include "ingest/mail.h"
#include "ingest/mbox.h"
#include "ingest/report_body.h"
#include "ingest/spool_file.h"

/* What a unit weighs beyond its reports and their bytes. */
#define UNIT_BYTES 4096

/* Read to see what a file is; holds most messages whole.  Freeing 64 KiB and more makes malloc tidy
   up all of its memory, which is too often for one message. */
#define HEAD_BYTES (16u << 10)

struct source {
	const struct import_reading *reading;
	struct import_item *item;
	int fd;
	GByteArray *head; /* the first bytes, read to see what it is */
};

void
import_unit_free(struct import_unit *unit)
{
	if (unit == NULL)
		return;
	g_free(unit->source);
	g_ptr_array_unref(unit->arrivals);
	import_item_free(unit->mark);
	g_free(unit);
}

static void
complain(const struct source *source, const char *why)
{
	source->reading->complain(source->reading->user, source->item->path, why);
}

static size_t
count_details(const struct report *report)
{
	size_t count = 0;
	for (size_t i = 0; i < report->n_policies; i++)
		count += report->policies[i].n_details;
	return count;
}

/* Hands a unit over; label is what people see, arrivals become the unit's. */
static void
hand_over(const struct source *source, const char *label, GPtrArray *arrivals)
{
	struct import_unit *unit = g_new0(struct import_unit, 1);
	unit->source = g_strdup(label);
	unit->arrivals = arrivals;
	unit->weight = UNIT_BYTES;
	for (guint i = 0; i < arrivals->len; i++) {
		const struct arrival *arrival = g_ptr_array_index(arrivals, i);
		unit->weight += g_bytes_get_size(arrival->body);
		if (arrival->report != NULL) {
			unit->weight += arena_size(arrival->report->arena);
			unit->details += count_details(arrival->report);
		}
	}
	if (source->item->maildir != NULL)
		unit->mark = import_item_message(
			source->item->maildir, source->item->subdir, source->item->name);
	source->reading->each(source->reading->user, unit);
}

static void
read_message(const struct source *source, const char *label, const GByteArray *bytes)
{
	const struct import_reading *reading = source->reading;
	g_autoptr(GError) error = NULL;
	GPtrArray *arrivals =
		mail_read(bytes->data, bytes->len, reading->now, reading->judge, &error);
	if (arrivals == NULL)
		reading->complain(reading->user, label, error->message);
	else
		hand_over(source, label, arrivals);
}

static void
free_arrival(gpointer arrival)
{
	arrival_free(arrival);
}

/* A report without a mail around it: the operator who has it vouches for it. */
static void
read_bare(const struct source *source, const GByteArray *bytes)
{
	struct arrival *arrival = arrival_new();
	report_context_file_name(&arrival->context, source->item->path);
	arrival->report =
		report_body_read(bytes->data, bytes->len, &arrival->context, &arrival->failure);
	arrival->body = g_bytes_new(bytes->data, bytes->len);
	arrival->channel = CHANNEL_FILE;
	arrival->trust = TRUST_FILE;
	arrival->received_at = source->reading->now;
	arrival->key = arrival_key(bytes->data, bytes->len);

	GPtrArray *arrivals = g_ptr_array_new_with_free_func(free_arrival);
	g_ptr_array_add(arrivals, arrival);
	hand_over(source, source->item->path, arrivals);
}

/* What the endpoint put aside while its database was away: it keeps its channel, trust and key. */
static void
read_spooled(const struct source *source, const GByteArray *bytes)
{
	g_autoptr(GError) error = NULL;
	struct arrival *arrival = spool_file_read(bytes->data, bytes->len, NULL, NULL, &error);
	if (arrival == NULL) {
		complain(source, error->message);
		return;
	}
	GPtrArray *arrivals = g_ptr_array_new_with_free_func(free_arrival);
	g_ptr_array_add(arrivals, arrival);
	hand_over(source, source->item->path, arrivals);
}

static void
read_mbox(const struct source *source)
{
	struct mbox *mbox = mbox_new(source->fd, source->head->data, source->head->len);
	g_autoptr(GByteArray) message = g_byte_array_new();
	g_autoptr(GError) error = NULL;
	uint64_t offset;
	bool skipped;
	while (atomic_load(source->reading->stop) == 0 &&
		mbox_next(mbox, message, &offset, &skipped, &error)) {
		g_autofree char *label = g_strdup_printf(
			"%s: message at byte %" G_GUINT64_FORMAT, source->item->path, offset);
		if (skipped)
			source->reading->complain(
				source->reading->user, label, "too large, skipped");
		else
			read_message(source, label, message);
	}
	if (error != NULL)
		complain(source, error->message);
	mbox_free(mbox);
}

/* Appends up to room bytes; false with a complaint on a read error.  *ended: there is no more. */
static bool
read_some(const struct source *source, GByteArray *out, size_t room, bool *ended)
{
	size_t before = out->len, have = 0;
	*ended = false;
	g_byte_array_set_size(out, (guint)(before + room));
	while (have < room) {
		ssize_t got = read(source->fd, out->data + before + have, room - have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			complain(source, g_strerror(errno));
			return false;
		}
		if (got == 0) {
			*ended = true;
			break;
		}
		have += (size_t)got;
	}
	g_byte_array_set_size(out, (guint)(before + have));
	return true;
}

/* Reads the rest behind the head; one byte over the cap shows that there is more than is read. */
static bool
read_rest(const struct source *source)
{
	bool ended = false;
	while (!ended && source->head->len <= LIMIT_MESSAGE_BYTES)
		if (!read_some(source, source->head,
			    MIN(source->head->len, LIMIT_MESSAGE_BYTES + 1 - source->head->len),
			    &ended))
			return false;
	return true;
}

static void
complain_of_size(const struct source *source, const struct stat *status)
{
	g_autofree char *why =
		S_ISREG(status->st_mode)
			? g_strdup_printf("%" G_GINT64_FORMAT " bytes, at most %u are read",
				  (gint64)status->st_size, LIMIT_MESSAGE_BYTES)
			: g_strdup_printf("more than %u bytes", LIMIT_MESSAGE_BYTES);
	complain(source, why);
}

static void
read_open(struct source *source, const struct stat *status)
{
	bool ended, regular = S_ISREG(status->st_mode);
	if (!read_some(source, source->head, HEAD_BYTES, &ended))
		return;
	if (source->item->maildir == NULL && mbox_sniff(source->head->data, source->head->len)) {
		read_mbox(source);
		return;
	}
	if (!ended && regular && status->st_size > LIMIT_MESSAGE_BYTES) {
		complain_of_size(source, status);
		return;
	}
	if (!ended && !read_rest(source))
		return;
	if (source->head->len > LIMIT_MESSAGE_BYTES)
		complain_of_size(source, status);
	else if (spool_file_sniff(source->head->data, source->head->len))
		read_spooled(source, source->head);
	else if (source->item->maildir == NULL &&
		 report_body_sniff(source->head->data, source->head->len))
		read_bare(source, source->head);
	else
		read_message(source, source->item->path, source->head);
}

static bool
is_standard_input(const struct import_item *item)
{
	return item->named && strcmp(item->path, "-") == 0;
}

/* What else a path can be; NULL: fine. */
static const char *
unsuitable(mode_t mode)
{
	if (S_ISREG(mode))
		return NULL;
	return S_ISDIR(mode)    ? "a directory, not entered"
	       : S_ISFIFO(mode) ? "a FIFO, not read"
	       : S_ISSOCK(mode) ? "a socket, not read"
				: "a device, not read";
}

/* Not blocking: opening a FIFO would wait for its writer. */
static int
open_path(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

/* A mail program that looks at a mailbox moves what is in new/ to cur/, without a flag as long as
   nobody reads it (maildir(5)); another importer would have set one. */
static int
open_moved(struct source *source)
{
	g_autofree char *name = g_strconcat(source->item->name, ":2,", NULL);
	struct import_item *moved = import_item_message(source->item->maildir, "cur", name);
	int fd = open_path(moved->path);
	int failure = errno;
	import_item_free(fd >= 0 ? source->item : moved);
	if (fd >= 0)
		source->item = moved;
	errno = failure;
	return fd;
}

static int
open_item(struct source *source)
{
	if (is_standard_input(source->item))
		return dup(STDIN_FILENO);
	int fd = open_path(source->item->path);
	if (fd < 0 && errno == ENOENT && source->item->maildir != NULL &&
		strcmp(source->item->subdir, "new") == 0)
		return open_moved(source);
	return fd;
}

void
import_read(const struct import_reading *reading, struct import_item *item)
{
	struct source source = { .reading = reading, .item = item };
	struct stat status;
	source.fd = open_item(&source);
	if (source.fd < 0) {
		if (errno != ENOENT || source.item->maildir == NULL)
			complain(&source, g_strerror(errno));
		import_item_free(source.item);
		return;
	}
	if (fstat(source.fd, &status) != 0) {
		complain(&source, g_strerror(errno));
	} else if (!is_standard_input(source.item) && unsuitable(status.st_mode) != NULL) {
		complain(&source, unsuitable(status.st_mode));
	} else {
		source.head = g_byte_array_new();
		read_open(&source, &status);
		g_byte_array_unref(source.head);
	}
	close(source.fd);
	import_item_free(source.item);
}
