/* The plots of a verdict's page: the soak as a calendar, sessions by day above what our checks saw.
 */
#pragma once

#include "analyze/verdict.h"

#include <glib.h>

/* Each appends inline SVG with a title and a description, and a key in words. */
void readiness_calendar(
	const struct evidence *evidence, const struct judgement *judgement, GString *out);
void readiness_days(
	const struct evidence *evidence, const struct judgement *judgement, GString *out);
