/* The choice of the TXT record that counts. */
#include "checker/txt_choice.h"

#include <string.h>

#include <glib.h>

/* What people and their tools put before a record, without seeing it. */
static const struct {
	const char *bytes;
	enum txt_fault code;
} before[] = {
	{ " ", TXT_FAULT_LEADING_SPACE }, { "\t", TXT_FAULT_LEADING_SPACE },
	{ "\r", TXT_FAULT_LEADING_SPACE }, { "\n", TXT_FAULT_LEADING_SPACE },
	{ "\xc2\xa0", TXT_FAULT_LEADING_SPACE }, /* no-break space */
	{ "\"", TXT_FAULT_QUOTED }, { "\\\"", TXT_FAULT_QUOTED }, { "'", TXT_FAULT_QUOTED },
	{ "\xe2\x80\x9c", TXT_FAULT_QUOTED }, /* typographic ones */
	{ "\xe2\x80\x9d", TXT_FAULT_QUOTED }, { "\xef\xbb\xbf", TXT_FAULT_BOM },
	{ "\xe2\x80\x8b", TXT_FAULT_BOM }, /* zero-width space */
};

/* Takes one of those off; 0: none is there. */
static enum txt_fault
strip_one(struct txt *txt)
{
	for (size_t i = 0; i < G_N_ELEMENTS(before); i++)
		if (txt_begins(txt, before[i].bytes)) {
			*txt = txt_after(txt, strlen(before[i].bytes));
			return before[i].code;
		}
	return 0;
}

/* Takes all of them off; what stood first. */
static enum txt_fault
strip(struct txt *txt)
{
	enum txt_fault first = strip_one(txt);
	while (strip_one(txt) != 0)
		continue;
	return first;
}

/* "v = STSv1": the version with white space in it. */
static bool
is_spaced_version(const struct txt_kind *kind, const struct txt *txt)
{
	struct txt rest = *txt;
	for (const char *at = kind->version; *at != '\0'; at++) {
		while (at > kind->version && rest.length > 0 && txt_is_wsp(rest.bytes[0]))
			rest = txt_after(&rest, 1);
		if (rest.length == 0 || g_ascii_tolower(rest.bytes[0]) != g_ascii_tolower(*at))
			return false;
		rest = txt_after(&rest, 1);
	}
	return true;
}

/* What is wrong behind a version that is right. */
static enum txt_fault
classify_end(const struct txt_kind *kind, const struct txt *txt)
{
	struct txt rest = txt_after(txt, strlen(kind->version));
	struct txt inner = txt_trim(rest);
	if (txt_begins(&inner, ";"))
		return TXT_FAULT_SPACED_SEMICOLON;
	if (txt_begins(&inner, "\\;"))
		return TXT_FAULT_ESCAPED;
	if (rest.length > 0 && g_ascii_isalnum(rest.bytes[0]))
		return TXT_FAULT_VERSION_OTHER;
	return TXT_FAULT_NO_SEMICOLON;
}

/* Why a record that senders discard may have been meant all the same; TXT_FAULT_UNRELATED,
   TXT_FAULT_OTHER_KIND: it was not. */
static enum txt_fault
classify(const struct txt_kind *kind, const struct txt *txt)
{
	struct txt rest = *txt;
	enum txt_fault first = strip(&rest);
	if (first != 0 && txt_begins_case(&rest, kind->version))
		return first;
	if (txt_begins(txt, kind->version))
		return classify_end(kind, txt);
	if (txt_begins_case(txt, kind->version))
		return TXT_FAULT_CASE;
	if (is_spaced_version(kind, txt))
		return TXT_FAULT_VERSION_SPACED;
	if (txt_begins_case(txt, kind->other->version))
		return TXT_FAULT_OTHER_KIND;
	if (txt_begins_case(txt, kind->stem))
		return TXT_FAULT_VERSION_OTHER;
	if (txt_contains_case(txt, kind->version + strlen("v=")))
		return TXT_FAULT_NOT_FIRST;
	return TXT_FAULT_UNRELATED;
}

/* RFC 8461 3.1, RFC 8460 3: records that do not begin with the version and ";" are discarded. */
static bool
is_candidate(const struct txt_kind *kind, const struct txt *txt)
{
	if (!txt_begins(txt, kind->version))
		return false;
	struct txt rest = txt_after(txt, strlen(kind->version));
	return txt_begins(&rest, ";");
}

