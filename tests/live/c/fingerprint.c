/* What programs are kept under: the same for filters that say the same, and for no others. */
#include <ctype.h>

#include "filters.h"

struct fingerprint { char text[NUCLEUS_FINGERPRINT_SIZE]; };

static struct fingerprint of(const char *what, const nucleus_filter *filter)
{
    struct fingerprint found;

    memset(&found, '?', sizeof found);
    same_status(what, nucleus_filter_fingerprint(filter, found.text), NUCLEUS_OK);
    CHECK(found.text[sizeof found.text - 1] == '\0', "%s: the last byte is %d", what,
          found.text[sizeof found.text - 1]);
    for (size_t i = 0; i < sizeof found.text - 1; i++)
        CHECK(isxdigit((unsigned char)found.text[i]), "%s: %#x is no digit", what,
              (unsigned)(unsigned char)found.text[i]);
    return found;
}

static int same(struct fingerprint a, struct fingerprint b)
{
    return strcmp(a.text, b.text) == 0;
}

static nucleus_filter *allowing(const char *first, const char *second)
{
    nucleus_filter *filter =
        filter_on(NUCLEUS_ERRNO(1), NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_AARCH64);

    same_status(first, nucleus_filter_allow(filter, first), NUCLEUS_OK);
    same_status(second, nucleus_filter_allow(filter, second), NUCLEUS_OK);
    return filter;
}

static void check_equal_filters(void)
{
    nucleus_filter *a = allowing("read", "write"), *b = allowing("write", "read");
    const struct fingerprint before = of("before compiling", a);

    CHECK(same(before, of("the other order", b)), "%s: the order of rules", before.text);
    compiled("a", a);
    CHECK(same(before, of("compiled", a)), "%s: compiling", before.text);
    same_status("allow", nucleus_filter_allow(b, "close"), NUCLEUS_OK);
    CHECK(!same(before, of("one rule more", b)), "%s: a rule more", before.text);
    same_status("set", nucleus_filter_set(a, NUCLEUS_ATTR_LAYOUT, NUCLEUS_LAYOUT_BITMAP),
                NUCLEUS_OK);
    CHECK(!same(before, of("a layout", a)), "%s: another layout", before.text);
    nucleus_filter_free(a);
    nucleus_filter_free(b);
}

static void check_refusals(void)
{
    const struct fingerprint untouched = {"untouched"};
    struct fingerprint out = untouched;
    nucleus_filter *filter = allowing("read", "write");

    same_status("no filter", nucleus_filter_fingerprint(NULL, out.text), INVALID);
    same_status("no room", nucleus_filter_fingerprint(filter, NULL), INVALID);
    same_status("begin", nucleus_filter_begin(filter), NUCLEUS_OK);
    same_status("in a transaction", nucleus_filter_fingerprint(filter, out.text), INVALID);
    same_status("rollback", nucleus_filter_rollback(filter), NUCLEUS_OK);
    same_status("a mistake", nucleus_filter_allow(filter, "wrtie"), UNKNOWN);
    same_status("while it is kept", nucleus_filter_fingerprint(filter, out.text), UNKNOWN);
    CHECK(same(out, untouched), "%s: written to in spite of an error", out.text);
    same_status("clear", nucleus_filter_clear_error(filter), NUCLEUS_OK);
    of("afterwards", filter);
    nucleus_filter_free(filter);
}

int main(void)
{
    check_equal_filters();
    check_refusals();
    return report("fingerprint");
}
