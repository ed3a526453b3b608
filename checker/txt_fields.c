/* The fields of a TXT record. */
#include "checker/txt_fields.h"

#include <string.h>

#include <glib.h>

/* sts-ext-name, tlsrpt-ext-name: (ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / ".") */
#define MOST_NAME 32

/* One reading of a record's fields. */
struct reading {
	struct arena *arena;
	const struct txt_kind *kind;
	struct faults *faults;
	bool (*take)(void *user, const struct txt_field *field);
	void *user;
	unsigned fields;
};

static bool
is_name_byte(char byte)
{
	return g_ascii_isalnum(byte) || byte == '_' || byte == '-' || byte == '.';
}

static bool
is_name(const struct txt *name)
{
	if (name->length == 0 || name->length > MOST_NAME || !g_ascii_isalnum(name->bytes[0]))
		return false;
	for (size_t i = 0; i < name->length; i++)
		if (!is_name_byte(name->bytes[i]))
			return false;
	return true;
}

/* sts-ext-value, tlsrpt-ext-value: 1*(%x21-3A / %x3C / %x3E-7E); what is no printable ASCII has
   been told already. */
static bool
is_value(const struct txt *value)
{
	return value->length > 0 && memchr(value->bytes, '=', value->length) == NULL &&
	       memchr(value->bytes, ' ', value->length) == NULL &&
	       memchr(value->bytes, '\t', value->length) == NULL;
}

/* Adds a fault of the grammar that ends at a field. */
static void
add_field_fault(
	struct reading *reading, enum txt_fault code, const struct txt *field, const char *what)
{
	faults_add(reading->faults, reading->arena, code, FAULT_DISPUTED, 0,
		"In the %s record, %s %s. Strict senders refuse the record; lenient ones pass over "
		"that.",
		reading->kind->name, fault_quote(reading->arena, field->bytes, field->length),
		what);
}

/* Takes name and value apart, and looks at the white space around "=". */
static void
read_field(struct reading *reading, const struct txt *text)
{
	const char *equals = memchr(text->bytes, '=', text->length);
	reading->fields++;
	if (equals == NULL) {
		add_field_fault(
			reading, TXT_FAULT_NO_EQUALS, text, "is not of the form name=value");
		return;
	}
	size_t before_equals = (size_t)(equals - text->bytes);
	struct txt name = { text->bytes, before_equals },
		   value = txt_after(text, before_equals + 1);
	struct txt_field field = { txt_trim(name), txt_trim(value), reading->fields };
	if (field.name.length != name.length || field.value.length != value.length)
		add_field_fault(reading, TXT_FAULT_SPACES, text, "has white space around \"=\"");
	if (!is_name(&field.name)) {
		add_field_fault(reading, TXT_FAULT_NAME, text,
			"has a name that is not 1 to 32 letters, digits, \"_\", \"-\" and \".\"");
		return;
	}
	if (!reading->take(reading->user, &field) && !is_value(&field.value))
		add_field_fault(reading, TXT_FAULT_VALUE, text,
			"has a value that is empty or has characters it must not have");
}

/* Control characters, and what is not ASCII (RFC 8461 3.1: "US-ASCII"). */
static void
look_at_characters(struct reading *reading, const struct txt *record)
{
	for (size_t i = 0; i < record->length; i++) {
		unsigned char byte = (unsigned char)record->bytes[i];
		if ((byte < ' ' && byte != '\t') || byte >= 0x7f) {
			add_field_fault(reading, TXT_FAULT_CHARACTERS, record,
				"has characters that are not printable ASCII");
			return;
		}
	}
}

/* One stretch between semicolons; the last one has none behind it. */
static void
read_stretch(struct reading *reading, const struct txt *stretch, bool last)
{
	struct txt text = txt_trim(*stretch);
	if (text.length > 0) {
		if (last && txt_is_wsp(stretch->bytes[stretch->length - 1]))
			add_field_fault(reading, TXT_FAULT_SPACES, stretch,
				"ends in white space without a semicolon before it");
		read_field(reading, &text);
	} else if (!last) {
		faults_add(reading->faults, reading->arena, TXT_FAULT_EMPTY_FIELD, FAULT_DISPUTED,
			0,
			"In the %s record, nothing stands between two semicolons. Strict senders "
			"refuse the record; lenient ones pass over that.",
			reading->kind->name);
	}
}

/* RFC 8461 3.1: sts-version 1*(sts-field-delim sts-field) [sts-field-delim], where sts-field-delim
   is *WSP ";" *WSP; RFC 8460 3 has the same. */
void
txt_fields_read(struct arena *arena, const struct txt_kind *kind, const struct txt *record,
	struct faults *faults, bool (*take)(void *user, const struct txt_field *field), void *user)
{
	struct reading reading = {
		.arena = arena, .kind = kind, .faults = faults, .take = take, .user = user
	};
	look_at_characters(&reading, record);
	const char *semicolon = memchr(record->bytes, ';', record->length);
	while (semicolon != NULL) {
		struct txt rest = txt_after(record, (size_t)(semicolon + 1 - record->bytes));
		semicolon = memchr(rest.bytes, ';', rest.length);
		bool last = semicolon == NULL;
		struct txt stretch = { rest.bytes,
			last ? rest.length : (size_t)(semicolon - rest.bytes) };
		read_stretch(&reading, &stretch, last);
	}
}
