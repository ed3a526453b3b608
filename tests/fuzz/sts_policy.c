/* Fuzz target: policy files, held against the RFC's grammar, written and read again. */
#include "checker/sts_policy.h"

#include <string.h>

#include "ingest/domain_name.h"
#include "tests/fuzz/faults.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 8461 3.2, with every field an extension by its grammar. */
#define VISIBLE "[\\x21-\\x7e\\x80-\\xff]"
#define FIELD                                                                                      \
	"[A-Za-z0-9][-A-Za-z0-9_.]{0,31}:[ \\t]*" VISIBLE "(?:(?: |" VISIBLE ")*" VISIBLE          \
	")?[ \\t]*"
#define POLICY "\\A" FIELD "(?:\\r?\\n" FIELD ")*(?:\\r?\\n)?\\z"

/* Lines of the text, an unfinished one too. */
static unsigned
count_lines(const char *text, size_t length)
{
	unsigned ends[2] = { 0, 0 };
	for (size_t i = 0; i < length; i++) {
		ends[0] += text[i] == '\n' ? 1 : 0;
		ends[1] += text[i] == '\r' ? 1 : 0;
	}
	return 1 + (ends[0] > 0 ? ends[0] : ends[1]);
}

static void
assert_same(const struct sts_policy *one, const struct sts_policy *other)
{
	g_assert_true(one->usable == other->usable);
	g_assert_cmpint(one->mode, ==, other->mode);
	g_assert_true(one->has_max_age == other->has_max_age);
	g_assert_cmpuint(one->max_age, ==, other->max_age);
	g_assert_cmpuint(one->n_mx, ==, other->n_mx);
	for (size_t i = 0; i < one->n_mx; i++)
		g_assert_cmpstr(one->mx[i], ==, other->mx[i]);
}

/* What senders apply is all there. */
static void
assert_whole(const struct sts_policy *policy)
{
	g_assert_cmpint(policy->mode, !=, STS_MODE_MISSING);
	g_assert_true(policy->has_max_age);
	g_assert_true(policy->n_mx > 0 || policy->mode == STS_MODE_NONE);
}

/* What is published reads as it was meant, without a fault. */
static void
assert_written(struct arena *arena, const struct sts_policy *policy)
{
	g_autofree char *text = sts_policy_text(policy, policy->mode, policy->max_age);
	struct sts_policy *again = sts_policy_read(arena, text, strlen(text));
	g_assert_cmpuint(again->faults.count, ==, 0);
	assert_same(policy, again);
}

/* Lines may end in CRLF as well as in LF. */
static void
assert_ends(struct arena *arena, const struct sts_policy *policy, const char *text, size_t length)
{
	g_autoptr(GString) crlf = g_string_new(NULL);
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			g_string_append_c(crlf, '\r');
		g_string_append_c(crlf, text[i]);
	}
	struct sts_policy *again = sts_policy_read(arena, crlf->str, crlf->len);
	assert_same(policy, again);
	g_assert_cmpuint(policy->faults.count, ==, again->faults.count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static GRegex *grammar;
	const char *text = (const char *)data;
	struct arena *arena = arena_new();
	struct sts_policy *policy = sts_policy_read(arena, text, size);

	assert_faults(&policy->faults, count_lines(text, size));
	g_assert_true(policy->usable == (policy->faults.worst < FAULT_DISPUTED));
	g_assert_true(policy->lenient == (policy->faults.worst == FAULT_DISPUTED));
	for (size_t i = 0; i < policy->n_mx; i++) {
		g_autofree char *again = domain_name_normalise(policy->mx[i], true);
		g_assert_cmpstr(policy->mx[i], ==, again);
	}
	if (policy->usable || policy->lenient)
		assert_whole(policy);
	if (policy->usable) {
		g_assert_cmpuint(policy->max_age, <=, STS_POLICY_MOST_AGE);
		g_assert_true(fuzz_matches(&grammar, POLICY, text, size));
		assert_written(arena, policy);
	}
	if (size > 0 && memchr(text, '\r', size) == NULL)
		assert_ends(arena, policy, text, size);
	arena_free(arena);
	return 0;
}
