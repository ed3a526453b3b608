/* Options and settings of what tells. */
#include "analyze/alert/watch_options.h"

#include <string.h>

#include <glib/gstdio.h>

#include "analyze/command.h"
#include "analyze/settings.h"
#include "ingest/domain_name.h"

#define USUAL_SENDMAIL "/usr/sbin/sendmail"
#define USUAL_MANY 5

static char *mail_from, *smtp, *sendmail_path, *login_file, *webhook, *secret_file, *ca_file,
	*pages, *digest;
static char *login, *secret; /* what the files hold */
static char **mail_to;
static int many = -1;
static gboolean no_mail;

void
watch_option_entries(GOptionEntry *entries)
{
	const GOptionEntry own[WATCH_OPTION_COUNT] = {
		{ "mail-to", 0, 0, G_OPTION_ARG_STRING_ARRAY, &mail_to, "Tell by mail; repeatable",
			"ADDRESS" },
		{ "mail-from", 0, 0, G_OPTION_ARG_STRING, &mail_from,
			"Sender of these mails (stsready@ this machine)", "ADDRESS" },
		{ "no-mail", 0, 0, G_OPTION_ARG_NONE, &no_mail,
			"Send no mail, whatever the settings say", NULL },
		{ "smtp", 0, 0, G_OPTION_ARG_STRING, &smtp,
			"Send them there: smtp://HOST[:PORT] or smtps://", "URL" },
		{ "smtp-login-file", 0, 0, G_OPTION_ARG_FILENAME, &login_file,
			"NAME:PASSWORD for it", "FILE" },
		{ "sendmail", 0, 0, G_OPTION_ARG_FILENAME, &sendmail_path,
			"Or hand them to this command (" USUAL_SENDMAIL ")", "PATH" },
		{ "webhook", 0, 0, G_OPTION_ARG_STRING, &webhook, "Post JSON there", "URL" },
		{ "webhook-secret-file", 0, 0, G_OPTION_ARG_FILENAME, &secret_file,
			"Sign it with what the file holds", "FILE" },
		{ "tell-ca-file", 0, 0, G_OPTION_ARG_FILENAME, &ca_file,
			"Authorities that mail server and webhook are held to (the system's)",
			"FILE" },
		{ "pages", 0, 0, G_OPTION_ARG_STRING, &pages, "Where stsready web is, for links",
			"URL" },
		{ "digest", 0, 0, G_OPTION_ARG_STRING, &digest,
			"Weekday of the weekly digest, or never (monday)", "DAY" },
		{ "many", 0, 0, G_OPTION_ARG_INT, &many,
			"So many changes at once go as one message (5)", "N" },
	};
	memcpy(entries, own, sizeof own);
}

/* ---- settings ---- */

/* What an option or a setting of its name says; NULL: nothing.  False after a complaint. */
static bool
fill(char **value, const char *name, int *status)
{
	g_autoptr(GError) error = NULL;
	if (*value != NULL || settings_get(name, value, &error))
		return true;
	command_complain("settings", error->message);
	*status = EXIT_CONFIG;
	return false;
}

static bool
fill_recipients(int *status)
{
	char *text = NULL;
	if (no_mail || mail_to != NULL)
		return true;
	if (!fill(&text, "mail-to", status))
		return false;
	if (text != NULL) {
		g_strdelimit(text, ",\t", ' ');
		mail_to = g_strsplit(text, " ", -1);
	}
	g_free(text);
	return true;
}

static bool
fill_all(int *status)
{
	return fill_recipients(status) && fill(&mail_from, "mail-from", status) &&
	       fill(&smtp, "smtp", status) && fill(&login_file, "smtp-login-file", status) &&
	       fill(&sendmail_path, "sendmail", status) && fill(&webhook, "webhook", status) &&
	       fill(&secret_file, "webhook-secret-file", status) &&
	       fill(&ca_file, "tell-ca-file", status) && fill(&pages, "pages", status) &&
	       fill(&digest, "digest", status);
}

/* ---- checking ---- */

/* Something at a domain, and nothing that could end a line or an address. */
static bool
is_address(const char *text)
{
	const char *at = strrchr(text, '@');
	if (at == NULL || at == text || *text == '-')
		return false;
	for (const char *c = text; *c != '\0'; c++)
		if (!g_ascii_isgraph(*c) || strchr("<>()[]\\,;:\"", *c) != NULL)
			return false;
	g_autofree char *domain = domain_name_normalise(at + 1, false);
	return domain != NULL || strcmp(at + 1, "localhost") == 0;
}

