/* A mail message to the reports it carries. */
#include "ingest/mail.h"

#include <string.h>

#include <gmime/gmime.h>

#include "ingest/limits.h"
#include "ingest/mail_shape.h"
#include "ingest/report_body.h"

/* Decoded at once while a part is read.  Enough to see in the first piece what it is. */
#define PIECE_BYTES 16384

/* One message, the outer or a forwarded one, and what its headers say. */
struct letter {
	struct report_context context;
	bool is_report;    /* a header or the type says that it carries a TLS report */
	bool is_forwarded; /* within another message */
};

/* A MIME object still to be looked at. */
struct task {
	GMimeObject *object;
	struct letter *letter;
	int depth;
};

struct walk {
	const uint8_t *bytes;
	size_t length;
	int64_t now;
	struct trust_judge *judge;
	GArray *tasks;      /* struct task, the next one last */
	GPtrArray *letters; /* struct letter */
	GPtrArray *arrivals;
	GPtrArray *judged; /* those of them that trust_judge_mail has seen */
	size_t details;    /* of all reports so far */
	int parts;
};

static void
letter_free(gpointer data)
{
	struct letter *letter = data;
	report_context_clear(&letter->context);
	g_free(letter);
}

static void
read_from(struct report_context *context, GMimeMessage *message)
{
	InternetAddressList *from = g_mime_message_get_from(message);
	for (int i = 0; from != NULL && i < internet_address_list_length(from); i++) {
		InternetAddress *address = internet_address_list_get_address(from, i);
		if (!INTERNET_ADDRESS_IS_MAILBOX(address))
			continue;
		const char *text =
			internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address));
		const char *at = text != NULL ? strrchr(text, '@') : NULL;
		if (at != NULL) {
			report_context_set(&context->from_domain, at + 1);
			return;
		}
	}
}

/* "multipart/report; report-type=tlsrpt" (RFC 8460 5.3) or one of the report's own types. */
static bool
declares_report(GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	const char *subtype = type != NULL ? g_mime_content_type_get_media_subtype(type) : NULL;
	const char *report =
		type != NULL ? g_mime_content_type_get_parameter(type, "report-type") : NULL;
	return (subtype != NULL && g_ascii_strncasecmp(subtype, "tlsrpt", 6) == 0) ||
	       (report != NULL && g_ascii_strcasecmp(report, "tlsrpt") == 0);
}

/* Headers come decoded (RFC 2047) and unfolded. */
static struct letter *
open_letter(struct walk *walk, GMimeMessage *message)
{
	struct letter *letter = g_new0(struct letter, 1);
	GMimeObject *object = GMIME_OBJECT(message), *body = g_mime_message_get_mime_part(message);
	const char *subject = g_mime_message_get_subject(message);
	report_context_set(&letter->context.header_domain,
		g_mime_object_get_header(object, "TLS-Report-Domain"));
	report_context_set(&letter->context.header_submitter,
		g_mime_object_get_header(object, "TLS-Report-Submitter"));
	if (subject != NULL)
		report_context_subject(&letter->context, subject);
	read_from(&letter->context, message);
	letter->is_report = letter->context.header_domain != NULL ||
			    letter->context.subject_domain != NULL ||
			    (body != NULL && declares_report(body));
	letter->is_forwarded = walk->letters->len > 0;
	g_ptr_array_add(walk->letters, letter);
	return letter;
}

static void
push(struct walk *walk, GMimeObject *object, struct letter *letter, int depth)
{
	struct task task = { object, letter, depth };
	if (object != NULL && depth <= LIMIT_MIME_DEPTH)
		g_array_append_val(walk->tasks, task);
}

static void
push_message(struct walk *walk, GMimeMessage *message, int depth)
{
	if (message != NULL)
		push(walk, g_mime_message_get_mime_part(message), open_letter(walk, message),
			depth);
}

static void
push_children(struct walk *walk, GMimeMultipart *multipart, const struct task *task)
{
	/* last first, so that the first is looked at first */
	int count = MIN(g_mime_multipart_get_count(multipart), LIMIT_MIME_PARTS);
	for (int i = count - 1; i >= 0; i--)
		push(walk, g_mime_multipart_get_part(multipart, i), task->letter, task->depth + 1);
}

/* Base64 as it arrives: characters outside the alphabet passed over, missing padding made up for
   (GMime would drop the last bytes, and a gzip stream without them is truncated).  Stops after the
   first piece where wanted is false and that does not begin like a report. */
