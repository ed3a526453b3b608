/* What a policy's settings mean in practice, in sentences for people. */
#pragma once

#include "checker/sts_policy.h"

/* What senders do under a mode; constant. */
const char *plain_mode(enum sts_mode mode);

/* "1 week", "1 day 12 hours", "365 days 6 hours", "1 minute 30 seconds": the two largest parts,
   exact or behind "about".  g_free it. */
char *plain_duration(uint64_t seconds);

/* What a max_age means in practice: how long, and for what that is enough.  g_free it. */
char *plain_max_age(uint64_t seconds);
