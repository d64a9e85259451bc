#pragma once
// Parameters (";name=value") and quoted strings as all headers share them (RFC 3261 25.1), with
// their two escapes: the backslash inside quotes and %HH inside URIs. Knows no header. Called by
// the decoders and writers of this floor.

#include "engine/sip/scan.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall::sip {

struct Param {
  std::string_view name = {};
  std::string_view value = {};  // without quotes, escapes left in place; empty for none
};

// One "name[=value]"; false, with the cursor at the fault, if it is malformed.
[[nodiscard]] bool take_param(Cursor& cursor, Param& found);

// All ";name[=value]" up to the end of the text, each given to f; false, with the cursor at the
// fault, if something else is found.
template <class F>
[[nodiscard]] bool take_params(Cursor& cursor, F&& f) {
  Param next;
  while (cursor.eat_spaced(';')) {
    if (!take_param(cursor, next)) return false;
    f(next);
  }
  return cursor.at_end();
}

// All parameters but those with these names, as they stand: ";a;b=c" without "a" is ";b=c".
[[nodiscard]] std::string without_params(std::string_view params,
                                         std::initializer_list<std::string_view> names);

// What a quoted string says: its inside without the backslashes that protect other characters.
[[nodiscard]] std::string unquote(std::string_view inside);
// The same text between quotes, '"' and '\' protected.
[[nodiscard]] std::string quote(std::string_view text);

// %HH replaced once, from left to right: "%2541" is "%41" (RFC 4475 3.1.1.3). Only for parts of SIP
// and SIPS URIs (RFC 3261 19.1.2); a '%' without two digits stays. May give NUL bytes.
[[nodiscard]] std::string unescape(std::string_view text);
// A header value as a URI carries it behind '?': what RFC 3261 25.1 does not allow there is %HH.
[[nodiscard]] std::string escape_for_uri_header(std::string_view text);

}  // namespace lastcall::sip
