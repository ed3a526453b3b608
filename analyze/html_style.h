/* The style of pages. */
#pragma once

extern const char html_style[];
