#include "compat/columns.h"

#include <locale.h>
#include <wchar.h>

int
compat_columns(uint32_t c)
{
	static locale_t utf8;
	static int tried;
	locale_t old;
	int n;

	if (c < 0x80)
		return c < 0x20 || c == 0x7f ? -1 : 1;
	if (!tried) {
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
		tried = 1;
	}
	if (utf8 == (locale_t)0)
		return c < 0xa0 ? -1 : 1;
	old = uselocale(utf8);
	n = wcwidth((wchar_t)c);
	uselocale(old);
	return n;
}
