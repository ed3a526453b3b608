/* Whether a message can be given to a MIME parser: what would cost it far more than its bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* A MIME parser builds the whole message before anything of it can be counted: hundreds of bytes
   for each header field and part, and a level of recursion for each group in an address field, so
   that 100 KiB of "From: a:a:a:" take all of its stack.  This counts before, without parsing, all
   that could be such a thing anywhere in the message; a line of a body that looks like one counts
   too.  False with REPORT_ERROR_LIMIT where the message is over a LIMIT_MAIL_ cap. */
bool mail_shape_check(const uint8_t *bytes, size_t length, GError **error);
