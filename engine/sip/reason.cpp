#include "engine/sip/reason.hpp"

#include "engine/base/check.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/params.hpp"

#include <algorithm>

namespace lastcall::sip {
namespace {

bool has_protocol(const std::vector<Reason>& reasons, std::string_view protocol) {
  return std::ranges::any_of(
      reasons, [&](const Reason& each) { return same_ignoring_case(each.protocol, protocol); });
}

}  // namespace

std::expected<Reason, ParseError> parse_reason(std::string_view value) {
  Cursor cursor{value};
  cursor.skip_spaces();
  Reason reason{.protocol = std::string{cursor.take(classes::kToken)}};
  if (reason.protocol.empty()) {
    return std::unexpected{ParseError{cursor.position(), "A reason begins with a protocol."}};
  }
  const bool fine = take_params(cursor, [&](const Param& found) {
    if (same_ignoring_case(found.name, "cause")) {
      const auto cause = parse_number(found.value, 0xffffU);
      if (cause) reason.cause = static_cast<std::uint16_t>(*cause);
    } else if (same_ignoring_case(found.name, "text")) {
      reason.text = unquote(found.value);
    }
  });
  if (fine) return reason;
  return std::unexpected{
      ParseError{cursor.position(), "Only ;name=value parameters can follow the protocol."}};
}

std::vector<Reason> reasons_of(const SipMessage& message) {
  std::vector<Reason> reasons;
  for_each_value(message, Header::kReason, [&](std::string_view value) {
    auto reason = parse_reason(value);
    if (reason && !has_protocol(reasons, reason->protocol)) reasons.push_back(*std::move(reason));
  });
  return reasons;
}

std::string write_reasons(const std::vector<Reason>& reasons) {
  std::string text;
  std::vector<Reason> written;
  for (const Reason& reason : reasons) {
    CHECK(!has_protocol(written, reason.protocol), "one reason for each protocol (RFC 3326 2)");
    if (!text.empty()) text += ", ";
    text += reason.protocol;
    if (reason.cause) text.append(";cause=").append(std::to_string(*reason.cause));
    if (!reason.text.empty()) text.append(";text=").append(quote(reason.text));
    written.push_back(reason);
  }
  return text;
}

}  // namespace lastcall::sip
