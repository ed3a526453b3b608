/* Pages about checks. */
#include "analyze/check_text.h"

#include <string.h>

#include "analyze/page.h"
#include "checker/plain_words.h"
#include "ingest/instant.h"
#include "ingest/printable.h"

#define MARK_COLUMN 30

#define MOST_NAME 200

static enum page_mark
mark_of(enum check_status status)
{
	switch (status) {
	case CHECK_FINE:
		return MARK_FINE;
	case CHECK_ABSENT:
		return MARK_NONE;
	case CHECK_UNKNOWN:
		return MARK_UNKNOWN;
	case CHECK_BAD:
		break;
	}
	return MARK_BAD;
}

/* "  title          mark  text"; a title too long for its column has a line of its own. */
static void
put_line(
	struct page *page, unsigned depth, const char *title, enum page_mark mark, const char *text)
{
	g_autofree char *plain = printable(title, MOST_NAME);
	size_t used = 2 + 2 * (size_t)depth + (size_t)g_utf8_strlen(plain, -1);
	g_string_append_printf(page->out, "%*s%s", 2 + 2 * (int)depth, "", plain);
	if (used >= MARK_COLUMN) {
		g_string_append_c(page->out, '\n');
		used = 0;
	}
	g_string_append_printf(page->out, "%*s", (int)(MARK_COLUMN - used), "");
	page_mark(page, mark);
	if (text == NULL || *text == '\0') {
		g_string_append_c(page->out, '\n');
		return;
	}
	g_string_append_c(page->out, ' ');
	page_wrapped(page, MARK_COLUMN + 4, MARK_COLUMN + 4, text);
}

/* ---- hosts ---- */

static void
append_certificate(GString *text, const struct check_certificate *certificate)
{
	enum certificate_fault fault;
	const char *name;
	char until[INSTANT_DAY_TEXT_BYTES];
	g_string_append_printf(text, ", certificate until %s",
		instant_day_text(instant_day(certificate->not_after), until));
	const char *between = ": ";
	for (unsigned i = 0; (name = certificate_fault_name(i, &fault)) != NULL; i++)
		if (certificate->faults & fault) {
			g_string_append_printf(text, "%s%s", between, name);
			between = ", ";
		}
}

static void
put_address(struct page *page, const struct check *check, const struct check_address *address)
{
	g_autoptr(GString) text = g_string_new(address->tls_version);
	if (check->unprobed && address->refused == NULL) {
		put_line(page, 2, address->ip, MARK_NONE, "not connected to");
		return;
	}
	if (address->tls_version == NULL && address->why != NULL)
		g_string_append(text, address->why);
	if (address->certificate != NULL)
		append_certificate(text, address->certificate);
	if (address->dane != CHECK_DANE_NONE)
		g_string_append_printf(text, ", DANE %s", check_dane_name(address->dane));
	put_line(page, 2, address->ip,
		address->dane == CHECK_DANE_MISMATCH ? MARK_BAD : mark_of(address->status),
		text->str);
}

static void
put_host(struct page *page, const struct check *check, const struct check_host *host)
{
	const struct sts_policy *policy = check->policy.policy;
	g_autofree char *title = g_strdup_printf("%s (%u)", host->name, host->preference);
	g_autoptr(GString) text = g_string_new(NULL);
	enum page_mark mark = mark_of(host->status);
	if (host->status != CHECK_FINE) {
		g_string_append(text, host->why != NULL ? host->why : "no address");
		mark = mark == MARK_NONE ? MARK_WARN : mark;
	} else if (host->policy_match != NULL) {
		g_string_append_printf(text, "matches mx: %s", host->policy_match);
	} else if (policy != NULL && policy->usable && policy->mode != STS_MODE_NONE) {
		g_string_append(text, "not in the policy");
		mark = MARK_BAD;
	}
	put_line(page, 1, title, mark, text->str);
	for (size_t i = 0; i < host->n_addresses; i++)
		put_address(page, check, &host->addresses[i]);
}

static void
put_mx(struct page *page, const struct check *check)
{
	const struct check_mx *mx = &check->mx;
	g_autoptr(GString) text = g_string_new(NULL);
	if (mx->null_mx)
		g_string_append(text, "null MX: no mail is received");
	else if (mx->status == CHECK_ABSENT)
		g_string_append_printf(text, "no mail is received: %s",
			mx->why != NULL ? mx->why : "neither MX nor address");
	else if (mx->status == CHECK_UNKNOWN)
		g_string_append(text, mx->why);
	else
		g_string_append_printf(text, "%zu %s%s", mx->n_hosts,
			mx->n_hosts == 1 ? "host" : "hosts",
			check->dnssec == CHECK_FINE     ? ", signed by DNSSEC"
			: check->dnssec == CHECK_ABSENT ? ", not signed by DNSSEC"
							: "");
	put_line(page, 0, "MX", mark_of(mx->status), text->str);
	for (size_t i = 0; i < mx->n_hosts; i++)
		put_host(page, check, &mx->hosts[i]);
}

/* ---- records and policy ---- */

