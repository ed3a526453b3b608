/* The fields of a policy. */
#include "checker/sts_field.h"

#include <string.h>

#include "checker/mx_pattern.h"
#include "checker/nearest.h"

/* sts-policy-max-age-value = 1*10(DIGIT) */
#define MOST_DIGITS 10

const char *const sts_field_keys[STS_FIELDS + 1] = { "version", "mode", "max_age", "mx", NULL };

static const char *
quote(struct sts_reading *reading, const struct txt *value)
{
	return fault_quote(reading->arena, value->bytes, value->length);
}

/* ` Did you mean "testing"?`; "": nothing is near */
static const char *
hint(struct sts_reading *reading, const char *const *words, const struct txt *value)
{
	const char *meant = nearest(words, value->bytes, value->length);
	return meant != NULL ? arena_printf(reading->arena, " Did you mean \"%s\"?", meant) : "";
}

static void
read_version(struct sts_reading *reading, const struct txt *value)
{
	static const char *const versions[] = { "STSv1", NULL };
	if (txt_is(value, versions[0]))
		return;
	if (txt_is_case(value, versions[0]))
		STS_FAULT(reading, STS_POLICY_VERSION, FAULT_DISPUTED,
			"The version %s must be written STSv1. Strict senders refuse the policy; "
			"lenient ones take it.",
			quote(reading, value));
	else
		STS_FAULT(reading, STS_POLICY_VERSION, FAULT_REFUSED,
			"The version %s is not STSv1; senders refuse the policy.%s",
			quote(reading, value), hint(reading, versions, value));
}

static void
read_mode(struct sts_reading *reading, const struct txt *value)
{
	static const char *const modes[] = { "none", "testing", "enforce", NULL };
	static const enum sts_mode meant[] = { STS_MODE_NONE, STS_MODE_TESTING, STS_MODE_ENFORCE };
	for (size_t i = 0; modes[i] != NULL; i++)
		if (txt_is(value, modes[i]))
			reading->policy->mode = meant[i];
	if (reading->policy->mode == STS_MODE_MISSING)
		STS_FAULT(reading, STS_POLICY_MODE, FAULT_REFUSED,
			"The mode %s is none of testing, enforce and none, in lower case; senders "
			"refuse the policy.%s",
			quote(reading, value), hint(reading, modes, value));
}

/* The number that digits make, at most UINT64_MAX; false: not only digits, or none. */
static bool
parse_digits(const struct txt *value, uint64_t *number)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < value->length; i++) {
		if (!g_ascii_isdigit(value->bytes[i]))
			return false;
		uint64_t digit = (uint64_t)(value->bytes[i] - '0');
		sum = sum > (UINT64_MAX - digit) / 10 ? UINT64_MAX : 10 * sum + digit;
	}
	*number = sum;
	return value->length > 0;
}

static void
read_max_age(struct sts_reading *reading, const struct txt *value)
{
	struct sts_policy *policy = reading->policy;
	policy->has_max_age = parse_digits(value, &policy->max_age);
	if (!policy->has_max_age)
		STS_FAULT(reading, STS_POLICY_MAX_AGE, FAULT_REFUSED,
			"The max_age %s is not a number of seconds, in digits without unit, sign "
			"or separators; senders refuse the policy.",
			quote(reading, value));
	else if (policy->max_age > STS_POLICY_MOST_AGE)
		STS_FAULT(reading, STS_POLICY_MAX_AGE_OVER, FAULT_DISPUTED,
			"The max_age %s is over the limit of %u seconds. Strict senders refuse the "
			"policy; lenient ones take it, or the limit.",
			quote(reading, value), STS_POLICY_MOST_AGE);
	else if (value->length > MOST_DIGITS)
		STS_FAULT(reading, STS_POLICY_MAX_AGE, FAULT_DISPUTED,
			"The max_age %s has more than %d digits. Strict senders refuse the policy; "
			"lenient ones take it.",
			quote(reading, value), MOST_DIGITS);
}

static const char *
mx_consequence(const struct mx_pattern *pattern)
{
	if (pattern->effect == FAULT_TOLERATED)
		return "Senders do not mind.";
	if (pattern->name != NULL)
		return "Strict senders refuse the whole policy; lenient ones take it.";
	return "Strict senders refuse the whole policy; for lenient ones it matches no host.";
}

