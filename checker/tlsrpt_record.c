/* The TXT record of TLS-RPT. */
#include "checker/tlsrpt_record.h"

#include <string.h>

#include <glib.h>

#include "checker/tlsrpt_uri.h"
#include "checker/txt_choice.h"
#include "checker/txt_fields.h"
#include "ingest/limits.h"

/* One reading of a record. */
struct reading {
	struct arena *arena;
	struct tlsrpt_record *record;
	bool seen;       /* "rua=" */
	bool other_case; /* "RUA=" */
	bool usable;     /* any of its URIs */
};

static bool
is_there(const struct tlsrpt_record *record, const char *uri)
{
	for (size_t i = 0; i < record->n_rua; i++)
		if (strcmp(record->rua[i].uri, uri) == 0)
			return true;
	return false;
}

static void
read_uri(struct reading *reading, const struct txt *uri)
{
	struct tlsrpt_record *record = reading->record;
	if (uri->length == 0) {
		faults_add(&record->faults, reading->arena, TLSRPT_URI_EMPTY, FAULT_DISPUTED, 0,
			"The rua of the TLS-RPT record has nothing where an address should stand. "
			"Strict senders refuse the record; lenient ones pass over that.");
	} else if (record->n_rua == LIMIT_RUA) {
		if (faults_find(&record->faults, TLSRPT_URI_MANY) == NULL)
			faults_add(&record->faults, reading->arena, TLSRPT_URI_MANY, FAULT_TRIPS, 0,
				"The TLS-RPT record has more than %d addresses for reports; this "
				"check does not look at the others, nor do all senders.",
				LIMIT_RUA);
	} else if (is_there(record,
			   fault_show(reading->arena, uri->bytes, uri->length, LIMIT_TEXT_BYTES))) {
		faults_add(&record->faults, reading->arena, TLSRPT_URI_TWICE, FAULT_TOLERATED, 0,
			"The rua %s is there already. Senders may report to it twice.",
			fault_quote(reading->arena, uri->bytes, uri->length));
	} else {
		struct tlsrpt_rua rua = tlsrpt_uri_read(reading->arena, uri, &record->faults);
		reading->usable = reading->usable || rua.usable;
		record->rua[record->n_rua++] = rua;
	}
}

/* rua = tlsrpt-uri *(*WSP "," *WSP tlsrpt-uri) */
static void
read_rua(struct reading *reading, struct txt list)
{
	for (;;) {
		const char *comma = memchr(list.bytes, ',', list.length);
		size_t length = comma != NULL ? (size_t)(comma - list.bytes) : list.length;
		struct txt uri = txt_trim((struct txt){ list.bytes, length });
		read_uri(reading, &uri);
		if (comma == NULL)
			return;
		list = txt_after(&list, length + 1);
	}
}

static bool
take_field(void *user, const struct txt_field *field)
{
	struct reading *reading = user;
	struct faults *faults = &reading->record->faults;
	if (!txt_is(&field->name, "rua")) {
		reading->other_case = reading->other_case || txt_is_case(&field->name, "rua");
		return false;
	}
	if (reading->seen)
		faults_add(faults, reading->arena, TLSRPT_RUA_TWICE, FAULT_TRIPS, 0,
			"The TLS-RPT record has another rua. Some senders take the first only: "
			"write all addresses into one, parted by commas.");
	else if (field->place != 1)
		faults_add(faults, reading->arena, TLSRPT_RUA_NOT_FIRST, FAULT_TRIPS, 0,
			"The TLS-RPT record has another field before rua. Some senders look for it "
			"right behind the version only.");
	reading->seen = true;
	read_rua(reading, field->value);
	return true;
}

static void
look_at_whole(struct reading *reading)
{
	struct faults *faults = &reading->record->faults;
	if (reading->usable)
		return;
	if (reading->seen)
		faults_add(faults, reading->arena, TLSRPT_RUA_UNUSABLE, FAULT_REFUSED, 0,
			"The rua of the TLS-RPT record has no address that senders can report to.");
	else if (reading->other_case)
		faults_add(faults, reading->arena, TLSRPT_RUA_CASE, FAULT_REFUSED, 0,
			"The rua of the TLS-RPT record must be written \"rua=\", in lower case; "
			"senders find none.");
	else
		faults_add(faults, reading->arena, TLSRPT_RUA_MISSING, FAULT_REFUSED, 0,
			"The TLS-RPT record has no \"rua=\"; senders do not know where to report "
			"to.");
}

struct tlsrpt_record *
tlsrpt_record_read(struct arena *arena, const struct txt *txts, size_t count)
{
	struct tlsrpt_record *record = arena_calloc(arena, 1, sizeof *record);
	struct reading reading = { .arena = arena, .record = record };
	record->rua = arena_calloc(arena, LIMIT_RUA, sizeof *record->rua);
	enum txt_status chosen =
		txt_choose(arena, &txt_kind_tlsrpt, txts, count, &record->txt, &record->faults);

	/* One that nobody takes for a record has no fields. */
	if (chosen == TXT_FINE || record->faults.worst == FAULT_DISPUTED) {
		txt_fields_read(arena, &txt_kind_tlsrpt, &record->txt, &record->faults, take_field,
			&reading);
		look_at_whole(&reading);
	}
	record->status = txt_record_status(chosen, &record->faults);
	record->lenient = record->status == TXT_INVALID && record->faults.worst == FAULT_DISPUTED;
	return record;
}
