#include "engine/sip/reason.hpp"

#include "engine/base/check.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/params.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace lastcall::sip {
namespace {

// The protocols met so far: names are compared in either case.
class Protocols {
 public:
  // False if it was there already.
  bool add(std::string protocol) {
    std::ranges::transform(protocol, protocol.begin(), lower);
    return seen_.insert(std::move(protocol)).second;
  }

 private:
  std::set<std::string> seen_;
};

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
  Protocols protocols;
  for_each_value(message, Header::kReason, [&](std::string_view value) {
    auto reason = parse_reason(value);
    if (reason && protocols.add(reason->protocol)) reasons.push_back(*std::move(reason));
  });
  return reasons;
}

std::string write_reasons(const std::vector<Reason>& reasons) {
  std::string text;
  Protocols protocols;
  for (const Reason& reason : reasons) {
    CHECK(protocols.add(reason.protocol), "one reason for each protocol (RFC 3326 2)");
    if (!text.empty()) text += ", ";
    text += reason.protocol;
    if (reason.cause) text.append(";cause=").append(std::to_string(*reason.cause));
    if (!reason.text.empty()) text.append(";text=").append(quote(reason.text));
  }
  return text;
}

}  // namespace lastcall::sip
