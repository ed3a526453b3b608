/* Mail that is told by. */
#include "analyze/alert/letter.h"

#include <string.h>

#include <gio/gio.h>
#include <gmime/gmime.h>

#include "analyze/alert/transfer.h"
#include "ingest/printable.h"

/* Servers that look into mail take their time; who gives up before the answer sends it again. */
#define SEND_SECONDS 120L
/* How timeout(1) ends when it had to end the command. */
#define TIMED_OUT 124
/* Of what a command says of its failure. */
#define MOST_SAID 500

/* ---- writing it ---- */

static GMimeObject *
make_part(const char *subtype, const char *text)
{
	GMimeTextPart *part = g_mime_text_part_new_with_subtype(subtype);
	g_mime_text_part_set_charset(part, "utf-8");
	g_mime_text_part_set_text(part, text);
	g_mime_part_set_content_encoding(GMIME_PART(part), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
	return GMIME_OBJECT(part);
}

static GMimeObject *
make_content(const struct letter *letter)
{
	GMimeObject *text = make_part("plain", letter->words);
	if (letter->html == NULL)
		return text;
	GMimeMultipart *both = g_mime_multipart_new_with_subtype("alternative");
	GMimeObject *html = make_part("html", letter->html);
	g_mime_multipart_add(both, text);
	g_mime_multipart_add(both, html);
	g_object_unref(text);
	g_object_unref(html);
	return GMIME_OBJECT(both);
}

static void
put_headers(
	GMimeMessage *message, const struct letter_options *options, const struct letter *letter)
{
	const char *at = strrchr(options->from, '@');
	g_autofree char *id =
		g_strdup_printf("stsready.%s@%s", letter->id, at != NULL ? at + 1 : "localhost");
	g_autofree char *subject = g_strdup_printf("stsready: %s", letter->subject);
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(letter->at);
	g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_FROM, NULL, options->from);
	g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_TO, NULL, letter->to);
	g_mime_message_set_subject(message, subject, "utf-8");
	g_mime_message_set_date(message, date);
	g_mime_message_set_message_id(message, id);
	if (letter->urgent)
		g_mime_object_set_header(GMIME_OBJECT(message), "Importance", "high", NULL);
	/* RFC 3834 5: nobody is to answer */
	g_mime_object_set_header(GMIME_OBJECT(message), "Auto-Submitted", "auto-generated", NULL);
}

static void
begin_mime(void)
{
	static gsize begun;
	if (g_once_init_enter(&begun)) {
		g_mime_init();
		g_once_init_leave(&begun, 1);
	}
}

char *
letter_text(const struct letter_options *options, const struct letter *letter)
{
	begin_mime();
	GMimeMessage *message = g_mime_message_new(TRUE);
	GMimeObject *content = make_content(letter);
	GMimeFormatOptions *format = g_mime_format_options_new();
	put_headers(message, options, letter);
	g_mime_message_set_mime_part(message, content);
	g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
	char *text = g_mime_object_to_string(GMIME_OBJECT(message), format);
	g_mime_format_options_free(format);
	g_object_unref(content);
	g_object_unref(message);
	return text;
}

/* ---- sending it ---- */

struct reading {
	const char *at;
	size_t left;
	bool ended;
	CURL *curl;
};

static size_t
read_text(char *buffer, size_t size, size_t count, void *user)
{
	struct reading *reading = user;
	size_t taken = MIN(size * count, reading->left);
	memcpy(buffer, reading->at, taken);
	reading->at += taken;
	reading->left -= taken;
	reading->ended = taken == 0;
	return taken;
}

/* Whether the server took it all: only the answer to QUIT is left, on which nothing depends. */
static bool
is_taken(void *user)
{
	struct reading *reading = user;
	long answer = 0;
	return reading->ended &&
	       curl_easy_getinfo(reading->curl, CURLINFO_RESPONSE_CODE, &answer) == CURLE_OK &&
	       answer >= 200 && answer <= 299;
}

/* With a password, or where TLS is asked for, only to whom the certificate says; else as mail goes
   between machines that never saw each other: protected where it can be. */
static void
set_security(CURL *curl, const struct letter_options *options)
{
	bool known = options->login != NULL || g_str_has_prefix(options->smtp, "smtps:");
	curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(known ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, known ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, known ? 2L : 0L);
	if (options->login != NULL)
		curl_easy_setopt(curl, CURLOPT_USERPWD, options->login);
	if (options->ca_file != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
}

static bool
send_by_smtp(const struct letter_options *options, const char *to, const char *text, GError **error)
{
	struct reading reading = { text, strlen(text), false, NULL };
	const struct transfer_limits limits = { SEND_SECONDS, options->ended, is_taken, &reading };
	char failure[CURL_ERROR_SIZE];
	struct curl_slist *recipients = curl_slist_append(NULL, to);
	CURL *curl = reading.curl = curl_easy_init();
	curl_easy_setopt(curl, CURLOPT_URL, options->smtp);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, options->from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_text);
	curl_easy_setopt(curl, CURLOPT_READDATA, &reading);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	set_security(curl, options);
	CURLcode code = transfer_perform(curl, &limits, failure);
	bool taken = code == CURLE_OK || is_taken(&reading);
	if (!taken)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", options->smtp, failure);
	curl_slist_free_all(recipients);
	curl_easy_cleanup(curl);
	return taken;
}

static void
say_failure(const struct letter_options *options, GSubprocess *process, char *said, GError **error)
{
	g_autofree char *plain = printable(said != NULL ? g_strstrip(said) : "", MOST_SAID);
	bool late = g_subprocess_get_if_exited(process) &&
		    g_subprocess_get_exit_status(process) == TIMED_OUT;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", options->sendmail,
		late             ? "did not end within a minute"
		: *plain != '\0' ? plain
				 : "failed, and did not say why");
}

static bool
send_by_command(
	const struct letter_options *options, const char *to, const char *text, GError **error)
{
	const char *const words[] = { "timeout", "60", options->sendmail, "-i", "-f", options->from,
		"--", to, NULL };
	g_autofree char *said = NULL;
	/* a command reads lines as they are on this machine */
	g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
	g_autofree char *local = g_strjoinv("\n", lines);
	g_autoptr(GSubprocess) process = g_subprocess_newv(words,
		G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
			G_SUBPROCESS_FLAGS_STDERR_MERGE,
		error);
	if (process == NULL)
		return false;
	g_autoptr(GBytes) input = g_bytes_new(local, strlen(local));
	g_autoptr(GBytes) output = NULL;
	bool heard = g_subprocess_communicate(process, input, NULL, &output, NULL, NULL);
	if (heard && g_subprocess_get_successful(process))
		return true;
	if (output != NULL)
		said = g_strndup(g_bytes_get_data(output, NULL), g_bytes_get_size(output));
	say_failure(options, process, said, error);
	return false;
}

bool
letter_send(const struct letter_options *options, const struct letter *letter, GError **error)
{
	g_autofree char *text = letter_text(options, letter);
	return (options->smtp != NULL ? send_by_smtp : send_by_command)(
		options, letter->to, text, error);
}
