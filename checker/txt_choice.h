/* The choice of the TXT record that counts among those at its name (RFC 8461 3.1, RFC 8460 3). */
#pragma once

#include "checker/txt_record.h"

/* Chooses the record that counts among those at its name.  FINE, with *chosen (in the arena): it
   begins as it must, and its fields are to be read.  INVALID, with *chosen: one that was meant to
   be such a record but that senders discard.  MULTIPLE, with *chosen the first.  ABSENT: *chosen
   is not set. */
enum txt_status txt_choose(struct arena *arena, const struct txt_kind *kind, const struct txt *txts,
	size_t count, struct txt *chosen, struct faults *faults);