static void
put_sts_record(struct page *page, const struct check_sts_record *found)
{
	const struct sts_record *record = found->record;
	g_autoptr(GString) text = g_string_new(NULL);
	if (found->status == CHECK_UNKNOWN)
		g_string_append(text, found->why);
	else if (found->status == CHECK_ABSENT)
		g_string_append(text, "no record");
	else if (record->txt.bytes != NULL)
		g_string_append(text, record->txt.bytes);
	if (found->n_cnames > 0)
		g_string_append_printf(text, " (by way of %s)", found->cnames[found->n_cnames - 1]);
	put_line(page, 0, "MTA-STS record", mark_of(found->status), text->str);
}

static void
put_policy(struct page *page, const struct check_policy *found)
{
	const struct sts_policy *policy = found->policy;
	g_autoptr(GString) text = g_string_new(NULL);
	if (policy == NULL) {
		g_string_append(text, found->why);
	} else {
		g_autofree char *age = plain_duration(policy->max_age);
		const char *mode = sts_mode_name(policy->mode);
		g_string_append_printf(text, "mode %s", mode != NULL ? mode : "missing");
		if (policy->has_max_age)
			g_string_append_printf(
				text, ", max_age %" G_GUINT64_FORMAT " (%s)", policy->max_age, age);
		for (size_t i = 0; i < policy->n_mx; i++)
			g_string_append_printf(text, "%s%s", i == 0 ? ", mx " : " ", policy->mx[i]);
	}
	put_line(page, 0, "policy", mark_of(found->status), text->str);
}

static void
put_tlsrpt(struct page *page, const struct check_tlsrpt *found)
{
	const struct tlsrpt_record *record = found->record;
	const char *text = found->status == CHECK_UNKNOWN  ? found->why
			   : found->status == CHECK_ABSENT ? "no record"
							   : record->txt.bytes;
	put_line(page, 0, "TLS-RPT record", mark_of(found->status), text);
	for (size_t i = 0; i < found->n_rua; i++)
		put_line(page, 1, found->rua[i].uri, mark_of(found->rua[i].status),
			found->rua[i].own ? "this installation's endpoint" : found->rua[i].why);
}

/* ---- findings ---- */

static enum page_mark
mark_of_severity(enum check_severity severity)
{
	return severity == CHECK_BLOCK ? MARK_BAD : severity == CHECK_WARN ? MARK_WARN : MARK_NONE;
}

static void
put_finding(struct page *page, const struct check_finding *finding)
{
	enum page_mark mark = mark_of_severity(finding->severity);
	g_string_append(page->out, "\n  ");
	page_mark(page, mark);
	g_string_append_printf(page->out, " %s\n      ", finding->code);
	page_wrapped(page, 6, 6, finding->text);
	if (finding->evidence != NULL) {
		g_string_append(page->out, "      Seen:   ");
		page_wrapped(page, 14, 14, finding->evidence);
	}
	if (finding->remedy != NULL) {
		g_string_append(page->out, "      Remedy: ");
		page_wrapped(page, 14, 14, finding->remedy);
	}
}

static void
count(const struct check *check, unsigned counts[3])
{
	for (size_t i = 0; i < check->n_findings; i++)
		counts[check->findings[i].severity]++;
}

static const char *
result_words(const struct check *check)
{
	switch (check_exit(check)) {
	case 0:
		return "nothing here would keep mail out under enforce";
	case 2:
		return "not everything could be told: look again later";
	}
	return "what blocks must be mended before enforce";
}

void
check_text(const struct check *check, bool colour, GString *out)
{
	struct page page = { out, colour };
	char at[INSTANT_TEXT_BYTES];
	g_string_append_printf(
		out, "%s, looked at %s\n\n", check->domain, instant_text(check->at, at));
	put_mx(&page, check);
	put_sts_record(&page, &check->sts_record);
	put_policy(&page, &check->policy);
	put_tlsrpt(&page, &check->tlsrpt);
	for (size_t i = 0; i < check->n_findings; i++)
		put_finding(&page, &check->findings[i]);
	unsigned counts[3] = { 0 };
	count(check, counts);
	g_string_append_printf(out, "\n%u %s, %u %s, %u %s: %s.\n", counts[CHECK_BLOCK],
		counts[CHECK_BLOCK] == 1 ? "blocks" : "block", counts[CHECK_WARN],
		counts[CHECK_WARN] == 1 ? "warning" : "warnings", counts[CHECK_INFO],
		counts[CHECK_INFO] == 1 ? "remark" : "remarks", result_words(check));
}

void
check_text_line(const struct check *check, bool colour, GString *out)
{
	struct page page = { out, colour };
	int status = check_exit(check);
	page_mark(&page, status == 0 ? MARK_FINE : status == 1 ? MARK_BAD : MARK_UNKNOWN);
	g_string_append_printf(out, " %-30s", check->domain);
	const char *last = "";
	for (size_t i = 0; i < check->n_findings; i++)
		if (check->findings[i].severity != CHECK_INFO &&
			strcmp(check->findings[i].code, last) != 0) {
			last = check->findings[i].code;
			g_string_append_printf(out, " %s", last);
		}
	g_string_append_c(out, '\n');
}
