/* The tables of a verdict's page: failures, MX hosts, who reports, the history of the policy. */
#pragma once

#include "analyze/verdict.h"

#include <glib.h>

void readiness_tables(
	const struct evidence *evidence, const struct judgement *judgement, GString *out);