/* What is wrong with a record that was meant. */
static const struct {
	enum txt_fault code;
	const char *what;
} meant[] = {
	{ TXT_FAULT_NO_SEMICOLON, "no semicolon follows its version" },
	{ TXT_FAULT_SPACED_SEMICOLON, "white space stands between its version and the semicolon" },
	{ TXT_FAULT_ESCAPED, "its semicolons have backslashes, which belong into zone files only" },
	{ TXT_FAULT_CASE, "its version is in the wrong case" },
	{ TXT_FAULT_QUOTED, "quotes are part of its text" },
	{ TXT_FAULT_LEADING_SPACE, "white space stands before its version" },
	{ TXT_FAULT_BOM, "an unseen character (byte order mark, zero-width space) stands first" },
	{ TXT_FAULT_VERSION_SPACED, "white space is part of its version" },
	{ TXT_FAULT_VERSION_OTHER, "there is no such version" },
	{ TXT_FAULT_NOT_FIRST, "its version does not stand first" },
};

static const char *
what_is_wrong(enum txt_fault code)
{
	for (size_t i = 0; i < G_N_ELEMENTS(meant); i++)
		if (meant[i].code == code)
			return meant[i].what;
	return NULL;
}

/* What senders do about a record that was meant, where there is no better one. */
static enum fault_effect
effect_alone(enum txt_fault code)
{
	/* By the grammar "v=STSv1 ;" is right, by the choice it is not (RFC 8461, erratum 6285). */
	return code == TXT_FAULT_SPACED_SEMICOLON ? FAULT_DISPUTED : FAULT_REFUSED;
}

/* What they do about it beside a good one. */
static enum fault_effect
effect_beside(enum txt_fault code)
{
	/* Some senders look for the version without the semicolon, and so find two records. */
	return code == TXT_FAULT_SPACED_SEMICOLON || code == TXT_FAULT_NO_SEMICOLON ||
			       code == TXT_FAULT_ESCAPED || code == TXT_FAULT_VERSION_OTHER
		       ? FAULT_TRIPS
		       : FAULT_IGNORED;
}

/* One reading of the records at a name. */
struct choice {
	struct arena *arena;
	const struct txt_kind *kind;
	struct faults *faults;
	size_t candidates;
	const struct txt *first; /* candidate */
	const struct txt *near;  /* the first that was meant */
};

/* One that was meant to be such a record. */
static void
add_meant(struct choice *choice, const struct txt *txt, enum txt_fault code, const char *quoted)
{
	bool alone = choice->candidates == 0 && choice->near == NULL;
	enum fault_effect effect = alone ? effect_alone(code) : effect_beside(code);
	const char *others = effect == FAULT_TRIPS      ? "; some find two records"
			     : effect == FAULT_DISPUTED ? "; lenient ones read it"
							: "";
	faults_add(choice->faults, choice->arena, code, effect, 0,
		"The TXT record %s does not begin with \"%s;\": %s. Senders that keep to the RFC "
		"pass over it%s.",
		quoted, choice->kind->version, what_is_wrong(code), others);
	if (choice->near == NULL)
		choice->near = txt;
}

static void
add_discarded(struct choice *choice, const struct txt *txt)
{
	const struct txt_kind *kind = choice->kind;
	enum txt_fault code = classify(kind, txt);
	const char *quoted = fault_quote(choice->arena, txt->bytes, txt->length);
	if (code == TXT_FAULT_UNRELATED)
		faults_add(choice->faults, choice->arena, code, FAULT_IGNORED, 0,
			"The TXT record %s is no %s record; senders pass over it.", quoted,
			kind->name);
	else if (code == TXT_FAULT_OTHER_KIND)
		faults_add(choice->faults, choice->arena, code, FAULT_IGNORED, 0,
			"The TXT record %s is one of %s, which belongs at %s; senders pass over "
			"it here.",
			quoted, kind->other->name, kind->other->place);
	else
		add_meant(choice, txt, code, quoted);
}

static struct txt
copied(struct arena *arena, const struct txt *txt)
{
	return (struct txt){ arena_strndup(arena, txt->bytes, txt->length), txt->length };
}

enum txt_status
txt_choose(struct arena *arena, const struct txt_kind *kind, const struct txt *txts, size_t count,
	struct txt *chosen, struct faults *faults)
{
	struct choice choice = { .arena = arena, .kind = kind, .faults = faults };
	for (size_t i = count; i-- > 0;)
		if (is_candidate(kind, &txts[i])) {
			choice.candidates++;
			choice.first = &txts[i];
		}
	for (size_t i = 0; i < count; i++)
		if (!is_candidate(kind, &txts[i]))
			add_discarded(&choice, &txts[i]);

	if (choice.candidates == 0 && choice.near == NULL)
		return TXT_ABSENT;
	*chosen = copied(arena, choice.candidates > 0 ? choice.first : choice.near);
	if (choice.candidates == 0)
		return TXT_INVALID;
	if (choice.candidates == 1)
		return TXT_FINE;
	faults_add(faults, arena, TXT_FAULT_SEVERAL, FAULT_REFUSED, 0,
		"There are %zu %s records; senders then take none of them. Only one may stay.",
		choice.candidates, kind->name);
	return TXT_MULTIPLE;
}
