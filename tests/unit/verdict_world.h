/* Evidence written as text, a line a thing, so that a case of the verdict can be read at a glance.

   Days count from the window's first, 0; the window's last is 89, and the domain is judged on day
   90 at noon.  A span is "A-B" or "A".  Belief is "v" (vouched) or "a" (anybody).  "-" stands for
   what is not told.

     policy TYPE MODE HOSTS AGE [SPAN]     a policy that senders applied; the first is policy 0
     sum SPAN POLICY BELIEF SUCCESS [FAILURE [SUBMITTERS]]      sums of each day
     reporter NAME BELIEF SPAN SUCCESS [FAILURE]
     fail SPAN POLICY BELIEF SUBMITTER TYPE HOST IP SESSIONS    of each day
     detail ...                            the same, and no summary tells of it
     check SPAN MX RECORD POLICY TLSRPT    four of fine, absent, unknown, bad
     served MODE HOSTS AGE                 the policy that the check before saw
     host NAME STATUS                      of the check before
     address IP STATUS [FROM-TO [bad]]     of the host before, with its certificate's days
     nostarttls                            the address before offers none
     finding CODE block|warn|info          of the check before
     planned MODE HOSTS AGE                --policy
     ignore SUBMITTER
     at DAY                                judged on another day, at noon; the window stays

   A line that begins with '#' says something to the reader. */
#pragma once

#include "analyze/verdict_parts.h"

/* The day that the tests call 0; WORLD_FIRST + 90 is 2026-11-24. */
#define WORLD_FIRST 20691
#define WORLD_LAST (WORLD_FIRST + 89)

/* Everything comes from the arena.  A line that makes no sense ends the test. */
struct evidence *world_read(struct arena *arena, const char *text);

/* A domain that may be promoted: testing for all the window, two MX hosts, three believable
   reporters, 60 clean sessions a day, a check that sees all fine.  More lines may follow. */
#define WORLD_POLICY "policy sts testing mx1.a.example,mx2.a.example 86400 0-89\n"
#define WORLD_SUMS "sum 0-89 0 v 60 0 3\n"
#define WORLD_REPORTERS                                                                            \
	"reporter one.example v 0-89 1800\n"                                                       \
	"reporter two.example v 0-89 1800\n"                                                       \
	"reporter three.example v 0-89 1800\n"
#define WORLD_CHECK                                                                                \
	"check 0-90 fine fine fine fine\n"                                                         \
	"served testing mx1.a.example,mx2.a.example 86400\n"                                       \
	"host mx1.a.example fine\n"                                                                \
	"address 192.0.2.1 fine 0-150\n"                                                           \
	"host mx2.a.example fine\n"                                                                \
	"address 192.0.2.2 fine 0-150\n"
#define WORLD_PROMOTE WORLD_POLICY WORLD_SUMS WORLD_REPORTERS WORLD_CHECK