static void
decode_base64(GMimeStream *from, bool wanted, GByteArray *out)
{
	char piece[PIECE_BYTES];
	guchar decoded[PIECE_BYTES];
	gint state = 0;
	guint save = 0;
	gsize length;
	ssize_t got;
	g_mime_stream_reset(from);
	while ((got = g_mime_stream_read(from, piece, sizeof piece)) > 0) {
		length = g_base64_decode_step(piece, (gsize)got, decoded, &state, &save);
		g_byte_array_append(out, decoded, (guint)length);
		/* white space may fill pieces that decode to nothing */
		wanted = wanted || out->len < 1024 || report_body_sniff(out->data, out->len);
		if (!wanted)
			return;
	}
	length = g_base64_decode_step("===", 3, decoded, &state, &save);
	g_byte_array_append(out, decoded, (guint)length);
}

/* The decoded content, or only its start where it is not wanted and no report; damage is passed
   over.  The message's cap bounds it. */
static GByteArray *
decode(GMimePart *part, bool wanted)
{
	GByteArray *bytes = g_byte_array_new();
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	if (content == NULL)
		return bytes;
	if (g_mime_data_wrapper_get_encoding(content) == GMIME_CONTENT_ENCODING_BASE64) {
		decode_base64(g_mime_data_wrapper_get_stream(content), wanted, bytes);
		return bytes;
	}
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	g_mime_data_wrapper_write_to_stream(content, stream);
	g_object_unref(stream);
	return bytes;
}

/* What says that a body is a report, so that one which cannot be read is worth keeping. */
enum claim {
	CLAIM_NONE,   /* nothing: an unrelated archive in an ordinary mail is none of ours */
	CLAIM_LETTER, /* the message around it does, but it may have other attachments */
	CLAIM_PART,   /* the part does, by type or by a name as RFC 8460 5.1 has it */
};

static bool
is_worth_keeping(const GError *failure, enum claim claim)
{
	return claim == CLAIM_PART ||
	       (claim == CLAIM_LETTER && failure->code != REPORT_ERROR_ALIEN);
}

/* Reads a body while the details of all reports in the message are within what one may have. */
static struct report *
read_body(struct walk *walk, const GByteArray *bytes, const struct report_context *context,
	GError **failure)
{
	if (walk->details > LIMIT_DETAILS) {
		g_set_error(failure, REPORT_ERROR, REPORT_ERROR_LIMIT,
			"reports with more than %d failure details in one message", LIMIT_DETAILS);
		return NULL;
	}
	struct report *report = report_body_read(bytes->data, bytes->len, context, failure);
	for (size_t i = 0; report != NULL && i < report->n_policies; i++)
		walk->details += report->policies[i].n_details;
	return report;
}

/* Takes one body, which becomes the walk's. */
static struct arrival *
take_body(struct walk *walk, GByteArray *bytes, const struct report_context *context,
	enum claim claim)
{
	GError *failure = NULL;
	struct report *report = read_body(walk, bytes, context, &failure);
	if (report == NULL && !is_worth_keeping(failure, claim)) {
		g_error_free(failure);
		g_byte_array_unref(bytes);
		return NULL;
	}
	struct arrival *arrival = arrival_new();
	arrival->report = report;
	arrival->failure = failure;
	arrival->body = g_byte_array_free_to_bytes(bytes);
	arrival->channel = CHANNEL_MAIL;
	arrival->trust = TRUST_MAIL;
	arrival->received_at = walk->now;
	report_context_copy(&arrival->context, context);
	g_ptr_array_add(walk->arrivals, arrival);
	return arrival;
}

/* The verdict on an earlier report of the same submitter, if there is one: signatures of a message
   are verified once for each submitter, however many reports it carries. */
static bool
judge_as_before(const struct walk *walk, struct arrival *arrival)
{
	struct report *report = arrival->report;
	for (guint i = 0; i < walk->judged->len; i++) {
		const struct arrival *other = g_ptr_array_index(walk->judged, i);
		if (g_strcmp0(other->report->submitter, report->submitter) != 0)
			continue;
		arrival->trust = other->trust;
		for (size_t n = other->report->reader_notes; n < other->report->n_notes; n++)
			report_note(report, "%s", other->report->notes[n]);
		return true;
	}
	return false;
}

static void
judge_arrival(struct walk *walk, const struct letter *letter, struct arrival *arrival)
{
	if (walk->judge == NULL || arrival->report == NULL)
		return;
	if (letter->is_forwarded) {
		report_note(arrival->report,
			"in a forwarded message: a signature around it is the forwarder's");
		return;
	}
	if (judge_as_before(walk, arrival))
		return;
	trust_judge_mail(walk->judge, walk->bytes, walk->length, arrival->report, &arrival->trust);
	g_ptr_array_add(walk->judged, arrival);
}

