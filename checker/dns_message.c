/* Reading DNS answers with the resolver library's parser. */
#include "checker/dns_message.h"

#include <string.h>

#include <arpa/nameser.h>
#include <resolv.h>

/* A chain of CNAMEs longer than this is a mistake or an attack: resolvers give up at 8 to 16. */
#define MOST_CNAMES 16

/* Records that are kept of one answer: no honest name has as many, and each MX costs connections.
 */
#define MOST_RECORDS 200

static const struct {
	enum dns_type type;
	const char *name;
} types[] = {
	{ DNS_A, "A" },
	{ DNS_CNAME, "CNAME" },
	{ DNS_PTR, "PTR" },
	{ DNS_MX, "MX" },
	{ DNS_TXT, "TXT" },
	{ DNS_AAAA, "AAAA" },
	{ DNS_TLSA, "TLSA" },
};

const char *
dns_type_name(enum dns_type type)
{
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (types[i].type == type)
			return types[i].name;
	return "?";
}

/* ---- answers ---- */

static void
record_free(gpointer data)
{
	struct dns_record *record = data;
	g_free(record->name);
	g_free(record->data);
	g_free(record);
}

static struct dns_answer *
answer_new(enum dns_status status)
{
	struct dns_answer *answer = g_new0(struct dns_answer, 1);
	answer->status = status;
	answer->cnames = g_ptr_array_new_with_free_func(g_free);
	answer->records = g_ptr_array_new_with_free_func(record_free);
	answer->holders = 1;
	return answer;
}

struct dns_answer *
dns_answer_failed(char *why)
{
	struct dns_answer *answer = answer_new(DNS_FAILED);
	answer->why = why;
	return answer;
}

struct dns_answer *
dns_answer_hold(struct dns_answer *answer)
{
	answer->holders++;
	return answer;
}

void
dns_answer_release(struct dns_answer *answer)
{
	if (answer == NULL || --answer->holders > 0)
		return;
	g_free(answer->why);
	g_ptr_array_unref(answer->cnames);
	g_ptr_array_unref(answer->records);
	g_free(answer);
}

/* ---- the parts of records ---- */

/* The text of a name inside a message as the library presents it ("\." and "\DDD" for what needs
   it); NULL where it is none. */
static char *
read_name(const ns_msg *message, const uint8_t *at, const uint8_t *end)
{
	char text[NS_MAXDNAME];
	if (at >= end || ns_name_uncompress(ns_msg_base(*message), ns_msg_end(*message), at, text,
				 sizeof text) < 0)
		return NULL;
	size_t length = strlen(text);
	if (length > 0 && text[length - 1] == '.')
		text[length - 1] = '\0';
	return g_strdup(text);
}

/* Joins the character-strings of a TXT record without anything between them (RFC 8461 3.1). */
static bool
read_text(struct dns_record *record, const uint8_t *at, size_t length)
{
	GByteArray *joined = g_byte_array_new();
	for (const uint8_t *end = at + length; at < end; at += 1 + at[0]) {
		if (at[0] >= end - at) {
			g_byte_array_unref(joined);
			return false;
		}
		g_byte_array_append(joined, at + 1, at[0]);
	}
	record->length = joined->len;
	g_byte_array_append(joined, (const uint8_t *)"", 1);
	record->data = g_byte_array_free(joined, FALSE);
	return true;
}

static bool
read_bytes(struct dns_record *record, const uint8_t *at, size_t length, size_t least, size_t most)
{
	if (length < least || length > most)
		return false;
	/* never NULL, also where there is nothing in it */
	record->data = g_malloc0(length + 1);
	memcpy(record->data, at, length);
	record->length = length;
	return true;
}

static bool
read_data(struct dns_record *record, const ns_msg *message, const ns_rr *rr, enum dns_type type)
{
	const uint8_t *at = ns_rr_rdata(*rr);
	size_t length = ns_rr_rdlen(*rr);
	switch (type) {
	case DNS_A:
		return read_bytes(record, at, length, 4, 4);
	case DNS_AAAA:
		return read_bytes(record, at, length, 16, 16);
	case DNS_TLSA:
		return read_bytes(record, at, length, 0, UINT16_MAX);
	case DNS_TXT:
		return read_text(record, at, length);
	case DNS_MX:
		if (length < 3)
			return false;
		record->preference = (uint16_t)(at[0] << 8 | at[1]);
		at += 2;
		length -= 2;
		break;
	case DNS_CNAME:
	case DNS_PTR:
		break;
	}
	record->name = read_name(message, at, at + length);
	return record->name != NULL;
}

