/* Did you mean. */
#include "checker/nearest.h"

#include <string.h>

#include <glib.h>
#include <stdbool.h>

/* Longer texts are no misspelling of anything here. */
#define MOST_LETTERS 32

/* Letters to put in, take out or change (Levenshtein), case apart. */
static size_t
distance(const char *word, const char *text, size_t length)
{
	size_t row[MOST_LETTERS + 1];
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; word[i] != '\0'; i++) {
		size_t diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 0; j < length; j++) {
			bool same = g_ascii_tolower(word[i]) == g_ascii_tolower(text[j]);
			size_t changed = diagonal + (same ? 0 : 1);
			diagonal = row[j + 1];
			row[j + 1] = MIN(changed, MIN(row[j], row[j + 1]) + 1);
		}
	}
	return row[length];
}

const char *
nearest(const char *const *words, const char *text, size_t length)
{
	if (length == 0 || length > MOST_LETTERS)
		return NULL;
	const char *best = NULL;
	size_t least = MOST_LETTERS;
	for (; *words != NULL; words++) {
		size_t away = distance(*words, text, length);
		if (away <= (strlen(*words) <= 4 ? 1 : 2) && away < least) {
			best = *words;
			least = away;
		}
	}
	return best;
}
