/* Reading names of domains. */
#include "analyze/domain_source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/command.h"
#include "ingest/domain_name.h"
#include "sql/look.h"

struct domain_source {
	char **names; /* those left */
	GPtrArray *owned;
	FILE *stream;
	uint64_t refused;
};

struct domain_source *
domain_source_new(char **names, const char *file)
{
	FILE *stream = NULL;
	if (file != NULL) {
		stream = strcmp(file, "-") == 0 ? stdin : fopen(file, "r");
		if (stream == NULL) {
			command_complain(file, g_strerror(errno));
			return NULL;
		}
	}
	struct domain_source *source = g_new0(struct domain_source, 1);
	source->names = names;
	source->stream = stream;
	return source;
}

struct domain_source *
domain_source_watched(struct db *db, int *status)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) names = look_watched(db, &error);
	if (names == NULL) {
		command_complain("database", error->message);
		*status = command_database_status(error);
		return NULL;
	}
	if (names->len == 0)
		fputs("no domain is watched: `stsready domains add DOMAIN`\n", stderr);
	g_ptr_array_add(names, NULL);
	struct domain_source *source = g_new0(struct domain_source, 1);
	source->owned = g_steal_pointer(&names);
	source->names = (char **)source->owned->pdata;
	return source;
}

void
domain_source_free(struct domain_source *source)
{
	if (source == NULL)
		return;
	if (source->stream != NULL && source->stream != stdin)
		fclose(source->stream);
	g_clear_pointer(&source->owned, g_ptr_array_unref);
	g_free(source);
}

static char *
normalise(struct domain_source *source, const char *text, void (*before)(void *user), void *user)
{
	char *domain = domain_name_normalise(text, false);
	if (domain == NULL) {
		source->refused++;
		before(user);
		command_complain(text, "no domain name");
	}
	return domain;
}

char *
domain_source_next(struct domain_source *source, void (*before)(void *user), void *user)
{
	char *line = NULL, *domain = NULL;
	size_t room = 0;
	while (domain == NULL && source->names != NULL && *source->names != NULL)
		domain = normalise(source, *source->names++, before, user);
	while (domain == NULL && source->stream != NULL &&
		getline(&line, &room, source->stream) >= 0) {
		line[strcspn(line, "#\r\n")] = '\0';
		if (*g_strstrip(line) != '\0')
			domain = normalise(source, line, before, user);
	}
	free(line);
	return domain;
}

uint64_t
domain_source_refused(const struct domain_source *source)
{
	return source->refused;
}
