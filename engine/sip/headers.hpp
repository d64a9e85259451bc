#pragma once
// Header values decoded on demand: lists, parameters, Via, addresses, CSeq. Everything returned is
// a view into the text given, so it lives as long as that text (usually the message). Nothing here
// copies or allocates, except the sentence of an error.

#include "engine/model/sip_message.hpp"
#include "engine/sip/parse_error.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace lastcall::sip {

// An address as From, To, Contact, Route and Record-Route carry it (RFC 3261 20.10).
struct NameAddr {
  std::string_view display = {};  // without its quotes, escapes left in place; may be empty
  std::string_view uri = {};      // as written, without <>
  std::string_view params = {};   // header parameters, from the first ';' on; may be empty
  std::string_view tag = {};      // the tag parameter; empty if there is none
};

struct Cseq {
  std::uint32_t number = 0;
  std::string_view method = {};
};

// Reads one address; the value must hold nothing else. Parameters behind a URI without <> belong to
// the header (RFC 3261 20).
[[nodiscard]] std::expected<NameAddr, ParseError> parse_name_addr(std::string_view value);

// Reads one Via element. Brackets around `received` are accepted (RFC 5118 4.5).
[[nodiscard]] std::expected<Via, ParseError> parse_via(std::string_view value);

// Reads a CSeq value; the number must be below 2^32.
[[nodiscard]] std::expected<Cseq, ParseError> parse_cseq(std::string_view value);

// The value of a parameter in ";name=value;flag" (names of either case); empty for one without a
// value, nothing if it is absent. The quotes of a quoted value are removed, escapes are not.
[[nodiscard]] std::optional<std::string_view> param(std::string_view params, std::string_view name);

// The first element of a comma list, and the rest behind its comma: quotes and <> protect commas.
struct ListSplit {
  std::string_view first = {};  // trimmed
  std::optional<std::string_view> rest = {};
};
[[nodiscard]] ListSplit split_list(std::string_view value);

// Whether lines of this header may be joined with commas (RFC 3261 7.3.1). The four authentication
// headers and the single-valued ones may not.
[[nodiscard]] bool is_list(Header kind);

// Calls f(element) for each element of all lines of this kind, in order (RFC 3261 7.3.1).
template <class F>
void for_each_value(const SipMessage& message, Header kind, F&& f) {
  for (std::size_t i = 0; i < message.header_count(); ++i) {
    const HeaderView line = message.header_at(i);
    if (line.kind != kind) continue;
    if (!is_list(kind)) {
      f(line.value);
      continue;
    }
    for (std::optional<std::string_view> rest = line.value; rest;) {
      const ListSplit split = split_list(*rest);
      f(split.first);
      rest = split.rest;
    }
  }
}

// The first header line of a text that is not empty, with the lines folded onto it and its line
// end; it is taken off the text. For headers outside messages: parts of bodies, unframed streams.
[[nodiscard]] std::string_view take_folded_line(std::string_view& text);
// Such a line taken apart; spaces and line ends around name and value are left out, folds inside
// are not. Without a colon it has neither.
[[nodiscard]] HeaderView header_of(std::string_view line);

// The known header with this name, long or compact (RFC 3261 7.3.3), letters of either case.
[[nodiscard]] Header header_named(std::string_view name);

}  // namespace lastcall::sip
