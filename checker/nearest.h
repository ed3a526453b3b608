/* Did you mean: the word that a misspelt one is nearest to. */
#pragma once

#include <stddef.h>

/* The nearest of words (NULL ends) to a text, case apart: one letter away for words of up to four
   letters, two for longer ones.  NULL: none is near.  The words themselves are near. */
const char *nearest(const char *const *words, const char *text, size_t length);