static void
read_mx(struct sts_reading *reading, const struct txt *value)
{
	struct mx_pattern pattern = mx_pattern_read(value);
	g_autofree char *name = pattern.name;
	if (pattern.code != 0)
		STS_FAULT(reading, pattern.code, pattern.effect, "The mx %s %s. %s",
			quote(reading, value), pattern.what, mx_consequence(&pattern));
	if (name == NULL)
		return;
	char *kept = arena_strdup(reading->arena, name);
	if (g_hash_table_add(reading->mx_seen, kept))
		g_ptr_array_add(reading->mx, kept);
	else
		STS_FAULT(reading, STS_POLICY_MX_TWICE, FAULT_TOLERATED,
			"The mx %s is there already. Senders do not mind.", quote(reading, value));
}

/* sts-policy-ext-value: visible characters, UTF-8 too, with spaces between them. */
void
sts_field_look_at_value(struct sts_reading *reading, const struct txt *value)
{
	if (value->length == 0)
		STS_FAULT(reading, STS_POLICY_NO_VALUE, FAULT_DISPUTED,
			"The key has no value. Strict senders refuse the whole policy; lenient "
			"ones "
			"pass over the line.");
	else if (!g_utf8_validate_len(value->bytes, value->length, NULL))
		STS_FAULT(reading, STS_POLICY_NOT_UTF8, FAULT_DISPUTED,
			"The value %s is neither ASCII nor UTF-8. Strict senders refuse the whole "
			"policy; lenient ones pass over the line.",
			quote(reading, value));
	else if (memchr(value->bytes, '\t', value->length) != NULL)
		STS_FAULT(reading, STS_POLICY_CONTROL, FAULT_DISPUTED,
			"The value %s has a tab in it. Strict senders refuse the whole policy; "
			"lenient ones pass over the line.",
			quote(reading, value));
}

/* RFC 8461 3.2: of a field other than mx, only the first counts. */
static void
add_duplicate(struct sts_reading *reading, enum sts_field field, const struct txt *value)
{
	const struct txt *first = &reading->first[field];
	const char *key = sts_field_keys[field];
	if (first->length == value->length &&
		memcmp(first->bytes, value->bytes, value->length) == 0)
		STS_FAULT(reading, STS_POLICY_DUPLICATE, FAULT_IGNORED,
			"There is a second %s, the same. Senders pass over it.", key);
	else
		STS_FAULT(reading, STS_POLICY_DUPLICATE, FAULT_TRIPS,
			"There is a second %s, %s. Senders that keep to the RFC take the first; "
			"some take the last.",
			key, quote(reading, value));
	sts_field_look_at_value(reading, value);
}

void
sts_field_read(struct sts_reading *reading, enum sts_field field, const struct txt *value)
{
	static void (*const readers[])(struct sts_reading *, const struct txt *) = {
		[STS_FIELD_VERSION] = read_version,
		[STS_FIELD_MODE] = read_mode,
		[STS_FIELD_MAX_AGE] = read_max_age,
		[STS_FIELD_MX] = read_mx,
	};
	if (field != STS_FIELD_MX && reading->first[field].bytes != NULL) {
		add_duplicate(reading, field, value);
		return;
	}
	reading->first[field] = *value;
	readers[field](reading, value);
}

static void
add_missing(struct sts_reading *reading, enum sts_field field, enum sts_policy_code code)
{
	if (reading->first[field].bytes == NULL)
		STS_FAULT(reading, code, FAULT_REFUSED, "The policy has no %s; senders refuse it.",
			sts_field_keys[field]);
}

void
sts_field_finish(struct sts_reading *reading)
{
	struct sts_policy *policy = reading->policy;
	reading->line = 0;
	add_missing(reading, STS_FIELD_VERSION, STS_POLICY_NO_VERSION);
	add_missing(reading, STS_FIELD_MODE, STS_POLICY_NO_MODE);
	add_missing(reading, STS_FIELD_MAX_AGE, STS_POLICY_NO_MAX_AGE);

	const char **mx = arena_calloc(reading->arena, reading->mx->len + 1, sizeof *mx);
	for (guint i = 0; i < reading->mx->len; i++)
		mx[i] = g_ptr_array_index(reading->mx, i);
	policy->mx = mx;
	policy->n_mx = reading->mx->len;
	/* RFC 8461 3.2: one or more, "unless mode is none" */
	if (policy->n_mx == 0 && policy->mode != STS_MODE_NONE)
		STS_FAULT(reading, STS_POLICY_NO_MX, FAULT_REFUSED,
			"The policy has no mx that names hosts; senders refuse it, or find no host "
			"that it allows.");
}
