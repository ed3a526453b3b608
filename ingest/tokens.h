/* Capability tokens: which domain a URL with one belongs to. */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct tokens;

struct tokens *tokens_new(void);
void tokens_free(struct tokens *tokens);

/* Whether text could be a token: 1 to 128 of A-Z a-z 0-9 - _ (RFC 4648 5). */
bool tokens_is_token(const char *text);

/* All tokens there are, as a table from token to domain that is taken over. */
void tokens_replace(struct tokens *tokens, GHashTable *domains);

/* Whether there was a tokens_replace. */
bool tokens_are_known(struct tokens *tokens);

/* The domain of a token as a new string; NULL where it is not known. */
char *tokens_domain(struct tokens *tokens, const char *token);

/* Whether a token was asked for in vain since the last tokens_replace: it may be a new one. */
bool tokens_missed(struct tokens *tokens);
