/* One report, with what it says. */
#include <string.h>

#include "analyze/html.h"
#include "analyze/web/frame.h"
#include "analyze/web/indent.h"
#include "ingest/domain_name.h"
#include "ingest/inflate.h"
#include "ingest/limits.h"
#include "sql/look.h"

/* Of an original that is shown; all of it can be kept. */
#define SHOWN_BYTES (256u << 10)

#define DIGEST_BYTES 32

static bool
read_digest(const char *text, uint8_t digest[DIGEST_BYTES])
{
	if (strlen(text) != 2 * DIGEST_BYTES)
		return false;
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		int high = g_ascii_xdigit_value(text[2 * i]);
		int low = g_ascii_xdigit_value(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		digest[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* The report's JSON, out of all that it was packed in.  NULL: it cannot be unpacked. */
static GByteArray *
unwrap(GBytes *original)
{
	gsize length;
	const uint8_t *bytes = g_bytes_get_data(original, &length);
	GByteArray *inner = g_byte_array_append(g_byte_array_new(), bytes, (guint)length);
	for (int i = 0; i < LIMIT_WRAPPINGS; i++) {
		size_t trailing;
		enum wrapping wrapping = wrapping_sniff(inner->data, inner->len);
		if (wrapping == WRAPPING_NONE)
			return inner;
		GByteArray *out = g_byte_array_new();
		bool fine = inflate_bytes(
			wrapping, inner->data, inner->len, LIMIT_JSON_BYTES, out, &trailing, NULL);
		g_byte_array_unref(inner);
		inner = out;
		if (!fine)
			break;
	}
	g_byte_array_unref(inner);
	return NULL;
}

static void
put_original(const struct web *web, GString *out, const char *domain, const char *digest,
	const GByteArray *json)
{
	g_autoptr(GString) text = g_string_new(NULL);
	frame_begin(web, out, "Report", "/reports");
	html_printf(out,
		"<h1>A report about %s</h1>\n<p>What its sender wrote, indented to be read.  That "
		"it stands here makes nothing of it true.</p>\n"
		"<ul class=\"more\"><li><a href=\"/domains/",
		domain);
	frame_url(out, domain);
	html_printf(out, "\">%s</a></li><li><a href=\"/reports/", domain);
	frame_url(out, domain);
	html_printf(out, "/%s.json\">Download the original</a></li></ul>\n", digest);
	html_printf(out,
		"<pre class=\"wrap\" tabindex=\"0\" role=\"region\" aria-label=\"The report\">");
	g_autofree char *plain = g_utf8_make_valid((const char *)json->data, (gssize)json->len);
	indent_json(text, plain, strlen(plain), SHOWN_BYTES);
	g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		html_text(out, *line);
		g_string_append_c(out, '\n');
	}
	g_string_append(out, "</pre>\n");
	frame_end(out);
}

static void
answer_original(const struct web *web, const struct web_request *request, struct web_answer *answer,
	const char *domain, const char *digest)
{
	g_autoptr(GError) error = NULL;
	uint8_t bytes[DIGEST_BYTES];
	struct db *db = pool_take(web->pool, &error);
	GBytes *original = db != NULL && read_digest(digest, bytes)
				   ? look_original(db, domain, bytes, sizeof bytes, &error)
				   : NULL;
	if (db != NULL)
		pool_give(web->pool, db);
	GByteArray *json = original != NULL ? unwrap(original) : NULL;
	if (error != NULL) {
		web_refuse_database(request, answer, error);
	} else if (json == NULL) {
		web_refuse(request, answer, 404, "No such report",
			"It is not there, or its original is not kept any more.");
	} else if (request->json) {
		answer->attachment = true;
		g_string_append_len(answer->body, (const char *)json->data, json->len);
	} else {
		put_original(web, answer->body, domain, digest, json);
	}
	g_clear_pointer(&json, g_byte_array_unref);
	g_clear_pointer(&original, g_bytes_unref);
}

void
web_report_page(const struct web *web, const struct web_request *request, struct web_answer *answer,
	const char *place)
{
	g_auto(GStrv) parts = g_strsplit(place, "/", 2);
	g_autofree char *domain = domain_name_normalise(parts[0] != NULL ? parts[0] : "", false);
	uint8_t digest[DIGEST_BYTES];
	if (domain == NULL || parts[1] == NULL || !read_digest(parts[1], digest))
		web_refuse(request, answer, 404, "No such report",
			"It is not there, or its original is not kept any more.");
	else
		answer_original(web, request, answer, domain, parts[1]);
}
