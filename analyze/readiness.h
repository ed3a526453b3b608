/* Verdicts for people and for programs. */
#pragma once

#include "analyze/verdict.h"

#include <glib.h>

/* "PROMOTE" ..., and what it means in a few words without a full stop. */
const char *readiness_word(enum verdict verdict);
const char *readiness_meaning(enum verdict verdict);

/* The rule of three in words; NULL where nothing bounds it.  g_free it. */
char *readiness_bound(const struct judgement *judgement);

/* One JSON object, without a line end. */
void readiness_json(
	const struct evidence *evidence, const struct judgement *judgement, GString *out);

/* A page for a terminal of 80 columns. */
void readiness_text(const struct evidence *evidence, const struct judgement *judgement, bool colour,
	GString *out);

/* One line, with its end. */
void readiness_line(const struct evidence *evidence, const struct judgement *judgement, bool colour,
	GString *out);

/* One line for Nagios and its kin, with its end: STATE, words, and performance data behind a bar.
 */
void readiness_nagios(
	const struct evidence *evidence, const struct judgement *judgement, GString *out);

/* What a page for a browser holds, from its heading on. */
void readiness_html_content(
	const struct evidence *evidence, const struct judgement *judgement, GString *out);

/* Its title; g_free it. */
char *readiness_html_title(const struct evidence *evidence, const struct judgement *judgement);

/* How good it is, as a class of the style: "good", "warn", "bad" or "plain". */
const char *readiness_tone(enum verdict verdict);

/* A page for a browser, whole and self-contained: no script, no outside resource. */
void readiness_html(
	const struct evidence *evidence, const struct judgement *judgement, GString *out);
