#include "engine/sip/reliability.hpp"

#include "engine/sip/headers.hpp"
#include "engine/sip/scan.hpp"

namespace lastcall::sip {

std::expected<std::uint32_t, ParseError> parse_rseq(std::string_view value) {
  const auto number = parse_number(trim(value), 0xffff'ffffU);
  if (!number || *number == 0) {
    return std::unexpected{ParseError{0, "RSeq is no number from 1 to 2^32-1."}};
  }
  return static_cast<std::uint32_t>(*number);
}

std::expected<Rack, ParseError> parse_rack(std::string_view value) {
  Cursor cursor{value};
  cursor.skip_spaces();
  const auto rseq = parse_rseq(cursor.take(classes::kToken));
  if (!rseq) return std::unexpected{rseq.error()};
  const auto cseq = parse_cseq(cursor.rest());
  if (!cseq) return std::unexpected{ParseError{cursor.position(), cseq.error().sentence}};
  return Rack{*rseq, cseq->number, std::string{cseq->method}};
}

std::string write_rack(const Rack& rack) {
  return std::to_string(rack.rseq) + " " + std::to_string(rack.cseq) + " " + rack.method;
}

}  // namespace lastcall::sip