/* One of two schemes, and a host. */
static bool
is_url(const char *text, const char *one, const char *other)
{
	g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
	const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
	return (g_str_has_prefix(text, one) || g_str_has_prefix(text, other)) && host != NULL &&
	       *host != '\0';
}

static bool
names_user(const char *text)
{
	g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
	return uri != NULL && g_uri_get_userinfo(uri) != NULL;
}

static bool
check_recipients(void)
{
	guint n = 0;
	for (char **to = mail_to; to != NULL && *to != NULL; to++) {
		if (**to == '\0') {
			g_free(*to);
			continue;
		}
		if (!is_address(*to)) {
			command_complain(*to, "is no mail address");
			return false;
		}
		mail_to[n++] = *to;
	}
	if (mail_to != NULL)
		mail_to[n] = NULL;
	return true;
}

static bool
check_texts(void)
{
	if (mail_from != NULL && !is_address(mail_from))
		command_complain("--mail-from", "is no mail address");
	else if (smtp != NULL && !is_url(smtp, "smtp://", "smtps://"))
		command_complain("--smtp", "is not smtp://HOST[:PORT] or smtps://HOST[:PORT]");
	else if (smtp != NULL && names_user(smtp))
		command_complain("--smtp", "holds a login, which others could read: "
					   "put it into the file of --smtp-login-file");
	else if (webhook != NULL && !is_url(webhook, "https://", "http://"))
		command_complain("--webhook", "is not https://HOST... or http://HOST...");
	else if (pages != NULL && !is_url(pages, "https://", "http://"))
		command_complain("--pages", "is not https://HOST... or http://HOST...");
	else if (login_file != NULL && smtp == NULL)
		command_complain("--smtp-login-file", "goes with --smtp");
	else if (secret_file != NULL && webhook == NULL)
		command_complain("--webhook-secret-file", "goes with --webhook");
	else if (many != -1 && (many < 2 || many > 500))
		command_complain("--many", "must be from 2 to 500");
	else
		return check_recipients();
	return false;
}

static bool
read_day(int *day)
{
	static const char *const names[] = { "never", "monday", "tuesday", "wednesday", "thursday",
		"friday", "saturday", "sunday" };
	*day = 1;
	for (int i = 0; digest != NULL && i < (int)G_N_ELEMENTS(names); i++)
		if (g_ascii_strcasecmp(digest, names[i]) == 0) {
			*day = i;
			return true;
		}
	if (digest == NULL)
		return true;
	command_complain("--digest", "is monday, tuesday ... sunday, or never");
	return false;
}

static void
warn_of_readers(const char *path)
{
	GStatBuf about;
	if (g_stat(path, &about) == 0 && (about.st_mode & S_IROTH) != 0)
		command_complain(path, "everybody on this machine can read it: chmod o= it");
}

/* A file of one line that others should not read; false after a complaint. */
static bool
read_secret(const char *path, char **line)
{
	g_autoptr(GError) error = NULL;
	if (path == NULL)
		return true;
	warn_of_readers(path);
	if (!g_file_get_contents(path, line, NULL, &error)) {
		command_complain("secret", error->message);
		return false;
	}
	g_strchomp(*line);
	if (**line != '\0' && strpbrk(*line, "\r\n") == NULL)
		return true;
	command_complain(path, "holds not just one line");
	return false;
}

static char *
usual_sender(void)
{
	const char *host = g_get_host_name();
	g_autofree char *domain = domain_name_normalise(host, false);
	return g_strconcat("stsready@", domain != NULL ? domain : "localhost", NULL);
}

bool
watch_options_read(struct watch_options *options, int *status)
{
	if (!fill_all(status))
		return false;
	*status = EXIT_USAGE;
	if (!check_texts() || !read_day(&options->digest_day))
		return false;
	*status = EXIT_IO;
	if (!read_secret(login_file, &login) || !read_secret(secret_file, &secret))
		return false;
	if (login != NULL && strchr(login, ':') == NULL) {
		command_complain(login_file, "does not hold NAME:PASSWORD");
		return false;
	}
	if (mail_from == NULL)
		mail_from = usual_sender();
	options->outlets.mail_to = no_mail ? NULL : mail_to;
	options->outlets.letter = (struct letter_options){ .from = mail_from,
		.smtp = smtp,
		.sendmail = sendmail_path != NULL ? sendmail_path : USUAL_SENDMAIL,
		.login = login,
		.ca_file = ca_file };
	options->outlets.webhook =
		(struct webhook_options){ .url = webhook, .secret = secret, .ca_file = ca_file };
	if (pages != NULL && g_str_has_suffix(pages, "/"))
		pages[strlen(pages) - 1] = '\0';
	options->pages = pages;
	options->many = many > 0 ? (unsigned)many : USUAL_MANY;
	return true;
}
