/* Paths that strangers post to. */
#include "ingest/report_path.h"

#include "tests/unit/row.h"

#define LONGEST                                                                                    \
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"                         \
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"

static const struct {
	const char *path;
	bool want;
	const char *token;
} rows[] = {
	{ "/v1/tlsrpt", true, NULL },
	{ "/v1/tlsrpt/", true, NULL },
	{ "/v1/tlsrpt/abc-DEF_123", true, "abc-DEF_123" },
	{ "/v1/tlsrpt/" LONGEST, true, LONGEST },
	{ "/v1/tlsrpt/" LONGEST "x", false, NULL },
	{ "/v1/tlsrpt//", false, NULL },
	{ "/v1/tlsrpt/a/", false, NULL },
	{ "/v1/tlsrpt/a/b", false, NULL },
	{ "/v1/tlsrpt/a b", false, NULL },
	{ "/v1/tlsrpt/a%62", false, NULL },
	{ "/v1/tlsrpt/a=", false, NULL },
	{ "/v1/tlsrpt/..", false, NULL },
	{ "/v1/tlsrpt/\xc3\xa9", false, NULL },
	{ "/v1/tlsrptx", false, NULL },
	{ "/v1/tlsrp", false, NULL },
	{ "/V1/tlsrpt", false, NULL },
	{ "v1/tlsrpt", false, NULL },
	{ "//v1/tlsrpt", false, NULL },
	{ "/", false, NULL },
	{ "", false, NULL },
};

static void
test_paths(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *token = NULL;
		bool got = report_path_read(rows[i].path, &token);
		if (got != rows[i].want || g_strcmp0(token, rows[i].token) != 0)
			FAIL("\"%s\": got %d and token %s", rows[i].path, got, token);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report-path", test_paths);
	return g_test_run();
}
