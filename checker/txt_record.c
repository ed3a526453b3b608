/* What the TXT records of MTA-STS and TLS-RPT have in common. */
#include "checker/txt_record.h"

#include <string.h>

#include <glib.h>

const struct txt_kind txt_kind_sts = {
	.version = "v=STSv1",
	.stem = "v=STS",
	.name = "MTA-STS",
	.other = &txt_kind_tlsrpt,
	.place = "_mta-sts",
};

const struct txt_kind txt_kind_tlsrpt = {
	.version = "v=TLSRPTv1",
	.stem = "v=TLSRPT",
	.name = "TLS-RPT",
	.other = &txt_kind_sts,
	.place = "_smtp._tls",
};

const char *
txt_status_name(enum txt_status status)
{
	static const char *const names[] = { "fine", "absent", "multiple", "invalid" };
	return names[status];
}

enum txt_status
txt_record_status(enum txt_status chosen, const struct faults *faults)
{
	return chosen == TXT_FINE && faults->worst >= FAULT_DISPUTED ? TXT_INVALID : chosen;
}

bool
txt_is(const struct txt *txt, const char *text)
{
	return txt->length == strlen(text) && memcmp(txt->bytes, text, txt->length) == 0;
}

bool
txt_is_case(const struct txt *txt, const char *text)
{
	return txt->length == strlen(text) &&
	       g_ascii_strncasecmp(txt->bytes, text, txt->length) == 0;
}

struct txt
txt_after(const struct txt *txt, size_t count)
{
	return (struct txt){ txt->bytes + count, txt->length - count };
}

bool
txt_begins(const struct txt *txt, const char *text)
{
	size_t length = strlen(text);
	return txt->length >= length && memcmp(txt->bytes, text, length) == 0;
}

bool
txt_begins_case(const struct txt *txt, const char *text)
{
	size_t length = strlen(text);
	return txt->length >= length && g_ascii_strncasecmp(txt->bytes, text, length) == 0;
}

bool
txt_contains_case(const struct txt *txt, const char *text)
{
	for (size_t i = 0; i < txt->length; i++) {
		struct txt rest = txt_after(txt, i);
		if (txt_begins_case(&rest, text))
			return true;
	}
	return false;
}

bool
txt_is_wsp(char byte)
{
	return byte == ' ' || byte == '\t';
}

struct txt
txt_trim(struct txt txt)
{
	while (txt.length > 0 && txt_is_wsp(txt.bytes[0]))
		txt = txt_after(&txt, 1);
	while (txt.length > 0 && txt_is_wsp(txt.bytes[txt.length - 1]))
		txt.length--;
	return txt;
}
