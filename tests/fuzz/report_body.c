/* Fuzz target: bytes as an endpoint gets them, through the reader. */
#include "ingest/report_body.h"

#include "tests/fuzz/invariants.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report_context context = { 0 };
	report_context_file_name(
		&context, "sender.example!context.example!1772323200!1772409599!001.json.gz");
	g_autoptr(GError) error = NULL;
	g_autoptr(Report) report = report_body_read(data, size, &context, &error);
	report_body_sniff(data, size);
	if (report != NULL)
		assert_report(report);
	else
		assert_reason(error);
	report_context_clear(&context);
	return 0;
}
