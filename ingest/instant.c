/* Instants and RFC 3339 text. */
#include "ingest/instant.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY 86400
#define LAST_INSTANT INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

struct cursor {
	const char *at;
};

/* Exactly count digits; -1 where they are not there. */
static int
digits(struct cursor *cursor, int count)
{
	int value = 0;
	for (int i = 0; i < count; i++) {
		if (!isdigit((unsigned char)cursor->at[i]))
			return -1;
		value = value * 10 + (cursor->at[i] - '0');
	}
	cursor->at += count;
	return value;
}

static bool
skip(struct cursor *cursor, const char *one_of)
{
	if (*cursor->at == '\0' || strchr(one_of, *cursor->at) == NULL)
		return false;
	cursor->at++;
	return true;
}

static int
days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

static bool
read_date(struct cursor *cursor, struct tm *tm)
{
	int year = digits(cursor, 4);
	if (year < 1970 || !skip(cursor, "-"))
		return false;
	int month = digits(cursor, 2);
	if (month < 1 || month > 12 || !skip(cursor, "-"))
		return false;
	int day = digits(cursor, 2);
	if (day < 1 || day > days_in(year, month))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return true;
}

static bool
read_time(struct cursor *cursor, struct tm *tm, unsigned *quirks)
{
	int hour = digits(cursor, 2);
	if (hour < 0 || hour > 23 || !skip(cursor, ":"))
		return false;
	int minute = digits(cursor, 2);
	if (minute < 0 || minute > 59 || !skip(cursor, ":"))
		return false;
	int second = digits(cursor, 2);
	if (second < 0 || second > 60)
		return false;
	if (second == 60) {
		*quirks |= INSTANT_LEAP;
		second = 59;
	}
	if (skip(cursor, ".,")) {
		if (!isdigit((unsigned char)*cursor->at))
			return false;
		while (isdigit((unsigned char)*cursor->at))
			cursor->at++;
	}
	tm->tm_hour = hour;
	tm->tm_min = minute;
	tm->tm_sec = second;
	return true;
}

/* Seconds that local time is ahead of UTC. */
static bool
read_zone(struct cursor *cursor, int *ahead, unsigned *quirks)
{
	*ahead = 0;
	if (skip(cursor, "Zz"))
		return true;
	if (*cursor->at != '+' && *cursor->at != '-') {
		*quirks |= INSTANT_NO_ZONE;
		return true;
	}
	int sign = *cursor->at++ == '-' ? -1 : 1;
	int hours = digits(cursor, 2);
	skip(cursor, ":");
	int minutes = digits(cursor, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*ahead = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool
instant_parse(const char *text, int64_t *instant, unsigned *quirks)
{
	struct cursor cursor = { text };
	struct tm tm = { 0 };
	unsigned seen = 0;
	int ahead = 0;

	while (isspace((unsigned char)*cursor.at))
		cursor.at++;
	if (!read_date(&cursor, &tm))
		return false;
	if (skip(&cursor, "Tt ")) {
		if (!read_time(&cursor, &tm, &seen) || !read_zone(&cursor, &ahead, &seen))
			return false;
	} else {
		seen |= INSTANT_DATE_ONLY;
	}
	while (isspace((unsigned char)*cursor.at))
		cursor.at++;
	if (*cursor.at != '\0')
		return false;
	int64_t value = (int64_t)timegm(&tm) - ahead;
	if (value < 0 || value > LAST_INSTANT) /* the zone may lead out of the years there are */
		return false;
	*instant = value;
	if (quirks != NULL)
		*quirks = seen;
	return true;
}

const char *
instant_text(int64_t instant, char buffer[INSTANT_TEXT_BYTES])
{
	time_t time = (time_t)instant;
	struct tm tm;
	if (gmtime_r(&time, &tm) == NULL ||
		strftime(buffer, INSTANT_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(buffer, INSTANT_TEXT_BYTES, "out-of-range");
	return buffer;
}

const char *
instant_day_text(int32_t day, char buffer[INSTANT_DAY_TEXT_BYTES])
{
	time_t time = (time_t)day * DAY;
	struct tm tm;
	if (gmtime_r(&time, &tm) == NULL ||
		strftime(buffer, INSTANT_DAY_TEXT_BYTES, "%Y-%m-%d", &tm) == 0)
		snprintf(buffer, INSTANT_DAY_TEXT_BYTES, "out-of-range");
	return buffer;
}

int32_t
instant_day(int64_t instant)
{
	return (int32_t)(instant / DAY - (instant % DAY < 0));
}

bool
instant_parse_option(const char *text, int64_t now, int64_t *instant)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 'h', 3600 }, { 'd', DAY }, { 'w', 7 * DAY } };
	char *end;

	if (instant_parse(text, instant, NULL))
		return true;
	if (!isdigit((unsigned char)*text))
		return false;
	long count = strtol(text, &end, 10);
	if (count > 100000 || *end == '\0' || end[1] != '\0')
		return false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (units[i].unit == *end) {
			*instant = now - count * units[i].seconds;
			return true;
		}
	return false;
}
