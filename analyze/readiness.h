/* Verdicts for people and for programs. */
#pragma once

#include "analyze/verdict.h"

#include <glib.h>

/* One JSON object, without a line end. */
void readiness_json(
	const struct evidence *evidence, const struct judgement *judgement, GString *out);

/* A page for a terminal of 80 columns. */
void readiness_text(const struct evidence *evidence, const struct judgement *judgement, bool colour,
	GString *out);

/* One line, with its end. */
void readiness_line(const struct evidence *evidence, const struct judgement *judgement, bool colour,
	GString *out);
