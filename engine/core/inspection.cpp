#include "engine/core/inspection.hpp"

#include "engine/sip/headers.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace lastcall::core {
namespace {

// The options a Require may name.
constexpr std::array<std::string_view, 0> kOptions{};
constexpr std::string_view kSdpType = "application/sdp";

// "type/subtype" of a value, without parameters and spaces.
std::string_view without_params(std::string_view value) {
  value = value.substr(0, value.find(';'));
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  return value;
}

bool is_sdp(const SipMessage& request) {
  const auto type = request.header(Header::kContentType);
  return type && same_ignoring_case(without_params(*type), kSdpType);
}

// RFC 3261 20.11: what the sender marks as optional may be passed over.
bool is_optional(const SipMessage& request) {
  const auto disposition = request.header(Header::kContentDisposition);
  if (!disposition || disposition->find(';') == std::string_view::npos) return false;
  const auto handling = sip::param(disposition->substr(disposition->find(';')), "handling");
  return handling && same_ignoring_case(*handling, "optional");
}

bool is_encoded(const SipMessage& request) {
  const auto encoding = request.header(Header::kContentEncoding);
  return encoding && !same_ignoring_case(*encoding, "identity");
}

// RFC 3261 20.1: no Accept means application/sdp, an empty one means nothing.
bool accepts_sdp(const SipMessage& request) {
  if (!request.header(Header::kAccept)) return true;
  bool accepts = false;
  sip::for_each_value(request, Header::kAccept, [&](std::string_view value) {
    const std::string_view range = without_params(value);
    accepts = accepts || range == "*/*" || same_ignoring_case(range, "application/*") ||
              same_ignoring_case(range, kSdpType);
  });
  return accepts;
}

Rejection inspect_body(const SipMessage& request) {
  if (request.body().empty() || is_optional(request)) return {};
  if (is_encoded(request)) return {415, sip::header_line(Header::kAcceptEncoding, "identity")};
  if (!is_sdp(request)) return {415, sip::header_line(Header::kAccept, kSdpType)};
  return {};
}

}  // namespace

Rejection inspect_scheme(const SipMessage& request) {
  return {sip::is_sip_scheme(sip::scheme_of(request.request_uri())) ? 0 : 416};
}

Rejection inspect_options(const SipMessage& request) {
  Rejection rejection;
  sip::for_each_value(request, Header::kRequire, [&](std::string_view option) {
    const bool known = std::ranges::any_of(
        kOptions, [&](std::string_view each) { return same_ignoring_case(each, option); });
    if (known || option.empty()) return;
    rejection.status = 420;
    rejection.lines += sip::header_line(Header::kUnsupported, option);
  });
  return rejection;
}

Rejection inspect_offer(const SipMessage& request) {
  if (Rejection options = inspect_options(request); options.status != 0) return options;
  if (Rejection body = inspect_body(request); body.status != 0) return body;
  if (accepts_sdp(request)) return {};
  return {406, sip::header_line(Header::kWarning,
                                "399 lastcall \"Only application/sdp can be answered.\"")};
}

}  // namespace lastcall::core