/* ---- the answer section ---- */

static bool
same_name(const char *a, const char *b)
{
	size_t length_a = strlen(a), length_b = strlen(b);
	length_a -= length_a > 0 && a[length_a - 1] == '.';
	length_b -= length_b > 0 && b[length_b - 1] == '.';
	return length_a == length_b && g_ascii_strncasecmp(a, b, length_a) == 0;
}

/* The name that owner is an alias of; NULL: it is none. */
static char *
find_alias(ns_msg *message, const char *owner)
{
	for (int i = 0; i < ns_msg_count(*message, ns_s_an); i++) {
		ns_rr rr;
		if (ns_parserr(message, ns_s_an, i, &rr) == 0 && ns_rr_type(rr) == ns_t_cname &&
			ns_rr_class(rr) == ns_c_in && same_name(ns_rr_name(rr), owner))
			return read_name(
				message, ns_rr_rdata(rr), ns_rr_rdata(rr) + ns_rr_rdlen(rr));
	}
	return NULL;
}

/* Follows CNAMEs from the name that was asked for; false: they go round, or on and on. */
static bool
follow(struct dns_answer *answer, ns_msg *message, const char **owner)
{
	for (char *next; (next = find_alias(message, *owner)) != NULL;) {
		g_ptr_array_add(answer->cnames, next);
		*owner = next;
		if (answer->cnames->len > MOST_CNAMES)
			return false;
	}
	return true;
}

/* False: a record of the type that cannot be read. */
static bool
collect(struct dns_answer *answer, ns_msg *message, const char *owner, enum dns_type type)
{
	for (int i = 0; i < ns_msg_count(*message, ns_s_an); i++) {
		ns_rr rr;
		if (ns_parserr(message, ns_s_an, i, &rr) != 0)
			return false;
		if (ns_rr_type(rr) != (ns_type)type || ns_rr_class(rr) != ns_c_in ||
			!same_name(ns_rr_name(rr), owner) || answer->records->len >= MOST_RECORDS)
			continue;
		struct dns_record *record = g_new0(struct dns_record, 1);
		g_ptr_array_add(answer->records, record);
		if (!read_data(record, message, &rr, type))
			return false;
	}
	return true;
}

/* Whether the message answers this question. */
static bool
is_response(ns_msg *message, const char *name, enum dns_type type)
{
	ns_rr question;
	return ns_msg_getflag(*message, ns_f_qr) == 1 && ns_msg_count(*message, ns_s_qd) == 1 &&
	       ns_parserr(message, ns_s_qd, 0, &question) == 0 &&
	       ns_rr_type(question) == (ns_type)type && same_name(ns_rr_name(question), name);
}

static const char *
rcode_words(int rcode)
{
	switch (rcode) {
	case ns_r_formerr:
		return "the DNS server could not read the question (FORMERR)";
	case ns_r_servfail:
		return "the DNS server could not find out (SERVFAIL)";
	case ns_r_notimpl:
		return "the DNS server does not know this kind of question (NOTIMP)";
	case ns_r_refused:
		return "the DNS server refuses to answer (REFUSED)";
	}
	return "the DNS server answered with an error";
}

struct dns_answer *
dns_message_read(const uint8_t *bytes, size_t length, const char *name, enum dns_type type)
{
	ns_msg message;
	if (length > INT_MAX || ns_initparse(bytes, (int)length, &message) != 0 ||
		!is_response(&message, name, type))
		return dns_answer_failed(g_strdup("the DNS server's answer makes no sense"));
	int rcode = (int)ns_msg_getflag(message, ns_f_rcode);
	if (rcode != ns_r_noerror && rcode != ns_r_nxdomain)
		return dns_answer_failed(g_strdup(rcode_words(rcode)));
	if (ns_msg_getflag(message, ns_f_tc))
		return dns_answer_failed(g_strdup("the DNS server's answer was cut short"));

	struct dns_answer *answer = answer_new(DNS_NO_NAME);
	const char *owner = name;
	answer->authentic = ns_msg_getflag(message, ns_f_ad) == 1;
	if (!follow(answer, &message, &owner) || !collect(answer, &message, owner, type)) {
		dns_answer_release(answer);
		return dns_answer_failed(g_strdup("the DNS server's answer makes no sense"));
	}
	if (rcode == ns_r_noerror)
		answer->status = answer->records->len > 0 ? DNS_FINE : DNS_NO_DATA;
	else
		g_ptr_array_set_size(answer->records, 0);
	return answer;
}
