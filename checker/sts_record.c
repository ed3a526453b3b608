/* The TXT record of MTA-STS. */
#include "checker/sts_record.h"

#include <glib.h>

#include "checker/txt_choice.h"
#include "checker/txt_fields.h"

/* Of an id that is too long, as much as a page can show. */
#define SHOWN_ID 64

/* One reading of a record. */
struct reading {
	struct arena *arena;
	struct sts_record *record;
	bool seen;       /* "id=" */
	bool other_case; /* "ID=" */
};

static bool
is_alphanumeric(const struct txt *value)
{
	for (size_t i = 0; i < value->length; i++)
		if (!g_ascii_isalnum(value->bytes[i]))
			return false;
	return true;
}

static void
read_id(struct reading *reading, const struct txt *value)
{
	struct faults *faults = &reading->record->faults;
	const char *quoted = fault_quote(reading->arena, value->bytes, value->length);
	reading->seen = true;
	if (value->length == 0) {
		faults_add(faults, reading->arena, STS_RECORD_ID_MISSING, FAULT_REFUSED, 0,
			"The id of the MTA-STS record is empty; senders find no policy.");
		return;
	}
	reading->record->id = fault_show(reading->arena, value->bytes, value->length, SHOWN_ID);
	if (value->length > STS_ID_MOST)
		faults_add(faults, reading->arena, STS_RECORD_ID_LONG, FAULT_DISPUTED, 0,
			"The id %s of the MTA-STS record has %zu characters, and may have %d. "
			"Strict senders find no policy; lenient ones take it.",
			quoted, value->length, STS_ID_MOST);
	if (!is_alphanumeric(value))
		faults_add(faults, reading->arena, STS_RECORD_ID_CHARACTERS, FAULT_DISPUTED, 0,
			"The id %s of the MTA-STS record has characters other than letters and "
			"digits. Strict senders find no policy; lenient ones take it.",
			quoted);
}

static bool
take_field(void *user, const struct txt_field *field)
{
	struct reading *reading = user;
	if (!txt_is(&field->name, "id")) {
		reading->other_case = reading->other_case || txt_is_case(&field->name, "id");
		return false;
	}
	if (!reading->seen) {
		read_id(reading, &field->value);
		return true;
	}
	/* By the grammar it is an extension. */
	faults_add(&reading->record->faults, reading->arena, STS_RECORD_ID_TWICE, FAULT_TRIPS, 0,
		"The MTA-STS record has a second id, %s. Some senders take the first, some the "
		"last, some refuse the record.",
		fault_quote(reading->arena, field->value.bytes, field->value.length));
	return false;
}

static void
add_missing(struct reading *reading)
{
	if (reading->other_case)
		faults_add(&reading->record->faults, reading->arena, STS_RECORD_ID_CASE,
			FAULT_REFUSED, 0,
			"The id of the MTA-STS record must be written \"id=\", in lower case; "
			"senders find none, and so no policy.");
	else
		faults_add(&reading->record->faults, reading->arena, STS_RECORD_ID_MISSING,
			FAULT_REFUSED, 0,
			"The MTA-STS record has no \"id=\"; senders find no policy.");
}

struct sts_record *
sts_record_read(struct arena *arena, const struct txt *txts, size_t count)
{
	struct sts_record *record = arena_calloc(arena, 1, sizeof *record);
	struct reading reading = { .arena = arena, .record = record };
	enum txt_status chosen =
		txt_choose(arena, &txt_kind_sts, txts, count, &record->txt, &record->faults);

	/* One that nobody takes for a record has no fields. */
	if (chosen == TXT_FINE || record->faults.worst == FAULT_DISPUTED) {
		txt_fields_read(
			arena, &txt_kind_sts, &record->txt, &record->faults, take_field, &reading);
		if (!reading.seen)
			add_missing(&reading);
	}
	record->status = txt_record_status(chosen, &record->faults);
	record->lenient = record->status == TXT_INVALID && record->faults.worst == FAULT_DISPUTED;
	return record;
}
