/* Every cap on strangers' bytes, in one place, each with its reason. */
#pragma once

/* A report as sent.  RFC 8460 5.2: "a commonly observed receiver limit is ten megabytes". */
#define LIMIT_BODY_BYTES (10u << 20)

/* A report inflated.  Real ones are 0.4 to 8 KiB; 20,000 failure details are 5.6 MiB. */
#define LIMIT_JSON_BYTES (16u << 20)

/* Wrappings (gzip in gzip, gzip in zip) taken off before giving up; gateways add one. */
#define LIMIT_WRAPPINGS 3

/* JSON nesting.  Real depth is 6. */
#define LIMIT_JSON_DEPTH 32

/* JSON values in one document: 100,000 details of ten members each, and room.  A parsed value
   costs 64 bytes, so this is what bounds memory against "[0,0,0,...". */
#define LIMIT_JSON_VALUES 1250000

/* Policies in one report.  A sender that meets a thousand policies of one domain a day is none. */
#define LIMIT_POLICIES 1000

/* Failure details in one report, over all its policies. */
#define LIMIT_DETAILS 100000

/* Lines of a policy, or MX patterns of one.  RFC 8461 3.2 caps the policy at 64 KiB. */
#define LIMIT_POLICY_LINES 1000

/* A policy that is packed as a JSON array into one string.  Thirteen TLSA records are 1.5 KiB; RFC
   8461 3.3 lets a policy have 64 KiB. */
#define LIMIT_PACKED_BYTES (64u << 10)

/* Any text member, in bytes of UTF-8; longer text is cut at a character.  DNS names end at 253,
   an EHLO reply of Postfix has about 200. */
#define LIMIT_TEXT_BYTES 1024

/* Text members that are keys of sums: result and policy type, MX host name, receiving address.  Six
   of them must fit a PostgreSQL index row of 2,704 bytes. */
#define LIMIT_KEY_BYTES 255

/* Notes on one report; the last one says that more were left out. */
#define LIMIT_NOTES 64

/* Those of them that are kept free for what tells of trust. */
#define LIMIT_TRUST_NOTES 8

/* One mail message: a body at its cap in base64 (4/3 and line ends), twice for several parts. */
#define LIMIT_MESSAGE_BYTES (32u << 20)

/* What a MIME parser keeps in memory before it can be counted: lines that could be header fields
   (0.4 KiB each), lines that could part MIME parts (1.3 KiB each), bytes of fields whose values it
   takes apart (up to 90 times as much), and colons in address fields, each of which may begin a
   group within a group (a level of recursion).  Real messages have 60, 10, 4 KiB and 5. */
#define LIMIT_MAIL_FIELDS 50000
#define LIMIT_MAIL_BOUNDARIES 10000
#define LIMIT_MAIL_PARSED_BYTES (256u << 10)
#define LIMIT_MAIL_COLONS 1000

/* DKIM signatures of one message that are looked at; real ones have one to four. */
#define LIMIT_SIGNATURES 16

/* MIME parts looked at, and how deep they may nest. */
#define LIMIT_MIME_PARTS 256
#define LIMIT_MIME_DEPTH 16

/* Reports taken out of one message. */
#define LIMIT_REPORTS_PER_MESSAGE 64

/* Further arrivals remembered of one report; see report.arrivals in the schema. */
#define LIMIT_ARRIVALS 100

/* Faults told of one record or policy that the live check reads; real ones have none to five. */
#define LIMIT_FAULTS 64

/* Addresses for reports that are read of one TLS-RPT record; each costs look-ups.  Real ones have
   one to three. */
#define LIMIT_RUA 20

/* The quarantine, all of it. */
#define LIMIT_QUARANTINE_ROWS 10000
#define LIMIT_QUARANTINE_BYTES (256u << 20)
