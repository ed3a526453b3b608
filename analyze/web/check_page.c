/* The form for a live check, and what one found. */
#include "analyze/html.h"
#include "analyze/web/frame.h"

static void
put_form(GString *out, const char *domain)
{
	g_string_append(out,
		"<h1>Check a domain</h1>\n<p>Looks at its MX hosts, their STARTTLS and "
		"certificates, the MTA-STS record and policy, the TLS-RPT record and "
		"DANE, as the strictest sender would.  It may take a minute and a "
		"half; what it finds is shown here and not stored.</p>\n"
		"<form class=\"filter\" method=\"post\" action=\"/check\">");
	html_printf(out,
		"<label>Domain<input type=\"text\" name=\"domain\" value=\"%s\" maxlength=\"255\" "
		"required autocapitalize=\"none\" spellcheck=\"false\"></label>"
		"<button type=\"submit\">Check</button></form>\n",
		domain);
}

void
web_check_form(const struct web *web, const struct web_request *request, struct web_answer *answer)
{
	const char *domain = web_parameter(request, "domain");
	if (request->json) {
		web_refuse(request, answer, 405, "Only POST", "Post domain=NAME.");
		return;
	}
	frame_begin(web, answer->body, "Check a domain", "/check");
	put_form(answer->body, domain != NULL ? domain : "");
	frame_end(answer->body);
}

void
web_check_page(const struct web *web, const struct web_request *request, struct web_answer *answer,
	const struct look *look)
{
	if (look->text == NULL) {
		web_refuse(request, answer, 503, "No check", "The check could not be made.");
		return;
	}
	if (request->json) {
		g_string_append(answer->body, look->json);
		g_string_append_c(answer->body, '\n');
		return;
	}
	frame_begin(web, answer->body, look->domain, "/check");
	put_form(answer->body, look->domain);
	html_printf(answer->body,
		"<h2>What was seen</h2>\n<pre tabindex=\"0\" role=\"region\" aria-label=\"Check of "
		"%s\">",
		look->domain);
	html_escape(answer->body, look->text);
	g_string_append(answer->body, "</pre>\n");
	frame_end(answer->body);
}
