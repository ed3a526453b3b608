/* Which policy texts are the same policy. */
#include "ingest/policy_key.h"

#include "tests/unit/row.h"

/* Whether two policy texts of one type have one key. */
static bool
same_policy(const char *type, const char *one, const char *other)
{
	uint8_t keys[2][POLICY_KEY_BYTES];
	const char *const texts[] = { one, other };
	for (int i = 0; i < 2; i++) {
		g_auto(GStrv) lines = g_strsplit(texts[i], "|", -1);
		struct report_policy policy = { .type = type,
			.policy_string = (const char **)lines,
			.policy_strings = g_strv_length(lines) };
		policy_key(&policy, keys[i]);
	}
	return memcmp(keys[0], keys[1], POLICY_KEY_BYTES) == 0;
}

static void
test_policy_keys(void)
{
	static const struct {
		const char *name, *type, *one, *other;
		bool same;
	} rows[] = {
		{ "B5 order of lines", "sts", "version: STSv1|mode: testing|mx: a|max_age: 1",
			"version: STSv1|max_age: 1|mx: a|mode: testing", true },
		{ "white space and case of keys", "sts", "mode:testing|mx: A.example",
			"Mode : testing|mx:a.example", true },
		{ "another mode", "sts", "mode: testing|mx: a", "mode: enforce|mx: a", false },
		{ "another mx", "sts", "mode: testing|mx: a", "mode: testing|mx: b", false },
		{ "B4 case of hex", "tlsa", "3 1 1 ab12", "3  1 1 AB12", true },
		{ "tabs and blanks", "tlsa", "3 1 1 ab12", "3\t1 \t1\tab12", true },
		{ "another type of record", "tlsa", "3 1 1 ab12", "3 0 1 ab12", false },
		{ "another record", "tlsa", "3 1 1 ab12", "3 1 1 ab13", false },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (same_policy(rows[i].type, rows[i].one, rows[i].other) != rows[i].same)
			FAIL("%s", rows[i].name);

	static const uint8_t zero[POLICY_KEY_BYTES];
	struct report_policy silent = { .type = "sts" };
	uint8_t key[POLICY_KEY_BYTES];
	policy_key(&silent, key);
	g_assert_cmpmem(key, sizeof key, zero, sizeof zero);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy-key", test_policy_keys);
	return g_test_run();
}
