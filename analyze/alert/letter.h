/* Mail that is told by: written, and handed to a sendmail(8) command or an SMTP server. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct letter_options {
	char **to; /* NULL ends */
	const char *from;
	const char *smtp;     /* smtp://HOST[:PORT] or smtps://; NULL: sendmail */
	const char *sendmail; /* the command's path */
	const char *login;    /* "NAME:PASSWORD" for the SMTP server; NULL: none */
	const char *ca_file;  /* NULL: the system's */
	bool (*ended)(void);  /* whether the program is to stop; NULL: never */
};

struct letter {
	const char *to; /* an address */
	const char *id; /* made part of Message-ID: the same again for what is sent again */
	int64_t at;
	bool urgent;
	const char *subject, *words;
	const char *html; /* the same as HTML; NULL: text alone */
};

/* The message as it is sent, lines ended by CRLF; g_free it. */
char *letter_text(const struct letter_options *options, const struct letter *letter);

/* Whether somebody took it; else error says who refused it and why. */
bool letter_send(const struct letter_options *options, const struct letter *letter, GError **error);