static void
look_at_part(struct walk *walk, GMimePart *part, const struct task *task)
{
	const struct letter *letter = task->letter;
	bool typed = declares_report(GMIME_OBJECT(part));
	GByteArray *bytes = decode(part, typed);
	if (bytes->len == 0 || (!typed && !report_body_sniff(bytes->data, bytes->len))) {
		g_byte_array_unref(bytes);
		return;
	}
	struct report_context context;
	const char *name = g_mime_part_get_filename(part);
	report_context_copy(&context, &letter->context);
	if (name != NULL)
		report_context_file_name(&context, name);
	enum claim claim = CLAIM_NONE;
	if (typed || context.file_domain != NULL)
		claim = CLAIM_PART;
	else if (letter->is_report && !GMIME_IS_TEXT_PART(part))
		claim = CLAIM_LETTER;
	struct arrival *arrival = take_body(walk, bytes, &context, claim);
	if (arrival != NULL)
		judge_arrival(walk, letter, arrival);
	report_context_clear(&context);
}

static void
look_at(struct walk *walk, const struct task *task)
{
	if (GMIME_IS_MULTIPART(task->object))
		push_children(walk, GMIME_MULTIPART(task->object), task);
	else if (GMIME_IS_MESSAGE_PART(task->object))
		push_message(walk,
			g_mime_message_part_get_message(GMIME_MESSAGE_PART(task->object)),
			task->depth + 1);
	else if (GMIME_IS_PART(task->object))
		look_at_part(walk, GMIME_PART(task->object), task);
}

static void
walk_parts(struct walk *walk)
{
	while (walk->tasks->len > 0 && walk->parts++ < LIMIT_MIME_PARTS &&
		walk->arrivals->len < LIMIT_REPORTS_PER_MESSAGE) {
		struct task task = g_array_index(walk->tasks, struct task, walk->tasks->len - 1);
		g_array_set_size(walk->tasks, walk->tasks->len - 1);
		look_at(walk, &task);
	}
}

static GMimeMessage *
parse_message(const uint8_t *bytes, size_t length)
{
	static gsize ready;
	if (g_once_init_enter(&ready)) {
		g_mime_init();
		g_once_init_leave(&ready, 1);
	}
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)bytes, length);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	return message;
}

static void
read_mime(struct walk *walk)
{
	GMimeMessage *message = parse_message(walk->bytes, walk->length);
	if (message == NULL)
		return;
	push_message(walk, message, 0);
	walk_parts(walk);
	g_object_unref(message);
}

/* A report that was piped in without any mail around it: nothing that could be signed. */
static void
read_bare(struct walk *walk)
{
	const struct report_context nothing = { 0 };
	GByteArray *bytes = g_byte_array_new();
	g_byte_array_append(bytes, walk->bytes, (guint)walk->length);
	take_body(walk, bytes, &nothing, CLAIM_LETTER);
}

/* The "From " line that an mbox puts before a message. */
static void
skip_from_line(struct walk *walk)
{
	if (walk->length < 5 || memcmp(walk->bytes, "From ", 5) != 0)
		return;
	const uint8_t *end = memchr(walk->bytes, '\n', walk->length);
	size_t skipped = end != NULL ? (size_t)(end + 1 - walk->bytes) : walk->length;
	walk->bytes += skipped;
	walk->length -= skipped;
}

static void
free_arrival(gpointer arrival)
{
	arrival_free(arrival);
}

GPtrArray *
mail_read(
	const uint8_t *bytes, size_t length, int64_t now, struct trust_judge *judge, GError **error)
{
	if (length > LIMIT_MESSAGE_BYTES) {
		g_set_error(error, REPORT_ERROR, REPORT_ERROR_LIMIT,
			"message of %zu bytes, at most %u are read", length, LIMIT_MESSAGE_BYTES);
		return NULL;
	}
	struct walk walk = { .bytes = bytes, .length = length, .now = now, .judge = judge };
	skip_from_line(&walk);
	bool bare = report_body_sniff(walk.bytes, walk.length);
	if (!bare && !mail_shape_check(walk.bytes, walk.length, error))
		return NULL;
	walk.tasks = g_array_new(FALSE, FALSE, sizeof(struct task));
	walk.letters = g_ptr_array_new_with_free_func(letter_free);
	walk.arrivals = g_ptr_array_new_with_free_func(free_arrival);
	walk.judged = g_ptr_array_new();
	if (bare)
		read_bare(&walk);
	else
		read_mime(&walk);

	uint64_t key = arrival_key(walk.bytes, walk.length);
	for (guint i = 0; i < walk.arrivals->len; i++)
		((struct arrival *)g_ptr_array_index(walk.arrivals, i))->key = key;
	g_array_unref(walk.tasks);
	g_ptr_array_unref(walk.letters);
	g_ptr_array_unref(walk.judged);
	return walk.arrivals;
}
