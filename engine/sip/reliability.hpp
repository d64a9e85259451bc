#pragma once
// RSeq and RAck (RFC 3262 7): how a reliable provisional response is numbered and a PRACK names it.
// Does not count; the dialog layer does.

#include "engine/sip/parse_error.hpp"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace lastcall::sip {

// Reads an RSeq value: 1 to 2^32-1.
[[nodiscard]] std::expected<std::uint32_t, ParseError> parse_rseq(std::string_view value);

struct Rack {
  std::uint32_t rseq = 0;
  std::uint32_t cseq = 0;
  std::string method = {};  // of the request whose response is acknowledged

  bool operator==(const Rack&) const = default;
};
// Reads "776656 1 INVITE".
[[nodiscard]] std::expected<Rack, ParseError> parse_rack(std::string_view value);
[[nodiscard]] std::string write_rack(const Rack& rack);

}  // namespace lastcall::sip
