/* The style of pages, out of html_style.css: light and dark, wide and narrow, on paper; colours
   that the colour-blind can tell (Okabe and Ito), never alone in what they say. */
#pragma once

extern const char html_style[];
